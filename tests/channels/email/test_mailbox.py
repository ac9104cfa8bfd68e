"""The mailbox against real servers: each mail kept once, none lost, whatever the server does."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml
from pydantic import SecretStr

from channels.email import Email, Environment, Options, build
from channels.port import Inbound, Wiring
from tests.channels.email import servers
from tests.channels.email.depot import MemoryDepot

OFFICE = yaml.safe_load((Path(__file__).parents[3] / "office.yml").read_text())["channels"]["email"]
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def raw_mail(number: int, body: str = "Berapa lama konsultasi?") -> bytes:
    lines = (
        "From: Budi <budi@example.org>",
        f"To: {servers.ADDRESS}",
        f"Subject: Pertanyaan {number}",
        f"Message-ID: <{number}@example.org>",
        "Date: Mon, 3 Feb 2025 10:00:00 +0700",
        "",
        body,
        "",
    )
    return "\r\n".join(lines).encode()


def channel(imap_url: str, depot: MemoryDepot, ca_file: object = None, **options: object) -> Email:
    environment = Environment.model_validate(
        {
            "imap_url": SecretStr(imap_url),
            "smtp_url": "smtp://127.0.0.1:9",
            "mail_from": servers.ADDRESS,
            "mail_ca_file": ca_file,
        }
    )

    async def accept(message: Inbound) -> bool:
        raise AssertionError("a pull channel accepts nothing by itself")

    wiring = Wiring(accept, depot, lambda: NOW, "http://127.0.0.1", "BPS Klaten")
    made = build(Options.model_validate(OFFICE | options), environment, wiring)
    assert made is not None
    return made


@contextlib.asynccontextmanager
async def listening(made: Email) -> AsyncIterator[None]:
    task = asyncio.create_task(made.listen())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@pytest.fixture(params=["dovecot", "pymap"])
def server(request: pytest.FixtureRequest) -> Iterator[servers.Dovecot | servers.Pymap]:
    with servers.start_dovecot() if request.param == "dovecot" else servers.start_pymap() as running:
        yield running


async def test_new_mail_is_noticed_through_idle(server: servers.Dovecot | servers.Pymap) -> None:
    depot = MemoryDepot()
    await asyncio.to_thread(server.deliver, raw_mail(1))
    ca_file = getattr(server, "ca_file", None)
    async with listening(channel(server.imap_url, depot, ca_file, poll_seconds=600)):
        await depot.until(lambda kept: kept.looks >= 1)
        assert not depot.parcels, "mail from before the first start is not ours to answer"
        began = time.monotonic()
        await asyncio.to_thread(server.deliver, raw_mail(2))
        await depot.until(lambda kept: len(kept.parcels) == 1)
        assert time.monotonic() - began < 2
    assert depot.bodies[0].replace(b"\r\n", b"\n") == raw_mail(2).replace(b"\r\n", b"\n")
