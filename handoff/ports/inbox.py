"""What the inbox shows: queues of conversations, found by their place in a queue or by words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal, Protocol, get_args

from handoff.deadline import Standing

Queue = Literal["unclaimed", "mine", "citizen", "near", "closing", "all", "closed"]
"""unclaimed: open tickets that nobody has taken; mine: what the officer works on; citizen: the office waits for
the citizen; near: at most one working day is left, or it is missed; closing: conversations that silence closes within
`CLOSES_SOON`, unless somebody writes or an officer holds them back; all: every conversation, also those that only
the bot has; closed: tickets that have ended."""
QUEUES: tuple[Queue, ...] = get_args(Queue)

PAGE = 30
"""Rows of a page."""
CLOSES_SOON = timedelta(days=3)
"""How far ahead officers see what silence will close."""
MOST_COUNTED = 99
"""What a count ends at: more are "99+"."""


@dataclass(frozen=True, slots=True)
class Filter:
    """What is looked at; everything besides the queue narrows it. `kind` is a ticket's, or "some" or "none": whether
    there is one at all.

    `officer_id` is who holds it, `since` and `until` are days of the office, both included: when something was last
    heard of it, for closed ones when it was closed. `words` are what is searched for.

    `figure` is one of a report (handoff/reports/figures.py): of the queue "all", what was counted for it on these
    days; `kind` may be "unclear" then, too: conversations of which it is not known what they are about.
    """

    queue: Queue = "unclaimed"
    channel: str | None = None
    kind: str | None = None
    officer_id: int | None = None
    tag: str | None = None
    since: date | None = None
    until: date | None = None
    words: str = ""
    figure: str | None = None


@dataclass(frozen=True, slots=True)
class TicketLine:
    """A ticket in a row. `standing` is how it stands against its deadline now.

    `is_assignee_disabled`: who works on it cannot log in any more, somebody else has to.
    """

    number: str
    kind: str
    state: str
    priority: int
    assignee_id: int | None
    assignee: str | None
    tags: tuple[str, ...]
    standing: Standing
    closed_at: datetime | None
    is_assignee_disabled: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One row. `name` is the person's, None when nobody knows it; `subject` a mail's.

    `first_words` are those of the newest message that is no note, `author` who wrote it. `is_unread`: an officer's
    answer is owed and this officer has not looked since. `holder` has taken the conversation over from the bot,
    `is_holder_disabled`: and cannot log in any more.
    `closes_at` is when silence closes it as things stand, None where it does not.
    `found` is what stands around the words that were searched for, in parts with whether one is these words.
    """

    conversation_id: int
    name: str | None
    address: str
    channel: str
    subject: str | None
    first_words: str
    author: str | None
    at: datetime
    owed_since: datetime | None
    is_unread: bool
    is_open: bool
    holder: str | None
    holder_id: int | None
    ticket: TicketLine | None
    closes_at: datetime | None = None
    found: tuple[tuple[str, bool], ...] = ()
    is_holder_disabled: bool = False


@dataclass(frozen=True, slots=True)
class Listing:
    """Rows in their order. `after` asks for the next page, None at the end.

    `is_cut`: a search found more than it shows, the newest are here.
    """

    lines: Sequence[Line]
    after: str | None = None
    is_cut: bool = False


@dataclass(frozen=True, slots=True)
class Counts:
    """How many are in each queue, up to `MOST_COUNTED` + 1; `missed` are those of `near` that are too late."""

    unclaimed: int
    mine: int
    citizen: int
    near: int
    closing: int
    missed: int
    attention: int


@dataclass(frozen=True, slots=True)
class Choices:
    """What filters can be set to: channels, officers as (id, name), tags of open tickets."""

    channels: Sequence[str]
    officers: Sequence[tuple[int, str]]
    tags: Sequence[str]


class Inbox(Protocol):
    """The door of the inbox."""

    async def listing(
        self, officer_id: int, wanted: Filter, *, after: str | None = None, most: int = PAGE
    ) -> Listing:
        """Return a page, what waits longest against the decree's date first; `after` is an earlier page's.

        `most` are the rows of it; what is searched for has pages of `PAGE`.

        An `after` that is none of ours begins anew.
        """
        ...

    async def counts(self, officer_id: int) -> Counts:
        """Return how many there are."""
        ...

    async def choices(self) -> Choices:
        """Return what can be filtered by."""
        ...
