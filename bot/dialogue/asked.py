"""Find out what is asked in a message: one subject, several, or none that is sure. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.dialogue.lookup import BusinessQuery, CatalogueQuery, CodeQuery, Query
from bot.dialogue.state import Heard, Piece, Subject, Turn
from nlu.port import Meaning

ASK_OFFICER = "minta_petugas"
OUT_OF_SCOPE = "di_luar_topik"
FOLLOW_UP = "lanjutan"
YES, NO = "ya", "tidak"
NOT_HELPED = "tidak_membantu"
WHAT_CAN_YOU_DO = "bisa_apa"
TALK = frozenset({OUT_OF_SCOPE, "salam", "terima_kasih", "pamit"})
# Intents that are no subject of their own: they steer the conversation.
STEERING = TALK | {ASK_OFFICER, FOLLOW_UP, YES, NO, NOT_HELPED, WHAT_CAN_YOU_DO}

BUSINESS, CODE, DATA = "kode_kbli", "arti_kode_kbli", "minta_data"
TERM, CLASSIFICATION = "arti", "tentang_klasifikasi"
LOOKED_UP = frozenset({BUSINESS, CODE, DATA})
# Which entity a subject of these topics is about.
ABOUT = {TERM: "indikator", DATA: "indikator", CLASSIFICATION: "klasifikasi"}


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

    def admit(self, meaning: Meaning) -> bool:
        """Tell whether the first guess is sure enough to be answered."""
        confidences = [guess.confidence for guess in meaning.guesses]
        runner_up = confidences[1] if len(confidences) > 1 else 0.0
        return confidences[0] >= self.sure and confidences[0] - runner_up >= self.margin


@dataclass(frozen=True, slots=True)
class Asked:
    """One thing that is asked, and the words it was asked with."""

    subject: Subject
    piece: Piece

    @property
    def confidence(self) -> float:
        """Return the model's confidence in the topic."""
        return self.piece.meaning.guesses[0].confidence

    def query(self) -> Query | None:
        """Return what has to be looked up to answer it, None when the knowledge has the answer."""
        meaning = self.piece.meaning
        if self.subject.topic == BUSINESS:
            return BusinessQuery(self.piece.text)
        if self.subject.topic == CODE:
            code = meaning.value("kode")
            return CodeQuery(code) if code else None
        if self.subject.topic == DATA:
            year = meaning.value("tahun")
            place = meaning.value("tempat")
            return CatalogueQuery(
                self.piece.text, self.subject.about, place, int(year) if year and year.isdigit() else None
            )
        return None


def asked_in(turn: Turn, heard: Heard, limits: Limits) -> tuple[Asked, ...]:
    """Return what is surely asked: the questions of several sentences, else the message as a whole.

    In a letter, greeting and context are sentences without a subject of their own; a single question
    among them counts. What a sentence leaves open is taken from the rest of the message.
    """
    in_parts: dict[Subject, Asked] = {}
    for part in heard.parts:
        if limits.admit(part.meaning) and part.meaning.guesses[0].intent not in STEERING:
            subject = subject_of(turn, part.meaning, part.meaning.guesses[0].intent, rest=heard.whole.meaning)
            in_parts.setdefault(replace(subject, mode=None), Asked(subject, part))
    if len(in_parts) >= 2:
        return tuple(in_parts.values())
    whole = heard.whole.meaning
    best = whole.guesses[0].intent
    is_whole_sure = limits.admit(whole) and best not in STEERING
    if in_parts and not (is_whole_sure and "?" not in _only(in_parts).piece.text):
        return tuple(in_parts.values())
    return (Asked(subject_of(turn, whole, best), heard.whole),) if is_whole_sure else ()


def _only(found: dict[Subject, Asked]) -> Asked:
    return next(iter(found.values()))


def left_over(heard: Heard, answered: tuple[Asked, ...], limits: Limits) -> tuple[Piece, ...]:
    """Return the sentences that ask something (they have a question mark) and are not understood."""
    known = {asked.piece for asked in answered}
    return tuple(
        part
        for part in heard.parts
        if part not in known and "?" in part.text and not limits.admit(part.meaning)
    )


def subject_of(turn: Turn, meaning: Meaning, topic: str, rest: Meaning | None = None) -> Subject:
    """Complete a topic by what was named, in the rest of the message, and before in the conversation."""
    known = turn.context.subject

    def value(kind: str, before: str | None) -> str | None:
        return meaning.value(kind) or (rest.value(kind) if rest else None) or before

    about = value(ABOUT[topic], None) if topic in ABOUT else None
    if about is None and topic in ABOUT and known and known.topic in ABOUT:
        about = known.about if ABOUT[known.topic] == ABOUT[topic] else None
    return Subject(
        topic,
        value("service", known.service if known else None),
        value("mode", known.mode if known else None),
        about,
    )


def followed(turn: Turn, meaning: Meaning) -> Subject | None:
    """Take "kalau yang online?" as the last topic with another mode, service or indicator."""
    known = turn.context.subject
    if known is None:
        return None
    kinds = ["service", "mode", *([ABOUT[known.topic]] if known.topic in ABOUT else [])]
    named = any(meaning.value(kind) for kind in kinds)
    return subject_of(turn, meaning, known.topic) if named else None
