"""Files that citizens sent and officers send, as they are kept."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Literal, Protocol

FileKind = Literal["media", "attachment", "mail"]
"""media: came with a citizen's message (id of the row); attachment: an officer's ("message-number");
mail: a mail as it came, byte for byte (id of its parcel, also of one in quarantine)."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A file to hand out: as whoever sent it named it, which may be anything; what its content was found to be."""

    name: str
    content_type: str
    size: int | None
    content: AsyncIterator[bytes]


class FileRoom(Protocol):
    """The door of the files."""

    async def fetch(self, kind: FileKind, key: str, *, officer_id: int) -> Kept:
        """Return a file and note who took it. Raises `NotFound`: no such file, refused, or not fetched."""
        ...
