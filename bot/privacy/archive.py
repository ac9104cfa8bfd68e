"""A ZIP that is handed on while it is being written: of any size, in little memory."""

from __future__ import annotations

import io
import zipfile
from collections.abc import AsyncIterator
from datetime import datetime


class _Outlet(io.RawIOBase):
    """Takes what the ZIP writes, until somebody takes it away."""

    def __init__(self) -> None:
        self._waiting: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        piece = bytes(memoryview(data))  # type: ignore[arg-type]  # whatever has a buffer
        self._waiting.append(piece)
        return len(piece)

    def take(self) -> bytes:
        """Return and forget what was written."""
        taken = b"".join(self._waiting)
        self._waiting.clear()
        return taken


class Archive:
    """Writes members one after the other. `at` dates them, a local moment (MS-DOS knows no zones)."""

    def __init__(self, at: datetime) -> None:
        self._at = (at.year, at.month, at.day, at.hour, at.minute, at.second)
        self._outlet = _Outlet()
        self._zip = zipfile.ZipFile(self._outlet, "w", zipfile.ZIP_DEFLATED)

    async def member(self, name: str, content: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        """Write one member and yield the archive's bytes as they come up."""
        told = zipfile.ZipInfo(name, self._at)
        told.compress_type = zipfile.ZIP_DEFLATED
        told.external_attr = 0o600 << 16
        with self._zip.open(told, "w", force_zip64=True) as member:
            async for piece in content:
                member.write(piece)
                if ready := self._outlet.take():
                    yield ready
        yield self._outlet.take()

    def end(self) -> bytes:
        """Return the last bytes; without them a ZIP is not one, so that a copy that broke off is noticed."""
        self._zip.close()
        return self._outlet.take()
