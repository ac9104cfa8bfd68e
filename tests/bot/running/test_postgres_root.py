"""As root: a place of its own, an unprivileged user, and nobody's folders opened."""

from __future__ import annotations

import os
import pwd
import subprocess
import sys
from pathlib import Path

import psutil
import psycopg
import pytest

from bot.running import binaries, postmaster
from bot.running.postgres import EmbeddedPostgres, PostgresUnavailable
from bot.running.sockets import SOCKET_NAME
from bot.running.system_user import ensure_user
from tests.bot.running.conftest import needs_root

pytestmark = needs_root


def modes(path: Path) -> dict[Path, tuple[int, int, int]]:
    found = [path, *path.parents]
    return {each: (each.stat().st_mode, each.stat().st_uid, each.stat().st_gid) for each in found}


def wheel_folder() -> Path:
    return binaries.from_wheel().root / "bin"


@pytest.mark.parametrize("mode", [0o700, 0o755])
def test_no_folders_mode_changes(tmp_path: Path, root_place: Path, mode: int) -> None:
    closed = tmp_path / "closed"
    home = closed / "var"
    home.mkdir(parents=True)
    closed.chmod(mode)
    home.chmod(mode)
    before = modes(home) | modes(wheel_folder()) | modes(root_place)
    server = EmbeddedPostgres(home, root_place=root_place, durable=False)
    with server:
        assert modes(home) | modes(wheel_folder()) | modes(root_place) == before
    assert modes(home) | modes(wheel_folder()) | modes(root_place) == before
    server.erase()


def test_the_server_runs_as_a_user_without_rights(
    postgres: EmbeddedPostgres, home: Path, root_place: Path
) -> None:
    postgres.start()
    base = (home / "postgres").readlink()
    assert base.parent == root_place
    server = postmaster.running(base / "data")
    assert server is not None
    process = psutil.Process(server.pid)
    assert process.username() == "pst"
    assert set(process.uids()) == {pwd.getpwnam("pst").pw_uid}
    status = Path(f"/proc/{server.pid}/status").read_text()
    groups = next(line for line in status.splitlines() if line.startswith("Groups:"))
    assert groups.split()[1:] in ([], [str(pwd.getpwnam("pst").pw_gid)])


def psql_as_nobody(url: str, root_place: Path) -> subprocess.CompletedProcess[str]:
    programs = binaries.copied(binaries.from_wheel(), root_place)
    return subprocess.run(
        [programs.program("psql"), "-X", "-c", "SELECT 1", url],
        user="nobody", extra_groups=[], capture_output=True, text=True, timeout=20, check=False,
        cwd="/", env={"LC_ALL": "C"},
    )  # fmt: skip


def test_other_users_stay_outside(postgres: EmbeddedPostgres, root_place: Path) -> None:
    url = postgres.start()
    refused = psql_as_nobody(url, root_place)
    assert refused.returncode != 0
    assert "Permission denied" in refused.stderr


def test_other_users_stay_outside_even_when_the_folder_is_opened(
    postgres: EmbeddedPostgres, home: Path, root_place: Path
) -> None:
    url = postgres.start()
    socket_folder = (home / "postgres").readlink() / "socket"
    socket_folder.chmod(0o755)
    (socket_folder / SOCKET_NAME).chmod(0o777)
    refused = psql_as_nobody(url, root_place)
    assert refused.returncode != 0
    assert "Peer authentication failed" in refused.stderr


# What `docker run` leaves to root. CAP_SYS_PTRACE is not among it.
CONTAINER = (
    "-all,+chown,+dac_override,+fowner,+fsetid,+kill,+setgid,+setuid,+setpcap,"
    "+net_bind_service,+net_raw,+sys_chroot,+mknod,+audit_write,+setfcap"
)
ONCE = """
import sys
from pathlib import Path
from bot.running.postgres import EmbeddedPostgres, running_url
home, place = Path(sys.argv[1]), Path(sys.argv[2])
with EmbeddedPostgres(home, durable=False, root_place=place) as server:
    assert running_url(home) == server.url
assert running_url(home) is None
server.erase()
"""


def test_root_of_a_container_has_enough_rights(home: Path, root_place: Path) -> None:
    result = subprocess.run(
        ["setpriv", f"--bounding-set={CONTAINER}", sys.executable, "-c", ONCE, str(home), str(root_place)],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert result.returncode == 0, result.stderr


def test_root_without_any_right_is_told_what_to_do(home: Path, root_place: Path) -> None:
    binaries.copied(binaries.from_wheel(), root_place)
    result = subprocess.run(
        ["setpriv", "--bounding-set=-all", sys.executable, "-c", ONCE, str(home), str(root_place)],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert result.returncode == 1
    assert "PST_DATABASE_URL" in result.stderr.splitlines()[-1]
    EmbeddedPostgres(home, root_place=root_place).erase()


def test_the_programs_are_copied_once(root_place: Path) -> None:
    first = binaries.copied(binaries.from_wheel(), root_place)
    made = Path(first.program("postgres")).stat()
    again = binaries.copied(binaries.from_wheel(), root_place)
    assert Path(again.program("postgres")).stat().st_ino == made.st_ino
    assert not list(root_place.glob(".postgresql-*"))


def test_a_deleted_home_starts_anew_and_the_old_data_stay(
    postgres: EmbeddedPostgres, home: Path, root_place: Path
) -> None:
    with psycopg.connect(postgres.start()) as connection:
        connection.execute("CREATE TABLE kept ()")
    postgres.stop()
    old = (home / "postgres").readlink()
    (home / "postgres").unlink()
    anew = EmbeddedPostgres(home, root_place=root_place, durable=False)
    with anew, psycopg.connect(anew.url) as connection:
        row = connection.execute("SELECT to_regclass('kept')").fetchone()
        assert row == (None,)
    assert (old / "data" / "PG_VERSION").exists()
    anew.erase()
    (home / "postgres").symlink_to(old)


def test_a_link_to_somewhere_else_is_not_followed(home: Path, root_place: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    home.mkdir()
    (home / "postgres").symlink_to(elsewhere)
    with pytest.raises(PostgresUnavailable, match="bukan folder milik root"):
        EmbeddedPostgres(home, root_place=root_place).start()
    assert list(elsewhere.iterdir()) == []


def test_a_normal_users_database_is_not_taken_over(home: Path, root_place: Path) -> None:
    (home / "postgres").mkdir(parents=True)
    os.chown(home / "postgres", pwd.getpwnam("nobody").pw_uid, -1)
    with pytest.raises(PostgresUnavailable, match="Jalankan sebagai pengguna itu"):
        EmbeddedPostgres(home, root_place=root_place).start()


def test_a_place_that_others_may_write_to_is_refused(home: Path, tmp_path: Path) -> None:
    open_place = tmp_path / "open"
    open_place.mkdir()
    open_place.chmod(0o777)
    with pytest.raises(PostgresUnavailable, match="PST_DATABASE_URL"):
        EmbeddedPostgres(home, root_place=open_place).start()


def test_a_place_the_unprivileged_user_cannot_enter_is_said_clearly(home: Path, tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    server = EmbeddedPostgres(home, root_place=tmp_path / "place")
    with pytest.raises(PostgresUnavailable, match="tidak dapat dijalankan"):
        server.start()
    assert tmp_path.stat().st_mode & 0o777 == 0o700
    server.erase()


def test_when_the_user_cannot_be_made_the_way_out_is_named() -> None:
    # A colon can be in no user's name: passwd(5) separates by it.
    with pytest.raises(PostgresUnavailable, match="PST_DATABASE_URL"):
        ensure_user("psttest:x")
