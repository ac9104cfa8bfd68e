"""Decide what becomes of a message, given the conversation and what the text means. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from bot.dialogue import attached
from bot.dialogue.answers import Answers
from bot.dialogue.asked import asked_in, left_over
from bot.dialogue.choice import chosen_number, is_tap_on
from bot.dialogue.counter import at_counter, completed
from bot.dialogue.kinds import COMPLAINT, is_complaint, kind_of
from bot.dialogue.language import Languages
from bot.dialogue.limits import Limits
from bot.dialogue.lookup import Found, Query
from bot.dialogue.shelf import AFTER_NO_HELP, Shelf
from bot.dialogue.state import Context, Decision, Heard, Piece, Say, Subject, Turn
from bot.dialogue.subject import Asked, named_service
from bot.dialogue.survey import aside, filled_in
from bot.dialogue.survey_words import wants_survey
from bot.dialogue.ticket_talk import is_nothing_owed
from bot.dialogue.topics import (
    ABOUT_SERVICE,
    ASK_OFFICER,
    FOLLOW_UP,
    LOOKED_UP,
    NOT_HELPED,
    OUT_OF_SCOPE,
    TERM,
    WHAT_CAN_YOU_DO,
)
from channels.markup import literal
from nlu.answers import LANGUAGES
from nlu.port import Guess, Meaning

SAID = {
    OUT_OF_SCOPE: Say("out_of_scope"),
    "salam": Say("greeting"),
    "terima_kasih": Say("welcome"),
    "pamit": Say("goodbye"),
}
SHORT_ANSWER = 3  # words; a "tidak" at the end of a longer sentence is a way of asking ("bayar ga")


@dataclass(frozen=True, slots=True)
class Dialogue:
    """The rules of the conversation, over what the office knows and how sure it wants to be."""

    shelf: Shelf
    limits: Limits
    languages: Languages = field(default_factory=Languages)

    def without_model(self, turn: Turn, found: Mapping[Query, Found] | None = None) -> Decision | None:
        """Decide what needs no understanding: an attachment alone, or the number of a suggestion."""
        decision = self._without_model(turn, found)
        return None if decision is None else completed(turn, decision)

    def filled_in(self, turn: Turn, heard: Heard | None) -> Decision | None:
        """Decide what is for a questionnaire that the citizen fills in here; None when it is not."""
        return filled_in(turn, heard, self.limits)

    def aside(self, turn: Turn, decision: Decision) -> Decision:
        """Complete what was decided of anything else, while a questionnaire is being filled in."""
        return aside(turn, decision)

    def by_words(self, turn: Turn) -> Decision | None:
        """Decide what words alone say of the form or the ticket, while the model is away."""
        return at_counter(turn, None, self.limits)

    def _without_model(self, turn: Turn, found: Mapping[Query, Found] | None) -> Decision | None:
        if not turn.text.strip():
            return self._attached(turn) if turn.attachments else self._unsure(turn, None)
        if turn.choice is not None:
            tapped = self._tapped(turn)
            return self._chosen(turn, tapped, found or {}) if tapped else None
        number = chosen_number(turn.text) if turn.context.choices else None
        if number is None:
            return None
        if 1 <= number <= len(turn.context.choices):
            return self._chosen(turn, turn.context.choices[number - 1], found or {})
        if turn.context.choices == AFTER_NO_HELP:
            return None
        return self._reply(
            turn,
            self._offer("choose_again", turn.context.choices, turn.language),
            context=turn.context,
        )

    def may_go_on(self, heard: Heard) -> bool:
        """Tell whether a chat message may be the beginning of one: a greeting, or nothing understood."""
        if chosen_number(heard.whole.text) is not None or wants_survey(heard.whole.text):
            return False
        best = heard.whole.meaning.guesses[0].intent
        if self.limits.topic_of(heard.whole.meaning):
            return best == "salam"
        return not any(self.limits.topic_of(part.meaning) for part in heard.parts)

    def may_look_up(self, heard: Heard) -> bool:
        """Tell whether anything in a message could have to be looked up; most messages have nothing."""
        if chosen_number(heard.whole.text) is not None:
            return True
        pieces = [*_every(heard)]
        topics = {self.limits.topic_of(piece.meaning, piece.text) for piece in pieces}
        # A term's twin is its data: what was talked about before may make it that.
        return bool(topics & {*LOOKED_UP, TERM, FOLLOW_UP, None})

    def queries(self, turn: Turn, heard: Heard | None) -> tuple[Query, ...]:
        """Return what has to be looked up before this message can be decided.

        `heard` is None when the model is away: then only what was tapped can be looked up.
        """
        number = chosen_number(turn.text) if turn.choice is None else None
        tapped = self._tapped(turn)
        if tapped is not None:
            asked: tuple[Asked, ...] = (_picked(turn, tapped),)
        elif number is not None and 1 <= number <= len(turn.context.choices):
            asked = (_picked(turn, turn.context.choices[number - 1]),)
        else:
            asked = asked_in(turn, heard, self.limits) if heard else ()
        wanted = (each.query() for each in asked)
        return tuple(query for query in wanted if query is not None)

    def decide(self, turn: Turn, heard: Heard, found: Mapping[Query, Found] | None = None) -> Decision:
        """Decide what becomes of a message whose meaning the model gave and whose lookups were made."""
        ours = at_counter(turn, heard, self.limits)
        return completed(turn, self._answered(turn, heard, found)) if ours is None else ours

    def _answered(self, turn: Turn, heard: Heard, found: Mapping[Query, Found] | None) -> Decision:
        topic = self.limits.topic_of(heard.whole.meaning)
        if is_complaint(turn.text, topic):
            return self._complaint(turn, heard.whole.meaning.confidence(COMPLAINT))
        if turn.ticket is None and chosen_number(heard.whole.text) is not None:
            return self._reply(turn, Say("number_of_what"), context=turn.context)
        asked = asked_in(turn, heard, self.limits)
        if len(asked) >= 2:
            return self._several(turn, asked, left_over(heard, asked, self.limits), found or {})
        if asked and not (asked[0].is_guess and not self._answers(found or {}).holds(asked[0])):
            return self._one(turn, asked[0], found or {})
        return self._steer(turn, heard)

    def unavailable(self, turn: Turn, *, waited_too_long: bool) -> Decision | None:
        """Decide while the model does not answer: say so once, then hand the message over.

        Return None when the citizen was told already and there is nothing to do but wait.
        """
        if waited_too_long:
            return completed(turn, self._open(turn, "unavailable"))
        if turn.context.told_unavailable:
            return None
        return self._reply(turn, Say("nlu_down"), context=replace(turn.context, told_unavailable=True))

    def flooded(self, turn: Turn) -> Decision:
        """Decide the message that is one too many: an officer reads on, and the bot falls silent."""
        if turn.ticket:
            added = Say("flood_added", {"ticket": turn.ticket})
            return replace(self._reply(turn, added, context=turn.context), owes=True)
        return completed(turn, self._open(turn, "flood"))

    def muted(self, turn: Turn) -> Decision:
        """Decide a message that is not to be answered by a machine any more: an officer has it, unsaid."""
        kind = kind_of(turn.context.subject)
        return Decision(
            (), turn.context, ticket_reason=None if turn.ticket else "limit", kind=kind, owes=True
        )

    def listened(self, turn: Turn, heard: Heard | None) -> Decision:
        """Say nothing: an officer holds the conversation. What was understood is kept for them.

        What the bot asked before is nobody's question any more.
        """
        asked = asked_in(turn, heard, self.limits) if heard else ()
        topics = tuple(each.subject.label() for each in asked)
        confidence = min((each.confidence for each in asked), default=0.0)
        if heard and not asked and self.limits.topic_of(heard.whole.meaning):
            best = heard.whole.meaning.guesses[0]
            topics, confidence = (best.intent,), best.confidence
        context = Context(subject=turn.context.subject, language=turn.language)
        return Decision((), context, topics=topics, confidence=confidence, owes=not is_nothing_owed(turn))

    def wished(self, turn: Turn, *, notices: bool) -> Decision:
        """Confirm that no more notices go out, or that they do again."""
        say = Say("start_confirmed" if notices else "stop_confirmed")
        return replace(self._reply(turn, say, context=turn.context), notices=notices)

    # --- one message, by what it is ------------------------------------------------------------

    def _steer(self, turn: Turn, heard: Heard) -> Decision:
        """Decide what is no question of its own: talk, a yes or no, a follow-up, a call for help."""
        meaning = heard.whole.meaning
        best = meaning.guesses[0]
        if self.limits.topic_of(meaning) is None:
            return self._unsure(turn, meaning)
        if best.intent == ASK_OFFICER:
            return self._open(turn, "asked", best.confidence)
        if best.intent == WHAT_CAN_YOU_DO:
            return self._menu(turn, best.confidence)
        if best.intent == NOT_HELPED:
            return self._not_helped(turn, best)
        if best.intent in SAID:
            return self._talk(turn, SAID[best.intent], best)
        if best.intent == FOLLOW_UP:
            return self._talk(turn, Say("follow_up_of_what"), best)
        if turn.context.choices or len(turn.text.split()) <= SHORT_ANSWER:  # yes or no
            return self._talk(turn, Say("noted"), best)
        return self._unsure(turn, meaning)

    def _attached(self, turn: Turn) -> Decision:
        """Decide attachments without a word: an officer has to look, or there is nothing to look at."""
        reason = attached.reason_of(turn.attachments)
        if reason or turn.ticket:
            return self._open(turn, reason or attached.OTHER)
        return self._reply(turn, attached.answer_to(turn.attachments), context=turn.context)

    def _tapped(self, turn: Turn) -> Subject | None:
        """Return what was tapped, if it is on the list that was offered last; an older one is gone by."""
        if turn.choice is None or not 1 <= turn.choice <= len(turn.context.choices):
            return None
        subject = turn.context.choices[turn.choice - 1]
        titles = (self.shelf.title(subject, language) for language in LANGUAGES)
        return subject if any(title and is_tap_on(turn.text, title) for title in titles) else None

    def _chosen(self, turn: Turn, subject: Subject, found: Mapping[Query, Found]) -> Decision:
        if subject.topic == ASK_OFFICER:
            return self._open(turn, "asked", 1.0)
        if subject.topic == WHAT_CAN_YOU_DO:
            return self._menu(turn, 1.0)
        return self._one(turn, _picked(turn, subject), found)

    def _one(self, turn: Turn, asked: Asked, found: Mapping[Query, Found]) -> Decision:
        says, subject = self._answers(found).spoken(turn, asked)
        return self._reply(
            turn,
            *says,
            context=_understood(
                turn.context, replace(subject, service=subject.service or asked.subject.service)
            ),
            topics=(subject.label(),),
            confidence=asked.confidence,
        )

    def _several(
        self, turn: Turn, asked: tuple[Asked, ...], rest: tuple[Piece, ...], found: Mapping[Query, Found]
    ) -> Decision:
        """Answer each question under its number; what is not understood goes to an officer."""
        # By subject as it was answered: two questions may have the same answer.
        spoken: dict[Subject, tuple[Asked, tuple[Say, ...]]] = {}
        answers = self._answers(found)
        for each in answers.of_one_service(asked):
            says, subject = answers.spoken(turn, each)
            spoken.setdefault(subject, (each, says))
        if len(spoken) == 1 and not rest:
            return self._one(turn, asked[0], found)
        said: list[Say] = []
        for n, (subject, (each, says)) in enumerate(spoken.items(), 1):
            title = self.shelf.title(subject, turn.language) or literal(each.piece.text)
            said += [Say("heading", {"n": str(n), "title": title}), *says]
        reason = None
        if rest:
            questions = "\n".join(f"- {literal(piece.text)}" for piece in rest)
            reason = None if turn.ticket else "partly"
            passed_on = {"ticket": turn.ticket} if turn.ticket else {}
            said.append(
                Say("partly_added" if turn.ticket else "ticket_partly", {"questions": questions, **passed_on})
            )
        decision = self._reply(
            turn,
            *said,
            context=_understood(turn.context, list(spoken)[-1]),
            topics=tuple(subject.label() for subject in spoken),
            confidence=min(each.confidence for each in asked),
        )
        return replace(decision, ticket_reason=reason)

    def _answers(self, found: Mapping[Query, Found]) -> Answers:
        return Answers(self.shelf, found, self.limits.suggest)

    def complains(self, turn: Turn) -> Decision:
        """Take a complaint of somebody who says yes to being asked whether they have one."""
        return completed(turn, self._complaint(turn, 1.0))

    def _complaint(self, turn: Turn, confidence: float) -> Decision:
        """Take a complaint: it has a ticket of its own, beside one that is open for something else."""
        if turn.ticket and turn.ticket_kind == COMPLAINT:
            return self._open(turn, "added", confidence)
        context = replace(turn.context, choices=(), failures=0, told_unavailable=False, form=None)
        decision = self._reply(
            turn, Say("ticket_complaint"), context=context, topics=(COMPLAINT,), confidence=confidence
        )
        return replace(decision, ticket_reason="complaint", kind="pengaduan")

    # --- not understood, menu, tickets -----------------------------------------------------------

    def _menu(self, turn: Turn, confidence: float) -> Decision:
        choices = self.shelf.menu(turn.language)
        return self._reply(
            turn,
            self._offer("menu", choices, turn.language),
            context=Context(subject=turn.context.subject, choices=choices),
            topics=(WHAT_CAN_YOU_DO,),
            confidence=confidence,
        )

    def _not_helped(self, turn: Turn, guess: Guess) -> Decision:
        """Take the word of a citizen that the answer did not help; twice in a row is an officer's."""
        failures = turn.context.failures + 1
        if failures >= self.limits.failures or turn.ticket:
            return self._open(turn, "not_understood", guess.confidence)
        return self._reply(
            turn,
            Say("not_helped"),
            context=replace(turn.context, choices=AFTER_NO_HELP, failures=failures),
            topics=(NOT_HELPED,),
            confidence=guess.confidence,
        )

    def _unsure(self, turn: Turn, meaning: Meaning | None) -> Decision:
        """Offer what may be meant, or say that nothing was understood; after too many failures an officer."""
        if turn.ticket:
            return self._reply(turn, Say("ticket_added", {"ticket": turn.ticket}), context=turn.context)
        failures = turn.context.failures + 1
        if failures >= self.limits.failures:
            return self._open(turn, "not_understood")
        choices = self.shelf.likely(turn, meaning, suggest=self.limits.suggest) if meaning else ()
        say = self._offer("suggest", choices, turn.language) if choices else Say("not_understood")
        return self._reply(
            turn,
            say,
            context=replace(
                turn.context,
                subject=self._named(turn, meaning) if meaning else turn.context.subject,
                choices=choices,
                failures=failures,
                told_unavailable=False,
            ),
        )

    def _named(self, turn: Turn, meaning: Meaning) -> Subject | None:
        """Return what is talked about after a message that was not understood: a service it named stays."""
        known = turn.context.subject
        service = named_service(meaning)
        if service is None or (known and known.service == service):
            return known
        return replace(known or Subject(ABOUT_SERVICE), service=service, about=None)

    def _open(self, turn: Turn, reason: str, confidence: float = 0.0) -> Decision:
        context = replace(turn.context, choices=(), failures=0, told_unavailable=False)
        if turn.ticket:
            say = Say("ticket_already" if reason == "asked" else "ticket_added", {"ticket": turn.ticket})
            return self._reply(turn, say, context=context, confidence=confidence)
        decision = self._reply(turn, Say(f"ticket_{reason}"), context=context, confidence=confidence)
        return replace(decision, ticket_reason=reason)

    def _talk(self, turn: Turn, say: Say, guess: Guess) -> Decision:
        context = replace(turn.context, choices=(), failures=0, told_unavailable=False)
        return self._reply(turn, say, context=context, topics=(guess.intent,), confidence=guess.confidence)

    def _offer(self, key: str, choices: tuple[Subject, ...], language: str) -> Say:
        titles = (self.shelf.title(choice, language) for choice in choices)
        return Say(key, choices=tuple(title for title in titles if title))

    @staticmethod
    def _reply(
        turn: Turn, *says: Say, context: Context, topics: tuple[str, ...] = (), confidence: float = 0.0
    ) -> Decision:
        opening = (Say("introduction"),) if turn.is_first_contact else ()
        return Decision((*opening, *says), replace(context, language=turn.language), None, topics, confidence)


def _every(heard: Heard) -> Iterable[Piece]:
    for piece in (heard.whole, *heard.parts):
        yield from (piece, *piece.clauses, *([piece.wider] if piece.wider else []))


def _picked(turn: Turn, subject: Subject) -> Asked:
    """Return a subject that was chosen from a list, not asked in so many words."""
    return Asked(subject, Piece(turn.text, Meaning((Guess(subject.topic, 1.0),))))


def _understood(context: Context, subject: Subject) -> Context:
    """Carry on what was talked about; a service and mode stay until others are named."""
    before = context.subject
    is_subject = subject.service or subject.about or subject.mode or subject.topic in LOOKED_UP
    if not is_subject or before is None:
        return Context(subject=subject if is_subject else before)
    return Context(
        subject=replace(subject, service=subject.service or before.service, mode=subject.mode or before.mode)
    )
