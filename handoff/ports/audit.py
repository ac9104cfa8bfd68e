"""What was done, by whom, for those who have to answer for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Act:
    """One row of the log. `officer` is a name, None when the program or the command line did it.

    `about` reads kind:id; `about_officer` is the name when that is an officer.
    """

    id: int
    at: datetime
    officer_id: int | None
    officer: str | None
    action: str
    about: str | None
    about_officer: str | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of the log is looked for: `room` is an action's part before the dot, `until` is not included."""

    officer_id: int | None = None
    room: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    before_id: int | None = None


class AuditLog(Protocol):
    """The log, read; the doors of the acts themselves write it."""

    async def read(self, wanted: Wanted, *, most: int) -> Sequence[Act]:
        """Return the newest rows that are wanted, newest first."""
        ...

    async def rooms(self) -> Sequence[str]:
        """Return the rooms that something was ever done in, in order."""
        ...

    async def officers(self) -> Sequence[tuple[int, str]]:
        """Return everybody's id and name, by name, also those who are disabled."""
        ...

    async def note(
        self,
        action: str,
        *,
        officer_id: int,
        about: str | None = None,
        detail: Mapping[str, Any] | None = None,
    ) -> None:
        """Note something that changes no row of its own, such as reading or an export."""
        ...
