"""aioimaplib's client with what this channel needs of it made dependable."""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import Callable

from aioimaplib import aioimaplib

_QUOTED = re.compile(rb'"(?:[^"\\]|\\.)*"')


class Fetch(aioimaplib.FetchCommand):  # type: ignore[misc]  # aioimaplib has no types
    """A FETCH that ends where the server ends it: aioimaplib counts parentheses within file names, too."""

    def wait_data(self) -> bool:
        """Tell whether the answer goes on: a bracket is open."""
        depth = 0
        for line in reversed(self._resp_lines):
            if isinstance(line, bytes):
                bare = _QUOTED.sub(b"", line) if b'"' in line else line
                depth += bare.count(b"(") - bare.count(b")")
                if self.FETCH_MESSAGE_DATA_RE.match(line):
                    break
        return depth != 0


class Protocol(aioimaplib.IMAP4ClientProtocol):  # type: ignore[misc]  # aioimaplib has no types
    """Hears of new mail at any time, and writes no mail into debug logs.

    A server may say "* 5 EXISTS" during any command (RFC 3501 section 7.3.1), and then does not
    repeat it in IDLE; aioimaplib drops it. `news` is set by each, so that nothing waits for the poll.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, conn_lost_cb: Callable[..., None]) -> None:
        super().__init__(loop, conn_lost_cb)
        self.incomplete_line = b""
        self.current_command: aioimaplib.Command | None = None
        self.news = asyncio.Event()

    def data_received(self, d: bytes) -> None:
        """Take bytes from the server: aioimaplib's own, without formatting them for a debug log."""
        try:
            self._handle_responses(self.incomplete_line + d, self._handle_line, self.current_command)
        except aioimaplib.IncompleteRead as incomplete:
            self.current_command = incomplete.cmd
            self.incomplete_line = incomplete.data
        else:
            self.incomplete_line = b""
            self.current_command = None

    def _handle_responses(
        self,
        data: bytes,
        line_handler: Callable[[bytes, aioimaplib.Command | None], aioimaplib.Command | None],
        current_cmd: aioimaplib.Command | None = None,
    ) -> None:
        """Take lines and literals apart: aioimaplib's own as a loop.

        The original calls itself once a line; some hundred EXPUNGEs at once exceed Python's stack.
        """
        while data:
            if current_cmd is not None and current_cmd.wait_literal_data():
                data = current_cmd.append_literal_data(data)
                if current_cmd.wait_literal_data():
                    raise aioimaplib.IncompleteRead(current_cmd)
            line, separator, tail = data.partition(aioimaplib.CRLF)
            if not separator:
                raise aioimaplib.IncompleteRead(current_cmd, data)
            command = line_handler(line, current_cmd)
            literal = aioimaplib.literal_data_re.match(line)
            if literal:
                command = command or aioimaplib.Command("NIL", "unused")
                command.begin_literal_data(int(literal.group("size")))
            going_on = command is not None and (literal is not None or command.wait_data())
            data, current_cmd = tail, command if going_on else None
        if self.pending_sync_command is not None:
            self.pending_sync_command.flush()
        if current_cmd is not None and current_cmd.wait_data():
            raise aioimaplib.IncompleteRead(current_cmd)

    def send(self, line: str, scrub: str | None = None) -> None:
        """Send a line: aioimaplib's own, without a debug log, which would hold tokens (in base64)."""
        self.transport.write(f"{line}\r\n".encode())

    async def fetch(
        self,
        message_set: str,
        message_parts: str,
        by_uid: bool = False,
        timeout: float | None = None,  # noqa: ASYNC109 -- its name there
    ) -> aioimaplib.Response:
        """Ask for messages: aioimaplib's own, with our `Fetch`."""
        prefix = "UID" if by_uid else ""
        return await self.execute(
            Fetch(self.new_tag(), message_set, message_parts, prefix=prefix, loop=self.loop, timeout=timeout)
        )

    def _continuation(self, line: bytes) -> None:
        """Answer the challenge that tells why a token is refused with nothing (RFC 7628 section 3.2.3)."""
        command = self.pending_sync_command
        if command is not None and command.name == "AUTHENTICATE":
            self.transport.write(b"\r\n")
            return
        super()._continuation(line)

    def _untagged_response(self, line: bytes) -> aioimaplib.Command:
        if line.endswith(b" EXISTS"):
            self.news.set()
        return super()._untagged_response(line)


class Client(aioimaplib.IMAP4):  # type: ignore[misc]  # aioimaplib has no types
    """aioimaplib's client on our `Protocol`, with TLS when a context is given."""

    protocol: Protocol

    def create_client(
        self,
        host: str,
        port: int,
        loop: asyncio.AbstractEventLoop | None,
        conn_lost_cb: Callable[..., None],
        ssl_context: ssl.SSLContext | None = None,
    ) -> None:
        """Begin to connect; `wait_hello_from_server` tells how it went."""
        loop = loop or asyncio.get_running_loop()
        self.protocol = Protocol(loop, conn_lost_cb)
        self._client_task = loop.create_task(
            loop.create_connection(lambda: self.protocol, host, port, ssl=ssl_context)
        )

    async def abandon(self) -> None:
        """Drop the connection without a word and end every task that aioimaplib has started."""
        tasks = [self._client_task, *self.tasks, *self.protocol.tasks]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self.protocol.transport is not None:
            self.protocol.transport.abort()
