"""Event streams: what another web changed is heard within a second, and never more than a page can take."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from time import monotonic

import httpx
import pytest
from sqlalchemy import text

from handoff.console import live
from tests.bot.desk.floor import Floor
from tests.handoff.console.running import Desk, running

PATIENCE = 10.0


class Heard:
    """What a page hears."""

    def __init__(self, answer: httpx.Response) -> None:
        self.answer = answer
        self._lines = answer.aiter_lines()

    async def event(self) -> str:
        """Return the next event's name. Raises StopAsyncIteration when the stream has ended."""
        async with asyncio.timeout(PATIENCE):
            while True:
                line = await anext(self._lines)
                if line.startswith("event: "):
                    return line.removeprefix("event: ")

    async def until(self, name: str) -> None:
        """Hear until an event comes."""
        while await self.event() != name:
            pass


@asynccontextmanager
async def listening(client: httpx.AsyncClient, *conversations: int) -> AsyncIterator[Heard]:
    """Open a stream, up to the point from which nothing is missed."""
    query = "?" + "&".join(f"conversation={each}" for each in conversations)
    async with client.stream("GET", f"/console/events{query}") as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        heard = Heard(answer)
        await heard.until("inbox")  # the process has just begun to listen: who knows what was before
        if conversations:
            await heard.until("conversation")
        yield heard


async def test_a_page_on_one_web_hears_within_a_second_what_happened_on_another(
    desk: Desk, floor: Floor, tmp_path: Path
) -> None:
    conversation, _ = await floor.asked("Mohon data")
    sari = await desk.officer(name="Sari")
    session = await desk.log_in(sari)
    async with (
        running(desk.stage, tmp_path / "other") as other,
        listening(await other.client(session), conversation) as heard,
    ):
        began = monotonic()
        await floor.goes_on("Ada yang kurang")
        await heard.until("conversation")
        assert monotonic() - began < 1.0
        began = monotonic()
        await floor.desk.claim(sari, conversation)
        await heard.until("inbox")
        assert monotonic() - began < 1.0


async def test_what_changes_is_told_of_each_kind(desk: Desk, floor: Floor) -> None:
    sari = await desk.officer(name="Sari")
    conversation, ticket = await floor.asked("Mohon data")
    client = await desk.client(sari)

    async def reply() -> None:
        await floor.reply(sari, conversation, "Kami carikan.")

    async def note() -> None:
        await floor.desk.note(sari, conversation, "Hubungi seksi neraca")

    async def tag() -> None:
        version = (await floor.ticket(ticket.id)).version
        await floor.desk.tag(sari, ticket.id, ["skripsi"], version=version)

    async def look() -> None:
        await floor.run(
            "INSERT INTO viewing (conversation_id, officer_id, seen_at) VALUES (:c, :o, now())",
            c=conversation,
            o=sari.id,
        )

    acts: list[Callable[[], Awaitable[None]]] = [reply, floor.stage.deliver_all, note, tag, look]
    async with listening(client, conversation) as heard:
        for act in acts:
            await act()
            await heard.until("conversation")


async def test_a_page_hears_of_its_own_conversation_only(desk: Desk, floor: Floor) -> None:
    mine, _ = await floor.written("Halo", sender="whatsapp:+628111111001")
    client = await desk.client()
    async with listening(client, mine) as heard:
        await floor.written("Halo juga", sender="whatsapp:+628111111002")
        await floor.asked("Mohon data", sender="whatsapp:+628111111003")
        assert await heard.event() == "inbox"


async def test_a_page_that_shows_two_hears_of_both(desk: Desk, floor: Floor) -> None:
    one, _ = await floor.written("Halo", sender="whatsapp:+628111111001")
    two, _ = await floor.written("Halo juga", sender="whatsapp:+628111111002")
    async with listening(await desk.client(), one, two) as heard:
        for sender in ("whatsapp:+628111111001", "whatsapp:+628111111002"):
            await floor.written("Ada lagi", sender=sender)
            await heard.until("conversation")


async def test_a_burst_is_few_events(desk: Desk, floor: Floor) -> None:
    conversation, _ = await floor.asked("Mohon data")
    client = await desk.client()
    async with listening(client, conversation) as heard:
        began = monotonic()
        for number in range(30):
            await floor.goes_on(f"Pesan {number}")
        await desk.officer(name="Akhir")
        await floor.run("UPDATE ticket SET priority = 1")
        names = [await heard.event()]
        took = monotonic() - began
        async with asyncio.timeout(PATIENCE):
            while monotonic() - began < took + 2 * live.PAUSE_SECONDS:
                try:
                    async with asyncio.timeout(3 * live.PAUSE_SECONDS):
                        names.append(await heard.event())
                except TimeoutError:
                    break
        most = 2 + (monotonic() - began) / live.PAUSE_SECONDS
        assert names.count("conversation") <= most
        assert names.count("inbox") <= most


async def test_a_stream_ends_with_its_session(
    desk: Desk, floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "SESSION_SECONDS", 0.0)
    sari = await desk.officer(name="Sari")
    client = await desk.client(sari)
    async with listening(client) as heard:
        await floor.run("DELETE FROM officer_session WHERE officer_id = :id", id=sari.id)
        await floor.asked("Mohon data")
        with pytest.raises(StopAsyncIteration):
            await heard.until("nothing")


async def test_streams_end_at_once_when_the_web_stops(desk: Desk) -> None:
    client = await desk.client()
    async with listening(client) as heard:
        began = monotonic()
        desk.console.hang_up()
        with pytest.raises(StopAsyncIteration):
            await heard.until("nothing")
        assert monotonic() - began < 2.0


async def test_a_lost_connection_is_made_anew_and_nothing_is_missed(desk: Desk, floor: Floor) -> None:
    conversation, _ = await floor.asked("Mohon data")
    client = await desk.client()
    async with listening(client, conversation) as heard:
        async with desk.stage.core.database.transaction() as tx:
            ended = await tx.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE query LIKE 'LISTEN %' AND datname = current_database()"
                )
            )
            assert ended.scalars().all() == [True]
        await heard.until("conversation")  # nobody knows what was said meanwhile
        await floor.goes_on("Ada yang kurang")
        await heard.until("conversation")


async def test_who_comes_back_looks_again(desk: Desk, floor: Floor) -> None:
    client = await desk.client()
    async with listening(client):
        client.headers["Last-Event-ID"] = "1"
        async with client.stream("GET", "/console/events") as answer:
            assert await Heard(answer).event() == "inbox"


async def test_a_stranger_hears_nothing(desk: Desk) -> None:
    assert (await (await desk.client(None)).get("/console/events")).status_code == 303
