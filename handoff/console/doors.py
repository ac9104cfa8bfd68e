"""What the console needs from the rest of the program: one door per part, made in `bot/counter.py`."""

from __future__ import annotations

from dataclasses import dataclass

from handoff.ports.accounts import Accounts, People
from handoff.ports.audit import AuditLog
from handoff.ports.files import FileRoom


@dataclass(frozen=True, slots=True)
class Doors:
    """Every part's door. Add yours here and in `bot/counter.py`."""

    accounts: Accounts
    people: People
    audit: AuditLog
    files: FileRoom
