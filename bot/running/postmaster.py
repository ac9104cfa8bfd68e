"""A PostgreSQL that may be running on a data folder: which process, which socket, does it answer."""

from __future__ import annotations

import os
import select
import signal
import socket
import struct
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from bot.running.sockets import SOCKET_NAME

DATABASE = "pst"
ROLE = "pst"
_PROTOCOL = 196608  # 3.0, PostgreSQL documentation, "Message Formats", StartupMessage


@dataclass(frozen=True, slots=True)
class Postmaster:
    """A live server process and the folder of its socket."""

    pid: int
    socket_folder: Path

    @property
    def url(self) -> str:
        """The address for SQLAlchemy and libpq alike."""
        return url(self.socket_folder)

    def answers(self) -> bool:
        """Tell whether it lets us into the database now (within a second)."""
        return answers(self.socket_folder)


def url(socket_folder: Path) -> str:
    """Return the address of the database behind the socket in that folder."""
    return f"postgresql://{ROLE}@/{DATABASE}?host={quote(str(socket_folder))}"


def running(data: Path) -> Postmaster | None:
    """Return the server that runs on this data folder, or None.

    postmaster.pid outlives a killed server, and its number may by now be another process: it counts
    only when that process was started with `-D data`. (Its /proc/PID/cwd would say so too, but root
    in a container may not read that of another user's process: no CAP_SYS_PTRACE.)
    """
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
        pid, folder = int(lines[0]), Path(lines[4])
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        if words[1:3] != [b"-D", os.fsencode(data)]:
            return None
    except (OSError, ValueError, IndexError):
        return None  # not there, not written to its end, not ours to read, or its process is gone
    return Postmaster(pid, folder)


def answers(socket_folder: Path, within: float = 1.0) -> bool:
    """Tell whether a server lets us into the database, within so many seconds; never raises.

    A server that still recovers takes the connection and then refuses it, so this goes as far as
    AuthenticationOk. By hand, since a driver would cost the supervisor 10 MB of memory.
    """
    settings = b"".join(word.encode() + b"\0" for word in ("user", ROLE, "database", DATABASE)) + b"\0"
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(within)
            connection.connect(str(socket_folder / SOCKET_NAME))
            connection.sendall(struct.pack("!ii", len(settings) + 8, _PROTOCOL) + settings)
            reply = connection.recv(9, socket.MSG_WAITALL)
            connection.sendall(b"X" + struct.pack("!i", 4))
    except OSError:
        return False
    # 'R', length 8, 0: AuthenticationOk.
    return reply == b"R" + struct.pack("!ii", 8, 0)


def stop(pid: int) -> None:
    """Stop a server: fast shutdown, after 8 s immediate shutdown, after 3 more the kernel's.

    Returns when the process is gone. PostgreSQL documentation, "Shutting Down the Server".
    """
    try:
        watch = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    try:
        for how, patience in ((signal.SIGINT, 8.0), (signal.SIGQUIT, 3.0), (signal.SIGKILL, 10.0)):
            _send(watch, how)
            if gone(watch, patience):
                return
    finally:
        os.close(watch)


def gone(pidfd: int, within: float) -> bool:
    """Wait so many seconds for a process to end; tell whether it did."""
    poll = select.poll()
    poll.register(pidfd, select.POLLIN)
    return bool(poll.poll(within * 1000))


def _send(pidfd: int, how: signal.Signals) -> None:
    # It may just have ended: then the wait that follows returns at once.
    with suppress(ProcessLookupError):
        signal.pidfd_send_signal(pidfd, how)
