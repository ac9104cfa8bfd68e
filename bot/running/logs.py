"""Log files of children, with a bound on their size.

The child writes straight into the file, not through a pipe of ours: its log does not stop when the
supervisor does. Rotation therefore copies and truncates (O_APPEND makes the child go on at the new
end); a line written in the microseconds between the two is lost.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import BinaryIO

LIMIT = 5_000_000
KEPT = 3


class CappedLog:
    """One log file of at most about `limit` bytes, and `kept` older ones: name.log.1, .2, ..."""

    def __init__(self, path: Path, *, limit: int = LIMIT, kept: int = KEPT) -> None:
        self.path = path
        self._limit = limit
        self._kept = kept

    def open(self) -> BinaryIO:
        """Return the file for appending, as a child's standard output; the folder is made, 0600 the file."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.cap()
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW
        return os.fdopen(os.open(self.path, flags, 0o600), "ab", buffering=0)

    def cap(self) -> None:
        """Move the contents away when the file has reached its limit."""
        try:
            if self.path.stat().st_size < self._limit:
                return
        except FileNotFoundError:
            return
        for number in range(self._kept - 1, 0, -1):
            if self._older(number).exists():
                self._older(number).replace(self._older(number + 1))
        with self.path.open("rb+") as current:
            with self._older(1).open("wb") as copy:
                self._older(1).chmod(0o600)
                shutil.copyfileobj(current, copy)
            current.truncate(0)

    def tail(self, lines: int = 12) -> str:
        """Return the last lines, "" when there is no file."""
        try:
            return "\n".join(self.path.read_text(errors="replace").splitlines()[-lines:])
        except FileNotFoundError:
            return ""

    def _older(self, number: int) -> Path:
        return self.path.with_name(f"{self.path.name}.{number}")
