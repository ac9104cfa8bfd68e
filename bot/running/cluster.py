"""A database cluster on disk: made once, whole or not at all, and the settings it is run with."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from pathlib import Path
from typing import Any

from bot.running.binaries import ELSEWHERE, Binaries, PostgresUnavailable
from bot.running.place import Place, hand_over
from bot.running.postmaster import DATABASE, ROLE

# Only what PostgreSQL needs: PGDATA, PGPORT and others of the caller's would mislead it.
ENVIRONMENT = {"LC_ALL": "C", "TZ": "UTC", "PATH": "/usr/bin:/bin"}

_SETTINGS = {
    "listen_addresses": "",  # no TCP at all
    "unix_socket_permissions": "0700",
    "max_connections": "60",
    "shared_buffers": "32MB",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # Fewer processes: reads happen in the backends, and nothing replicates.
    "io_method": "sync",
    "max_logical_replication_workers": "0",
    # Statements and errors hold what citizens wrote; the application logs its own errors by kind.
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_checkpoints": "off",
}
# Commits still reach the operating system, so that data survive a killed server, but not a power cut.
_FRAGILE = {"fsync": "off", "full_page_writes": "off"}


def major_version(data: Path) -> int | None:
    """Return the major version that made the data, None when there is none yet."""
    try:
        return int((data / "PG_VERSION").read_text())
    except FileNotFoundError:
        return None


def create(place: Place, binaries: Binaries, *, durable: bool) -> None:
    """Make `place.data` with the database in it. Raises `PostgresUnavailable`.

    Made beside and moved into place, so that a start that was killed leaves nothing half-made.
    UTF-8 with PostgreSQL's own collation C.UTF-8: the same on every machine, whatever its locales.
    """
    fresh = place.base / "data.new"
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(mode=0o700)
    hand_over(fresh, place)
    initdb = [binaries.program("initdb"), "-D", str(fresh), "-U", ROLE, "--encoding=UTF8", "--locale=C"]
    initdb += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-instructions"]
    initdb += ["--auth-local=peer", "--auth-host=reject", *([] if durable else ["--no-sync"])]
    _run(initdb, place)
    single = [binaries.program("postgres"), "--single", "-D", str(fresh), "template1"]
    _run(single, place, f"CREATE DATABASE {DATABASE};\n")
    fresh.rename(place.data)


def check_programs(place: Place, binaries: Binaries) -> None:
    """Raise `PostgresUnavailable` when the server's user cannot run the programs here."""
    _run([binaries.program("postgres"), "--version"], place)


def _run(argv: list[str], place: Place, given: str = "") -> None:
    try:
        result = subprocess.run(  # noqa: S603
            argv, input=given, capture_output=True, text=True, errors="replace", timeout=120, check=False,
            cwd=place.base, env=ENVIRONMENT, **credentials(place.user),
        )  # fmt: skip
    except OSError as error:
        raise PostgresUnavailable(
            f"{argv[0]} tidak dapat dijalankan sebagai `{place.owner}`: {error.strerror}. {ELSEWHERE}"
        ) from error
    except subprocess.TimeoutExpired as error:
        raise PostgresUnavailable(f"{argv[0]} tidak selesai dalam 120 detik.") from error
    if result.returncode != 0:
        raise PostgresUnavailable(
            f"{argv[0]} gagal (kode {result.returncode}): {result.stderr.strip()}\n{ELSEWHERE}"
        )


def credentials(user: str | None) -> dict[str, Any]:
    """Return `Popen`'s arguments that make a child that user with no other groups; {} for ourselves."""
    if user is None:
        return {}
    entry = pwd.getpwnam(user)
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def write_access(place: Place) -> None:
    """Let the server's own user and root in, by the socket's peer, and nobody else.

    Written at every start, since the user may have another name after a move to another machine.
    As root the files lie outside the folder that the server can write.
    """
    names = dict.fromkeys(["root", place.owner])
    lines = "".join(f'pst "{name}" {ROLE}\n' for name in names)
    _write(place.base / "pg_ident.conf", lines)
    _write(place.base / "pg_hba.conf", f"local all {ROLE} peer map=pst\n")


def _write(path: Path, text: str) -> None:
    fresh = path.with_suffix(".new")
    fresh.write_text(text)
    fresh.chmod(0o644)
    fresh.replace(path)


def server_command(place: Place, binaries: Binaries, socket_folder: Path, *, durable: bool) -> list[str]:
    """Return the arguments that run the server in the foreground. Settings live here, not on disk."""
    quoted = str(socket_folder).replace('"', '""')
    settings = _SETTINGS | ({} if durable else _FRAGILE)
    settings |= {
        "unix_socket_directories": f'"{quoted}"',
        "hba_file": str(place.base / "pg_hba.conf"),
        "ident_file": str(place.base / "pg_ident.conf"),
    }
    argv = [binaries.program("postgres"), "-D", os.fspath(place.data)]
    return argv + [word for key, value in settings.items() for word in ("-c", f"{key}={value}")]
