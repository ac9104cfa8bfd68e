"""An SMTP server that follows a script: what it answers at any step, and when it hangs up or says nothing."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

DROP = "drop"
SILENCE = "silence"

_USUAL = {
    "CONNECT": "220 mx.example ESMTP",
    "AUTH": "235 2.7.0 ok",
    "DATA": "354 go on",
    "QUIT": "221 2.0.0 bye",
    "EOM": "250 2.0.0 taken",
}


@dataclass
class SmtpStub:
    """Keeps what it takes. `script` maps a step (CONNECT, EHLO, AUTH, MAIL, RCPT, DATA, EOM, QUIT) to what it
    answers the next times: a reply, DROP or SILENCE; at EOM a mail is kept before it drops.

    `said` is what each connection heard, in order.
    """

    extensions: tuple[str, ...] = ("SIZE 1000000", "8BITMIME", "SMTPUTF8", "AUTH PLAIN XOAUTH2")
    script: dict[str, list[str]] = field(default_factory=dict)
    port: int = 0
    mails: list[bytes] = field(default_factory=list)
    said: list[list[str]] = field(default_factory=list)
    most_at_once: int = 0
    _writers: set[asyncio.StreamWriter] = field(default_factory=set)

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    @property
    def open_connections(self) -> int:
        return len(self._writers)

    def steps(self, connection: int) -> list[str]:
        """Return the commands of one connection, without their arguments."""
        return [line.split(" ")[0].split(":")[0].upper() for line in self.said[connection]]

    def hang_up(self) -> None:
        """Close every connection without a word, as a server that is tired of them."""
        for writer in self._writers:
            writer.close()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        self.most_at_once = max(self.most_at_once, len(self._writers))
        heard: list[str] = []
        self.said.append(heard)
        try:
            if await self._answer(writer, "CONNECT"):
                while line := (await reader.readline()).decode().rstrip("\r\n"):
                    heard.append(line)
                    if not await self._obey(line, reader, writer):
                        break
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            self._writers.discard(writer)
            writer.close()

    async def _obey(self, line: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        step = line.split(" ", maxsplit=1)[0].upper()
        if step != "DATA":
            return await self._answer(writer, step) and step != "QUIT"
        if not await self._answer(writer, "DATA", goes_on="354"):
            return not writer.is_closing()
        mail = await reader.readuntil(b"\r\n.\r\n")
        answer = self._next("EOM")
        if answer.startswith("250") or answer == DROP:
            self.mails.append(mail.removesuffix(b".\r\n").replace(b"\r\n..", b"\r\n."))
        return await self._say(writer, answer)

    async def _answer(self, writer: asyncio.StreamWriter, step: str, goes_on: str = "") -> bool:
        answer = self._next(step)
        return await self._say(writer, answer) and answer.startswith(goes_on)

    def _next(self, step: str) -> str:
        answers = self.script.get(step)
        return answers.pop(0) if answers else self._usual(step)

    def _usual(self, step: str) -> str:
        if step != "EHLO":
            return _USUAL.get(step, "250 2.1.0 ok")
        *others, last = ("mx.example", *self.extensions)
        return "\r\n".join([*(f"250-{each}" for each in others), f"250 {last}"])

    async def _say(self, writer: asyncio.StreamWriter, answer: str) -> bool:
        if answer == SILENCE:
            await asyncio.Event().wait()
        if answer != DROP:
            writer.write(f"{answer}\r\n".encode())
            await writer.drain()
        return answer != DROP and not answer.startswith("421")


@contextlib.asynccontextmanager
async def start_smtp_stub(stub: SmtpStub | None = None) -> AsyncIterator[SmtpStub]:
    """Run it in this event loop."""
    made = stub or SmtpStub()
    tasks: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        with contextlib.suppress(asyncio.CancelledError):
            await made.serve(reader, writer)

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await server.wait_closed()
