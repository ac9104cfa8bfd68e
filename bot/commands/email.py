"""`pst email`: look at mail as the bot does."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from email.utils import parseaddr
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="Surat elektronik (email).", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Surat elektronik (email)."""


@app.command("inspect")
def inspect(files: list[Path]) -> None:
    """Cetak satu baris JSON per surat mentah: apa yang dilihat bot (one JSON line per raw mail)."""
    from bot.assembly.email import inspect

    # The office's own mails are told apart when its address is set; nothing else is needed here.
    own = parseaddr(os.environ.get("PST_MAIL_FROM", ""))[1] or None
    for file in files:
        try:
            data = file.read_bytes()
        except OSError as error:
            found = _unreadable(file, error)
        else:
            found = inspect(data, str(file), own)
        typer.echo(json.dumps(found, ensure_ascii=False))


@app.command("check")
def check(
    send: bool = typer.Option(False, "--send", help="kirim juga satu surat percobaan kepada diri sendiri"),
) -> None:
    """Periksa kedua server surat; dengan --send kirim surat percobaan (check both servers, send a test mail).

    Kode keluar: 0 semua baik, 1 ada yang salah, 2 setelan tidak terbaca.
    """
    from bot.assembly import email
    from bot.settings import load

    findings = asyncio.run(email.check(load(), send=send))
    for finding in findings:
        typer.echo(f"  {'ok   ' if finding.holds else 'GAGAL'} {finding.name}: {finding.detail}")
    if not all(finding.holds for finding in findings):
        sys.exit(1)


@app.command("replay")
def replay(
    ids: Annotated[list[int] | None, typer.Argument(help="nomor; tanpa nomor: tampilkan saja")] = None,
    every: bool = typer.Option(False, "--all", help="semua yang ada di karantina"),
    wait: float = typer.Option(30.0, "--wait", min=0.0, help="menunggu pekerja paling lama, dalam detik"),
) -> None:
    """Baca ulang surat yang dikarantina karena tidak terbaca (read quarantined mails again).

    Pekerja (`pst run` atau `pst worker`) yang membacanya. Kode keluar: 0 semua terbaca, 1 ada yang belum.
    """
    from bot.assembly import email
    from bot.commands.database import database
    from bot.logs import configure
    from bot.settings import load
    from bot.store.upgrade import upgrade

    configure()
    settings = load()
    with database(settings) as url:
        upgrade(url)
        wanted = None if every else ids or []
        listed, found = asyncio.run(email.replay(settings, url, wanted, seconds=wait))
    if wanted == []:
        for each in listed:
            typer.echo(f"{each.parcel}  {each.fetched_at:%Y-%m-%d %H:%M}  {each.kind}: {each.reason}")
        typer.echo(f"{len(listed)} surat di karantina")
        return
    for number in sorted(set(wanted or []) - {each.parcel for each in found}):
        typer.echo(f"{number}  tidak ada di karantina")
    for each in found:
        became = (
            "menunggu pekerja" if each.kind is None else ": ".join(filter(None, [each.kind, each.reason]))
        )
        typer.echo(f"{each.parcel}  {became}")
    left = [each for each in found if each.kind in {None, "unparseable", "quarantined"}]
    if left or len(found) < len(set(wanted or [])):
        sys.exit(1)


def _unreadable(file: Path, error: OSError) -> dict[str, object]:
    return {
        "file": str(file),
        "message_id": None,
        "from": None,
        "subject": None,
        "kind": "unparseable",
        "text": "",
        "quoted": "",
        "attachments": [],
        "error": error.strerror or type(error).__name__,
    }
