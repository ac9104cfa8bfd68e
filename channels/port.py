"""The doors of a channel: what crosses them, and what stands on either side.

A channel turns what the outside sends into `Inbound` and what the office says (`Outbound`) into a
message of its own kind. It knows neither the dialogue nor the database; what it needs of them is
handed to it as `Wiring`. A third channel is one new folder beside `whatsapp/` and `email/` that
exports `Options`, `Environment` and `build`, and its section under `channels:` in `office.yml`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

from starlette.routing import BaseRoute


@dataclass(frozen=True, slots=True)
class Attachment:
    """Something that came along with a message; `size` in bytes, None when not told."""

    name: str
    content_type: str
    size: int | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Inbound:
    """One message from a citizen, as the channel understood it.

    `external_id` is unique within the channel: the same id twice is the same message.
    `sender` is the channel's own name of the person (a WhatsApp id, a mail address), never assumed
    to be a phone number. `replies_to` are ids of messages of ours that this one refers to;
    `reply_id` and `references` are what an answer has to quote to stay in the thread (email).
    `source` is the message as it came in, for the record (JSON text); never logged.
    """

    channel: str
    external_id: str
    sender: str
    text: str
    received_at: datetime
    sender_name: str | None = None
    subject: str | None = None
    quoted: str = ""
    replies_to: tuple[str, ...] = ()
    reply_id: str | None = None
    references: tuple[str, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Ignored:
    """Something that is kept but is no citizen's message: `kind` is e.g. auto_reply, bounce, list, own."""

    kind: str
    reason: str


@dataclass(frozen=True, slots=True)
class Outbound:
    """One reply, kept in the database before any attempt to send it.

    `id` is our own message id and the same on every attempt. `text` is in the light markup of
    `channels/markup.py` and in `language` ("id" or "en"). `key` names the text (see
    `bot/texts.yml`) and `arguments` fill it, for channels that must send an approved template.
    `last_heard` is when the citizen last wrote, for channels with a window; what to make of it is
    the channel's business. `attempted_at` is when the latest attempt was recorded, None before it;
    `attempt` counts them, 1 for the first.
    """

    id: UUID
    channel: str
    recipient: str
    text: str
    key: str
    created_at: datetime
    arguments: dict[str, str] = field(default_factory=dict)
    last_heard: datetime | None = None
    attempted_at: datetime | None = None
    attempt: int = 1
    language: str = "id"
    subject: str | None = None
    in_reply_to: str | None = None
    references: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Receipt:
    """The other side took the message and calls it `external_id`."""

    external_id: str


class SendFailed(Exception):
    """A message was not taken by the other side.

    `permanent` is true when trying again cannot help. `reason` is for officers: it says what
    happened and holds no address, phone number or message text. `uncertain` is true when the other
    side may have taken the message nevertheless (the answer to our request was lost).
    """

    def __init__(self, reason: str, *, permanent: bool, uncertain: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.permanent = permanent
        self.uncertain = uncertain


@dataclass(frozen=True, slots=True)
class Parcel:
    """What a pull channel fetched, before anybody looked into it.

    `place` names the mailbox, (`epoch`, `number`) its position there: UIDVALIDITY and UID of RFC 3501
    for IMAP. The same position twice is the same parcel.
    """

    channel: str
    place: str
    epoch: int
    number: int
    data: bytes
    fetched_at: datetime


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far a mailbox has been fetched: everything up to `number` within `epoch` is kept."""

    epoch: int
    number: int


class Accept(Protocol):
    """Keeps an inbound message, once, together with the job that will answer it."""

    async def __call__(self, message: Inbound) -> bool:
        """Return True when the message was new. When this returns, the message is safe."""
        ...


class Depot(Protocol):
    """Where a pull channel leaves what it fetched."""

    async def cursor(self, channel: str, place: str) -> Cursor | None:
        """Return how far `place` was fetched, or None at the very first start."""
        ...

    async def keep(self, parcels: Sequence[Parcel], cursor: Cursor, *, channel: str, place: str) -> None:
        """Keep the parcels once, move the cursor, and defer a job that reads each of them: one transaction."""
        ...

    async def checked(self, channel: str, place: str) -> None:
        """Note that the mailbox was looked at successfully just now (for `/healthz`)."""
        ...


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of `pst config check --connect`: what was tried, whether it worked, in words."""

    name: str
    holds: bool
    detail: str


class Channel(Protocol):
    """A way in and out. Push channels have routes, pull channels listen; both send.

    `patience` is how long a message is tried before it is given up (`retry_hours` of the options).
    `settle` is how long an attempt may still be under way after it was recorded: `find` is asked
    only after it.
    """

    name: str
    patience: timedelta
    settle: timedelta

    def routes(self) -> Sequence[BaseRoute]:
        """Return the HTTP routes the outside posts to; empty for a pull channel."""
        ...

    async def listen(self) -> None:
        """Fetch until cancelled (pull channels); return at once when there is nothing to listen to."""
        ...

    def read(self, parcel: Parcel) -> Inbound | Ignored:
        """Understand a parcel this channel fetched. Pure, and total: never raises on bad input."""
        ...

    async def send(self, message: Outbound) -> Receipt:
        """Send one message, once. Raises `SendFailed`; every await inside has a deadline."""
        ...

    async def find(self, message: Outbound) -> Receipt | None:
        """Look whether an earlier attempt at `message` arrived, after a crash or a lost answer.

        Return its receipt, or None when sending (again) is right. Raises `SendFailed` when that
        cannot be told: `permanent=False` to ask again later.
        """
        ...

    async def check(self) -> Sequence[Finding]:
        """Try the connections, for `pst config check --connect`. Never raises, never prints a secret."""
        ...

    async def close(self) -> None:
        """Give back connections."""
        ...


@dataclass(frozen=True, slots=True)
class Wiring:
    """What the assembly hands to a channel."""

    accept: Accept
    depot: Depot
    now: Callable[[], datetime]
    public_url: str
    office_name: str
    is_simulation: bool = False


class Build(Protocol):
    """`channels.<name>.build`: options of office.yml and the environment to a channel, None when it is off."""

    def __call__(self, options: Any, environment: Any, wiring: Wiring) -> Channel | None:
        """Return the channel, or None while what it needs is not set."""
        ...
