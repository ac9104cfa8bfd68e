"""The real embedded server, as whoever runs the tests."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from pathlib import Path
from typing import Any

import psutil
import psycopg
import pytest

from bot.running import place, postmaster
from bot.running.locks import FileLock
from bot.running.postgres import EmbeddedPostgres, PostgresUnavailable, running_url
from tests.bot.running.waiting import alive, wait_until


def data_folder(home: Path) -> Path:
    found = place.find(home)
    assert found is not None
    return found.data


def server_pid(home: Path) -> int:
    server = postmaster.running(data_folder(home))
    assert server is not None
    return server.pid


def query(url: str, sql: str) -> str:
    with psycopg.connect(url, connect_timeout=5) as connection:
        row = connection.execute(sql.encode()).fetchone()
    assert row is not None
    return str(row[0])


def test_a_database_that_speaks_utf8_and_utc(postgres: EmbeddedPostgres) -> None:
    url = postgres.start()
    assert query(url, "SELECT current_user || '@' || current_database()") == "pst@pst"
    assert query(url, "SHOW server_encoding") == "UTF8"
    assert query(url, "SELECT upper('pelayanan é')") == "PELAYANAN É"
    assert query(url, "SHOW timezone") == "UTC"


def test_it_is_durable_unless_told_otherwise(
    postgres: EmbeddedPostgres, home: Path, root_place: Path
) -> None:
    assert query(postgres.start(), "SHOW fsync") == "off"
    postgres.stop()
    with EmbeddedPostgres(home, root_place=root_place) as durable:
        for setting in ("fsync", "synchronous_commit", "full_page_writes", "data_checksums"):
            assert query(durable.url, f"SHOW {setting}") == "on"


def test_it_listens_on_no_network(postgres: EmbeddedPostgres, home: Path) -> None:
    postgres.start()
    server = psutil.Process(server_pid(home))
    assert server.net_connections(kind="inet") == []
    assert [c.laddr for c in server.net_connections(kind="unix") if c.laddr] != []


@pytest.mark.parametrize("durable", [True, False])
def test_data_survive_the_server_being_killed(home: Path, root_place: Path, durable: bool) -> None:
    postgres = EmbeddedPostgres(home, root_place=root_place, durable=durable)
    with psycopg.connect(postgres.start()) as connection:
        connection.execute("CREATE TABLE kept (word text)")
        connection.execute("INSERT INTO kept VALUES ('masih ada')")
    pid = server_pid(home)
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not alive(pid), "the server is gone")
    assert running_url(home) is None
    postgres.stop()
    assert query(postgres.start(), "SELECT word FROM kept") == "masih ada"
    postgres.stop()
    postgres.erase()


def test_a_second_start_shares_the_server_and_the_last_one_stops_it(
    postgres: EmbeddedPostgres, home: Path, root_place: Path
) -> None:
    second = EmbeddedPostgres(home, root_place=root_place, durable=False)
    url = postgres.start()
    pid = server_pid(home)
    assert running_url(home) == url
    assert second.start() == url
    assert server_pid(home) == pid
    postgres.stop()
    assert query(url, "SELECT 1") == "1"
    second.stop()
    assert not alive(pid)
    assert running_url(home) is None


def test_two_starts_at_once_make_one_server(home: Path, root_place: Path) -> None:
    servers = [EmbeddedPostgres(home, root_place=root_place, durable=False) for _ in range(3)]
    urls: list[str] = []
    threads = [threading.Thread(target=lambda s=server: urls.append(s.start())) for server in servers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    try:
        assert len(urls) == 3
        assert len(set(urls)) == 1
        assert query(urls[0], "SELECT 1") == "1"
    finally:
        for server in servers:
            server.stop()
    assert running_url(home) is None
    servers[0].erase()


def test_an_address_of_a_database_that_was_never_made(home: Path) -> None:
    assert running_url(home) is None
    assert not home.exists()


def test_the_number_in_an_old_pid_file_may_be_another_process_by_now(
    postgres: EmbeddedPostgres, home: Path
) -> None:
    postgres.start()
    pid_file = data_folder(home) / "postmaster.pid"
    old = pid_file.read_text().splitlines()
    pid = server_pid(home)
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not alive(pid), "the server is gone")
    postgres.stop()
    # PostgreSQL alone would refuse: "is another postmaster running?" (any process of the same user).
    owner = pid_file.stat()
    with subprocess.Popen(["sleep", "60"], **(_as(owner) if os.geteuid() == 0 else {})) as sleeper:
        pid_file.write_text("\n".join([str(sleeper.pid), *old[1:]]) + "\n")
        try:
            assert running_url(home) is None
            assert query(postgres.start(), "SELECT 1") == "1"
        finally:
            sleeper.kill()


def _as(owner: os.stat_result) -> dict[str, Any]:
    return {"user": owner.st_uid, "group": owner.st_gid}


def test_a_start_that_was_killed_halfway_leaves_nothing_in_the_way(
    postgres: EmbeddedPostgres, home: Path, root_place: Path
) -> None:
    half = place.make(home, root_place).base / "data.new"
    half.mkdir()
    (half / "PG_VERSION").write_text("18\n")
    assert query(postgres.start(), "SELECT 1") == "1"
    assert not half.exists()


def test_data_of_another_major_version_are_left_alone(
    postgres: EmbeddedPostgres, home: Path, root_place: Path
) -> None:
    data = place.make(home, root_place).data
    data.mkdir()
    (data / "PG_VERSION").write_text("12\n")
    with pytest.raises(PostgresUnavailable, match=r"PostgreSQL 12.*pg_dump.*PST_DATABASE_URL"):
        postgres.start()
    assert [entry.name for entry in data.iterdir()] == ["PG_VERSION"]


def test_the_servers_log_holds_nothing_that_was_written_to_it(postgres: EmbeddedPostgres, home: Path) -> None:
    postgres.start()
    with psycopg.connect(postgres.url, autocommit=True) as connection:
        connection.execute("CREATE TABLE letters (body text PRIMARY KEY)")
        connection.execute("INSERT INTO letters VALUES ('rahasia warga')")
        with pytest.raises(psycopg.errors.UniqueViolation):
            connection.execute("INSERT INTO letters VALUES ('rahasia warga')")
        with pytest.raises(psycopg.errors.InvalidTextRepresentation):
            connection.execute("SELECT 'rahasia warga'::int")
    log = (data_folder(home).parent / "server.log").read_text()
    assert "ready to accept connections" in log
    assert "rahasia" not in log


def test_a_supervisor_does_not_take_a_database_that_is_in_use(
    postgres: EmbeddedPostgres, home: Path, root_place: Path
) -> None:
    owner = EmbeddedPostgres(home, root_place=root_place, durable=False)
    url = postgres.start()
    with pytest.raises(PostgresUnavailable, match="sedang dipakai"):
        owner.child()
    assert query(url, "SELECT 1") == "1"


def test_a_supervisor_ends_a_server_that_nobody_uses_any_more(
    postgres: EmbeddedPostgres, home: Path, root_place: Path
) -> None:
    url = postgres.start()
    left_behind = server_pid(home)
    # What a SIGKILLed `pst chat` leaves: a server without users.
    lock = postgres._use
    assert lock is not None
    lock.release()
    owner = EmbeddedPostgres(home, root_place=root_place, durable=False)
    child = owner.child()
    try:
        assert not alive(left_behind)
        assert owner.url == url
        assert child.stop_signal == signal.SIGINT
    finally:
        owner.release()


def test_nobody_else_starts_a_server_that_a_supervisor_owns(
    postgres: EmbeddedPostgres, home: Path, root_place: Path
) -> None:
    owner = EmbeddedPostgres(home, root_place=root_place, durable=False)
    owner.child()
    try:
        with pytest.raises(PostgresUnavailable, match="tidak menjawab"):
            postgres.start(within=0.3)
    finally:
        owner.release()
    assert query(postgres.start(), "SELECT 1") == "1"


def test_a_lock_is_free_again_when_its_holder_is_gone(tmp_path: Path) -> None:
    first, second = FileLock(tmp_path / "lock"), FileLock(tmp_path / "lock")
    assert first.acquire()
    assert not second.acquire(within=0.05)
    first.release()
    assert second.acquire()
    second.release()
