"""The embedded PostgreSQL of one home: started when needed, shared by those who need it at once.

Two ways to have it. A short command (`pst chat`, a test) uses it as a context manager: the first
starts the server, others join, the last stops it. `pst run` asks for `child()` and has it supervised;
then it belongs to the supervisor and nobody else stops it.
"""

from __future__ import annotations

import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from bot.running import binaries, cluster, place, postmaster, sockets
from bot.running.binaries import PostgresUnavailable
from bot.running.locks import FileLock, LockTimeout, exclusive, held_by_other
from bot.running.logs import CappedLog
from bot.running.process import Child

__all__ = ["EmbeddedPostgres", "PostgresUnavailable", "running_url"]

_PATIENCE = 60.0
# Servers we started and left to others who still use them; a dropped Popen would warn about them.
_left_running: list[subprocess.Popen[bytes]] = []


def running_url(home: Path) -> str | None:
    """Return the address of `home`'s database when its server is up and lets us in, else None."""
    found = place.find(home.resolve())
    server = postmaster.running(found.data) if found else None
    return server.url if server and server.answers() else None


class EmbeddedPostgres:
    """PostgreSQL from the wheel, on a Unix socket that only this user (and root) can use.

    `durable=False` gives up safety against power cuts for speed; for tests only.
    `root_place` is where root's databases lie (see `place`).
    """

    def __init__(self, home: Path, *, durable: bool = True, root_place: Path = place.ROOT_PLACE) -> None:
        self._home = home.resolve()
        self._durable = durable
        self._root_place = root_place
        self._process: subprocess.Popen[bytes] | None = None
        self._place: place.Place | None = None
        self._use: FileLock | None = None
        self._ownership: FileLock | None = None
        self._socket_folder: Path | None = None

    def start(self, within: float = _PATIENCE) -> str:
        """Have the server up within so many seconds and return its address.

        Raises `PostgresUnavailable`. A server that already runs for this home is shared.
        """
        if self._use is not None:
            return self.url
        deadline = time.monotonic() + within
        here = self._have_place()
        with self._alone(here, within):
            server = self._join(here, deadline)
            if server is None:
                server = self._launch(here, deadline)
            self._use = FileLock(here.base / "users.lock")
            self._use.acquire(shared=True)
        return server.url

    def stop(self) -> None:
        """Stop using the server; the last user stops it, unless a supervisor owns it.

        Safe to call twice. Takes at most 21 s: 8 s fast, 3 s immediate, then SIGKILL.
        """
        if self._place is None or self._use is None:
            return
        with self._alone(self._place, _PATIENCE):
            self._use.release()
            self._use = None
            if self._in_use(self._place):
                if self._process is not None:
                    _left_running.append(self._process)
            else:
                self._halt(self._place)
        self._process = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """The address; known once `start` or `child` has returned."""
        if self._socket_folder is None:
            raise RuntimeError("start() or child() comes first")
        return postmaster.url(self._socket_folder)

    def is_ready(self) -> bool:
        """Tell whether the server lets us in now; never raises, takes at most a second."""
        return self._socket_folder is not None and postmaster.answers(self._socket_folder)

    def child(self, name: str = "postgres") -> Child:
        """Return what a supervisor runs, with everything on disk made ready; its address is `url`.

        From here to `release` (or the end of this process) the server is ours: others join it or
        wait for it, and never start or stop it. A server nobody uses any more is stopped first.
        Raises `PostgresUnavailable`, also when another command is using the database right now.
        """
        here = self._have_place()
        with self._alone(here, _PATIENCE):
            if postmaster.running(here.data) is not None:
                if self._in_use(here):
                    raise PostgresUnavailable(
                        f"Basis data di {self._home} sedang dipakai perintah pst yang lain; "
                        "tunggu sampai selesai atau hentikan dulu."
                    )
                self._halt(here)
            self._ownership = FileLock(here.base / "owner.lock")
            if not self._ownership.acquire():
                raise PostgresUnavailable(f"Basis data di {self._home} sudah dijalankan `pst run` yang lain.")
            argv = self._prepare(here)
        return Child(
            name, argv, env=cluster.ENVIRONMENT, user=here.user, cwd=here.base, stop_signal=signal.SIGINT,
            grace=3.0, firm_signal=signal.SIGQUIT, ready=self.is_ready, ready_within=_PATIENCE,
        )  # fmt: skip

    def release(self) -> None:
        """Give up what `child` took, once the supervisor has stopped the server."""
        if self._ownership is not None:
            self._ownership.release()

    def erase(self) -> None:
        """Delete the database and all data of this home, for tests. Stop it first."""
        found = place.find(self._home)
        if found is not None:
            shutil.rmtree(found.base)
            (self._home / "postgres").unlink(missing_ok=True)

    def _have_place(self) -> place.Place:
        if self._place is None:
            self._place = place.make(self._home, self._root_place)
        return self._place

    @contextmanager
    def _alone(self, here: place.Place, within: float) -> Iterator[None]:
        """Keep other starts and stops out."""
        try:
            with exclusive(here.base / "starting.lock", within=within):
                yield
        except LockTimeout as error:
            raise PostgresUnavailable(
                f"PostgreSQL di {here.base} terlalu lama dimulai proses lain."
            ) from error

    def _in_use(self, here: place.Place) -> bool:
        return held_by_other(here.base / "users.lock") or held_by_other(here.base / "owner.lock")

    def _join(self, here: place.Place, deadline: float) -> postmaster.Postmaster | None:
        """Return the server that runs or that a supervisor is about to run; None to start our own."""
        while True:
            server = postmaster.running(here.data)
            if server is not None and server.answers():
                self._socket_folder = server.socket_folder
                return server
            if server is None and not held_by_other(here.base / "owner.lock"):
                return None
            if time.monotonic() > deadline:
                raise PostgresUnavailable(f"PostgreSQL di {here.base} berjalan tetapi tidak menjawab.")
            time.sleep(0.05)

    def _prepare(self, here: place.Place) -> list[str]:
        found = binaries.from_wheel(cluster.major_version(here.data))
        if here.user is not None:
            found = binaries.copied(found, self._root_place)
        cluster.check_programs(here, found)
        cluster.write_access(here)
        if not here.data.exists():
            cluster.create(here, found, durable=self._durable)
        self._forget_dead_server(here)
        self._socket_folder = sockets.make_socket_folder(here)
        return cluster.server_command(here, found, self._socket_folder, durable=self._durable)

    def _forget_dead_server(self, here: place.Place) -> None:
        # PostgreSQL itself refuses to start when the number in an old postmaster.pid now belongs to
        # another process of the same user, say after a reboot. We know that no server runs here.
        if postmaster.running(here.data) is None:
            (here.data / "postmaster.pid").unlink(missing_ok=True)

    def _launch(self, here: place.Place, deadline: float) -> postmaster.Postmaster:
        argv = self._prepare(here)
        log = CappedLog(here.base / "server.log")
        with log.open() as output:
            self._process = subprocess.Popen(  # noqa: S603
                argv, stdin=subprocess.DEVNULL, stdout=output, stderr=output, cwd=here.base,
                env=cluster.ENVIRONMENT, start_new_session=True, **cluster.credentials(here.user),
            )  # fmt: skip
        while True:
            server = postmaster.running(here.data)
            if server is not None and server.answers():
                return server
            self._still_starting(self._process, log, deadline)

    def _still_starting(self, process: subprocess.Popen[bytes], log: CappedLog, deadline: float) -> None:
        try:
            code = process.wait(0.02)
        except subprocess.TimeoutExpired:
            if time.monotonic() < deadline:
                return
            postmaster.stop(process.pid)
            process.wait()
            raise PostgresUnavailable(f"PostgreSQL tidak siap pada waktunya; lihat {log.path}.") from None
        raise PostgresUnavailable(f"PostgreSQL berhenti saat dimulai (kode {code}):\n{log.tail()}")

    def _halt(self, here: place.Place) -> None:
        server = postmaster.running(here.data)
        if server is not None:
            postmaster.stop(server.pid)
        if self._process is not None:
            self._process.wait()
