"""Who may come in, and as whom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from handoff.ports.values import Officer


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody who is logged in. `digest` is what is kept of the token in the cookie, `csrf` goes into each form.

    `is_complete` is False while the second factor is still to come; such a session opens nothing else.
    """

    officer: Officer
    csrf: str
    is_complete: bool
    digest: bytes


class Sessions(Protocol):
    """The door of the pages: who is it?"""

    async def session(self, token: str) -> Session | None:
        """Return whose session that token is, and count it as used; None when it has ended or never was one."""
        ...

    async def is_alive(self, digest: bytes) -> bool:
        """Tell whether a session goes on, without counting that as use: for streams that stay open."""
        ...
