"""Letters as they were written, where a text alone does not show it: tables, and what stands where."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Letter:
    """A citizen's letter. `html` is clean (nothing of it runs, and nothing is loaded), "" where it has none.

    `mail` is its key among the files of the kind `mail` (handoff/ports/files.py), byte for byte as it came.
    """

    message: int
    conversation: int
    subject: str
    sender: str
    at: datetime
    html: str
    mail: str


class LetterRoom(Protocol):
    """The door of the letters."""

    async def letter(self, message_id: int) -> Letter:
        """Return a letter. Raises `NotFound`: no such message, none of a letter, or it is kept no more."""
        ...
