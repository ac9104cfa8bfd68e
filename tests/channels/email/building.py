"""The channel as the assembly builds it, with a depot in memory and the office's own options."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path

import yaml

from channels.email import Email, Environment, Options, build
from channels.port import Depot, FileStore, Inbound, Report, Wiring
from tests.channels.email import servers
from tests.channels.email.depot import MemoryDepot

OFFICE = yaml.safe_load((Path(__file__).parents[3] / "office.yml").read_text("utf-8"))["channels"]["email"]
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
NOWHERE = "smtp://127.0.0.1:9"


async def _accept(message: Inbound) -> bool:
    raise AssertionError("a pull channel accepts nothing by itself")


async def _report(report: Report) -> None:
    raise AssertionError("mail is not reported on")


def channel(
    imap_url: str = "imap://u:p@127.0.0.1:9",
    depot: Depot | None = None,
    ca_file: Path | None = None,
    smtp_url: str = NOWHERE,
    *,
    mail_from: str = f"Layanan PST <{servers.ADDRESS}>",
    token_file: Path | None = None,
    files: FileStore | None = None,
    now: Callable[[], datetime] = lambda: NOW,
    **options: object,
) -> Email:
    variables = {"imap_url": imap_url, "smtp_url": smtp_url, "mail_from": mail_from, "mail_ca_file": ca_file}
    variables["mail_oauth_token_file"] = token_file
    box = depot or MemoryDepot()
    wiring = Wiring(_accept, _report, box, now, "http://127.0.0.1", "BPS Klaten", files=files)
    made = build(Options.model_validate(OFFICE | options), Environment.model_validate(variables), wiring)
    assert made is not None
    return made


@contextlib.asynccontextmanager
async def listening(made: Email) -> AsyncIterator[asyncio.Task[None]]:
    """Let the channel listen; what it raises comes out at the end."""
    task = asyncio.create_task(made.listen())
    try:
        yield task
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
