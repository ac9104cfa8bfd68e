"""Gives out files to officers, and notes who took which."""

from __future__ import annotations

from collections.abc import AsyncIterator

from bot.clock import Clock
from bot.files import Files, NoSuchFile
from bot.store.contents import ContentLost, Contents
from bot.store.database import Database
from bot.store.desk import audit, files
from handoff.address import number_of
from handoff.ports.files import FileKind, Kept
from handoff.ports.values import NotFound


class FileRoom:
    """Implements `handoff.ports.files.FileRoom`."""

    def __init__(self, database: Database, clock: Clock, store: Files, contents: Contents) -> None:
        self._database = database
        self._clock = clock
        self._files = store
        self._contents = contents

    async def fetch(self, kind: FileKind, key: str, *, officer_id: int) -> Kept:
        """Return a file and note who took it. Raises `NotFound`: no such file, refused, or not fetched."""
        first, dash, second = key.partition("-")
        row, number = number_of(first), number_of(second, digits=4)  # of a smallint
        if row is None or (number is None if kind == "attachment" else dash):
            raise NotFound
        kept = await (self._mail(row) if kind == "mail" else self._file(row, number))
        async with self._database.statement() as tx:
            await audit.note(
                tx,
                "file.downloaded",
                now=self._clock.now(),
                officer_id=officer_id,
                about=f"{kind}:{key}",
            )
        return kept

    async def _file(self, row: int, number: int | None) -> Kept:
        async with self._database.statement() as tx:
            if number is None:
                found = await files.of_citizen(tx, row)
            else:
                found = await files.of_officer(tx, row, number)
        if found is None:
            raise NotFound
        content = await _begun(self._files.read(found.file))
        return Kept(found.name, found.content_type, found.size, content)

    async def _mail(self, parcel_id: int) -> Kept:
        async with self._database.statement() as tx:
            packed = await files.of_mail(tx, parcel_id)
        if packed is None:
            raise NotFound
        try:
            whole = await self._contents.unpack(packed)
        except (ContentLost, NoSuchFile) as error:
            raise NotFound from error
        return Kept(f"surat-{parcel_id}.eml", "message/rfc822", len(whole), _once(whole))


async def _begun(pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Read the first piece now, so that a file that is not there is known before an answer begins."""
    try:
        first = await anext(pieces, b"")
    except NoSuchFile as error:
        raise NotFound from error
    return _rest(first, pieces)


async def _rest(first: bytes, pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for piece in pieces:
        yield piece


async def _once(whole: bytes) -> AsyncIterator[bytes]:
    yield whole
