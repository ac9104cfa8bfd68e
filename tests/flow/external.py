"""Debian's PostgreSQL as an office's own server: reached over TCP with a password, under a user of its own."""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from tests.nlu.rasa import free_port

START_SECONDS = 30.0
# Nothing of the caller's PGHOST, PGDATA and the like.
ENVIRONMENT = {"LC_ALL": "C", "TZ": "UTC", "PATH": "/usr/bin:/bin"}


def debian_programs(find: Callable[..., str]) -> Path:
    """Return the folder of the newest server programs; `find` is the fixture `program`."""
    places = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=_major, reverse=True)
    return Path(find("initdb", *map(str, places))).resolve().parent


def _major(initdb: Path) -> int:
    return int(initdb.parts[-3])


@contextmanager
def external_postgres(programs: Path) -> Iterator[str]:
    """Run a new server on a free port of loopback; give the address of an empty database on it."""
    user = _unprivileged()
    folder = Path(tempfile.mkdtemp(prefix="pst-postgres-", dir="/tmp"))
    try:
        if user:
            os.chown(folder, user["user"], user["group"])
        password = secrets.token_hex(16)
        _create(programs, folder, password, user)
        with _served(programs, folder, user) as port:
            address = f"postgresql://pst:{password}@127.0.0.1:{port}/"
            _await_ready(address + "postgres")
            with psycopg.connect(address + "postgres", autocommit=True) as server:
                server.execute("CREATE DATABASE pst")
            yield address + "pst"
    finally:
        shutil.rmtree(folder)


def _unprivileged() -> Mapping[str, Any]:
    """PostgreSQL refuses to run as root; Debian's package brings a user for it."""
    if os.geteuid() != 0:
        return {}
    entry = pwd.getpwnam("postgres")
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def _create(programs: Path, folder: Path, password: str, user: Mapping[str, Any]) -> None:
    secret = folder / "password"
    secret.write_text(password, encoding="ascii")
    if user:
        os.chown(secret, user["user"], user["group"])
    argv = [str(programs / "initdb"), "-D", str(folder / "data"), "-U", "pst", "--auth=scram-sha-256"]
    argv += [f"--pwfile={secret}", "--encoding=UTF8", "--locale=C", "--no-sync"]
    made = subprocess.run(
        argv, capture_output=True, text=True, check=False, timeout=60, cwd=folder, env=ENVIRONMENT, **user
    )
    assert made.returncode == 0, made.stderr


@contextmanager
def _served(programs: Path, folder: Path, user: Mapping[str, Any]) -> Iterator[int]:
    port = free_port()
    settings = {"listen_addresses": "127.0.0.1", "port": port, "unix_socket_directories": "", "fsync": "off"}
    argv = [str(programs / "postgres"), "-D", str(folder / "data")]
    argv += [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            argv, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=folder, env=ENVIRONMENT, **user
        )
        try:
            yield port
        except BaseException as error:
            error.add_note((folder / "log").read_text(errors="replace")[-4000:])
            raise
        finally:
            # "Fast": whoever is still connected has failed already, and is not waited for.
            server.send_signal(signal.SIGINT)
            server.wait(30)


def _await_ready(address: str) -> None:
    limit = time.monotonic() + START_SECONDS
    while True:
        try:
            psycopg.connect(address, connect_timeout=2).close()
        except psycopg.OperationalError:
            assert time.monotonic() < limit, "the external PostgreSQL was not ready in time"
            time.sleep(0.05)
        else:
            return
