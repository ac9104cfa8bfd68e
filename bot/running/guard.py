"""The supervisor's end of the warden: what must not outlive us is told to a small process beside us.

What remains: a supervisor that is killed in the millisecond between starting a child and telling
the warden, or together with its warden, leaves that child behind.
"""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

_PROGRAM = Path(__file__).with_name("warden.py")


class Guard:
    """Keeps a warden running and informed. Its process imports nothing of ours (about 5 MB)."""

    def __init__(self) -> None:
        self._groups: dict[int, int] = {}
        self._warden, self._pipe = self._spawn()

    @property
    def pid(self) -> int:
        """The warden's process."""
        return self._warden.pid

    def watch(self, group: int, stop_signal: int) -> None:
        """Have this process group ended with that signal if we die."""
        self._groups[group] = stop_signal
        self._tell(f"+{group} {stop_signal:d}\n")

    def forget(self, group: int) -> None:
        """The group has ended."""
        if self._groups.pop(group, None) is not None:
            self._tell(f"-{group}\n")

    def renew(self) -> None:
        """Replace a warden that died. To be called now and then."""
        if self._warden.poll() is not None:
            os.close(self._pipe)
            self._warden, self._pipe = self._spawn()

    def close(self) -> None:
        """Let the warden end; it ends what is still being watched."""
        os.close(self._pipe)
        self._warden.wait(30)

    def _spawn(self) -> tuple[subprocess.Popen[bytes], int]:
        ours, pipe = os.pipe()
        # It finds everything in the pipe when it starts, even when we are gone by then.
        known = "".join(f"+{group} {stop_signal:d}\n" for group, stop_signal in self._groups.items())
        os.write(pipe, known.encode())
        try:
            # -I -S: no site-packages, no environment; a session of its own: no signals of the terminal.
            argv = [sys.executable, "-I", "-S", str(_PROGRAM)]
            warden = subprocess.Popen(  # noqa: S603
                argv, stdin=ours, stdout=subprocess.DEVNULL, start_new_session=True, cwd="/"
            )
        finally:
            os.close(ours)
        return warden, pipe

    def _tell(self, line: str) -> None:
        with suppress(BrokenPipeError):  # it died: the next one finds everything in its pipe
            os.write(self._pipe, line.encode())
