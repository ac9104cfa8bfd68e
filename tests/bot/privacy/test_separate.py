"""Persons who were joined are separated again, each with those who had followed them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from sqlalchemy import text

from bot.assembly import counter
from bot.store.privacy import joining
from handoff.ports.values import Officer
from tests.bot.privacy.test_erase import erasure
from tests.fakes import Stage

Staged = Callable[[], AbstractAsyncContextManager[Stage]]
BUDI = Officer(1, "budi", "Budi", "budi@example.go.id", "supervisor", "id")


async def test_separating_takes_along_whoever_followed(staged: Staged) -> None:
    async with staged() as stage:
        core, now = stage.core, stage.clock.now()
        for number in (1, 2, 3):
            await stage.hear("halo", sender=f"whatsapp:+62811111100{number}")
        async with core.database.transaction() as tx:
            await tx.execute(
                text(
                    "INSERT INTO officer (login, name, email, role, created_at)"
                    " VALUES ('budi', 'Budi', 'budi@example.go.id', 'supervisor', now())"
                )
            )
            await tx.execute(text("UPDATE person SET name = 'Citra Contoh' WHERE id = 3"))
        for kept, other in ((2, 3), (1, 2)):
            async with core.database.transaction() as tx:
                persons = await joining.lock(tx, kept, other)
                await joining.join(
                    tx, persons[kept], persons[other], verification="phone", note=None, officer_id=1, now=now
                )
        latest = int(str(await stage.scalar("SELECT max(id) FROM person_join")))
        await counter.privacy(core).separate(BUDI, 1, latest)
        await erasure(stage).erase(1, is_forced=True)
        assert await stage.scalar("SELECT name FROM person WHERE id = 3") == "Citra Contoh"
        assert await stage.scalar("SELECT joined_into_id FROM person WHERE id = 3") == 2
