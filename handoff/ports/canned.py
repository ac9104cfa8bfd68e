"""Replies that officers keep ready: found by a few letters, filled in, and edited by everybody."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from handoff.ports.values import Officer

VARIABLES = ("nama", "tiket", "petugas", "tanggal")
"""What may stand in braces: the citizen's name, the ticket's number, the officer's name, today."""


@dataclass(frozen=True, slots=True)
class Canned:
    """A reply that is kept ready. `shortcut` is what is typed after the slash; `text_en` may be empty.

    `updated_by` is the name of who last changed it, None for those that came with the program.
    """

    id: int
    shortcut: str
    title: str
    text_id: str
    text_en: str
    updated_at: datetime
    updated_by: str | None = None

    def text(self, language: str) -> str:
        """Return it in the citizen's language, in Indonesian where there is no other."""
        return (self.text_en if language == "en" else "") or self.text_id


class CannedReplies(Protocol):
    """The door of the canned replies."""

    async def all(self) -> tuple[Canned, ...]:
        """Return every one, by shortcut."""
        ...

    async def found(self, words: str, *, most: int = 8) -> tuple[Canned, ...]:
        """Return those whose shortcut begins with, or whose title or text has, these words; best first."""
        ...

    async def one(self, canned_id: int) -> Canned:
        """Return one. Raises `NotFound`."""
        ...

    async def add(self, officer: Officer, *, shortcut: str, title: str, text_id: str, text_en: str) -> int:
        """Keep a new one; return its id. Raises `Unfit` (desk.canned_*)."""
        ...

    async def change(
        self, officer: Officer, canned_id: int, *, shortcut: str, title: str, text_id: str, text_en: str
    ) -> None:
        """Change one. Raises `NotFound`, `Unfit`."""
        ...

    async def remove(self, officer: Officer, canned_id: int) -> None:
        """Remove one. Raises `NotFound`."""
        ...

    async def fill(self, officer: Officer, canned_id: int, conversation_id: int) -> str:
        """Return one in the citizen's language with its gaps filled for a conversation.

        What is not known (no name, no ticket) leaves its gap standing, for the officer to see. Raises `NotFound`.
        """
        ...


_GAPS = re.compile("{(" + "|".join(VARIABLES) + ")}")


def filled(text: str, values: Mapping[str, str]) -> str:
    """Fill the gaps of a text, what they are filled with excepted; one without a value stays as it is. Pure."""
    return _GAPS.sub(lambda gap: values.get(gap[1]) or gap[0], text)
