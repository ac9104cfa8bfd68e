"""`pst report`: the monthly report and the yearly evaluation, as PDF or as a workbook."""

from __future__ import annotations

import asyncio
import os
import re
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

if TYPE_CHECKING:
    from bot.desk.reports import Reports
    from handoff.reports.document import Document

app = typer.Typer(help="Laporan bulanan dan tahunan (monthly and yearly reports).", no_args_is_help=True)

Out = Annotated[
    Path, typer.Option("--out", help="berkas yang ditulis; akhiran .pdf atau .xlsx menentukan bentuknya")
]

FIRST_YEAR = 2000
_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")


@app.callback()
def _group() -> None:
    """Laporan bulanan dan tahunan (monthly and yearly reports)."""


@app.command("month")
def month(
    month: Annotated[str, typer.Argument(help="bulan, misalnya 2026-10")],
    out: Out,
) -> None:
    """Tulis laporan satu bulan (write the report of a month)."""
    found = _MONTH.fullmatch(month)
    if found is None:
        _refuse(f"{month}: expected a month such as 2026-10")
    year, number = int(found[1]), int(found[2])
    if year < FIRST_YEAR:
        _refuse(f"{month}: expected a month since {FIRST_YEAR}-01")
    _write(out, lambda reports: reports.month(year, number), f"{month}: this month has not begun yet")


@app.command("year")
def year(
    year: Annotated[int, typer.Argument(help="tahun, misalnya 2026", min=FIRST_YEAR, max=2200)],
    out: Out,
) -> None:
    """Tulis laporan evaluasi satu tahun (write the evaluation of a year)."""
    _write(out, lambda reports: reports.year(year), f"{year}: this year has not begun yet")


def _write(out: Path, make: Callable[[Reports], Awaitable[Document]], too_early: str) -> None:
    from bot.assembly import duties
    from bot.commands.database import opened
    from bot.settings import load
    from handoff.ports.values import NotFound
    from handoff.reports.pdf import pdf
    from handoff.reports.xlsx import xlsx

    written = {".pdf": pdf, ".xlsx": xlsx}.get(out.suffix.lower())
    if written is None:
        _refuse(f"--out {out}: expected a name that ends with .pdf or .xlsx")
    if not out.parent.is_dir():
        _refuse(f"--out {out}: there is no folder {out.parent}")
    if out.is_dir():
        _refuse(f"--out {out}: this is a folder, expected a file")
    if not os.access(out if out.exists() else out.parent, os.W_OK):
        _refuse(f"--out {out}: it may not be written here")

    async def run() -> Document:
        async with opened(load()) as core:
            return await make(duties.reports(core))

    try:
        document = asyncio.run(run())
    except NotFound:
        _refuse(too_early)
    content = written(document)
    try:
        out.write_bytes(content)
    except OSError as error:
        _refuse(f"--out {out}: {error.strerror}")
    sys.stdout.write(f"{out}\n")


def _refuse(problem: str) -> NoReturn:
    sys.stderr.write(f"pst: {problem}\n")
    raise typer.Exit(2)
