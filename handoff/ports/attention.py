"""What somebody has to look at: things that did not go as they should, each until an officer has seen it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from handoff.ports.values import Officer

TO_DO = (
    "window_closing",
    "mailbox_silent",
    "uncertain",
    "not_delivered",
    "not_reachable",
    "waits_for_contact",
    "sent_in_part",
    "copy_not_delivered",
    "mail_quarantined",
    "mail_undeliverable",
    "stranger_quotes",
    "mail_unauthenticated",
    "mail_limit",
    "flood",
    "media_failed",
    "media_refused",
    "opted_out",
    "officer_not_told",
    "holidays_uncertain",
    "review_standards",
)
"""Kinds of events that ask for something, what is most urgent first."""
TO_KNOW = ("announced", "rerouted", "delayed")
"""Kinds that only tell."""
FEW = 5
"""Events of a kind that the page of all kinds shows."""
PAGE = 50


@dataclass(frozen=True, slots=True)
class Matter:
    """One event. `reason` is in words for officers; `words` are the beginning of the message it is about.

    `name` and `ticket` are those of its conversation. `detail` has what else is known: `parcel` of a mail, `ticket`
    and `conversation` that a stranger quotes, `closes_at`, `minutes`, `channel`, `limit`, `number`, `officer`.
    """

    id: int
    kind: str
    at: datetime
    conversation_id: int | None = None
    name: str | None = None
    channel: str | None = None
    ticket: str | None = None
    words: str | None = None
    reason: str | None = None
    detail: Mapping[str, str] = field(default_factory=dict)
    closes_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Events of one kind: how many (up to 100), and the newest of them."""

    kind: str
    count: int
    matters: Sequence[Matter]


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A mailbox that is fetched from; `checked_at` is when it last was looked at with success."""

    channel: str
    checked_at: datetime | None
    is_silent: bool


class Attention(Protocol):
    """The door of what needs attention."""

    async def groups(self) -> Sequence[Group]:
        """Return what nobody has seen yet and still holds, by kinds, in the order of `TO_DO` and `TO_KNOW`."""
        ...

    async def matters(self, kind: str, *, before: int | None = None) -> Sequence[Matter]:
        """Return up to `PAGE` of a kind, newest first; `before` is the id of the last one seen."""
        ...

    async def events_of(self, conversation_id: int) -> Sequence[Matter]:
        """Return what happened in a conversation, seen or not, newest first, at most `PAGE`."""
        ...

    async def seen(self, officer: Officer, ids: Sequence[int]) -> int:
        """Note that an officer has seen these; return how many nobody had seen before."""
        ...

    async def all_seen(self, officer: Officer, kind: str, *, until: int) -> int:
        """Note that an officer has seen all of a kind up to that id."""
        ...

    async def replay(self, officer: Officer, parcel_ids: Sequence[int]) -> int:
        """Have mails in quarantine read again; return how many were in quarantine."""
        ...

    async def mailboxes(self) -> Sequence[Mailbox]:
        """Return how the mailboxes are."""
        ...
