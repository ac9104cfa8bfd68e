"""The table of faults in docs/email.md names tests that exist."""

from __future__ import annotations

import re
from pathlib import Path

from tests.channels.email.building import OFFICE

ROOT = Path(__file__).parents[3]
ROOMS = ("tests/channels/email", "tests/flow", "tests/bot")


def test_every_row_of_the_table_of_faults_names_a_test() -> None:
    document = (ROOT / "docs" / "email.md").read_text(encoding="utf-8")
    section = document.partition("\n## Faults\n")[2].partition("\n## ")[0]
    _, _, *rows = [line for line in section.splitlines() if line.startswith("|")]
    files = [path for room in ROOMS for path in (ROOT / room).rglob("test_*.py")]
    tests = "\n".join(path.read_text(encoding="utf-8") for path in files)
    assert len(rows) >= 15
    for row in rows:
        named = re.findall(r"`(test_\w+)`", row.rpartition("|")[0].rpartition("|")[2])
        assert named, row
        assert [name for name in named if f"def {name}(" not in tests] == []


def test_a_black_hole_is_noticed_within_two_minutes() -> None:
    """At worst it opens at the beginning of a wait: then the wait, and the deadline of what follows."""
    waits = min(OFFICE["poll_seconds"], OFFICE["idle_seconds"])
    assert waits + OFFICE["imap_timeout_seconds"] <= 120
