"""`pst kbli`: full editions of the classification of business fields."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from bot.commands.database import database
from bot.complaints import SettingsError
from bot.settings import load

if TYPE_CHECKING:
    from nlu.kbli.edition import Code

app = typer.Typer(help="KBLI, klasifikasi lapangan usaha (business fields).", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """KBLI, klasifikasi lapangan usaha (business fields)."""


@app.command("import")
def import_edition(
    folder: Path,
    edition: str = typer.Option("KBLI 2025", help="nama edisi; edisi bernama sama diganti seluruhnya"),
) -> None:
    """Muat edisi lengkap dari lima berkas JSON di FOLDER (load a full edition)."""
    from bot.store.upgrade import upgrade
    from nlu.kbli.edition import NAMES, read_edition
    from nlu.problems import KnowledgeError

    if not 1 <= len(edition.strip()) <= 32:  # the column's width
        raise SettingsError(["--edition: 1 sampai 32 huruf, misalnya `KBLI 2025`"])
    try:
        codes = read_edition(folder)
    except KnowledgeError as error:
        raise SettingsError([f"{folder}: {problem}" for problem in error.problems]) from error
    with database(load()) as url:
        upgrade(url)
        asyncio.run(_replace(url, edition.strip(), codes))
    count = Counter(code.level for code in codes)
    parts = ", ".join(f"{count[level]} {name}" for level, name in enumerate(NAMES, start=1))
    typer.echo(f"{edition.strip()}: {len(codes)} kode dimuat ({parts})")
    bare = [code.code for code in codes if not code.description]
    if bare:
        typer.echo(f"tanpa uraian: {', '.join(bare)}")


async def _replace(url: str, edition: str, codes: list[Code]) -> None:
    from bot.clock import SystemClock
    from bot.store import kbli
    from bot.store.database import Database

    base = Database(url, pool_size=1)
    try:
        async with base.transaction() as tx:
            await kbli.replace(tx, edition, codes, SystemClock().now())
    finally:
        await base.close()
