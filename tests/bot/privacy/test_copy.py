"""A person's copy holds all that is kept about them, as a ZIP that any program opens, and no officer's name."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest

from bot.privacy.copy import Copies
from handoff.ports.values import NotFound
from tests.bot.privacy.somebody import ADDRESS, NAME, NUMBER, WHATSAPP, WORD, Somebody, contents, known, run
from tests.fakes import Stage

Staged = Callable[[], AbstractAsyncContextManager[Stage]]


def copies(stage: Stage) -> Copies:
    return Copies(
        stage.core.database, stage.core.files, contents(stage), stage.clock, "BPS Contoh", "Asia/Jakarta"
    )


async def copied(stage: Stage, person: int, *, with_notes: bool = True) -> zipfile.ZipFile:
    pieces = [piece async for piece in copies(stage).of(person, with_notes=with_notes)]
    archive = zipfile.ZipFile(io.BytesIO(b"".join(pieces)))
    assert archive.testzip() is None
    return archive


def data_of(archive: zipfile.ZipFile) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(archive.read("data.json"))
    return data


async def joined(stage: Stage) -> Somebody:
    somebody = await known(stage)
    await run(stage, f"UPDATE contact SET person_id = {somebody.person}")
    return somebody


async def test_both_channels_with_files_and_raw_mail(staged: Staged) -> None:
    async with staged() as stage:
        archive = await copied(stage, (await joined(stage)).person)
        names = archive.namelist()
        assert {"BACA-SAYA.txt", "data.json", "pesan.html"} <= set(names)
        stored = b"".join(archive.read(name) for name in names if name.startswith("berkas/"))
        assert stored == f"foto {WORD}jawaban {WORD}".encode()
        (mail,) = (name for name in names if name.startswith("surat/"))
        assert ADDRESS.encode() in archive.read(mail)


async def test_the_data_tells_who_what_when_and_what_became_of_it(staged: Staged) -> None:
    async with staged() as stage:
        somebody = await joined(stage)
        data = data_of(await copied(stage, somebody.person))
        assert data["people"][0]["name"] == NAME
        assert {each["address"] for each in data["contacts"]} == {WHATSAPP, ADDRESS}
        chat, mail = data["conversations"]
        assert [each["author"] for each in chat["messages"]] == ["citizen", "officer", "officer"]
        assert chat["messages"][0]["text"] == f"mau tanya {WORD}"
        assert chat["messages"][1]["delivery"]["state"] == "kept"
        assert chat["tickets"][0]["number"] == somebody.ticket
        assert chat["tickets"][0]["history"][0]["what"] == "opened"
        assert mail["messages"][0]["subject"] == f"Pertanyaan {WORD}"


async def test_officers_are_not_named(staged: Staged) -> None:
    async with staged() as stage:
        archive = await copied(stage, (await joined(stage)).person)
        whole = archive.read("data.json") + archive.read("pesan.html")
        assert b"Sari" not in whole
        assert "Petugas" in archive.read("pesan.html").decode()


async def test_notes_are_part_of_it_unless_they_are_left_out(staged: Staged) -> None:
    async with staged() as stage:
        somebody = await joined(stage)
        note = f"catatan tentang {WORD}"
        for with_notes in (True, False):
            archive = await copied(stage, somebody.person, with_notes=with_notes)
            for name in ("data.json", "pesan.html"):
                assert (note in archive.read(name).decode()) == with_notes


async def test_what_was_written_cannot_become_a_page(staged: Staged) -> None:
    async with staged() as stage:
        message = await stage.hear("<script>alert(1)</script>", sender=WHATSAPP)
        person = await stage.scalar("SELECT person_id FROM contact")
        assert isinstance(person, int)
        page = (await copied(stage, person)).read("pesan.html").decode()
        assert message
        assert "<script" not in page
        assert "&lt;script&gt;" in page


async def test_a_file_that_is_lost_holds_up_nothing(staged: Staged) -> None:
    async with staged() as stage:
        somebody = await joined(stage)
        await stage.core.files.remove(*somebody.files)
        archive = await copied(stage, somebody.person)
        assert [archive.read(name) for name in archive.namelist() if name.startswith("berkas/")] == [b"", b""]


async def test_many_messages_come_in_portions(staged: Staged) -> None:
    async with staged() as stage:
        await stage.hear("satu", sender=WHATSAPP)
        await run(
            stage,
            "INSERT INTO message (conversation_id, channel, author, text, created_at)"
            " SELECT conversation_id, channel, 'bot', 'nomor ' || n, created_at"
            " FROM message, generate_series(1, 1000) AS n",
        )
        person = await stage.scalar("SELECT person_id FROM contact")
        assert isinstance(person, int)
        archive = await copied(stage, person)
        assert len(data_of(archive)["conversations"][0]["messages"]) == 1001
        assert "nomor 1000" in archive.read("pesan.html").decode()


async def test_that_it_was_made_is_written_down_without_the_person(staged: Staged) -> None:
    async with staged() as stage:
        somebody = await joined(stage)
        await copied(stage, somebody.person)
        assert await stage.scalar("SELECT action FROM audit") == "person.copied"
        told = str(await stage.scalar("SELECT audit::text FROM audit"))
        assert not [trace for trace in (NAME, NUMBER, ADDRESS) if trace in told]


async def test_nobody_is_not_found(staged: Staged) -> None:
    async with staged() as stage:
        with pytest.raises(NotFound):
            await copied(stage, 4711)
