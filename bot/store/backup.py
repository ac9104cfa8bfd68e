"""A copy of the database as one file, and a database made of it again: PostgreSQL's own programs, of our version.

They are always those of the wheel: whoever backs up needs no client of the right version on the machine.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import psycopg
from psycopg.pq import Conninfo

from bot.running.binaries import from_wheel


class BackupFailed(Exception):
    """PostgreSQL's program ended with an error; `reason` is its last line."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class NotEmpty(Exception):
    """The database has tables already: nothing is restored over what is there."""


def dump(url: str, file: Path) -> None:
    """Write a database into a new file that nobody else can read; whole or not at all.

    Raises `FileExistsError`, `BackupFailed`. The program may go on running meanwhile: the copy is of one moment.
    """
    part = file.with_name(file.name + ".part")
    os.close(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
        _run("pg_dump", url, "--format=custom", "--no-owner", "--no-privileges", f"--file={part}")
        part.replace(file)
    except BaseException:
        file.unlink(missing_ok=True)
        raise
    finally:
        part.unlink(missing_ok=True)


def restore(url: str, file: Path) -> None:
    """Fill an empty database from a file that `dump` wrote; all of it or nothing. Raises `NotEmpty`, `BackupFailed`."""
    with psycopg.connect(url) as connection:
        there = connection.execute(
            "SELECT 1 FROM information_schema.tables WHERE table_schema = 'public' LIMIT 1"
        ).fetchone()
    if there is not None:
        raise NotEmpty
    options = ("--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error")
    _run("pg_restore", url, *options, f"--dbname={_name(url)}", str(file))


def _run(program: str, url: str, *arguments: str) -> None:
    """Run one of PostgreSQL's programs. The address goes in the environment: arguments are seen by everybody."""
    ended = subprocess.run(  # noqa: S603  PostgreSQL's own, with our arguments
        [from_wheel().program(program), "--no-password", *arguments],
        env={**os.environ, **_environment(url)},
        capture_output=True,
        text=True,
        check=False,
    )
    if ended.returncode:
        lines = [line for line in ended.stderr.splitlines() if line.strip()]
        raise BackupFailed(lines[-1] if lines else f"{program}: {ended.returncode}")


def _environment(url: str) -> dict[str, str]:
    return {
        each.envvar.decode(): each.val.decode()
        for each in Conninfo.parse(url.encode())
        if each.val and each.envvar
    }


def _name(url: str) -> str:
    return _environment(url).get("PGDATABASE", "postgres")
