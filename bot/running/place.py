"""Where the embedded PostgreSQL lives, and as whom it runs.

A normal user's database lies in `home/postgres`. PostgreSQL refuses to run as root, and an
unprivileged user usually cannot enter root's folders; opening those would change what the machine's
owner decided. So for root it lies in a folder of its own below /var/lib/pst, and `home/postgres` is
a link to it: whoever deletes the home starts anew, whoever moves it keeps the data.
"""

from __future__ import annotations

import hashlib
import os
import pwd
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bot.running.binaries import ELSEWHERE, PostgresUnavailable
from bot.running.system_user import SYSTEM_USER, ensure_user

ROOT_PLACE = Path("/var/lib/pst")


@dataclass(frozen=True, slots=True)
class Place:
    """The folder of one embedded PostgreSQL; `user` is whom it runs as, None for ourselves."""

    base: Path
    user: str | None

    @property
    def data(self) -> Path:
        """PostgreSQL's own folder."""
        return self.base / "data"

    @property
    def owner(self) -> str:
        """The system name of the user the server runs as. Raises `PostgresUnavailable`."""
        if self.user is not None:
            return self.user
        try:
            return pwd.getpwuid(os.geteuid()).pw_name
        except KeyError:
            raise PostgresUnavailable(
                f"Pengguna nomor {os.geteuid()} tidak punya nama di sistem ini (/etc/passwd), "
                f"dan PostgreSQL memerlukannya. {ELSEWHERE}"
            ) from None


def find(home: Path) -> Place | None:
    """Return the place of an existing database of `home`, or None; creates nothing."""
    link = home / "postgres"
    if os.geteuid() == 0:
        return Place(link.readlink(), SYSTEM_USER) if link.is_symlink() else None
    return Place(link, None) if link.is_dir() and not link.is_symlink() else None


def make(home: Path, root_place: Path = ROOT_PLACE) -> Place:
    """Return the place of `home`'s database, created where needed. Raises `PostgresUnavailable`.

    Folders that were there before keep their mode and owner.
    """
    home.mkdir(parents=True, exist_ok=True)
    return _make_for_root(home, root_place) if os.geteuid() == 0 else _make_for_user(home)


def _make_for_user(home: Path) -> Place:
    base = home / "postgres"
    if base.is_symlink():
        raise PostgresUnavailable(
            f"{base} dibuat oleh root dan datanya hanya untuk root. Jalankan sebagai root lagi, "
            f"atau pakai PST_HOME lain. {ELSEWHERE}"
        )
    if base.is_dir() and base.stat().st_uid != os.geteuid():
        raise _foreign(base)
    base.mkdir(mode=0o700, exist_ok=True)
    return Place(base, None)


def _make_for_root(home: Path, root_place: Path) -> Place:
    link = home / "postgres"
    if link.exists() and not link.is_symlink():
        raise _foreign(link)
    _private_to_root(root_place)
    ensure_user(SYSTEM_USER)
    if not link.is_symlink():
        _link_new_base(link, home, root_place)
    base = link.readlink()
    # Who may write to home could point the link anywhere; root creates and hands over folders there.
    if base.parent != root_place or not base.is_dir() or base.stat().st_uid != 0:
        raise PostgresUnavailable(
            f"{link} menunjuk ke {base}, yang bukan folder milik root di {root_place}. "
            "Hapus tautan itu untuk mulai dengan basis data kosong, atau kembalikan foldernya."
        )
    return Place(base, SYSTEM_USER)


def _foreign(base: Path) -> PostgresUnavailable:
    uid = base.stat().st_uid
    return PostgresUnavailable(
        f"Basis data di {base} milik pengguna nomor {uid}, bukan {os.geteuid()}. "
        f"Jalankan sebagai pengguna itu, atau pakai PST_HOME lain. {ELSEWHERE}"
    )


def _private_to_root(folder: Path) -> None:
    """Have a folder that root alone writes to and everybody may pass through."""
    try:
        folder.mkdir(parents=True)
    except FileExistsError:
        status = folder.stat()
        if status.st_uid != 0 or status.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
            raise PostgresUnavailable(
                f"{folder} sudah ada, tetapi bukan milik root saja. {ELSEWHERE}"
            ) from None
    except OSError as error:
        raise PostgresUnavailable(
            f"Sebagai root, PostgreSQL bawaan memerlukan {folder}: {error.strerror}. "
            f"Jalankan sebagai pengguna biasa. {ELSEWHERE}"
        ) from error
    else:
        folder.chmod(0o755)


def _link_new_base(link: Path, home: Path, root_place: Path) -> None:
    digest = hashlib.sha256(os.fsencode(home.resolve())).hexdigest()[:10]
    base = _first_free(root_place / digest)
    try:
        link.symlink_to(base)
    except FileExistsError:
        base.rmdir()  # Another process made the place at the same moment: use that one.


def _first_free(base: Path) -> Path:
    # A name that is taken belongs to a home that was deleted or moved: its data stay untouched.
    names: Iterator[Path] = (base if n == 1 else base.with_name(f"{base.name}-{n}") for n in range(1, 10_000))
    for name in names:
        try:
            name.mkdir()
        except FileExistsError:
            continue
        name.chmod(0o755)
        return name
    raise PostgresUnavailable(f"Terlalu banyak basis data lama di {base.parent}; hapus yang tidak terpakai.")


def hand_over(folder: Path, place: Place) -> None:
    """Give an own, fresh folder to the user the server runs as, and close it to all others."""
    folder.chmod(0o700)
    if place.user is not None:
        entry = pwd.getpwnam(place.user)
        os.chown(folder, entry.pw_uid, entry.pw_gid, follow_symlinks=False)
