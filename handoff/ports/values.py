"""Who works here, and what can go wrong between two of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Role = Literal["officer", "supervisor", "admin"]
"""officer: works on tickets; supervisor: also assigns, and is told of what was missed; admin: also accounts."""

RANK: dict[Role, int] = {"officer": 0, "supervisor": 1, "admin": 2}


@dataclass(frozen=True, slots=True)
class Officer:
    """Somebody who is logged in, or holds a ticket. `language` is "id" or "en"."""

    id: int
    login: str
    name: str
    email: str
    role: Role
    language: str = "id"

    def is_at_least(self, role: Role) -> bool:
        """Tell whether this one may do what that role may."""
        return RANK[self.role] >= RANK[role]


AT_THE_OFFICE: Final = "office"
"""The channel of what officers noted that came by letter, phone or in person: nothing can be sent there."""


class NotFound(Exception):
    """There is no such ticket, conversation, person or file."""


class NotAllowed(Exception):
    """This officer may not do that; `reason` is in words for them."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Taken(Exception):
    """Somebody else was quicker: `by` is the colleague's name."""

    def __init__(self, by: str) -> None:
        super().__init__(by)
        self.by = by


class Stale(Exception):
    """What was to be changed has been changed since it was looked at; nothing was done, nothing is lost."""
