"""Files on disk, outside the web root: written whole under a random name, read back as a stream, removed.

The folder may be shared by several machines that work on one database; rows there know the names. Only
the officers' console gives files out, as downloads.
"""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from secrets import token_hex

from channels.port import FetchFailed

NAME = re.compile(r"[0-9a-f]{32}")
PART = ".part"
"""Ends the temporary name of a file that is being written."""
CHUNK_BYTES = 65_536


class NotKept(Exception):
    """The disk did not take a file (it is full, read-only or away): nothing is kept, and it may pass.

    `reason` is the operating system's word for it.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class NoSuchFile(Exception):
    """There is no file of that name; a name that could not be one of ours is none either."""


class Files:
    """The files in `folder`, which is made when the first one is kept. `now` dates them, for `older`."""

    def __init__(self, folder: Path, now: Callable[[], datetime]) -> None:
        self._folder = folder
        self._now = now

    async def keep(self, data: bytes) -> str:
        """Keep a content and return its name, 32 hexadecimal digits. Raises `NotKept`.

        When this returns it survives a power cut. A row has to take up the name within a day (see `older`).
        """
        return await asyncio.to_thread(self._keep, data)

    async def read(self, name: str) -> AsyncIterator[bytes]:
        """Yield a content piece by piece. Raises `NoSuchFile` before the first piece."""
        try:
            file = await asyncio.to_thread(self._path(name).open, "rb")
        except FileNotFoundError:
            raise NoSuchFile(name) from None
        try:
            while piece := await asyncio.to_thread(file.read, CHUNK_BYTES):
                yield piece
        finally:
            file.close()

    async def open(self, name: str) -> bytes:
        """Return a content whole, for a channel that sends it. Implements `channels.port.FileStore`.

        Raises `FetchFailed`: for good where there is no such file, otherwise while the folder is away.
        """
        try:
            return b"".join([piece async for piece in self.read(name)])
        except NoSuchFile as error:
            raise FetchFailed("berkas tidak ada lagi di penyimpanan", permanent=True) from error
        except OSError as error:
            reason = f"penyimpanan berkas tidak terbaca ({error.strerror or type(error).__name__})"
            raise FetchFailed(reason, permanent=False) from error

    async def remove(self, *names: str) -> None:
        """Remove files; one that is gone already is no error. Raises `NoSuchFile` for an impossible name."""
        await asyncio.to_thread(_remove, [self._path(name) for name in names])

    async def older(self, than: datetime) -> list[str]:
        """Return the names of all files kept before that moment; what was never finished is removed."""
        return await asyncio.to_thread(lambda: list(self._older(than.timestamp())))

    def _path(self, name: str) -> Path:
        """Return where a file is. Raises `NoSuchFile` for what no name of ours looks like."""
        if not NAME.fullmatch(name):
            raise NoSuchFile(name)
        return self._folder / name[:2] / name

    def _keep(self, data: bytes) -> str:
        name = token_hex(16)
        path = self._path(name)
        part = path.with_name(name + PART)
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._folder.chmod(0o700)
            self._write(part, data)
            part.rename(path)
            _sync_folder(path.parent)
        except OSError as error:
            with suppress(OSError):
                part.unlink(missing_ok=True)
            raise NotKept(error.strerror or type(error).__name__) from error
        return name

    def _write(self, part: Path, data: bytes) -> None:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
        with os.fdopen(os.open(part, flags, 0o600), "wb") as file:
            file.write(data)
            file.flush()
            moment = self._now().timestamp()
            os.utime(file.fileno(), (moment, moment))
            os.fsync(file.fileno())

    def _older(self, than: float) -> Iterator[str]:
        for path in self._folder.glob("[0-9a-f][0-9a-f]/*"):
            # Another machine may have removed it since it was listed.
            with suppress(FileNotFoundError):
                if path.stat().st_mtime >= than:
                    continue
                if path.name.endswith(PART):
                    path.unlink()
                elif NAME.fullmatch(path.name):
                    yield path.name


def _remove(paths: list[Path]) -> None:
    for path in paths:
        path.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    """Have the new name itself survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
