"""`pst config`: what is set, what is missing, and what it means."""

from __future__ import annotations

import asyncio
import os
import sys
from typing import Any

import typer
from pydantic_settings import BaseSettings
from rich.console import Console
from rich.table import Table

from bot.commands.database import database
from bot.settings import PREFIX, Settings, load

app = typer.Typer(help="Setelan (settings).", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Setelan (settings)."""


@app.command("check")
def check(
    connect: bool = typer.Option(False, "--connect", help="coba setiap sambungan (try each connection)"),
) -> None:
    """Tunjukkan setelan tanpa rahasia; dengan --connect coba setiap sambungan (never prints a secret)."""
    settings = load()
    console = Console()
    console.print(_variables("umum", settings.environment))
    for channel in settings.channels:
        console.print(_variables(channel.name, channel.environment))
        console.print(
            f"  kanal {channel.name}: {'menyala' if channel.environment.is_on else 'mati (belum disetel)'}"
        )
    console.print(
        f"\nsimulasi: {'ya, karena belum ada kanal yang disetel' if settings.is_simulation else 'tidak'}"
    )
    _show_calendar(settings, console)
    if connect and not asyncio.run(_connect(settings, console)):
        sys.exit(1)


def _show_calendar(settings: Settings, console: Console) -> None:
    """Say what is not certain of this and the next year's holidays, on which deadlines depend."""
    from bot.clock import SystemClock
    from bot.working_days import calendar_of, warnings

    calendar = calendar_of(settings.office)
    year = calendar.day_of(SystemClock().now()).year
    hours = "ditetapkan" if calendar.has_hours else "belum ditetapkan; tiket jatuh tempo pukul 23.59"
    console.print(f"jam pelayanan: {hours}")
    for line in warnings(settings.office, (year, year + 1)):
        console.print(f"  perhatian: {line}", markup=False, soft_wrap=True)


def _variables(title: str, environment: BaseSettings) -> Table:
    """List a model's variables: whether each is set, where it came from, and what it means."""
    table = Table(title=title, title_justify="left", box=None, pad_edge=False)
    for heading in ("variabel", "keadaan", "arti"):
        table.add_column(heading)
    for name, field in type(environment).model_fields.items():
        variable = PREFIX + name.upper()
        if name == "simulation":
            continue
        is_set = bool(os.environ.get(variable))
        default: Any = field.default
        state = "disetel" if is_set else "bawaan" if default is not None else "kosong"
        table.add_row(variable, state, field.description or "")
    return table


async def _connect(settings: Settings, console: Console) -> bool:
    from bot.assembly import speech
    from bot.assembly.core import assemble
    from channels.port import Finding

    with database(settings) as url:
        async with assemble(settings, url) as core:
            findings = [await _database_answers(core)]
            for channel in core.channels.values():
                findings += await channel.check()
            if settings.environment.nlu_url:
                model = speech.interpreter(settings)
                is_ready = await model.is_ready()
                findings.append(Finding("nlu", is_ready, "menjawab" if is_ready else "tidak menjawab"))
                await model.close()
    for finding in findings:
        console.print(
            f"  {'ok   ' if finding.holds else 'GAGAL'} {finding.name}: {finding.detail}", markup=False
        )
    return all(finding.holds for finding in findings)


async def _database_answers(core: Any) -> Any:
    from bot.store.database import DATABASE_ERRORS
    from bot.store.health import version
    from channels.port import Finding

    try:
        async with core.database.transaction() as tx:
            return Finding("basis data", True, f"PostgreSQL {await version(tx)}")
    except DATABASE_ERRORS as error:
        return Finding("basis data", False, type(error).__name__)
