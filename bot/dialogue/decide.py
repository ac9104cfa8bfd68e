"""Decide what becomes of a message, given the conversation and what the text means. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from bot.dialogue.choice import chosen_number
from bot.dialogue.state import Context, Decision, Say, Subject, Turn
from nlu.answers import Answer, Knowledge
from nlu.port import Guess, Meaning

DEFAULT_SERVICE = "konsultasi"  # the chatbot's own service (decree, Konsultasi Statistik)
FEWEST, SUGGESTIONS = 2, 3
OFTEN_ASKED = ("prosedur", "persyaratan", "jangka_waktu")

ASK_OFFICER = "minta_petugas"
OUT_OF_SCOPE = "di_luar_topik"
FOLLOW_UP = "lanjutan"
YES, NO = "ya", "tidak"
# What is said for talk that asks nothing; `bisa_apa` is answered from the knowledge.
TALK = {
    OUT_OF_SCOPE: Say("out_of_scope"),
    "salam": Say("greeting"),
    "terima_kasih": Say("welcome"),
    "pamit": Say("goodbye"),
}
NOT_SUGGESTED = {*TALK, ASK_OFFICER, FOLLOW_UP, YES, NO, "bisa_apa"}
SHORT_ANSWER = 3  # words; a "tidak" at the end of a longer sentence is a way of asking ("bayar ga")


@dataclass(frozen=True, slots=True)
class Limits:
    """How sure the bot has to be (office.yml, `understanding`): confidences from 0 to 1.

    `sure` and `margin` to the second guess admit an answer, `suggest` a third suggestion;
    `failures` in a row open a ticket.
    """

    sure: float
    margin: float
    suggest: float
    failures: int


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
            return self._about(turn, turn.context.choices[number - 1], 1.0)
        return self._reply(
            turn,
            Say("choose_again", {"choices": self._numbered(turn.context.choices, turn.language)}),
            context=turn.context,
        )

    def decide(self, turn: Turn, meaning: Meaning) -> Decision:
        """Decide what becomes of a message whose meaning the model gave."""
        best = meaning.guesses[0]
        if not self._is_sure(meaning):
            followed = self._followed(turn, meaning)
            return (
                self._about(turn, followed, best.confidence)
                if followed
                else self._unsure(turn, meaning.guesses)
            )
        if best.intent == ASK_OFFICER:
            return self._open(turn, "asked", best.confidence)
        if best.intent in TALK:
            return self._talk(turn, TALK[best.intent], best)
        if best.intent in (YES, NO):
            if turn.context.choices or len(turn.text.split()) <= SHORT_ANSWER:
                return self._talk(turn, Say("noted"), best)
            return self._unsure(turn, meaning.guesses)
        if best.intent == FOLLOW_UP:
            followed = self._followed(turn, meaning)
            if followed is None:
                return self._talk(turn, Say("follow_up_of_what"), best)
            return self._about(turn, followed, best.confidence)
        return self._about(turn, self._subject(turn, best.intent, meaning), best.confidence)

    def unavailable(self, turn: Turn, *, waited_too_long: bool) -> Decision | None:
        """Decide while the model does not answer: say so once, then hand the message over.

        Return None when the citizen was told already and there is nothing to do but wait.
        """
        if waited_too_long:
            return self._open(turn, "unavailable")
        if turn.context.told_unavailable:
            return None
        return self._reply(turn, Say("nlu_down"), context=replace(turn.context, told_unavailable=True))

    def _is_sure(self, meaning: Meaning) -> bool:
        confidences = [guess.confidence for guess in meaning.guesses]
        runner_up = confidences[1] if len(confidences) > 1 else 0.0
        return confidences[0] >= self.limits.sure and confidences[0] - runner_up >= self.limits.margin

    def _subject(self, turn: Turn, topic: str, meaning: Meaning) -> Subject:
        """Complete what was named by what the conversation is about."""
        known = turn.context.subject
        service = meaning.value("service") or (known.service if known else None)
        mode = meaning.value("mode") or (known.mode if known else None)
        return Subject(topic, service, mode)

    def _followed(self, turn: Turn, meaning: Meaning) -> Subject | None:
        """Take "kalau yang online?" as the last topic with another mode or service."""
        known = turn.context.subject
        named = meaning.value("service") or meaning.value("mode")
        return self._subject(turn, known.topic, meaning) if known and named else None

    def _about(self, turn: Turn, subject: Subject, confidence: float) -> Decision:
        answer = self._answer(subject)
        if answer is None:
            unknown = Say("ticket_added", {"ticket": turn.ticket}) if turn.ticket else Say("not_known")
            return self._reply(
                turn,
                unknown,
                context=_understood(turn.context, subject),
                topics=(subject.label(),),
                confidence=confidence,
            )
        settled = replace(subject, service=answer.service or subject.service)
        return self._reply(
            turn,
            _spoken(answer, turn.language),
            context=_understood(turn.context, settled if answer.service else turn.context.subject),
            topics=(Subject(answer.topic, answer.service).label(),),
            confidence=confidence,
        )

    def _answer(self, subject: Subject) -> Answer | None:
        return self.knowledge.answer(subject.topic, subject.service or DEFAULT_SERVICE, subject.mode)

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
        found: list[Subject] = []
        for topic in [topic for topic in likely if topic not in NOT_SUGGESTED] + list(OFTEN_ASKED):
            subject = Subject(topic, service)
            is_filling = topic not in likely and len(found) >= FEWEST
            if not is_filling and subject not in found and self._title(subject, turn.language):
                found.append(subject)
        return tuple(found[:SUGGESTIONS])

    def _numbered(self, choices: Iterable[Subject], language: str) -> str:
        return "\n".join(f"{n}. {self._title(choice, language)}" for n, choice in enumerate(choices, 1))

    def _title(self, subject: Subject, language: str) -> str | None:
        return self.knowledge.title(subject.topic, subject.service or DEFAULT_SERVICE, language)

    def _open(self, turn: Turn, reason: str, confidence: float = 0.0) -> Decision:
        context = replace(turn.context, choices=(), failures=0, told_unavailable=False)
        if turn.ticket:
            say = Say("ticket_already" if reason == "asked" else "ticket_added", {"ticket": turn.ticket})
            return self._reply(turn, say, context=context, confidence=confidence)
        says = self._reply(turn, Say(f"ticket_{reason}"), context=context)
        return replace(says, ticket_reason=reason, confidence=confidence)

    def _talk(self, turn: Turn, say: Say, guess: Guess) -> Decision:
        context = replace(turn.context, choices=(), failures=0, told_unavailable=False)
        return self._reply(turn, say, context=context, topics=(guess.intent,), confidence=guess.confidence)

    @staticmethod
    def _reply(
        turn: Turn, say: Say, *, context: Context, topics: tuple[str, ...] = (), confidence: float = 0.0
    ) -> Decision:
        says = (Say("introduction"), say) if turn.is_first_contact else (say,)
        return Decision(says, context, topics=topics, confidence=confidence)


def _understood(context: Context, subject: Subject | None) -> Context:
    return Context(subject=subject or context.subject)


def _spoken(answer: Answer, language: str) -> Say:
    arguments = {"text": answer.text[language].strip()}
    source = answer.source.get(language)
    return Say("answer", {**arguments, "source": source}) if source else Say("talk", arguments)
