"""Where the server's socket lies: in a folder nobody else may enter, with a path that is short enough."""

from __future__ import annotations

import hashlib
import os
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bot.running.binaries import ELSEWHERE, PostgresUnavailable
from bot.running.place import Place, hand_over

SOCKET_NAME = ".s.PGSQL.5432"
# sun_path holds 108 bytes with the closing NUL: unix(7).
LONGEST_SOCKET_PATH = 107


def make_socket_folder(place: Place) -> Path:
    """Return a folder that only the server's user may enter, for its socket; created where needed.

    It is `base/socket`, or where that path is too long for a socket one below XDG_RUNTIME_DIR or
    /tmp. Others find it in postmaster.pid.
    """
    if _fits(place.base / "socket"):
        folder = place.base / "socket"
        folder.mkdir(mode=0o700, exist_ok=True)
        hand_over(folder, place)
        return folder
    name = "pst-" + hashlib.sha256(os.fsencode(place.base.resolve())).hexdigest()[:10]
    for parent in _short_parents():
        if _fits(parent / name):
            return _private(parent, name)
    raise PostgresUnavailable(f"Tidak ada folder dengan jalur cukup pendek untuk soket. {ELSEWHERE}")


def _fits(folder: Path) -> bool:
    return len(os.fsencode(folder / SOCKET_NAME)) <= LONGEST_SOCKET_PATH


def _short_parents() -> Iterator[Path]:
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    if runtime and os.access(runtime, os.W_OK):
        yield Path(runtime)
    yield Path(tempfile.gettempdir())
    yield Path("/tmp")  # noqa: S108  TMPDIR may itself be deep


def _private(parent: Path, name: str) -> Path:
    folder = parent / name
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        status = folder.lstat()
        ours = status.st_uid == os.geteuid() and stat.S_ISDIR(status.st_mode)
        if not ours or status.st_mode & 0o077:
            return Path(tempfile.mkdtemp(prefix=f"{name}-", dir=parent))
    return folder
