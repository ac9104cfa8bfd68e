"""Server-sent events (WHATWG HTML, 9.2): an open page hears that something changed, and asks for what it shows.

Events: `inbox` when queues or counts may be other than before, `conversation` when something changed in one of those
that the address names. However much happens, a stream says each of them twice a second at most, the first at once.
There is nothing to pile up, since what is still to be said is one mark for each.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from time import monotonic

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse

from handoff.address import number_of
from handoff.console.frame import Page, Visitor
from handoff.ports.accounts import Sessions
from handoff.ports.live import EVERYTHING, Change, News

HEARTBEAT_SECONDS = 15.0
"""So often a proxy, or the office's end of a connection that is gone, hears of us."""
PAUSE_SECONDS = 0.5
SESSION_SECONDS = 30.0
MOST_STREAMS = 1_000
MOST_CONVERSATIONS = 40
"""A page shows one, and those that are open on the person's other addresses."""
RETRY_MILLISECONDS = 1_000
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


class Stream:
    """What one open page is still to be told."""

    def __init__(self, conversations: frozenset[int]) -> None:
        self.conversations = conversations
        self._due: dict[str, None] = {}
        self._said: dict[str, float] = {}
        self._woken = asyncio.Event()
        self._closed = asyncio.Event()

    @property
    def is_closed(self) -> bool:
        """Tell whether it is to end."""
        return self._closed.is_set()

    def take(self, change: Change) -> None:
        """Note what a change means for this page."""
        if change.is_inbox:
            self._due["inbox"] = None
        if self.conversations and (change.is_everything or change.conversation_id in self.conversations):
            self._due["conversation"] = None
        if self._due:
            self._woken.set()

    def close(self) -> None:
        """End the stream at once."""
        self._closed.set()
        self._woken.set()

    async def next(self) -> list[str]:
        """Return the events that may be said now; after the length of a heartbeat, or at the end, none."""
        while not self._closed.is_set():
            now = monotonic()
            waits = {name: self._said.get(name, -PAUSE_SECONDS) + PAUSE_SECONDS - now for name in self._due}
            ready = [name for name, wait in waits.items() if wait <= 0]
            if ready:
                for name in ready:
                    del self._due[name]
                    self._said[name] = now
                return ready
            self._woken.clear()
            try:
                async with asyncio.timeout(min(waits.values(), default=HEARTBEAT_SECONDS)):
                    await self._woken.wait()
            except TimeoutError:
                if not waits:
                    break
        return []


class Live:
    """The event streams of a process."""

    def __init__(self, news: News, sessions: Sessions) -> None:
        self._news = news
        self._sessions = sessions
        self._streams: set[Stream] = set()

    def pages(self) -> list[Page]:
        """Return the stream's address: each `conversation=ID` is one that is looked at."""
        return [Page("/events", self.events, name="events")]

    def hang_up(self) -> None:
        """End every stream, and listen no longer."""
        for stream in self._streams:
            stream.close()
        self._news.close()

    async def events(self, request: Request, visitor: Visitor) -> Response:
        """Open a stream."""
        if len(self._streams) >= MOST_STREAMS:
            return PlainTextResponse("", 503, headers={"Retry-After": "10"})
        asked = request.query_params.getlist("conversation")[:MOST_CONVERSATIONS]
        numbers = (number_of(each) for each in asked)
        stream = Stream(frozenset(each for each in numbers if each is not None))
        if request.headers.get("last-event-id"):
            stream.take(EVERYTHING)  # it was away, nobody knows for how long
        body = self._body(stream, visitor.session)
        return StreamingResponse(body, media_type="text/event-stream", headers=HEADERS)

    async def _body(self, stream: Stream, session: bytes) -> AsyncIterator[str]:
        self._streams.add(stream)
        leave = self._news.subscribe(stream.take)
        checked = monotonic()
        try:
            yield f"retry: {RETRY_MILLISECONDS}\nid: 1\n\n"
            while True:
                names = await stream.next()
                if stream.is_closed:
                    return
                if monotonic() - checked >= SESSION_SECONDS:
                    checked = monotonic()
                    if not await self._sessions.is_alive(session):
                        return
                yield "".join(f"event: {name}\ndata: 1\n\n" for name in names) or ": tetap terhubung\n\n"
        finally:
            leave()
            self._streams.discard(stream)
