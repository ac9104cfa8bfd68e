"""The way of a message after Twilio took it: queued, sent, delivered, read; or failed.

Pauses are real seconds: they stand for the network, not for the office's days. What is decided by the
clock (the window) is decided by the account's own.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass

import aiohttp

from channels.simulator.twilio_account import Account
from channels.simulator.twilio_callbacks import TIMEOUT_SECONDS, Callbacks, callback_form
from channels.simulator.twilio_content import Content
from channels.simulator.twilio_messages import SentMessage
from channels.simulator.twilio_rules import Numbers, Rules

OUTSIDE_WINDOW = 63016
# How an error ends a message: WhatsApp's refusal is `failed`, a phone that is none `undelivered`.
UNDELIVERED = frozenset({63003, 63024})


@dataclass(frozen=True, slots=True)
class Pauses:
    """Seconds until each state, one after the other. `read` None: nobody reads by itself."""

    sent: float = 0.0
    delivered: float = 0.0
    read: float | None = None


class Journeys:
    """Carries messages on, each in a task of its own. Without `pauses` they stay queued."""

    def __init__(
        self,
        account: Account,
        callbacks: Callbacks,
        numbers: Numbers,
        rules: Rules,
        contents: Mapping[str, Content],
    ) -> None:
        self._account = account
        self._callbacks = callbacks
        self._numbers = numbers
        self._rules = rules
        self._contents = contents
        self._tasks: set[asyncio.Task[None]] = set()
        self._observers: list[Callable[[SentMessage], None]] = []
        self.pauses: Pauses | None = None

    def on_state(self, observer: Callable[[SentMessage], None]) -> None:
        """Have `observer` called with a message whenever its state has changed."""
        self._observers.append(observer)

    def begin(self, message: SentMessage) -> None:
        """Set a message that was just taken on its way."""
        if self.pauses is not None:
            self._start(self._travel(message, self.pauses))

    def read(self, message: SentMessage) -> None:
        """Somebody has read a message that was delivered."""
        if message.status == "delivered":
            message.status = "read"  # now, so that a second look does not tell it again
            self._start(self.tell(message, "read"))

    async def tell(self, message: SentMessage, status: str, error_code: int | None = None) -> None:
        """Bring a message into a state, and tell it to the observers and by callback."""
        form = self._enter(message, status, error_code)
        async with _session() as session:
            await self._callbacks.post(session, message.status_callback, form)

    async def settled(self) -> None:
        """Wait until every message has come to its end."""
        while self._tasks:
            await asyncio.wait(set(self._tasks))

    async def stop(self) -> None:
        """Leave every message where it is."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _start(self, way: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(way)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _travel(self, message: SentMessage, pauses: Pauses) -> None:
        """Go through the states in time; the callbacks follow in their order, however slow the product is."""
        told: asyncio.Task[None] | None = None
        async with _session() as session, asyncio.TaskGroup() as group:
            for pause, status, error_code in self._states(message, pauses):
                await asyncio.sleep(pause)
                form = self._enter(message, status, error_code)
                told = group.create_task(self._post_after(told, session, message.status_callback, form))

    def _states(self, message: SentMessage, pauses: Pauses) -> list[tuple[float, str, int | None]]:
        """Return (seconds before it, state, error) of each state to come."""
        error = self._error(message)
        if error is not None:
            return [(pauses.sent, "undelivered" if error in UNDELIVERED else "failed", error)]
        states: list[tuple[float, str, int | None]] = [
            (pauses.sent, "sent", None),
            (pauses.delivered, "delivered", None),
        ]
        return states if pauses.read is None else [*states, (pauses.read, "read", None)]

    def _error(self, message: SentMessage) -> int | None:
        """Return the error that a message taken now ends with, None when it gets through."""
        if (code := self._rules.unreachable.get(message.recipient)) is not None:
            return code
        if self._numbers.may_be_told(message.recipient, self._rules, self._account.now()):
            return None
        content = self._contents.get(message.content_sid or "")
        return None if content is not None and content.may_begin else OUTSIDE_WINDOW

    async def _post_after(
        self,
        earlier: asyncio.Task[None] | None,
        session: aiohttp.ClientSession,
        url: str | None,
        form: Mapping[str, str],
    ) -> None:
        if earlier is not None:
            await earlier
        await self._callbacks.post(session, url, form)

    def _enter(self, message: SentMessage, status: str, error_code: int | None) -> Mapping[str, str]:
        """Change the state now; return the form of the callback that tells it, as the state is now."""
        message.status, message.error_code = status, error_code
        if status == "sent":
            message.date_sent = self._account.now()
        for observer in self._observers:
            observer(message)
        return callback_form(message)


def _session() -> aiohttp.ClientSession:
    """One for each message: it is closed however the message's way ends."""
    return aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=TIMEOUT_SECONDS))
