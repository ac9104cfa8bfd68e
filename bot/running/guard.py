"""The supervisor's end of the warden: what must not outlive us is told to a small process beside us."""

from __future__ import annotations

import subprocess
import sys
from contextlib import suppress
from pathlib import Path

_PROGRAM = Path(__file__).with_name("warden.py")


class Guard:
    """Keeps a warden running and informed. Its process imports nothing of ours (about 5 MB)."""

    def __init__(self) -> None:
        self._groups: dict[int, int] = {}
        self._warden = self._spawn()

    @property
    def pid(self) -> int:
        """The warden's process."""
        return self._warden.pid

    def watch(self, group: int, stop_signal: int) -> None:
        """Have this process group ended with that signal if we die."""
        self._groups[group] = stop_signal
        self._tell(f"+{group} {stop_signal}\n")

    def forget(self, group: int) -> None:
        """The group has ended."""
        if self._groups.pop(group, None) is not None:
            self._tell(f"-{group}\n")

    def renew(self) -> None:
        """Replace a warden that died. To be called now and then."""
        if self._warden.poll() is not None:
            self._discard()
            self._warden = self._spawn()
            for group, stop_signal in self._groups.items():
                self._tell(f"+{group} {stop_signal}\n")

    def close(self) -> None:
        """Let the warden end; it ends what is still being watched."""
        self._discard()
        self._warden.wait(30)

    def _spawn(self) -> subprocess.Popen[str]:
        # -I -S: no site-packages, no environment; a session of its own: no signals of the terminal.
        return subprocess.Popen(  # noqa: S603
            [sys.executable, "-I", "-S", str(_PROGRAM)], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
            text=True, start_new_session=True, cwd="/",
        )  # fmt: skip

    def _tell(self, line: str) -> None:
        pipe = self._warden.stdin
        if pipe is not None:
            with suppress(BrokenPipeError):  # it died: `renew` tells the next one everything
                pipe.write(line)
                pipe.flush()

    def _discard(self) -> None:
        if self._warden.stdin is not None:
            with suppress(BrokenPipeError):
                self._warden.stdin.close()
