"""`pst person`: what a person may ask of the office (UU 27/2022): a copy of their data, and to be forgotten."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer

if TYPE_CHECKING:
    from bot.assembly.core import Core
    from handoff.ports.privacy import FoundPerson

app = typer.Typer(help="Data pribadi seseorang (UU 27/2022).", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Data pribadi seseorang (UU 27/2022)."""


@app.command("find")
def find(
    words: Annotated[str, typer.Argument(metavar="TEXT", help="nomor, alamat email, nomor tiket, nama")],
) -> None:
    """Cari orang menurut nomor, alamat, nomor tiket, atau awal nama (find a person).

    Kode keluar: 0 ditemukan, 1 tidak.
    """
    from bot.privacy.find import find as search

    async def run() -> None:
        async with _opened() as core:
            found = await search(core.database, words)
        for each in found:
            typer.echo(_line(each))
        if not found:
            typer.echo("tidak ada yang cocok")
            raise SystemExit(1)

    _run(run())


@app.command("export")
def export(
    person: Annotated[int, typer.Argument(metavar="ID", help="nomor orang dari `pst person find`")],
    out: Annotated[Path, typer.Option("--out", help="berkas ZIP yang dibuat; tidak boleh sudah ada")],
    without_notes: bool = typer.Option(
        False, "--without-notes", help="tanpa catatan internal: bila memuat data pribadi orang lain"
    ),
) -> None:
    """Buat salinan semua data seseorang sebagai satu ZIP (export a person's data).

    Kode keluar: 0 jadi, 1 tidak.
    """
    from bot.assembly import personal
    from handoff.ports.values import NotFound

    async def run() -> None:
        async with _opened() as core:
            pieces = personal.copies(core).of(person, with_notes=not without_notes)
            with _new_file(out) as file:
                async for piece in pieces:
                    file.write(piece)
        typer.echo(f"{out} ({out.stat().st_size} byte)")

    try:
        _run(run())
    except NotFound:
        _end("tidak ada orang dengan nomor itu")
    except FileExistsError:
        _end(f"{out} sudah ada")


@app.command("erase")
def erase(
    person: Annotated[int, typer.Argument(metavar="ID", help="nomor orang dari `pst person find`")],
    force: bool = typer.Option(False, "--force", help="batalkan dulu tiket yang masih terbuka"),
    yes: bool = typer.Option(False, "--yes", help="jangan bertanya"),
) -> None:
    """Hapus semua data seseorang untuk selamanya (erase a person).

    Yang tinggal hanya pertanggungjawaban tanpa orangnya: nomor tiket, jenis, keadaan, waktu. Kode keluar: 0
    terhapus, 1 tidak.
    """
    from bot.assembly import personal
    from bot.privacy.erase import WritesOn
    from handoff.ports.privacy import StillOpen
    from handoff.ports.values import NotFound

    async def run() -> None:
        async with _opened() as core:
            gone = await personal.erasure(core).erase(person, is_forced=force)
        typer.echo(
            f"terhapus: {gone.conversations} percakapan, {gone.messages} pesan, {gone.raw_mails} surat mentah,"
            f" {len(gone.files)} berkas"
        )

    if not yes:
        typer.confirm(f"Hapus semua data orang nomor {person}? Ini tidak dapat dibatalkan", abort=True)
    try:
        _run(run())
    except NotFound:
        _end("tidak ada orang dengan nomor itu")
    except StillOpen as open_:
        numbers = ", ".join(open_.numbers)
        _end(f"masih ada tiket terbuka: {numbers}. Tutup dulu, atau batalkan sekaligus dengan --force")
    except WritesOn:
        _end("orang ini sedang menulis; ulangi sebentar lagi")


def _line(each: FoundPerson) -> str:
    if each.erased_at is not None:
        return f"{each.id}  (dihapus {each.erased_at:%Y-%m-%d})  {' '.join(each.tickets)}".rstrip()
    heard = f"{each.last_heard_at:%Y-%m-%d %H:%M} UTC" if each.last_heard_at else "-"
    name = each.name or "(tanpa nama)"
    return f"{each.id}  {name}  {each.address or '-'}  {heard}  {' '.join(each.tickets)}".rstrip()


@asynccontextmanager
async def _opened() -> AsyncIterator[Core]:
    from bot.commands.database import opened
    from bot.logs import configure
    from bot.settings import load

    configure()
    async with opened(load()) as core:
        yield core


@contextmanager
def _new_file(path: Path) -> Iterator[BinaryIO]:
    """Open a file that nobody else can read; what was not finished does not stay. Raises `FileExistsError`."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        try:
            yield file
        except BaseException:
            path.unlink()
            raise


def _run(work: Coroutine[None, None, None]) -> None:
    asyncio.run(work)


def _end(why: str) -> None:
    typer.echo(why, err=True)
    sys.exit(1)
