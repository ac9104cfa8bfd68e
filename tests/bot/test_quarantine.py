"""Mails that nobody can read: shown to officers with the reason, in nobody's way, and read again on demand."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest

from bot import jobs
from bot.assembly import email, steps
from bot.quarantine import Quarantine
from bot.settings import Settings
from channels.port import Cursor, Ignored, Inbound, Parcel
from tests.bot.test_jobs import working
from tests.fakes import Stage

Staged = Callable[[], AbstractAsyncContextManager[Stage]]
SECRET = "isi surat yang rahasia"


async def keep(stage: Stage, *contents: bytes) -> list[int]:
    """Keep mails as the mailbox would; return their parcels."""
    now = stage.clock.now()
    mails = [Parcel("email", "INBOX", 7, number, data, now) for number, data in enumerate(contents, 1)]
    await stage.core.reception.keep(mails, Cursor(7, len(mails)), channel="email", place="INBOX")
    return await stage.column("SELECT id FROM parcel ORDER BY id")


async def all_read(stage: Stage) -> None:
    async with asyncio.timeout(20):
        while await stage.scalar("SELECT count(*) FROM parcel WHERE read_at IS NULL"):
            await asyncio.sleep(0.01)


def unlucky(parcel: Parcel) -> Ignored:
    """Read as a parser with a bug does."""
    if b"bug" in parcel.data:
        raise ValueError(SECRET)
    return Ignored("unparseable" if b"hopeless" in parcel.data else "list", "no mail at all")


def quarantine(stage: Stage) -> Quarantine:
    return Quarantine(stage.core.database, stage.core.queue, stage.clock)


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "_pause", lambda *_: 0.0)


async def test_officers_see_what_and_where_but_nothing_of_the_mail(staged: Staged) -> None:
    async with staged() as stage, working(stage):
        stage.memory["email"].read = unlucky  # type: ignore[method-assign]
        broken, hopeless, fine = await keep(stage, b"a bug", b"hopeless", b"fine")
        await all_read(stage)
        listed = await quarantine(stage).listed()
        assert [(each.parcel, each.kind) for each in listed] == [
            (broken, "quarantined"),
            (hopeless, "unparseable"),
        ]
        assert (listed[0].reason or "").startswith("ValueError di bot/read.py:")
        assert listed[1].reason == "no mail at all"
        events = await stage.column("SELECT detail FROM event WHERE kind = 'mail_quarantined' ORDER BY id")
        assert [(event["parcel"], event["reason"]) for event in events] == [  # type: ignore[index]
            (each.parcel, each.reason) for each in listed
        ]
        assert SECRET not in str(events)
        assert await stage.scalar(f"SELECT kind FROM parcel WHERE id = {fine}") == "list"


async def test_a_mail_is_read_again_when_the_bug_is_gone(staged: Staged) -> None:
    async with staged() as stage, working(stage):
        stage.memory["email"].read = unlucky  # type: ignore[method-assign]
        broken, fine = await keep(stage, b"a bug", b"fine")
        await all_read(stage)
        mended = stage.inbound("biaya konsultasi?", sender="budi@contoh.example", channel="email")

        def mend(parcel: Parcel) -> Inbound:
            return mended

        stage.memory["email"].read = mend  # type: ignore[method-assign]
        assert await quarantine(stage).replay([broken, fine, 999_999]) == [broken]
        await all_read(stage)
        assert (await quarantine(stage).standings([broken]))[0].kind == "message"
        assert await quarantine(stage).listed() == []
        assert await stage.scalar("SELECT text FROM message WHERE author = 'citizen'") == "biaya konsultasi?"
        unseen = "SELECT count(*) FROM event WHERE kind = 'mail_quarantined' AND seen_at IS NULL"
        assert await stage.scalar(unseen) == 0
        assert await quarantine(stage).replay([broken]) == []


async def test_a_mail_that_still_cannot_be_read_is_shown_again(staged: Staged) -> None:
    async with staged() as stage, working(stage):
        stage.memory["email"].read = unlucky  # type: ignore[method-assign]
        (hopeless,) = await keep(stage, b"hopeless")
        for times in (1, 2):
            await all_read(stage)
            events = "SELECT count(*) FROM event WHERE kind = 'mail_quarantined'"
            assert await stage.scalar(events) == times
            assert await stage.scalar(f"{events} AND seen_at IS NULL") == 1
            assert await quarantine(stage).replay([hopeless]) == [hopeless]
        await all_read(stage)


async def test_replay_waits_for_a_worker_no_longer_than_told(
    staged: Staged, settings: Settings, database_url: str
) -> None:
    async with staged() as stage:
        stage.memory["email"].read = unlucky  # type: ignore[method-assign]
        (hopeless,) = await keep(stage, b"hopeless")
        await steps.reader(stage.core).read(hopeless)
        listed, found = await email.replay(settings, database_url, [], seconds=5)
        assert ([each.parcel for each in listed], found) == ([hopeless], [])
        _, found = await email.replay(settings, database_url, None, seconds=0.3)
        assert [(each.parcel, each.kind) for each in found] == [(hopeless, None)]
        async with working(stage):
            await all_read(stage)
            _, found = await email.replay(settings, database_url, [hopeless], seconds=20)
        assert [each.kind for each in found] == ["unparseable"]


async def test_the_command(staged: Staged, database_url: str, tmp_path: Path) -> None:
    async def pst(*words: str) -> tuple[int, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PST_")}
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", "email", "replay", *words),
            env={**kept, "PST_HOME": str(tmp_path), "PST_DATABASE_URL": database_url},
            stdout=asyncio.subprocess.PIPE,
        )
        async with asyncio.timeout(60):
            out, _ = await process.communicate()
        return process.returncode or 0, out.decode()

    async with staged() as stage:
        stage.memory["email"].read = unlucky  # type: ignore[method-assign]
        (hopeless,) = await keep(stage, b"hopeless")
        await steps.reader(stage.core).read(hopeless)
        code, out = await pst()
        assert (code, f"{hopeless}  " in out, "unparseable: no mail at all" in out) == (0, True, True)
        assert "1 surat di karantina" in out
        assert await pst("999999", "--wait", "0") == (1, "999999  tidak ada di karantina\n")
        async with working(stage):
            assert await pst("--all") == (1, f"{hopeless}  unparseable: no mail at all\n")
