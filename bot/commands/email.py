"""`pst email`: look at mail as the bot does."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from email.utils import parseaddr
from pathlib import Path

import typer

app = typer.Typer(help="Surat elektronik (email).", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Surat elektronik (email)."""


@app.command("inspect")
def inspect(files: list[Path]) -> None:
    """Cetak satu baris JSON per surat mentah: apa yang dilihat bot (one JSON line per raw mail)."""
    from bot.assembly import inspect_mail

    # The office's own mails are told apart when its address is set; nothing else is needed here.
    own = parseaddr(os.environ.get("PST_MAIL_FROM", ""))[1] or None
    for file in files:
        try:
            data = file.read_bytes()
        except OSError as error:
            found = _unreadable(file, error)
        else:
            found = inspect_mail(data, str(file), own)
        typer.echo(json.dumps(found, ensure_ascii=False))


@app.command("check")
def check(
    send: bool = typer.Option(False, "--send", help="kirim juga satu surat percobaan kepada diri sendiri"),
) -> None:
    """Periksa kedua server surat; dengan --send kirim surat percobaan (check both servers, send a test mail).

    Kode keluar: 0 semua baik, 1 ada yang salah, 2 setelan tidak terbaca.
    """
    from bot import assembly
    from bot.settings import load

    findings = asyncio.run(assembly.email_check(load(), send=send))
    for finding in findings:
        typer.echo(f"  {'ok   ' if finding.holds else 'GAGAL'} {finding.name}: {finding.detail}")
    if not all(finding.holds for finding in findings):
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
