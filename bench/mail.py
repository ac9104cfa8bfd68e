"""Mail: how fast it is kept, beside a bare loop that only fetches, and how soon a new one is noticed.

With Dovecot, over IMAPS, its mailboxes written on disk beforehand. The mailbox is read by `pst mailbox`.
"""

from __future__ import annotations

import asyncio
import imaplib
import os
import random
import shutil
import ssl
import textwrap
from collections.abc import Awaitable, Callable
from pathlib import Path
from time import perf_counter

import psycopg
import yaml

from bench.house import OFFICE, House
from bench.processes import PROGRAM, until
from bench.row import Row
from tests.channels.email.servers import PASSWORD, USER, Dovecot, start_dovecot

MAILS = 3_000
MANY = 50_000
NEW = 10  # mails that are to be noticed, one after the other
SECONDS = 240.0

# How far a mailbox is, and how much of it is kept.
_REACHED = "SELECT 1 FROM mailbox WHERE number >= %s"
_KEPT = "SELECT 1 FROM parcel HAVING count(*) >= %s"
Ask = Callable[..., Awaitable[bool]]
WORDS = (
    "data penduduk inflasi klaten tahun konsultasi statistik mohon bantuan publikasi tabel kecamatan".split()
)


async def measure(house: House) -> list[Row]:
    """Return mails per second with the bare loop's and their ratio, and how soon a mail is noticed."""
    if shutil.which("dovecot", path=f"{os.environ['PATH']}:/usr/sbin") is None:
        return [Row("mail: not measured, dovecot is missing", 0, "")]
    return [*await _throughput(house), await _notice(house)]


async def _throughput(house: House) -> list[Row]:
    with start_dovecot() as dovecot:
        await asyncio.to_thread(_fill, dovecot, MAILS, 4_000)
        await asyncio.to_thread(_fetch_all, dovecot)  # numbers the mails, which is not measured
        bare = [await asyncio.to_thread(_fetch_all, dovecot)]
        ours = await _kept_per_second(house, dovecot)
        bare.append(await asyncio.to_thread(_fetch_all, dovecot))
    theirs = max(bare)
    return [
        Row("mails kept, from IMAP", ours, "/s"),
        Row("mails fetched by a bare imaplib loop", theirs, "/s"),
        Row.at_least("mails kept, of what the bare loop fetches", ours / theirs, "x", 0.5),
    ]


async def _kept_per_second(house: House, dovecot: Dovecot) -> float:
    """Measure from the moment the place in the mailbox is decided until everything is kept."""
    settings = await _settings(house, dovecot, first_start="all")
    async with house.run([*PROGRAM, "mailbox"], name="mailbox-all", settings=settings):
        url = settings["PST_DATABASE_URL"]
        async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
            ask = _asking(connection)
            await until(lambda: ask("SELECT 1 FROM mailbox WHERE epoch IS NOT NULL"), within=60, pause=0.002)
            began = perf_counter()
            await until(lambda: ask(_REACHED, MAILS), within=SECONDS)
            seconds = perf_counter() - began
            if not await ask(_KEPT, MAILS):
                raise RuntimeError("not every mail was kept")
    return MAILS / seconds


async def _notice(house: House) -> Row:
    """Measure from a mail's delivery into a large mailbox until it is kept; the slowest counts."""
    with start_dovecot() as dovecot:
        await asyncio.to_thread(_fill, dovecot, MANY, 200)
        settings = await _settings(house, dovecot, first_start="new")
        async with house.run([*PROGRAM, "mailbox"], name="mailbox-new", settings=settings):
            url = settings["PST_DATABASE_URL"]
            async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
                ask = _asking(connection)
                looked = "SELECT 1 FROM mailbox WHERE checked_at IS NOT NULL AND epoch IS NOT NULL"
                await until(lambda: ask(looked), within=SECONDS)
                seconds = [await _noticed(dovecot, ask, count) for count in range(1, NEW + 1)]
    return Row.at_most(
        f"a mail in a mailbox of {MANY:,} is kept after, slowest of {NEW}", max(seconds), "s", 2.0
    )


async def _noticed(dovecot: Dovecot, ask: Ask, count: int) -> float:
    began = perf_counter()
    await asyncio.to_thread(dovecot.deliver, _mail(_chance(count), count + MANY, 400))
    await until(lambda: ask(_KEPT, count), within=SECONDS)
    return perf_counter() - began


def _asking(connection: psycopg.AsyncConnection) -> Ask:
    async def ask(query: str, *values: int) -> bool:
        return await (await connection.execute(query.encode(), values)).fetchone() is not None

    return ask


async def _settings(house: House, dovecot: Dovecot, *, first_start: str) -> dict[str, str]:
    office = yaml.safe_load(OFFICE.read_text(encoding="utf-8"))
    office["channels"]["email"]["first_start"] = first_start
    path = house.folder / f"office-{first_start}.yml"
    path.write_text(yaml.safe_dump(office, allow_unicode=True), encoding="utf-8")
    return {
        "PST_DATABASE_URL": await house.database(),
        "PST_HOME": str(house.folder / "home"),
        "PST_OFFICE": str(path),
        "PST_IMAP_URL": dovecot.imap_url,
        "PST_SMTP_URL": "smtp://127.0.0.1:9",
        "PST_MAIL_FROM": "PST <bps3310@example.go.id>",
        "PST_PUBLIC_URL": "https://pst.example.go.id",
        "PST_MAIL_CA_FILE": str(dovecot.ca_file),
    }


def _fetch_all(dovecot: Dovecot) -> float:
    """Fetch every mail with imaplib, one after the other, and do nothing with it; return mails per second."""
    context = ssl.create_default_context(cafile=dovecot.ca_file)
    with imaplib.IMAP4_SSL("127.0.0.1", dovecot.port, ssl_context=context) as client:
        client.login(USER, PASSWORD)
        client.select("INBOX", readonly=True)
        began = perf_counter()
        _, found = client.uid("SEARCH", "ALL")
        uids = found[0].split()
        for uid in uids:
            client.uid("FETCH", uid.decode(), "(BODY.PEEK[])")
        return len(uids) / (perf_counter() - began)


def _fill(dovecot: Dovecot, count: int, size: int) -> None:
    """Write mails straight into the Maildir; quicker than any delivery."""
    folder = dovecot.folder / "mail" / USER / "cur"
    chance = _chance(7)
    owner = folder.stat()
    for number in range(count):
        path = folder / f"{1_700_000_000 + number}.M{number}.bench:2,S"
        path.write_bytes(_mail(chance, number, size))
        _own(path, owner)


def _chance(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311 -- no secret, the same mails every time


def _own(path: Path, owner: os.stat_result) -> None:
    if os.geteuid() == 0:
        os.chown(path, owner.st_uid, owner.st_gid)


def _mail(chance: random.Random, number: int, size: int) -> bytes:
    words = textwrap.fill(" ".join(chance.choices(WORDS, k=size // 8)), 76).replace("\n", "\r\n")
    return (
        f"Received: from mx.example.org by mail.example.go.id; Mon, 02 Mar 2026 09:00:00 +0700\r\n"
        f"From: Warga {number} <warga{number}@example.org>\r\nTo: bps3310@example.go.id\r\n"
        f"Subject: Permintaan data {number}\r\nMessage-ID: <{number}.{chance.getrandbits(64):x}@example.org>\r\n"
        f"Date: Mon, 02 Mar 2026 09:00:00 +0700\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{words}\r\n"
    ).encode()
