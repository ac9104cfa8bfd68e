"""Files that come and go with messages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Attachment:
    """Something that came along with a message; `size` in bytes, None when not told.

    `kind` is what it is to a person (image, voice, audio, video, sticker, contact, location, document), or
    too_large: the message itself, which was too large to be fetched whole; its text came, its files did not.
    Or inline: a picture that the text of a letter shows, which is no attachment.
    With an http(s) or mail `url` it can be fetched (`Channel.fetch`).
    """

    name: str
    content_type: str
    size: int | None = None
    url: str | None = None
    kind: str = "document"


@dataclass(frozen=True, slots=True)
class Fetched:
    """The content of an attachment as it came, and the type the other side gave it (not to be trusted)."""

    data: bytes
    content_type: str


class FetchFailed(Exception):
    """An attachment could not be fetched; `reason` is for officers.

    `permanent`: trying again cannot help, except in the first minutes (the other side may announce a file
    before it has it). `refused`: it is not wanted (too large), whenever it is tried.
    """

    def __init__(self, reason: str, *, permanent: bool, refused: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.permanent = permanent
        self.refused = refused


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A file that goes out with a message of ours: `size` in bytes, `file` is its name in the file store."""

    name: str
    content_type: str
    size: int
    file: str


class FileStore(Protocol):
    """Where the files stand that go out with messages."""

    async def open(self, name: str) -> bytes:
        """Return a content whole. Raises `FetchFailed`."""
        ...
