"""`pst whatsapp`: how the office's WhatsApp stands at Twilio."""

from __future__ import annotations

import asyncio
import json
import re
import sys
from collections.abc import Iterator, Mapping
from typing import Any

import typer

from bot.complaints import SettingsError
from bot.settings import load

app = typer.Typer(help="WhatsApp lewat Twilio.", no_args_is_help=True)

LACKING, UNTOLD = 1, 2


@app.callback()
def _group() -> None:
    """WhatsApp lewat Twilio."""


@app.command("templates")
def templates(
    as_json: bool = typer.Option(False, "--json", help="satu objek JSON, untuk program"),
) -> None:
    """Tunjukkan templat di Twilio, yang kurang, dan teks yang siap diajukan (approved templates).

    Kode keluar: 0 semua ada, 1 ada yang kurang, 2 Twilio atau setelan tidak terbaca.
    """
    from bot.assembly import whatsapp

    found = asyncio.run(whatsapp.templates(load()))
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False))
    else:
        for line in _told(found):
            typer.echo(line)
    if found["problem"]:
        sys.stderr.write(f"pst: {found['problem']}\n")
        sys.exit(UNTOLD)
    if not found["holds"]:
        sys.exit(LACKING)


@app.command("check")
def check(
    send: str | None = typer.Option(None, "--send", help="kirim pesan percobaan ke nomor ini (+62...)"),
) -> None:
    """Periksa akun, nomor pengirim, dan webhook; dengan --send kirim satu pesan (check, send a message).

    Kode keluar: 0 semua baik, 1 ada yang salah, 2 Twilio atau setelan tidak terbaca.
    """
    from bot.assembly import whatsapp

    if send is not None and not re.fullmatch(r"\+[1-9][0-9]{6,14}", send):
        raise SettingsError(["--send: tulis nomornya dengan kode negara, misalnya +62811..."])
    findings = asyncio.run(whatsapp.check(load(), to=send))
    for finding in findings:
        typer.echo(f"  {'ok   ' if finding.holds else 'GAGAL'} {finding.name}: {finding.detail}")
    if not all(finding.holds for finding in findings):
        sys.exit(LACKING)


def _told(found: Mapping[str, Any]) -> Iterator[str]:
    if not found["problem"]:
        yield f"Templat di akun Twilio ({len(found['templates'])}):"
        for each in found["templates"]:
            kinds = ", ".join(each["types"])
            yield f"  {each['name']}  {each['sid']}  {kinds}  {each['language']}  {each['status_in_words']}"
        yield "office.yml, channels.whatsapp:"
        for verdict in found["keys"]:
            yield f"  {'ok   ' if verdict['state'] == 'ready' else 'GAGAL'} {verdict['key']}: {verdict['detail']}"
    to_create = [verdict for verdict in found["keys"] if verdict["content"]]
    if to_create:
        yield "\nSiap dibuat (Content Template Builder, atau POST ke https://content.twilio.com/v1/Content):"
    for verdict in to_create:
        yield from _proposal(verdict)


def _proposal(verdict: Mapping[str, Any]) -> Iterator[str]:
    content, approval = verdict["content"], verdict["approval"]
    yield f"\n  {verdict['key']}"
    yield f"    nama: {content['friendly_name']}   bahasa: {content['language']}"
    if approval:
        yield f"    ajukan ke WhatsApp dengan kategori {approval['category']}"
    else:
        yield "    tidak perlu diajukan: hanya dipakai dalam 24 jam"
    body = next(iter(content["types"].values()))["body"]
    yield "    teks: " + body.replace("\n", "\n          ")
    if approval:
        samples = (f"{{{{{name}}}}} = {value}" for name, value in content["variables"].items())
        yield f"    contoh: {'; '.join(samples)}"
    yield f"    JSON: {json.dumps(content, ensure_ascii=False)}"
