"""`pst sync`: fill what is looked up from its source."""

from __future__ import annotations

import asyncio
import sys

import typer

from bot.commands.database import opened
from bot.complaints import SettingsError
from bot.settings import Settings, load

app = typer.Typer(help="Sinkronisasi (read from sources).", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Sinkronisasi (read from sources)."""


@app.command("bps")
def bps() -> None:
    """Baca katalog kantor dari WebAPI BPS: publikasi, BRS, tabel (read the office's catalogue)."""
    from bot.logs import configure

    configure()
    settings = load()
    if settings.environment.bps_token is None:
        raise SettingsError(
            [
                "environment: PST_BPS_TOKEN: missing; the free token of BPS WebAPI: make an account at "
                "https://webapi.bps.go.id, add an application there, and put its token into .env"
            ]
        )
    if not asyncio.run(_read(settings)):
        sys.exit(1)


async def _read(settings: Settings) -> bool:
    async with opened(settings) as core:
        catalogue = core.catalogue()
        if catalogue is None:
            raise RuntimeError("no token, though one was there a moment ago")
        typer.echo(
            f"katalog {settings.office.office.name} (kode {settings.office.office.code}) dari WebAPI BPS"
        )
        outcome = await catalogue.run(typer.echo)
    if outcome.is_busy:
        typer.echo("pst: sinkronisasi lain sedang berjalan", err=True)
    for problem in outcome.problems:
        typer.echo(f"pst: {problem}", err=True)
    if outcome.holds:
        typer.echo(f"selesai: {sum(outcome.counts.values())} entri, {outcome.figures} angka")
    return outcome.holds
