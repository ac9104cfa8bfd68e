"""A channel, and what is handed to it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from starlette.routing import BaseRoute

from channels.port.files import Attachment, Fetched, FileStore
from channels.port.inbound import Ignored, Inbound
from channels.port.outbound import Outbound, Receipt
from channels.port.parcels import Depot, Parcel
from channels.port.reports import Report


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
