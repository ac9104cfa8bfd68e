"""As a normal user: everything in the home, nothing elsewhere."""

from __future__ import annotations

import json
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder of the user's own, with a short path."""
    made = Path(tempfile.mkdtemp(prefix="psttest-", dir="/tmp"))
    if os.geteuid() == 0:
        os.chown(made, pwd.getpwnam("nobody").pw_uid, -1)
    yield made
    shutil.rmtree(made)


def story(home: Path, root_place: Path) -> dict[str, Any]:
    environment = {key: value for key, value in os.environ.items() if key != "XDG_RUNTIME_DIR"}
    result = subprocess.run(
        [sys.executable, "-W", "error", "-m", "tests.bot.running.normal_user", str(home), str(root_place)],
        capture_output=True, text=True, timeout=90, check=False, env=environment,
    )  # fmt: skip
    assert result.returncode == 0, result.stderr
    told: dict[str, Any] = json.loads(result.stdout)
    return told


def test_the_database_lies_in_the_home(folder: Path, root_place: Path) -> None:
    told = story(folder / "var", root_place)
    assert told["uid"] != 0
    assert told["data_in_home"]
    assert told["found"] == told["url"]
    assert told["word"] == "masih ada"
    assert told["socket_folder"] == str(folder / "var" / "postgres" / "socket")
    assert told["socket_folder_mode"] == 0o700
    assert told["stopped"]


def test_a_home_too_deep_for_a_socket(folder: Path, root_place: Path) -> None:
    home = folder / ("d" * 60) / "a, b \"c\" 'd'" / "var"
    told = story(home, root_place)
    assert told["data_in_home"]
    assert told["socket_path_bytes"] <= 107
    assert not told["socket_folder"].startswith(str(folder))
    assert told["socket_folder_mode"] == 0o700
    assert told["found"] == told["url"]
    assert told["word"] == "masih ada"
    assert told["stopped"]
    shutil.rmtree(told["socket_folder"])
