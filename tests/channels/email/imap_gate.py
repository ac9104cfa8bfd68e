"""Between a mail program and its server: lets everything through but the command or the answer a test waits for."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Literal

from tests.channels.email import servers

READ_BYTES = 65_536


@dataclass
class Gate:
    """Stands before a Dovecot, with its certificate. Closed, it holds back at the `command` it is told.

    `holds` is the command, so that it never comes to the server, or its answer, so that the server has done it
    and nobody knows. `passed` are the commands of that name which came to the server.
    """

    behind: servers.Dovecot
    command: str
    holds: Literal["command", "answer"]
    is_closed: bool = True
    held: asyncio.Event = field(default_factory=asyncio.Event)
    passed: list[str] = field(default_factory=list)
    port: int = 0

    @property
    def imap_url(self) -> str:
        return f"imaps://{servers.USER}:{servers.PASSWORD}@127.0.0.1:{self.port}/INBOX"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry one connection until either side ends it."""
        trusted = ssl.create_default_context(cafile=self.behind.ca_file)
        inner, outer = await asyncio.open_connection("127.0.0.1", self.behind.port, ssl=trusted)
        ways = [
            asyncio.create_task(self._commands(reader, outer)),
            asyncio.create_task(self._answers(inner, writer)),
        ]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
            for each in (outer, writer):
                each.close()
                with contextlib.suppress(OSError):
                    await each.wait_closed()

    async def _commands(self, reader: asyncio.StreamReader, outer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            if f" {self.command} ".encode() in line.upper():
                if self.is_closed and self.holds == "command":
                    self.held.set()
                    await reader.read()  # until the program's end
                    return
                self.passed.append(line.decode().strip())
            outer.write(line)
            await outer.drain()

    async def _answers(self, inner: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await inner.read(READ_BYTES):
            if self.is_closed and self.passed:
                self.held.set()
                continue
            writer.write(data)
            await writer.drain()


@contextlib.asynccontextmanager
async def gate(
    behind: servers.Dovecot, command: str, holds: Literal["command", "answer"]
) -> AsyncIterator[Gate]:
    """Run a gate within the block."""
    folder = behind.ca_file.parent
    made = Gate(behind, command, holds)
    tls = servers.tls_context(folder / "server.pem", folder / "server.key")
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0, ssl=tls)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        server.close()
