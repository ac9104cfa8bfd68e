"""What the office has an answer to, under which title it is offered, and what is offered. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.dialogue.state import Subject, Turn
from bot.dialogue.subject import subject_of
from bot.dialogue.topics import (
    ABOUT,
    ASK_OFFICER,
    BUSINESS,
    CODE,
    DATA,
    STEERING,
    TERM,
    WHAT_CAN_YOU_DO,
)
from channels.markup import literal
from nlu.answers import Answer, Knowledge
from nlu.port import Meaning

DEFAULT_SERVICE = "konsultasi"  # the chatbot's own service (decree, Konsultasi Statistik)
SUGGESTIONS = 3
# Never offered: they need words of the citizen's own, or are a refusal.
NOT_OFFERED = STEERING | {BUSINESS, CODE, "data_individu"}
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
INSTEAD = {"pembayaran": "biaya"}
AFTER_NO_HELP = (Subject(ASK_OFFICER), Subject(WHAT_CAN_YOU_DO))


@dataclass(frozen=True, slots=True)
class Shelf:
    """The office's knowledge, asked by subject."""

    knowledge: Knowledge

    def services(self, topic: str) -> Sequence[str]:
        """Return the services that have an answer on a topic."""
        return self.knowledge.services_known(topic)

    def has(self, subject: Subject) -> bool:
        """Tell whether there is an answer for exactly this subject."""
        return self.knowledge.answer(subject.topic, subject.service, subject.mode, subject.about) is not None

    def answer(self, subject: Subject) -> Answer | None:
        """Return the answer for a subject; without a service the only one that has it, else our own."""
        subject = self._answered_as(subject)
        known = self.services(subject.topic)
        service = subject.service or (known[0] if len(known) == 1 else DEFAULT_SERVICE)
        answer = self.knowledge.answer(subject.topic, service, subject.mode, subject.about)
        if answer is None and len(known) == 1:
            # A topic of one service only (invoices, lockers): it is meant, whatever was talked about before.
            answer = self.knowledge.answer(subject.topic, known[0], subject.mode, subject.about)
        return answer

    def _answered_as(self, subject: Subject) -> Subject:
        """Return how the service that is meant has it: where nothing is paid, how to pay is what it costs."""
        other = INSTEAD.get(subject.topic)
        if other is None or subject.service is None or subject.service in self.services(subject.topic):
            return subject
        return replace(subject, topic=other)

    def title(self, subject: Subject, language: str) -> str | None:
        """Return what a subject is called in a list or heading; None when nothing is known of it."""
        known = self.services(subject.topic)
        service = subject.service or (known[0] if len(known) == 1 else DEFAULT_SERVICE)
        title = self.knowledge.title(subject.topic, service, language, about=subject.about)
        name = self._name(subject, language) if subject.topic in {TERM, DATA} else None
        if title and name and name != title:
            return f"{title}: {name}"
        return title

    def wanted(self, subject: Subject, language: str) -> str:
        """Repeat what data was asked for: indicator, place and year, as far as they were named."""
        name = self._name(subject, language)
        return literal(
            ", ".join(part for part in (name, subject.place or subject.elsewhere, subject.year) if part)
        )

    def menu(self, language: str) -> tuple[Subject, ...]:
        """Return what the bot can do."""
        return tuple(each for each in MENU if self.title(each, language))

    def likely(self, turn: Turn, meaning: Meaning, *, suggest: float) -> tuple[Subject, ...]:
        """Return what the text may be about: topics of at least that confidence, an indicator's meaning and
        its data."""
        topics = [guess.intent for guess in meaning.guesses if guess.confidence >= suggest]
        if meaning.value(ABOUT[TERM]) and {TERM, DATA} & set(topics):
            topics = [*topics, TERM, DATA]
        subjects = (subject_of(turn, meaning, topic) for topic in topics if topic not in NOT_OFFERED)
        offered = (each for each in subjects if each.about or each.topic not in ABOUT)
        known = (replace(each, mode=None) for each in offered if self.title(each, turn.language))
        return tuple(dict.fromkeys(known))[:SUGGESTIONS]

    def _name(self, subject: Subject, language: str) -> str | None:
        return self.knowledge.title(TERM, language=language, about=subject.about) if subject.about else None
