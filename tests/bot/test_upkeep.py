"""An officer who owes an answer is warned before the window closes: once for each silence, and only then."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import timedelta

import pytest
from sqlalchemy import text

from bot.store import notices, tickets
from bot.upkeep import WINDOW_AHEAD, Upkeep
from tests.fakes import Stage

Staged = Callable[[], AbstractAsyncContextManager[Stage]]
WINDOW = timedelta(hours=24)
SECOND = timedelta(seconds=1)
JUST_BEFORE, DUE = WINDOW - WINDOW_AHEAD - timedelta(minutes=1), WINDOW - WINDOW_AHEAD + SECOND


def upkeep(stage: Stage) -> Upkeep:
    return Upkeep(
        stage.core.database,
        stage.core.queue,
        stage.clock,
        timedelta(seconds=10),
        windows={"whatsapp": WINDOW},
    )


async def asked(stage: Stage, *, has_ticket: bool = True, channel: str = "whatsapp") -> int:
    """Have somebody write, with a ticket open or not; return the conversation."""
    await stage.hear("mau tanya", channel=channel)
    async with stage.core.database.transaction() as tx:
        conversation = int((await tx.execute(text("SELECT max(id) FROM conversation"))).scalar_one())
        if has_ticket:
            await tickets.add(
                tx,
                number=f"PST-{conversation}",
                kind="konsultasi",
                state="new",
                reason="asked",
                conversation_id=conversation,
                now=stage.clock.now(),
            )
    return conversation


async def reply(stage: Stage, conversation: int, *, state: str = "sent", author: str = "officer") -> None:
    async with stage.core.database.transaction() as tx:
        message = await notices.keep(
            tx,
            conversation_id=conversation,
            channel="whatsapp",
            key=author,
            text="jawaban",
            now=stage.clock.now(),
            language="id",
        )
        await tx.execute(text(f"UPDATE message SET author = '{author}' WHERE id = {message}"))
        await tx.execute(text(f"UPDATE delivery SET state = '{state}' WHERE message_id = {message}"))


async def warned(stage: Stage) -> list[int]:
    await upkeep(stage).warn()
    return await stage.column("SELECT conversation_id FROM event WHERE kind = 'window_closing' ORDER BY id")


async def test_within_the_last_hour_and_once(staged: Staged) -> None:
    async with staged() as stage:
        conversation = await asked(stage)
        stage.clock.advance(JUST_BEFORE)
        assert await warned(stage) == []
        stage.clock.advance(DUE - JUST_BEFORE)
        for _ in range(2):
            assert await warned(stage) == [conversation]
        detail = await stage.scalar("SELECT detail ->> 'ticket' FROM event")
        assert detail == f"PST-{conversation}"


async def test_the_next_silence_is_warned_of_again(staged: Staged) -> None:
    async with staged() as stage:
        conversation = await asked(stage)
        for silence in (1, 2):
            stage.clock.advance(DUE)
            assert await warned(stage) == [conversation] * silence
            await stage.hear("halo?")


async def test_when_it_is_too_late_nobody_is_warned(staged: Staged) -> None:
    async with staged() as stage:
        await asked(stage)
        stage.clock.advance(WINDOW + SECOND)
        assert await warned(stage) == []


@pytest.mark.parametrize(
    ("author", "state", "is_warned"),
    [
        ("officer", "sent", False),
        ("officer", "kept", False),
        ("officer", "failed", True),
        ("officer", "waiting", True),
        ("system", "sent", True),
    ],
)
async def test_what_counts_as_an_officers_answer(
    staged: Staged, author: str, state: str, *, is_warned: bool
) -> None:
    async with staged() as stage:
        conversation = await asked(stage)
        await reply(stage, conversation, author=author, state=state)
        stage.clock.advance(DUE)
        assert bool(await warned(stage)) == is_warned


async def test_an_answer_to_an_earlier_message_does_not_count(staged: Staged) -> None:
    async with staged() as stage:
        conversation = await asked(stage)
        await reply(stage, conversation)
        await stage.hear("satu lagi")
        stage.clock.advance(DUE)
        assert await warned(stage) == [conversation]


async def test_without_an_open_ticket_nobody_owes_anything(staged: Staged) -> None:
    async with staged() as stage:
        await asked(stage, has_ticket=False)
        stage.clock.advance(DUE)
        assert await warned(stage) == []


async def test_mail_has_no_window(staged: Staged) -> None:
    async with staged() as stage:
        await asked(stage, channel="email")
        stage.clock.advance(DUE)
        assert await warned(stage) == []
