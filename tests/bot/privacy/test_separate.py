"""Persons who were joined are separated again, each with those who had followed them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import pytest
from sqlalchemy import text

from bot.assembly import counter
from bot.store.privacy import joining
from handoff.ports.values import NotFound, Officer
from tests.bot.privacy.test_erase import erasure
from tests.fakes import Stage

Staged = Callable[[], AbstractAsyncContextManager[Stage]]
BUDI = Officer(1, "budi", "Budi", "budi@example.go.id", "supervisor", "id")


async def three(stage: Stage) -> None:
    """Have three persons write, of whom the third is joined into the second, and both into the first."""
    now = stage.clock.now()
    for number in (1, 2, 3):
        await stage.hear("halo", sender=f"whatsapp:+62811111100{number}")
    async with stage.core.database.transaction() as tx:
        await tx.execute(
            text(
                "INSERT INTO officer (login, name, email, role, created_at)"
                " VALUES ('budi', 'Budi', 'budi@example.go.id', 'supervisor', now())"
            )
        )
        await tx.execute(text("UPDATE person SET name = 'Citra Contoh' WHERE id = 3"))
    for kept, other in ((2, 3), (1, 2)):
        async with stage.core.database.transaction() as tx:
            persons = await joining.lock(tx, kept, other)
            await joining.join(
                tx, persons[kept], persons[other], verification="phone", note=None, officer_id=1, now=now
            )


async def test_separating_takes_along_whoever_followed(staged: Staged) -> None:
    async with staged() as stage:
        await three(stage)
        latest = int(str(await stage.scalar("SELECT max(id) FROM person_join")))
        await counter.privacy(stage.core).separate(BUDI, 1, latest)
        await erasure(stage).erase(1, is_forced=True)
        assert await stage.scalar("SELECT name FROM person WHERE id = 3") == "Citra Contoh"
        assert await stage.scalar("SELECT joined_into_id FROM person WHERE id = 3") == 2


async def test_who_was_joined_on_is_separated_in_the_order_back(staged: Staged) -> None:
    async with staged() as stage:
        await three(stage)
        first = int(str(await stage.scalar("SELECT min(id) FROM person_join")))
        with pytest.raises(NotFound):
            await counter.privacy(stage.core).separate(BUDI, 2, first)
        assert await stage.scalar("SELECT joined_into_id FROM person WHERE id = 3") == 1


async def test_who_was_joined_is_erased_with_the_other_only(staged: Staged) -> None:
    async with staged() as stage:
        await three(stage)
        with pytest.raises(NotFound):
            await erasure(stage).erase(3)
        assert await stage.scalar("SELECT count(*) FROM person_join WHERE undone_at IS NULL") == 2
        assert await stage.scalar("SELECT count(*) FROM audit WHERE action = 'person.erased'") == 0
