"""What the conversation's templates are filled with: the look, and everything that follows from it. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from markupsafe import Markup

from handoff.checklist import Requirement, requirements
from handoff.console import conversation_words as words
from handoff.console.timeline import Entry, last_understood, timeline
from handoff.console.visible import address, visible
from handoff.deadline import Deadlines, in_words
from handoff.ports.thread import (
    Announcement,
    Announcing,
    Case,
    Contact,
    Knowledge,
    Look,
    Suggestion,
    Understood,
)
from handoff.ports.values import AT_THE_OFFICE, Officer
from handoff.ticket import KINDS

Render = Callable[[str], Markup]
"""Turns text with the channels' light markup into safe HTML; made in `bot/desk/rendering.py`."""


@dataclass(frozen=True, slots=True)
class Composing:
    """What stands in the composer. `seen` is the newest message that the page shows; `problem` is said above it.

    `contact_id` is where to, `cc` as it was typed. `ask_files`: attached files have to be chosen again.
    """

    text: str = ""
    is_note: bool = False
    seen: int = 0
    contact_id: int | None = None
    cc: str = ""
    problem: str = ""
    asks_files: bool = False


@dataclass(frozen=True, slots=True)
class Due:
    """A ticket's deadline in words with its tone."""

    words: str
    tone: str


@dataclass(frozen=True, slots=True)
class Tick:
    """A requirement of the decree, and whether it is met."""

    requirement: Requirement
    is_met: bool


@dataclass(frozen=True, slots=True)
class Way:
    """Where a reply can go: an address, whether it waits there, and how the person is told that it does."""

    contact: Contact
    is_closed: bool
    left: words.Words | None
    announcement: Announcement | None


@dataclass(frozen=True, slots=True)
class Parts:
    """What a view is made with, besides the look."""

    knowledge: Knowledge
    announcing: Announcing
    deadlines: Deadlines
    render: Render
    zone: ZoneInfo


@dataclass(frozen=True, slots=True)
class View:
    """A conversation as its templates read it."""

    look: Look
    entries: tuple[Entry, ...]
    composing: Composing
    ways: tuple[Way, ...]
    due: Due | None
    ticks: tuple[Tick, ...]
    understood: Understood | None
    topics: tuple[str, ...]
    suggestions: tuple[Suggestion, ...]
    name: str
    is_mine: bool
    other_tickets: tuple[tuple[Case, Due | None], ...]
    problem: str = ""
    answers: tuple[Suggestion, ...] = ()
    asked: str = ""

    @property
    def way(self) -> Way:
        """Return where a reply goes unless another way is chosen."""
        wanted = self.composing.contact_id or self.look.contact_id
        return next((each for each in self.ways if each.contact.id == wanted), self.ways[0])

    @property
    def is_mute(self) -> bool:
        """Tell whether nothing can be said: what was noted at the office has no way back but the person's others."""
        return not self.look.is_open or (self.look.channel == AT_THE_OFFICE and len(self.ways) < 2)

    @property
    def is_complete(self) -> bool:
        """Tell whether everything that is always required is met."""
        return all(each.is_met for each in self.ticks if each.requirement.when == "always")

    @property
    def done(self) -> int:
        """Return how many requirements are met."""
        return sum(each.is_met for each in self.ticks)


def view(
    look: Look,
    officer: Officer,
    parts: Parts,
    *,
    now: datetime,
    composing: Composing | None = None,
    problem: str = "",
    asked: str = "",
) -> View:
    """Return what the page shows of a look; `asked` are words to search the knowledge for."""
    understood = last_understood(look.said)
    topics = understood.topics if understood else ()
    draft = Composing(look.draft.text, look.draft.is_note, look.last_id)
    reads = look.language if look.language in {"id", "en"} else "id"
    return View(
        look=look,
        entries=timeline(look, parts.zone),
        composing=composing or draft,
        ways=tuple(_ways(look, parts, now)),
        due=due_of(look.ticket, parts.deadlines, now, officer.language),
        ticks=_ticks(look.ticket),
        understood=understood,
        topics=parts.knowledge.titles(topics, officer.language),
        suggestions=parts.knowledge.suggested(topics, reads),
        name=name_of(look),
        is_mine=look.holder is not None and look.holder.id == officer.id,
        other_tickets=tuple(
            (each, due_of(each, parts.deadlines, now, officer.language))
            for each in look.tickets
            if look.ticket is None or each.id != look.ticket.id
        ),
        problem=problem,
        answers=parts.knowledge.found(asked, reads) if asked.strip() else (),
        asked=asked,
    )


def name_of(look: Look) -> str:
    """Return what to call the person: the name they told, what the channel calls them, or their address."""
    contact = look.contact
    return visible(look.citizen.name or contact.name or "") or address(contact.address)


def due_of(case: Case | None, deadlines: Deadlines, now: datetime, language: str) -> Due | None:
    """Return the deadline of an open ticket in words; None for one that has ended, or has none."""
    if case is None or not case.is_open:
        return None
    standing = deadlines.standing(case.due_at, now, is_paused=case.paused_at is not None)
    return Due(in_words(standing, language), words.TONES[standing.state])


def _ways(look: Look, parts: Parts, now: datetime) -> Sequence[Way]:
    ticket = look.ticket.number if look.ticket else None
    ways = []
    for contact in look.citizen.contacts:
        is_closed = words.is_window_closed(contact, now)
        told = None
        if is_closed:
            told = parts.announcing.announcement(
                contact.channel, look.language, ticket=ticket, has_mail=look.citizen.email is not None
            )
        ways.append(Way(contact, is_closed, words.left(contact, now), told))
    return ways


def _ticks(case: Case | None) -> tuple[Tick, ...]:
    kind = next((each for each in KINDS if case is not None and each == case.kind), None)
    if kind is None or case is None:
        return ()
    return tuple(Tick(each, each.key in case.checklist) for each in requirements(kind))
