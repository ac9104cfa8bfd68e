"""The doors of a channel: what crosses them, and what stands on either side.

A channel turns what the outside sends into `Inbound` and what the office says (`Outbound`) into a
message of its own kind. It knows neither the dialogue nor the database; what it needs of them is
handed to it as `Wiring`. A third channel is one new folder beside `whatsapp/` and `email/` that
exports `Options`, `Environment` and `build`, and its section under `channels:` in `office.yml`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Literal, Protocol
from uuid import UUID

from starlette.routing import BaseRoute


@dataclass(frozen=True, slots=True)
class Attachment:
    """Something that came along with a message; `size` in bytes, None when not told.

    `kind` is what it is to a person (image, voice, audio, video, sticker, contact, location, document), or
    too_large: the message itself, which was too large to be fetched whole; its text came, its files did not.
    Or inline: a picture that the text of a letter shows, which is no attachment.
    With an http(s) or mail `url` it can be fetched (`Channel.fetch`).
    """

    name: str
    content_type: str
    size: int | None = None
    url: str | None = None
    kind: str = "document"


@dataclass(frozen=True, slots=True)
class Fetched:
    """The content of an attachment as it came, and the type the other side gave it (not to be trusted)."""

    data: bytes
    content_type: str


class FetchFailed(Exception):
    """An attachment could not be fetched; `reason` is for officers.

    `permanent`: trying again cannot help, except in the first minutes (the other side may announce a file
    before it has it). `refused`: it is not wanted (too large), whenever it is tried.
    """

    def __init__(self, reason: str, *, permanent: bool, refused: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.permanent = permanent
        self.refused = refused


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A file that goes out with a message of ours: `size` in bytes, `file` is its name in the file store."""

    name: str
    content_type: str
    size: int
    file: str


InboundKind = Literal["message", "reaction", "stop", "start"]
"""What a message is: `reaction` is kept and never answered, `stop` and `start` are the person's wish about
notices."""

Trust = Literal["unknown", "passed", "failed"]
"""Whether a message is from whom it says: `failed` is kept away from what that person has with us."""


@dataclass(frozen=True, slots=True)
class Inbound:
    """One message from a citizen, as the channel understood it.

    `external_id` is unique within the channel: the same id twice is the same message.
    `sender` is the channel's own name of the person (a WhatsApp id, a mail address), never assumed
    to be a phone number. `replies_to` are ids of messages of ours that this one refers to;
    `reply_id` and `references` are what an answer has to quote to stay in the thread (email).
    `source` is the message as it came in, for the record (JSON text); never logged. `choice` is the number
    (from 1) of the button or list entry that was tapped. `phone` is the person's number where the
    channel tells it (E.164). `alias` is another name of the same person on this channel, under which they may
    come another time.

    `is_letter`: on this channel a thread is what holds a conversation together, not the person. `ours` are our
    own ids (`Outbound.id`) of what it refers to, as far as they can be told from `replies_to`. `trust`, with the
    reason for officers in `distrust`, says whether the sender is who they say; `reply_to` is another address
    they would like to be answered at, `cc` are others who got it: both are for officers only.
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
    kind: InboundKind = "message"
    choice: int | None = None
    phone: str | None = None
    alias: str | None = None
    is_letter: bool = False
    ours: tuple[UUID, ...] = ()
    trust: Trust = "unknown"
    distrust: str = ""
    reply_to: str | None = None
    cc: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ignored:
    """Something that is kept but is no citizen's message: `kind` is e.g. auto_reply, bounce, list, own.

    `reports` is what it tells about messages of ours.
    """

    kind: str
    reason: str
    reports: tuple[Report, ...] = ()


Author = Literal["bot", "system", "officer"]


@dataclass(frozen=True, slots=True)
class Outbound:
    """One reply, kept in the database before any attempt to send it.

    `id` is our own message id and the same on every attempt. `text` is in the light markup of
    `channels/markup.py` and in `language` ("id" or "en"). `key` names the text (see
    `bot/texts.yml`) and `arguments` fill it, for channels that must send an approved template.
    `last_heard` is when the citizen last wrote on this channel, in whatever conversation, for channels
    with a window; None when never, or when the other side has since said that the window is closed. What
    to make of it is the channel's business. `choices` are titles to choose from, in the order of their
    numbers; the text has them too. `attempted_at` is when the latest attempt was recorded, None before it;
    `attempt` counts them, 1 for the first. `author` is bot, system (a notice) or officer. `ticket` is the number
    of the conversation's ticket, None where there is none or the recipient is somebody else than its contact.
    `cc` are further recipients whom an officer named. `attachments` are opened by `Wiring.files`.
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
    choices: tuple[str, ...] = ()
    author: Author = "bot"
    ticket: str | None = None
    cc: tuple[str, ...] = ()
    attachments: tuple[Enclosure, ...] = ()


@dataclass(frozen=True, slots=True)
class Receipt:
    """The other side took the message and calls it `external_id` (of several parts, the last).

    `parts` are the ids of all parts in order; `way` says how it went out (text, buttons, template). `remark`
    tells officers of what did not go along with it, empty when all did.
    """

    external_id: str
    parts: tuple[str, ...] = ()
    way: str = "text"
    remark: str = ""


class Cause(StrEnum):
    """Why a message cannot be sent now, where the office can do something about it."""

    WINDOW_CLOSED = "window_closed"  # only what the citizen writes next opens it
    OPTED_OUT = "opted_out"  # the person wants no more messages
    NOT_REACHABLE = "not_reachable"  # there is nobody at that address on this channel


class SendFailed(Exception):
    """A message was not taken by the other side.

    `permanent` is true when trying again cannot help. `reason` is for officers: it says what
    happened and holds no address, phone number or message text. `uncertain` is true when the other
    side may have taken the message nevertheless (the answer to our request was lost). `cause` tells
    situations apart that are handled in their own way. `after`: the other side wants to be left alone for
    that many seconds.
    """

    def __init__(
        self,
        reason: str,
        *,
        permanent: bool,
        uncertain: bool = False,
        cause: Cause | None = None,
        after: float | None = None,
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.permanent = permanent
        self.uncertain = uncertain
        self.cause = cause
        self.after = after


ReportState = Literal["queued", "sent", "delivered", "read", "failed"]
"""How far a message of ours has come, in the order in which it gets there; `failed` is an end."""


@dataclass(frozen=True, slots=True)
class Report:
    """What the other side tells later about a message of ours, in any order and perhaps twice.

    `external_id` is its name of the message (or of a part), `message` our own id where it came back
    along, with the number of the `attempt` it belongs to and of the `part` of so many `parts` (from 1). For
    `failed`: `code` is the other side's error number, `reason` is for officers, `is_passing` when sending
    again may help. `queued` with a reason: it is late.

    `recipients`, where anybody could have written the report (a bounce is a mail): the addresses that it
    names; it holds only for a message that went to one of them, and the `cause` only where that is the
    first one. Empty where the channel vouches for it.
    """

    channel: str
    external_id: str
    state: ReportState
    at: datetime
    message: UUID | None = None
    code: int | None = None
    reason: str = ""
    cause: Cause | None = None
    is_passing: bool = False
    attempt: int | None = None
    part: int = 1
    parts: int = 1
    recipients: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReplyLimit:
    """How many automatic replies one person gets within 24 hours, and one conversation in all.

    Two machines that answer each other come to an end by it, whatever marks they lack.
    """

    per_day: int
    per_thread: int


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast a channel may be sent to: messages a second, overall and to one person."""

    per_second: float
    per_second_to_one: float


@dataclass(frozen=True, slots=True)
class Parcel:
    """What a pull channel fetched, before anybody looked into it.

    `place` names the mailbox, (`epoch`, `number`) its position there: UIDVALIDITY and UID of RFC 3501
    for IMAP. The same position twice is the same parcel. `fault` says, for officers, why the other side does
    not hand over what is there; `data` is empty then.
    """

    channel: str
    place: str
    epoch: int
    number: int
    data: bytes
    fetched_at: datetime
    fault: str | None = None


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


class TakeReport(Protocol):
    """Keeps what the other side tells about a message of ours, and what follows from it."""

    async def __call__(self, report: Report) -> None:
        """Take a report. When this returns, it is safe; a report on a message that is not ours is dropped."""
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

    async def alone(self, channel: str, place: str, work: Callable[[], Awaitable[None]]) -> None:
        """Do `work` while no other process does so for `place`; before that, wait for the turn.

        When the turn is lost, `work` is cancelled, and begun anew at the next one; two processes may
        overlap for the moment that takes. What `work` raises passes through.
        """
        ...

    async def open(self, channel: str, place: str, epoch: int, number: int) -> bytes:
        """Return the content of a kept parcel. Raises `FetchFailed`: for good where it is kept no more."""
        ...

    async def settled(self, channel: str, place: str) -> Cursor | None:
        """Return up to where what was kept has been flagged or moved in `place`; None when never."""
        ...

    async def unsettled(self, channel: str, place: str, after: Cursor, most: int) -> Sequence[int]:
        """Return the first numbers of kept parcels above `after` in its epoch, rising, without faulty ones."""
        ...

    async def settle(self, channel: str, place: str, to: Cursor) -> None:
        """Note that what was kept up to there has been flagged or moved, or needs to be no more."""
        ...


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of `pst config check --connect`: what was tried, whether it worked, in words."""

    name: str
    holds: bool
    detail: str


class FileStore(Protocol):
    """Where the files stand that go out with messages."""

    async def open(self, name: str) -> bytes:
        """Return a content whole. Raises `FetchFailed`."""
        ...


class Channel(Protocol):
    """A way in and out. Push channels have routes, pull channels listen; both send.

    `patience` is how long a message is tried before it is given up (`retry_hours` of the options).
    `settle` is how long an attempt may still be under way after it was recorded: `find` is asked
    only after it. `window` is how long after a citizen's message free text can be sent, None where
    there is no such limit. `pace` is how fast may be sent, None without a limit. `file_types` are the
    content types of files that are kept; what `fetch` brings of another type is refused. `silence` is how
    long what is listened to may stay unreached before officers are warned, None where nothing is. `reply_limit`
    is how much of it is answered automatically, None without a limit. `max_file_bytes` is how much of files
    one message of ours may carry, 0 where none can be sent.
    """

    name: str
    patience: timedelta
    settle: timedelta
    window: timedelta | None
    pace: Pace | None
    file_types: frozenset[str]
    silence: timedelta | None
    reply_limit: ReplyLimit | None
    max_file_bytes: int

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

    async def fetch(self, attachment: Attachment) -> Fetched:
        """Fetch what an attachment of this channel points to. Raises `FetchFailed`; has a deadline."""
        ...

    def page(self, data: bytes) -> str:
        """Return the HTML that a fetched letter shows, clean enough to stand in a page of ours; "" without any.

        Pure, and total: never raises on bad input.
        """
        ...

    async def typing(self, external_id: str) -> None:
        """Show the sender of that message that an answer is on its way, where that can be shown.

        Best effort: never raises for the network's sake, and has a deadline.
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
    report: TakeReport
    depot: Depot
    now: Callable[[], datetime]
    public_url: str
    office_name: str
    is_simulation: bool = False
    files: FileStore | None = None


class Build(Protocol):
    """`channels.<name>.build`: options of office.yml and the environment to a channel, None when it is off."""

    def __call__(self, options: Any, environment: Any, wiring: Wiring) -> Channel | None:
        """Return the channel, or None while what it needs is not set."""
        ...
