"""`pst db`: the database's schema."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, NoReturn

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


@app.command("backup")
def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="berkas yang dibuat; tidak boleh sudah ada")],
) -> None:
    """Salin basis data ke satu berkas; program boleh tetap berjalan (back up the database).

    Berkas kiriman warga (PST_FILES) disalin sendiri, sesudahnya. Kode keluar: 0 jadi, 1 tidak.
    """
    from bot.store.backup import BackupFailed, dump

    with database(load()) as url:
        try:
            dump(url, file)
        except FileExistsError:
            _end(f"{file} sudah ada")
        except (BackupFailed, OSError) as error:
            _end(f"tidak jadi: {error}")
    typer.echo(f"{file} ({file.stat().st_size} byte)")


@app.command("restore")
def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="berkas dari `pst db backup`")],
) -> None:
    """Isi basis data yang masih kosong dari berkas cadangan (restore a backup into an empty database).

    Kode keluar: 0 jadi, 1 tidak; yang sudah berisi tidak disentuh.
    """
    from bot.store import backup as stored

    with database(load()) as url:
        try:
            stored.restore(url, file)
            from bot.store.upgrade import upgrade as apply

            changed = apply(url)
        except stored.NotEmpty:
            _end("basis data sudah berisi; tidak ada yang diubah")
        except stored.BackupFailed as error:
            _end(f"tidak jadi, tidak ada yang diubah: {error}")
    typer.echo("basis data dipulihkan" + (", skema diperbarui" if changed else ""))


def _end(why: str) -> NoReturn:
    typer.echo(why, err=True)
    sys.exit(1)
