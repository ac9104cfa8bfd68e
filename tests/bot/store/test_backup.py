"""What was written into a file stands in another database as it was, and nothing is ever written over."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy.engine import make_url

from bot.store.backup import BackupFailed, NotEmpty, dump, restore
from bot.store.upgrade import upgrade


@pytest.fixture
def empty_url(server_url: str) -> Iterator[str]:
    name = f"empty_{uuid4().hex[:12]}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"'.encode())
    yield make_url(server_url).set(database=name).render_as_string(hide_password=False)
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())


def test_it_is_all_there_again(database_url: str, empty_url: str, tmp_path: Path) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute("INSERT INTO person (name, created_at) VALUES ('Sri Contoh', now())")
    file = tmp_path / "pst.dump"
    dump(database_url, file)
    assert file.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["pst.dump"]
    restore(empty_url, file)
    assert not upgrade(empty_url)  # the schema is the same
    with psycopg.connect(empty_url) as connection:
        assert connection.execute("SELECT name FROM person").fetchall() == [("Sri Contoh",)]
        connection.execute("INSERT INTO audit (at, action) VALUES (now(), 'a')")
        with pytest.raises(psycopg.errors.RaiseException, match="only added"):
            connection.execute("DELETE FROM audit")


def test_nothing_is_written_over(database_url: str, tmp_path: Path) -> None:
    file = tmp_path / "pst.dump"
    dump(database_url, file)
    before = file.read_bytes()
    with pytest.raises(FileExistsError):
        dump(database_url, file)
    assert file.read_bytes() == before
    with pytest.raises(NotEmpty):
        restore(database_url, file)


def test_what_failed_leaves_nothing(empty_url: str, tmp_path: Path) -> None:
    nowhere = make_url(empty_url).set(database="nowhere").render_as_string(hide_password=False)
    with pytest.raises(BackupFailed, match="nowhere"):
        dump(nowhere, tmp_path / "pst.dump")
    assert list(tmp_path.iterdir()) == []
    broken = tmp_path / "broken.dump"
    broken.write_bytes(b"PGDMP and no more")
    with pytest.raises(BackupFailed):
        restore(empty_url, broken)
