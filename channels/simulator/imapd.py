"""The office's mailbox: pymap's IMAP server with its in-memory backend, in this event loop, one user.

Real IMAP4rev1 over TCP on loopback, without TLS (pymap has no implicit TLS). Started by hand rather
than with pymap's own command, because that one wants the main thread's signals and never returns.
"""

from __future__ import annotations

import asyncio
import contextlib
from argparse import Namespace
from asyncio import StreamReader, StreamWriter
from datetime import datetime
from uuid import uuid4

from proxyprotocol.sock import SocketInfo
from proxyprotocol.version import ProxyProtocolVersion
from pymap.backend.dict import Config, Login
from pymap.backend.dict.filter import FilterSet
from pymap.backend.dict.mailbox import MailboxData, MailboxSet
from pymap.concurrent import Event, Subsystem
from pymap.imap import IMAPServer
from pymap.parsing.message import AppendMessage
from pymap.selected import SelectedMailbox
from pymap.user import UserMetadata
from pysasl.hashing import Cleartext

GOODBYE_SECONDS = 1.0


class OfficeMailbox(MailboxData):
    """pymap's mailbox, which wakes an IDLE that is already behind.

    pymap 0.36 waits for the *next* change even when one came in between the client's last command and
    its IDLE (RFC 2177): that mail would lie unseen until another one arrives.
    """

    async def update_selected(
        self, selected: SelectedMailbox, *, wait_on: Event | None = None
    ) -> SelectedMailbox:
        """Report the changes since `selected` was last brought up to date, waiting only if there is none."""
        known = selected.mod_sequence
        is_behind = known is not None and known < self._mod_sequences.highest
        return await super().update_selected(selected, wait_on=None if is_behind else wait_on)


class OfficeMailboxes(MailboxSet):
    """One user's mailboxes, whose INBOX is an `OfficeMailbox`."""

    def __init__(self) -> None:
        super().__init__()
        self._inbox = OfficeMailbox(self._content_cache, self._thread_cache)


class QuietConfig(Config):
    """pymap's settings for a server that asks no name server and starts no thread."""

    @property
    def greeting(self) -> bytes:
        """The first words of the server; pymap's own look up this machine's name in the DNS."""
        return b"Simulasi siap"


class ImapServer:
    """An IMAP server on loopback with one user and an INBOX in memory."""

    def __init__(self, host: str, port: int, user: str, password: str) -> None:
        self._host, self._port = host, port
        self._user, self._password = user, password
        self._config = _config(user, password)
        self._mailboxes = OfficeMailboxes()
        self._server: asyncio.Server | None = None
        self._connections: dict[asyncio.Task[None], StreamWriter] = {}

    async def start(self) -> int:
        """Listen; return the port (a free one when 0 was asked for). Raises OSError when it is taken."""
        login = Login(self._config)
        owner = UserMetadata(self._config, self._user, password=self._password)
        await login.demo_user_identity.set(owner)
        self._config.set_cache[self._user] = (self._mailboxes, FilterSet())
        self._protocol = IMAPServer(login, self._config)
        self._server = await asyncio.start_server(self._serve, self._host, self._port)
        self._port = self._server.sockets[0].getsockname()[1]
        return self._port

    async def stop(self) -> None:
        """Hang up on everybody and stop listening, within about `GOODBYE_SECONDS`."""
        if self._server is None:
            return
        self._server.close()
        for writer in self._connections.values():
            writer.close()  # seen by the connection as end of file: it leaves by its own door
        if self._connections:
            _, late = await asyncio.wait(self._connections, timeout=GOODBYE_SECONDS)
            for task in late:
                task.cancel()
        await self._server.wait_closed()
        self._server = None

    async def append(self, raw: bytes, when: datetime) -> int:
        """Put a raw RFC 5322 message into INBOX, waking every IDLE; return its UID."""
        inbox = await self._mailboxes.get_mailbox("INBOX")
        message = await inbox.append(AppendMessage(raw, when), recent=not inbox.selected_set.any_selected)
        return int(message.uid)

    async def _serve(self, reader: StreamReader, writer: StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101  # asyncio.start_server runs this in a task
        self._connections[task] = writer
        try:
            info = SocketInfo.get(writer, None, unique_id=uuid4().bytes)
            await self._protocol(reader, writer, info)
        finally:
            del self._connections[task]
            with contextlib.suppress(ConnectionError):  # the client may have gone first
                await writer.wait_closed()


def _config(user: str, password: str) -> Config:
    return QuietConfig(
        Namespace(),
        host=None,
        port=0,
        demo_data=False,
        demo_user=user,
        demo_password=password,
        tls_enabled=False,
        reject_dnsbl=False,
        # The password is made up at each start and never leaves this process: hashing it guards nothing.
        hash_context=Cleartext(),
        cpu_subsystem=Subsystem.for_asyncio(),
        proxy_protocol=ProxyProtocolVersion.get(None),
    )
