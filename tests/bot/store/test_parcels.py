"""What a pull channel left: kept packed, read back, tidied, and what cannot be had shown to officers."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.files import NoSuchFile
from bot.settings import Settings
from bot.store import parcels
from bot.upkeep import Upkeep
from channels.port import Cursor, Parcel
from tests.fakes import Stage

Staged = Callable[[], AbstractAsyncContextManager[Stage]]
PLACE = "kantor@mail.example.go.id/INBOX"
LARGE = os.urandom(400_000)  # does not get smaller


def upkeep(stage: Stage) -> Upkeep:
    core = stage.core
    return Upkeep(
        core.database,
        core.queue,
        stage.clock,
        timedelta(seconds=10),
        files=core.files,
        silences={"email": timedelta(minutes=15)},
    )


async def keep(stage: Stage, *contents: bytes, fault: str | None = None, start: int = 1) -> None:
    """Keep contents as the mailbox does, numbered from `start`."""
    found = [
        Parcel("email", PLACE, 7, number, content, stage.clock.now(), fault=fault)
        for number, content in enumerate(contents, start=start)
    ]
    last = start + len(contents) - 1
    await stage.core.reception.keep(found, Cursor(7, last), channel="email", place=PLACE)


async def content(stage: Stage, number: int) -> bytes:
    [row] = await stage.column(f"SELECT id FROM parcel WHERE number = {number}")
    async with stage.core.database.statement() as tx:
        kept = await parcels.kept(tx, row)
    assert kept is not None
    return await stage.core.reception.contents.unpack(kept[1])


def files_of(settings: Settings) -> list[Path]:
    return [path for path in settings.files.rglob("*") if path.is_file()]


async def test_a_small_content_is_in_the_database_and_smaller(staged: Staged, settings: Settings) -> None:
    mail = b"From: budi@example.org\r\n\r\n" + b"Berapa lama konsultasi?\r\n" * 2_000
    async with staged() as stage:
        await keep(stage, mail)
        assert await content(stage, 1) == mail
        assert await stage.column("SELECT octet_length(data) FROM parcel") < [len(mail) // 10]
        assert files_of(settings) == []


async def test_a_large_content_is_in_a_file_with_a_random_name(staged: Staged, settings: Settings) -> None:
    async with staged() as stage:
        await keep(stage, b"kecil", LARGE)
        assert await content(stage, 2) == LARGE
        [file] = files_of(settings)
        assert await stage.scalar("SELECT file FROM parcel WHERE data IS NULL") == file.name
        assert file.read_bytes() != LARGE


async def test_the_same_parcel_again_is_kept_once_and_its_second_file_is_tidied(
    staged: Staged, settings: Settings
) -> None:
    async with staged() as stage:
        await keep(stage, LARGE)
        await keep(stage, LARGE)
        assert len(files_of(settings)) == 2
        stage.clock.advance(timedelta(days=1, minutes=1))
        async with stage.core.queue.opened():
            await upkeep(stage).tidy()
        assert len(files_of(settings)) == 1
        assert await content(stage, 1) == LARGE


async def test_where_the_disk_takes_nothing_the_database_does(staged: Staged, settings: Settings) -> None:
    settings.files.parent.mkdir(parents=True)
    settings.files.write_text("not a folder")
    async with staged() as stage:
        await keep(stage, LARGE)
        assert await content(stage, 1) == LARGE
        assert await stage.column("SELECT count(*) FROM parcel WHERE file IS NULL") == [1]


async def test_a_row_of_an_earlier_version_is_read_as_it_is(staged: Staged) -> None:
    async with staged() as stage:
        async with stage.core.database.transaction() as tx:
            await tx.execute(
                text(
                    "INSERT INTO parcel (channel, place, epoch, number, data, fetched_at)"
                    " VALUES ('email', :place, 7, 1, :data, :now)"
                ).bindparams(place=PLACE, data=b"x\x9c is no zlib", now=stage.clock.now())
            )
        assert b"is no zlib" in await content(stage, 1)


async def test_a_file_that_is_gone_is_an_error_and_not_an_empty_mail(
    staged: Staged, settings: Settings
) -> None:
    async with staged() as stage:
        await keep(stage, LARGE)
        for file in files_of(settings):
            file.unlink()
        with pytest.raises(NoSuchFile):
            await content(stage, 1)


async def test_what_is_not_handed_over_is_shown_to_officers_and_read_by_nobody(staged: Staged) -> None:
    async with staged() as stage:
        await keep(stage, b"satu")
        await keep(stage, b"", fault="server tidak menyerahkan surat ini", start=2)
        told = "SELECT detail ->> 'number' FROM event WHERE kind = 'mail_undeliverable'"
        assert await stage.scalar(told) == "2"
        kind = "SELECT kind FROM parcel WHERE number = 2 AND read_at IS NOT NULL"
        assert await stage.scalar(kind) == "undeliverable"
        assert await stage.scalar("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'read'") == 1


async def test_what_is_flagged_on_the_server_leaves_out_what_never_came(staged: Staged) -> None:
    async with staged() as stage:
        reception = stage.core.reception
        assert await reception.settled("email", PLACE) is None
        await keep(stage, b"satu", b"dua")
        await keep(stage, b"", fault="tidak diserahkan", start=3)
        await keep(stage, b"empat", start=4)
        assert await reception.unsettled("email", PLACE, Cursor(7, 0), 10) == [1, 2, 4]
        assert await reception.unsettled("email", PLACE, Cursor(7, 1), 1) == [2]
        assert await reception.unsettled("email", PLACE, Cursor(8, 0), 10) == []
        await reception.settle("email", PLACE, Cursor(7, 4))
        assert await reception.settled("email", PLACE) == Cursor(7, 4)


async def silent(stage: Stage) -> int:
    await upkeep(stage).listen()
    return int(str(await stage.scalar("SELECT count(*) FROM event WHERE kind = 'mailbox_silent'")))


async def test_officers_are_warned_once_of_each_silence(staged: Staged) -> None:
    async with staged() as stage:
        assert await silent(stage) == 0, "a mailbox that was never wanted is not missed"
        await stage.core.reception.checked("email", PLACE)
        stage.clock.advance(timedelta(minutes=14))
        assert await silent(stage) == 0
        stage.clock.advance(timedelta(minutes=1))
        assert await silent(stage) == 1
        stage.clock.advance(timedelta(hours=3))
        assert await silent(stage) == 1
        await stage.core.reception.checked("email", PLACE)
        assert await silent(stage) == 1
        stage.clock.advance(timedelta(minutes=16))
        assert await silent(stage) == 2


async def test_a_mailbox_that_was_never_reached_is_missed_and_one_that_was_left_is_not(
    staged: Staged,
) -> None:
    async with staged() as stage:

        async def work() -> None:
            stage.clock.advance(timedelta(minutes=16))

        await stage.core.reception.alone("email", PLACE, work)
        assert await silent(stage) == 1
        await stage.core.reception.checked("email", "baru@mail.example.go.id/INBOX")
        assert await silent(stage) == 1
