"""A story told by a user who is not root; prints what happened as JSON. Run by test_postgres_user.

Started by root it imports everything first, since root's Python often lies where others cannot
read, and then becomes `nobody` for good.
"""

from __future__ import annotations

import json
import os
import pwd
import signal
import sys
from pathlib import Path

import psycopg

from bot.running import binaries, postmaster
from bot.running.postgres import EmbeddedPostgres, running_url
from bot.running.sockets import SOCKET_NAME
from tests.bot.running.waiting import alive, wait_until


def become_nobody(wheel: Path) -> None:
    """Drop root, and see the wheel's files where everybody may read them."""
    entry = pwd.getpwnam("nobody")
    os.setgroups([])
    os.setgid(entry.pw_gid)
    os.setuid(entry.pw_uid)
    sys.path[:] = [str(wheel), *(part for part in sys.path if "site-packages" not in part)]


def tell(home: Path) -> dict[str, object]:
    """Start, share, kill, start again, stop."""
    server = EmbeddedPostgres(home)
    url = server.start()
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE kept (word text)")
        connection.execute("INSERT INTO kept VALUES ('masih ada')")
    found = running_url(home)
    running = postmaster.running(home / "postgres" / "data")
    assert running is not None
    os.kill(running.pid, signal.SIGKILL)
    wait_until(lambda: not alive(running.pid), "the server is gone")
    server.stop()
    server.start()
    with psycopg.connect(server.url) as connection:
        row = connection.execute("SELECT word FROM kept").fetchone()
    mode = running.socket_folder.stat().st_mode & 0o777
    server.stop()
    return {
        "uid": os.geteuid(),
        "url": url,
        "found": found,
        "word": row and row[0],
        "data_in_home": (home / "postgres" / "data" / "PG_VERSION").exists(),
        "socket_folder": str(running.socket_folder),
        "socket_folder_mode": mode,
        "socket_path_bytes": len(os.fsencode(running.socket_folder / SOCKET_NAME)),
        "stopped": running_url(home) is None,
    }


if __name__ == "__main__":
    if os.geteuid() == 0:
        copy = binaries.copied(binaries.from_wheel(), Path(sys.argv[2]))
        become_nobody(copy.root.parent.parent)
    print(json.dumps(tell(Path(sys.argv[1]))))  # noqa: T201
