"""The register of complaints (decree, Bab V): what came, from whom, by which way, and when it was answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, Protocol, get_args

from handoff.ports.values import Officer
from handoff.reports.document import Document

Source = Literal["citizen", "ombudsman"]
"""Decree, Bab V: complaints come from the public, or as a recommendation of the Ombudsman."""
SOURCES: tuple[Source, ...] = get_args(Source)
WAYS = ("whatsapp", "email", "room", "box", "phone", "letter", "website", "facebook", "instagram", "link")
"""The decree's ways (Penanganan Pengaduan, Saran dan Masukan), and a letter."""
WAYS_TO_THE_OFFICE = tuple(way for way in WAYS if way not in {"whatsapp", "email"})
"""Those that no channel of ours takes in: an officer notes what came by them."""
Standing = Literal["unanswered", "open", "ended"]
STANDINGS: tuple[Standing, ...] = get_args(Standing)
MOST = 1000
"""Complaints of one register."""
LONGEST_ANSWER = 2000
"""Characters."""
LONGEST_COMPLAINT = 10_000
"""Characters."""
OLDEST = timedelta(days=366)
"""How long ago a complaint may have come that is noted now."""


@dataclass(frozen=True, slots=True)
class Complaint:
    """One line of the register. `version` is its ticket's; days are the office's.

    `came_by` is one of `WAYS`, or a channel's own name; `channel` is that of its conversation.
    """

    number: str
    version: int
    conversation_id: int
    channel: str
    came_on: date
    source: Source
    came_by: str
    has_evidence: bool
    state: str
    answered_on: date | None
    answer: str
    closed_on: date | None
    officer: str | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which complaints are looked at: those that came on these days, both included; None narrows nothing."""

    since: date | None = None
    until: date | None = None
    source: Source | None = None
    standing: Standing | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """What an officer writes into the register. `answer` is what was answered, in a few words.

    Of what came to the office itself, `came_on` and `answered_on` are its days, which only officers know; None leaves
    what is kept, and takes today for an answer that had no day yet.
    """

    source: Source
    came_by: str
    has_evidence: bool
    answer: str = ""
    came_on: date | None = None
    answered_on: date | None = None


@dataclass(frozen=True, slots=True)
class Arrival:
    """A complaint that came to the office itself, by one of `WAYS_TO_THE_OFFICE`; whoever complains may be unknown.

    `text` is what it says, at most `LONGEST_COMPLAINT` characters; `came_on` the day on which it came, at most `OLDEST`
    ago, None: today. `form` is a word of the form that it was written into: of the same form one is noted.
    """

    source: Source
    came_by: str
    text: str
    has_evidence: bool = False
    name: str = ""
    email: str = ""
    phone: str = ""
    came_on: date | None = None
    form: str = ""


class Complaints(Protocol):
    """The door of the register."""

    async def register(self, wanted: Wanted) -> Sequence[Complaint]:
        """Return complaints in the order in which they came, at most `MOST`."""
        ...

    async def one(self, number: str) -> Complaint:
        """Return the complaint of that number. Raises `NotFound`."""
        ...

    async def take(self, officer: Officer, arrival: Arrival) -> str:
        """Note a complaint that came to the office itself, once, with a ticket of its own; return its number.

        Raises `Unfit` (complaint_way, complaint_empty, complaint_day, too_long, line_too_long, address).
        """
        ...

    async def enter(self, officer: Officer, number: str, entry: Entry, *, version: int) -> None:
        """Change what the register says.

        What came to the office itself is answered by an answer's being entered, and its days can be put right.
        Raises `NotFound`, `Stale`, `Unfit` (complaint_way, complaint_day, answer_day, answer_empty, too_long).
        """
        ...

    async def document(self, wanted: Wanted) -> Document:
        """Return the register with the office's letterhead, to be written as a file."""
        ...
