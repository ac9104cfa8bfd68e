"""What a question is about: its topic, completed by what was named and what was said before. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from bot.dialogue.lookup import BusinessQuery, CatalogueQuery, CodeQuery, Query
from bot.dialogue.state import Piece, Subject, Turn
from bot.dialogue.topics import ABOUT, BUSINESS, CLASSIFICATION, CODE, DATA
from nlu.port import Meaning

HINTED = "ke_"  # before the service in the values of the list `hint` (nlu/knowledge/komponen.yml)


@dataclass(frozen=True, slots=True)
class Asked:
    """One thing that is asked, and the words it was asked with."""

    subject: Subject
    piece: Piece
    beside: tuple[str, ...] = ()  # the other sentences of the message
    is_guess: bool = False  # holds only when its lookup brings something sure

    @property
    def confidence(self) -> float:
        """Return the model's confidence in the topic."""
        return self.piece.meaning.confidence(self.subject.topic)

    def query(self) -> Query | None:
        """Return what has to be looked up to answer it, None when the knowledge has the answer."""
        subject = self.subject
        if subject.topic == BUSINESS:
            return BusinessQuery(self.piece.text, self.beside)
        if subject.topic == CODE:
            code = self.piece.meaning.value("kode")
            return CodeQuery(code) if code else None
        if subject.topic == DATA and not subject.elsewhere:
            year = int(subject.year) if subject.year and subject.year.isdigit() else None
            return CatalogueQuery(self.piece.text, subject.about, subject.place, year)
        return None


def named_service(*meanings: Meaning) -> str | None:
    """Return the service that a text names, or hints at ("numpang baca")."""
    service = next((value for each in meanings if (value := each.longest("service"))), None)
    hint = next((value for each in meanings if (value := each.longest("hint"))), None)
    return service or (hint.removeprefix(HINTED) if hint else None)


def subject_of(turn: Turn, meaning: Meaning, topic: str, rest: tuple[Meaning, ...] = ()) -> Subject:
    """Complete a topic by what was named, in the rest of the message, and before in the conversation."""
    known = turn.context.subject

    def named(kind: str) -> str | None:
        return next((value for each in (meaning, *rest) if (value := each.longest(kind))), None)

    def value(kind: str, before: str | None) -> str | None:
        return named(kind) or before

    kind = ABOUT.get(topic)
    about = named(kind) if kind else None
    is_same = about is None and kind is not None and known is not None and ABOUT.get(known.topic) == kind
    if is_same and known:
        about = known.about
    if about is None and topic == CLASSIFICATION and known and known.topic in {BUSINESS, CODE}:
        about = "kbli"  # "is that the new edition?" after a code
    before = known if is_same and topic == DATA else None
    service = named_service(meaning, *rest) or (known.service if known else None)
    mode = value("mode", known.mode if known else None)
    if topic != DATA:
        return Subject(topic, service, mode, about)
    place, elsewhere = named("tempat"), named("wilayah_lain")
    if place:
        elsewhere = None  # whoever compares Klaten with its neighbours asks for Klaten
    elif elsewhere is None and before:
        place, elsewhere = before.place, before.elsewhere
    # Several years are all repeated, and none of them is looked up as if it were the one that was asked for.
    year = ", ".join(meaning.values("tahun")) or value("tahun", before.year if before else None)
    return Subject(topic, service, mode, about, place, year, elsewhere)
