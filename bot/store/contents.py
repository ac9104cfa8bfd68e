"""How the content of a parcel is kept: compressed, in its row up to a size, in the file store above it."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import structlog

from bot.files import Files, NotKept

log = structlog.get_logger()

ZLIB, PLAIN = "zlib", "plain"
_LEVEL = 6


class ContentLost(Exception):
    """A content is not where its row says, or is not what was kept."""


@dataclass(frozen=True, slots=True)
class Packed:
    """A content as it is kept: in `data`, or under the name `file`; neither where there is none."""

    data: bytes | None
    file: str | None = None
    packing: str = ZLIB


@dataclass(frozen=True, slots=True)
class Contents:
    """Packs contents and unpacks them again; packed to more than `most` bytes they become files."""

    files: Files
    most: int

    async def pack(self, contents: Sequence[bytes]) -> list[Packed]:
        """Compress contents, in their order, and keep the large ones in files.

        A disk that does not take a file is no reason to lose it: then it stays in the row.
        """
        compressed = await asyncio.to_thread(lambda: [zlib.compress(one, _LEVEL) for one in contents])
        return [await self._placed(one) for one in compressed]

    async def _placed(self, packed: bytes) -> Packed:
        if len(packed) <= self.most:
            return Packed(packed)
        try:
            return Packed(None, await self.files.keep(packed))
        except NotKept as error:
            log.warning("large content stays in the database", reason=error.reason)
            return Packed(packed)

    async def unpack(self, packed: Packed) -> bytes:
        """Return a content. Raises `ContentLost` or `NoSuchFile`; what was never there is empty."""
        kept = packed.data or b""
        if packed.file is not None:
            kept = b"".join([piece async for piece in self.files.read(packed.file)])
        if packed.packing == PLAIN or not kept:
            return kept
        try:
            return await asyncio.to_thread(zlib.decompress, kept)
        except zlib.error as error:
            raise ContentLost(str(error)) from error
