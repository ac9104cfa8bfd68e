"""Several `pst mailbox`: one reads, another takes over; what is between the server and the database.

The faults of the table in docs/email.md are held here and in tests/channels/email/.
"""

from __future__ import annotations

import asyncio
import os
import re
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Literal

import psycopg
import pytest
import yaml

from tests.channels.email import servers
from tests.channels.email.imap_gate import gate
from tests.channels.email.imap_stub import StubbornImap, start_stub
from tests.channels.email.test_mailbox import raw_mail
from tests.flow.processes import Parts, parts, until
from tests.nlu.rasa import ROOT

OFFICE = "bps3310@example.go.id"
START_SECONDS = 60.0
TAKE_OVER_SECONDS = 15.0  # "within seconds", on a machine that others use, too


def environment(home: Path, imap_url: str, **more: str) -> dict[str, str]:
    """Return the settings of an office that only has mail."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PST_")}
    return {
        **kept,
        "PST_HOME": str(home),
        "PST_IMAP_URL": imap_url,
        "PST_SMTP_URL": "smtp://127.0.0.1:9",
        "PST_MAIL_FROM": f"PST Klaten <{OFFICE}>",
        "PST_PUBLIC_URL": "https://pst.contoh.example",
        **more,
    }


@pytest.fixture
async def stub() -> AsyncIterator[StubbornImap]:
    async with start_stub(StubbornImap({1: raw_mail(1)})) as running:
        yield running


async def rows(database_url: str, query: str) -> list[tuple[object, ...]]:
    async with await psycopg.AsyncConnection.connect(database_url, autocommit=True) as connection:
        return await (await connection.execute(query.encode())).fetchall()


async def kept(database_url: str) -> list[object]:
    return [number for (number,) in await rows(database_url, "SELECT number FROM parcel ORDER BY id")]


async def connections_with_a_lock(database_url: str) -> list[int]:
    query = """
        SELECT DISTINCT pid FROM pg_locks
        WHERE locktype = 'advisory' AND granted
            AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
    """
    return [int(str(pid)) for (pid,) in await rows(database_url, query)]


async def test_one_of_several_reads_and_another_takes_over(
    stub: StubbornImap, database_url: str, tmp_path: Path
) -> None:
    settings = environment(tmp_path / "home", stub.imap_url, PST_DATABASE_URL=database_url)
    async with parts(tmp_path, settings) as running:
        first = running.start("mailbox", "first")
        await until(lambda: stub.connections == 1, within=START_SECONDS)
        second = running.start("mailbox", "second")
        await until(lambda: "another process has the turn" in second.log.read_text(), within=START_SECONDS)

        stub.mails[2] = raw_mail(2)
        first.kill()
        await until(lambda: stub.connections == 2, within=TAKE_OVER_SECONDS)
        await until(lambda: _is(kept(database_url), [2]), within=TAKE_OVER_SECONDS)

        third = running.start("mailbox", "third")
        await until(lambda: "another process has the turn" in third.log.read_text(), within=START_SECONDS)
        [holder] = await connections_with_a_lock(database_url)
        stub.mails[3] = raw_mail(3)
        await rows(database_url, f"SELECT pg_terminate_backend({holder})")
        await until(lambda: stub.connections == 3, within=TAKE_OVER_SECONDS)
        await until(lambda: _is(kept(database_url), [2, 3]), within=TAKE_OVER_SECONDS)
        assert len(await connections_with_a_lock(database_url)) == 1
        assert second.is_alive()
        assert third.is_alive()
        assert stub.connections == 3, "whoever waits does not log in"


async def _is(found: object, wanted: object) -> bool:
    return bool(await found == wanted)  # type: ignore[misc]


async def test_a_mailbox_killed_between_fetch_and_commit_loses_and_doubles_nothing(
    database_url: str, tmp_path: Path
) -> None:
    """The commit is held up by a lock on the table, and the process killed while it waits."""
    with servers.start_dovecot() as dovecot:
        settings = environment(
            tmp_path / "home",
            dovecot.imap_url,
            PST_DATABASE_URL=database_url,
            PST_MAIL_CA_FILE=str(dovecot.ca_file),
        )
        async with parts(tmp_path, settings) as running:
            await _first_look(running, database_url)
            async with await psycopg.AsyncConnection.connect(database_url) as blocker:
                await blocker.execute("LOCK TABLE parcel IN EXCLUSIVE MODE")
                dovecot.deliver(*map(raw_mail, range(5)))
                waiting = "SELECT 1 FROM pg_locks WHERE NOT granted AND relation = 'parcel'::regclass"
                await until(lambda: rows(database_url, waiting), within=START_SECONDS)
                running.started[0].kill()
            assert await kept(database_url) == []
            running.start("mailbox", "again")
            await until(lambda: _has(database_url, 5), within=START_SECONDS)
            assert await kept(database_url) == sorted(set(await kept(database_url)), key=str)
            jobs = await rows(
                database_url, "SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'read'"
            )
            assert jobs == [(5,)]


@pytest.mark.parametrize("holds", ["command", "answer"])
@pytest.mark.parametrize(("after_read", "command"), [("seen", "STORE"), ("move", "MOVE")])
async def test_a_mailbox_killed_between_commit_and_flag_flags_at_its_next_look(
    database_url: str,
    tmp_path: Path,
    after_read: str,
    command: str,
    holds: Literal["command", "answer"],
) -> None:
    """Killed before the server hears of it, or when it has done it and nobody has noted that."""
    with servers.start_dovecot() as dovecot:
        async with gate(dovecot, command, holds) as before:
            settings = environment(
                tmp_path / "home",
                before.imap_url,
                PST_DATABASE_URL=database_url,
                PST_MAIL_CA_FILE=str(dovecot.ca_file),
                PST_OFFICE=str(_office_that_tends(tmp_path, after_read)),
            )
            async with parts(tmp_path, settings) as running:
                await _first_look(running, database_url)
                await asyncio.to_thread(dovecot.as_other_program, "CREATE", "Selesai")
                dovecot.deliver(*map(raw_mail, range(5)))
                async with asyncio.timeout(START_SECONDS):
                    await before.held.wait()
                # What is kept was committed before the server was told; a part of the five may come first.
                count = len(await kept(database_url))
                assert count >= 1
                running.started[0].kill()
                tended = "SELECT 1 FROM mailbox WHERE settled = number AND number >= 5"
                assert not await rows(database_url, tended)
                before.is_closed = False
                running.start("mailbox", "again")
                await until(lambda: rows(database_url, tended), within=START_SECONDS)
            numbers = [int(str(number)) for number in await kept(database_url)]
            assert numbers == [1, 2, 3, 4, 5], "each kept once"
            jobs = "SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'read'"
            assert await rows(database_url, jobs) == [(5,)]
            assert await asyncio.to_thread(_tended, dovecot, after_read) == 5


def _office_that_tends(folder: Path, after_read: str) -> Path:
    office = yaml.safe_load((ROOT / "office.yml").read_text("utf-8"))
    office["channels"]["email"] |= {"after_read": after_read, "processed_folder": "Selesai"}
    path = folder / "office.yml"
    path.write_text(yaml.safe_dump(office, allow_unicode=True), "utf-8")
    return path


def _tended(dovecot: servers.Dovecot, after_read: str) -> int:
    """Return how many mails are marked as read, or are in the other folder and no more in the first."""
    if after_read == "seen":
        return dovecot.as_other_program("FETCH", "1:*", "(FLAGS)").count(rb"\Seen")
    assert b"MESSAGES 0" in dovecot.as_other_program("STATUS", "INBOX", "(MESSAGES)")
    there = dovecot.as_other_program("STATUS", "Selesai", "(MESSAGES)")
    found = re.search(rb"MESSAGES (\d+)", there)
    assert found is not None
    return int(found[1])


async def _first_look(running: Parts, database_url: str) -> None:
    running.start("mailbox", "first")
    looked = "SELECT 1 FROM mailbox WHERE checked_at IS NOT NULL AND epoch IS NOT NULL"
    await until(lambda: rows(database_url, looked), within=START_SECONDS)


async def _has(database_url: str, count: int) -> bool:
    return len(await kept(database_url)) == count


async def email_check(settings: dict[str, str], *words: str) -> tuple[int, str]:
    """Run `pst email check` as an office does; return exit code and what it wrote."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "email", "check", *words,
        cwd=ROOT, env=settings, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    out, _ = await asyncio.wait_for(process.communicate(), START_SECONDS)
    assert b"Traceback" not in out
    assert servers.PASSWORD.encode() not in out
    return process.returncode or 0, out.decode()


async def test_email_check_shows_both_servers_and_sends_a_mail_to_oneself(tmp_path: Path) -> None:
    with servers.start_dovecot() as dovecot:
        dovecot.deliver(raw_mail(1), raw_mail(2))
        async with servers.start_smtp_sink() as sink:
            settings = environment(
                tmp_path, dovecot.imap_url, PST_SMTP_URL=sink.url, PST_MAIL_CA_FILE=str(dovecot.ca_file)
            )
            code, out = await email_check(settings)
            assert code == 0
            assert re.search(r"ok\s+IMAP .*sandi, folder INBOX, UID terbaru 2, IDLE; .*UIDPLUS", out)
            assert not sink.mails
            code, out = await email_check(settings, "--send")
            assert (code, out.count("ok   ")) == (0, 3)
            assert [mail["To"] for mail in sink.mails] == [OFFICE]


async def test_email_check_tells_what_is_wrong(tmp_path: Path) -> None:
    async with start_stub(StubbornImap({}, refuse={"LOGIN": 9})) as stub:
        code, out = await email_check(environment(tmp_path, stub.imap_url))
        assert code == 1
        assert out.count("GAGAL") == 2
    settings = environment(tmp_path, stub.imap_url)
    del settings["PST_SMTP_URL"]
    code, out = await email_check(settings)
    assert code == 2
    assert "PST_SMTP_URL" in out
