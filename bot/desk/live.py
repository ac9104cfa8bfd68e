"""News for open pages: one listener a process, as long as anybody looks."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from time import monotonic

from bot.store import live
from handoff.ports.live import EVERYTHING, Change

REMEMBERED_SECONDS = 10.0
"""How long ago a page may have been made whose stream begins now."""
MOST_REMEMBERED = 500

Take = Callable[[Change], None]


class StoredNews:
    """Implements `handoff.ports.live.News` over the database's own notices."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._readers: set[Take] = set()
        self._recent: deque[tuple[float, Change]] = deque(maxlen=MOST_REMEMBERED)
        self._listening: asyncio.Task[None] | None = None

    def subscribe(self, take: Take) -> Callable[[], None]:
        """Hand each change to `take`; the first reader makes the process listen."""
        if self._listening is None or self._listening.done():
            self._listening = asyncio.create_task(live.listen(self._url, self._hear))
        since = monotonic() - REMEMBERED_SECONDS
        for at, change in self._recent:
            if at >= since:
                take(change)
        self._readers.add(take)
        return lambda: self._readers.discard(take)

    def close(self) -> None:
        """Listen no longer."""
        if self._listening is not None:
            self._listening.cancel()

    def _hear(self, payload: str | None) -> None:
        change = EVERYTHING if payload is None else read(payload)
        self._recent.append((monotonic(), change))
        for take in tuple(self._readers):
            take(change)


def read(payload: str) -> Change:
    """Return what a payload means: [!][+]conversation, as migration 0007 writes it."""
    number = payload.lstrip("!+")
    is_inbox = payload != number
    return Change(int(number) if number.isdigit() else None, is_inbox=is_inbox)
