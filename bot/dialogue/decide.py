"""Decide what becomes of a message, given the conversation and what the text means. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from bot.dialogue.asked import (
    ABOUT,
    ASK_OFFICER,
    DATA,
    FOLLOW_UP,
    LOOKED_UP,
    NOT_HELPED,
    OUT_OF_SCOPE,
    STEERING,
    TERM,
    WHAT_CAN_YOU_DO,
    Asked,
    Limits,
    asked_in,
    followed,
    left_over,
)
from bot.dialogue.choice import chosen_number
from bot.dialogue.lookup import Found, Query
from bot.dialogue.spoken import say_answer, say_found
from bot.dialogue.state import Context, Decision, Heard, Piece, Say, Subject, Turn
from nlu.answers import Answer, Knowledge
from nlu.port import Guess, Meaning

DEFAULT_SERVICE = "konsultasi"  # the chatbot's own service (decree, Konsultasi Statistik)
FEWEST, SUGGESTIONS = 2, 3
OFTEN_ASKED = ("prosedur", "persyaratan", "jangka_waktu")
MENU = (
    Subject("persyaratan"),
    Subject("prosedur"),
    Subject("jangka_waktu"),
    Subject("biaya"),
    Subject("pengaduan"),
    Subject("kontak"),
    Subject("alamat"),
    Subject("minta_data"),
    Subject("tentang_klasifikasi", about="kbli"),
    Subject("tentang_pst"),
)
AFTER_NO_HELP = (Subject(ASK_OFFICER), Subject(WHAT_CAN_YOU_DO))
SAID = {
    OUT_OF_SCOPE: Say("out_of_scope"),
    "salam": Say("greeting"),
    "terima_kasih": Say("welcome"),
    "pamit": Say("goodbye"),
}
SHORT_ANSWER = 3  # words; a "tidak" at the end of a longer sentence is a way of asking ("bayar ga")
NOTHING = Found()


@dataclass(frozen=True, slots=True)
class Dialogue:
    """The rules of the conversation, over what the office knows and how sure it wants to be."""

    knowledge: Knowledge
    limits: Limits

    def without_model(self, turn: Turn) -> Decision | None:
        """Decide what needs no understanding: an attachment alone, or the number of a suggestion."""
        if not turn.text.strip():
            return self._open(turn, "attachment") if turn.has_attachments else self._unsure(turn, ())
        number = chosen_number(turn.text) if turn.context.choices else None
        if number is None:
            return None
        if 1 <= number <= len(turn.context.choices):
            return self._chosen(turn, turn.context.choices[number - 1])
        if turn.context.choices == AFTER_NO_HELP:
            return None
        return self._reply(
            turn,
            Say("choose_again", {"choices": self._numbered(turn.context.choices, turn.language)}),
            context=turn.context,
        )

    def may_go_on(self, heard: Heard) -> bool:
        """Tell whether a chat message may be the beginning of one: a greeting, or nothing understood."""
        best = heard.whole.meaning.guesses[0].intent
        if self.limits.admit(heard.whole.meaning):
            return best == "salam"
        return not any(self.limits.admit(part.meaning) for part in heard.parts)

    def may_look_up(self, heard: Heard) -> bool:
        """Tell whether anything in a message could have to be looked up; most messages have nothing."""
        return any(piece.meaning.guesses[0].intent in LOOKED_UP for piece in (heard.whole, *heard.parts))

    def queries(self, turn: Turn, heard: Heard) -> tuple[Query, ...]:
        """Return what has to be looked up before this message can be decided."""
        wanted = (asked.query() for asked in asked_in(turn, heard, self.limits))
        return tuple(query for query in wanted if query is not None)

    def decide(self, turn: Turn, heard: Heard, found: Mapping[Query, Found] | None = None) -> Decision:
        """Decide what becomes of a message whose meaning the model gave and whose lookups were made."""
        asked = asked_in(turn, heard, self.limits)
        if len(asked) >= 2:
            return self._several(turn, asked, left_over(heard, asked, self.limits), found or {})
        if asked:
            return self._one(turn, asked[0], found or {})
        return self._steer(turn, heard)

    def unavailable(self, turn: Turn, *, waited_too_long: bool) -> Decision | None:
        """Decide while the model does not answer: say so once, then hand the message over.

        Return None when the citizen was told already and there is nothing to do but wait.
        """
        if waited_too_long:
            return self._open(turn, "unavailable")
        if turn.context.told_unavailable:
            return None
        return self._reply(turn, Say("nlu_down"), context=replace(turn.context, told_unavailable=True))

    # --- one message, by what it is ------------------------------------------------------------

    def _steer(self, turn: Turn, heard: Heard) -> Decision:
        """Decide what is no question of its own: talk, a yes or no, a follow-up, a call for help."""
        meaning = heard.whole.meaning
        best = meaning.guesses[0]
        if not self.limits.admit(meaning):
            last = followed(turn, meaning)
            return self._about(turn, last, best.confidence) if last else self._unsure(turn, meaning.guesses)
        if best.intent == ASK_OFFICER:
            return self._open(turn, "asked", best.confidence)
        if best.intent == WHAT_CAN_YOU_DO:
            return self._menu(turn, best.confidence)
        if best.intent == NOT_HELPED:
            return self._not_helped(turn, best)
        if best.intent in SAID:
            return self._talk(turn, SAID[best.intent], best)
        if best.intent == FOLLOW_UP:
            last = followed(turn, meaning)
            return (
                self._about(turn, last, best.confidence)
                if last
                else self._talk(turn, Say("follow_up_of_what"), best)
            )
        if turn.context.choices or len(turn.text.split()) <= SHORT_ANSWER:  # yes or no
            return self._talk(turn, Say("noted"), best)
        return self._unsure(turn, meaning.guesses)

    def _chosen(self, turn: Turn, subject: Subject) -> Decision:
        if subject.topic == ASK_OFFICER:
            return self._open(turn, "asked", 1.0)
        if subject.topic == WHAT_CAN_YOU_DO:
            return self._menu(turn, 1.0)
        return self._about(turn, subject, 1.0)

    def _one(self, turn: Turn, asked: Asked, found: Mapping[Query, Found]) -> Decision:
        says, subject = self._spoken(turn, asked, found)
        return self._reply(
            turn,
            *says,
            context=_understood(turn.context, subject),
            topics=(subject.label(),),
            confidence=asked.confidence,
        )

    def _several(
        self, turn: Turn, asked: tuple[Asked, ...], rest: tuple[Piece, ...], found: Mapping[Query, Found]
    ) -> Decision:
        """Answer each question under its number; what is not understood goes to an officer."""
        says: list[Say] = []
        subjects = []
        for n, each in enumerate(asked, 1):
            spoken, subject = self._spoken(turn, each, found)
            title = self._title(subject, turn.language) or each.piece.text
            says += [Say("heading", {"n": str(n), "title": title}), *spoken]
            subjects.append(subject)
        reason = None
        if rest:
            questions = "\n".join(f"- {piece.text}" for piece in rest)
            reason = None if turn.ticket else "partly"
            passed_on = {"ticket": turn.ticket} if turn.ticket else {}
            says.append(
                Say("partly_added" if turn.ticket else "ticket_partly", {"questions": questions, **passed_on})
            )
        decision = self._reply(
            turn,
            *says,
            context=_understood(turn.context, subjects[-1]),
            topics=tuple(subject.label() for subject in subjects),
            confidence=min(each.confidence for each in asked),
        )
        return replace(decision, ticket_reason=reason)

    def _about(self, turn: Turn, subject: Subject, confidence: float) -> Decision:
        """Answer a subject that was chosen or followed, not asked in so many words."""
        piece = Piece(turn.text, Meaning((Guess(subject.topic, confidence),)))
        return self._one(turn, Asked(subject, piece), {})

    def _spoken(
        self, turn: Turn, asked: Asked, found: Mapping[Query, Found]
    ) -> tuple[tuple[Say, ...], Subject]:
        """Return what is said about a subject, and the subject as it was answered."""
        subject, query = asked.subject, asked.query()
        if subject.topic in LOOKED_UP:
            wanted = self._wanted(asked, turn.language)
            brought = say_found(asked, found.get(query, NOTHING) if query else NOTHING, wanted, turn.language)
            if brought is not None:
                return (brought,), replace(subject, service=None, mode=None)
        answer = self._answer(subject)
        if answer is None:
            unknown = Say("ticket_added", {"ticket": turn.ticket}) if turn.ticket else Say("not_known")
            return (unknown,), subject
        settled = Subject(
            answer.topic, answer.service, subject.mode if answer.service else None, subject.about
        )
        says = [say_answer(answer, turn.language)]
        if subject.topic == DATA and (wanted := self._wanted(asked, turn.language)):
            says.insert(0, Say("data_wanted", {"wanted": wanted}))
        if (
            answer.service
            and subject.service is None
            and len(self.knowledge.services_known(answer.topic)) > 1
        ):
            says.append(Say("other_services"))
        return tuple(says), settled

    def _wanted(self, asked: Asked, language: str) -> str:
        """Repeat what data was asked for: indicator, place and year, as far as they were named."""
        about = asked.subject.about
        name = self.knowledge.title(TERM, language=language, about=about) if about else None
        meaning = asked.piece.meaning
        return ", ".join(part for part in (name, meaning.value("tempat"), meaning.value("tahun")) if part)

    # --- the knowledge -------------------------------------------------------------------------

    def _answer(self, subject: Subject) -> Answer | None:
        """Return the answer for a subject; without a service the only one that has it, else our own."""
        known = self.knowledge.services_known(subject.topic)
        service = subject.service or (known[0] if len(known) == 1 else DEFAULT_SERVICE)
        answer = self.knowledge.answer(subject.topic, service, subject.mode, subject.about)
        if answer is None and len(known) == 1:
            # A topic of one service only (invoices, lockers): it is meant, whatever was talked about before.
            answer = self.knowledge.answer(subject.topic, known[0], subject.mode, subject.about)
        return answer

    def _title(self, subject: Subject, language: str) -> str | None:
        known = self.knowledge.services_known(subject.topic)
        service = subject.service or (known[0] if len(known) == 1 else DEFAULT_SERVICE)
        return self.knowledge.title(subject.topic, service, language, about=subject.about)

    def _numbered(self, choices: Iterable[Subject], language: str) -> str:
        return "\n".join(f"{n}. {self._title(choice, language)}" for n, choice in enumerate(choices, 1))

    # --- not understood, menu, tickets -----------------------------------------------------------

    def _menu(self, turn: Turn, confidence: float) -> Decision:
        choices = tuple(each for each in MENU if self._title(each, turn.language))
        return self._reply(
            turn,
            Say("menu", {"choices": self._numbered(choices, turn.language)}),
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

    def _unsure(self, turn: Turn, guesses: Iterable[Guess]) -> Decision:
        """Offer suggestions; after too many failures in a row an officer."""
        if turn.ticket:
            return self._reply(turn, Say("ticket_added", {"ticket": turn.ticket}), context=turn.context)
        failures = turn.context.failures + 1
        choices = self._choices(turn, guesses)
        if failures >= self.limits.failures:
            return self._open(turn, "not_understood")
        return self._reply(
            turn,
            Say("suggest", {"choices": self._numbered(choices, turn.language)}),
            context=replace(turn.context, choices=choices, failures=failures, told_unavailable=False),
        )

    def _choices(self, turn: Turn, guesses: Iterable[Guess]) -> tuple[Subject, ...]:
        """Return what the text may be about: the likely topics, filled up to two with what most ask."""
        service = turn.context.subject.service if turn.context.subject else None
        likely = [guess.intent for guess in guesses if guess.confidence >= self.limits.suggest]
        offered = [topic for topic in likely if topic not in STEERING | LOOKED_UP | set(ABOUT)]
        found: list[Subject] = []
        for topic in offered + list(OFTEN_ASKED):
            subject = Subject(topic, service)
            is_filling = topic not in likely and len(found) >= FEWEST
            if not is_filling and subject not in found and self._title(subject, turn.language):
                found.append(subject)
        return tuple(found[:SUGGESTIONS])

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

    @staticmethod
    def _reply(
        turn: Turn, *says: Say, context: Context, topics: tuple[str, ...] = (), confidence: float = 0.0
    ) -> Decision:
        opening = (Say("introduction"),) if turn.is_first_contact else ()
        return Decision((*opening, *says), replace(context, language=turn.language), None, topics, confidence)


def _understood(context: Context, subject: Subject) -> Context:
    return Context(subject=subject if subject.service or subject.about or subject.mode else context.subject)
