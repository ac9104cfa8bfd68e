"""The unprivileged user that PostgreSQL runs as when we are root."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess

from bot.running.binaries import ELSEWHERE, PostgresUnavailable

SYSTEM_USER = "pst"


def ensure_user(name: str) -> None:
    """Have an unprivileged system user. Raises `PostgresUnavailable` when that is impossible."""
    if _exists(name):
        return
    path = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
    useradd, adduser = shutil.which("useradd", path=path), shutil.which("adduser", path=path)
    if useradd:
        argv = [useradd, "--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent"]
        argv += ["--shell", "/usr/sbin/nologin", name]
    elif adduser:  # BusyBox
        argv = [adduser, "-S", "-D", "-H", "-s", "/sbin/nologin", name]
    else:
        raise _no_user(name, "useradd maupun adduser tidak ada")
    result = subprocess.run(argv, capture_output=True, text=True, timeout=30, check=False)  # noqa: S603
    # Two starts at once: the slower one fails, and finds the user there.
    if result.returncode != 0 and not _exists(name):
        raise _no_user(name, result.stderr.strip())


def _exists(name: str) -> bool:
    try:
        return pwd.getpwnam(name).pw_uid != 0
    except KeyError:
        return False


def _no_user(name: str, why: str) -> PostgresUnavailable:
    return PostgresUnavailable(
        f"PostgreSQL menolak berjalan sebagai root, dan pengguna `{name}` tidak bisa dibuat ({why}). "
        f"Buat pengguna itu, atau jalankan sebagai pengguna biasa. {ELSEWHERE}"
    )
