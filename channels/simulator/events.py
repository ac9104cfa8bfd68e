"""Tells open pages that something changed (server-sent events), so that an answer appears by itself."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

# Often enough that a proxy or a sleeping laptop is noticed; a comment line costs nothing.
HEARTBEAT_SECONDS = 15.0


class Noticeboard:
    """Wakes every open page at each change. It says that, not what: the page asks for what it shows."""

    def __init__(self) -> None:
        self._readers: set[asyncio.Event] = set()
        self._revision = 0
        self._is_closed = False

    def tell(self) -> None:
        """Something changed; several changes at once are one notice."""
        self._revision += 1
        self._wake()

    def close(self) -> None:
        """End every open stream, so that the web server can stop without waiting for its pages."""
        self._is_closed = True
        self._wake()

    async def stream(self) -> AsyncIterator[str]:
        """Yield the body of a `text/event-stream` (WHATWG HTML, 9.2): a revision at each change."""
        reader = asyncio.Event()
        self._readers.add(reader)
        try:
            yield self._notice()
            while not self._is_closed:
                changed = await _is_set(reader)
                reader.clear()
                if not self._is_closed:
                    yield self._notice() if changed else ": tetap terhubung\n\n"
        finally:
            self._readers.discard(reader)

    def _notice(self) -> str:
        return f"retry: 1000\nevent: changed\ndata: {self._revision}\n\n"

    def _wake(self) -> None:
        for reader in self._readers:
            reader.set()


async def _is_set(event: asyncio.Event) -> bool:
    try:
        async with asyncio.timeout(HEARTBEAT_SECONDS):
            return await event.wait()
    except TimeoutError:
        return False
