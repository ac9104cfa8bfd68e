"""`pst db`: the database's schema."""

from __future__ import annotations

import typer

from bot.commands.database import database
from bot.settings import load

app = typer.Typer(help="Basis data (database).", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Basis data (database)."""


@app.command("upgrade")
def upgrade() -> None:
    """Sesuaikan skema basis data dengan versi program ini (apply missing migrations)."""
    from bot.store.upgrade import upgrade as apply

    with database(load()) as url:
        typer.echo("skema diperbarui" if apply(url) else "skema sudah sesuai")
