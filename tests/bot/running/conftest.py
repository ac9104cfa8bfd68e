from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.running.postgres import EmbeddedPostgres

AS_ROOT = os.geteuid() == 0
needs_root = pytest.mark.skipif(not AS_ROOT, reason="what happens as root can only be seen as root")


@pytest.fixture(scope="session")
def root_place() -> Iterator[Path]:
    """Where root's databases lie in these tests; pytest's own folders are closed to other users."""
    folder = Path(tempfile.mkdtemp(prefix="psttest-", dir="/tmp"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "var"


@pytest.fixture
def postgres(home: Path, root_place: Path) -> Iterator[EmbeddedPostgres]:
    """A server that is not started yet; stopped and deleted afterwards. Not durable: the disk is slow."""
    server = EmbeddedPostgres(home, root_place=root_place, durable=False)
    yield server
    server.stop()
    server.erase()
