"""A very small IMAP server that misbehaves as told: for what real servers do too rarely to wait for."""

from __future__ import annotations

import asyncio
import base64
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

from tests.channels.email import servers


@dataclass
class StubbornImap:
    """Speaks enough IMAP for a mailbox of `mails` ({UID: raw}).

    `silent_on` names commands that are never answered, `refuse` those that get NO, `extra` what is sent
    before the answer to a command. `broken` are UIDs whose content is never given: "NO", "drop" (the
    connection) or "nothing" (the answer lacks it). With a `token` AUTHENTICATE XOAUTH2 takes it and no other.
    """

    mails: dict[int, bytes] = field(default_factory=dict)
    capabilities: str = "IMAP4rev1 IDLE"
    silent_on: set[str] = field(default_factory=set)
    refuse: dict[str, int] = field(default_factory=dict)
    extra: dict[str, bytes] = field(default_factory=dict)
    broken: dict[int, str] = field(default_factory=dict)
    structures: dict[int, bytes] = field(default_factory=dict)
    token: str | None = None
    commands: list[str] = field(default_factory=list)
    connections: int = 0
    port: int = 0
    _heard: asyncio.Condition = field(default_factory=asyncio.Condition)
    _writers: list[asyncio.StreamWriter] = field(default_factory=list)

    @property
    def imap_url(self) -> str:
        return f"imap://{servers.USER}:{servers.PASSWORD}@127.0.0.1:{self.port}/INBOX"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        await self._noted()
        self._writers.append(writer)
        writer.write(b"* OK stub\r\n")
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            while line := (await reader.readline()).decode().strip():
                await self._command(line, reader, writer)
        writer.close()

    async def _command(self, line: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tag, _, rest = line.partition(" ")
        words = rest.upper().removeprefix("UID ").split()
        name = words[0] if words else ""
        self.commands.append(rest)
        await self._noted()
        if name in self.silent_on:
            await reader.read()  # until the other side gives up
            return
        if self.refuse.get(name, 0):
            self.refuse[name] -= 1
            writer.write(f"{tag} NO not now\r\n".encode())
            return
        if name == "AUTHENTICATE" and not self._knows(rest):
            writer.write(b"+ eyJzdGF0dXMiOiI0MDEifQ==\r\n")
            assert await reader.readline() == b"\r\n"
            writer.write(f"{tag} NO no such token\r\n".encode())
            return
        fault = self._fault(rest) if "BODY.PEEK[" in rest else None
        if fault == "drop":
            writer.close()
            return
        if fault == "NO":
            writer.write(f"{tag} NO [SERVERBUG] it cannot be read\r\n".encode())
            return
        if name == "IDLE":
            writer.write(b"+ idling\r\n")
            await reader.readline()
        writer.write(self.extra.pop(name, b""))
        writer.write(self._answer(name, rest))
        writer.write(f"{tag} OK done\r\n".encode())
        await writer.drain()

    def _answer(self, name: str, rest: str) -> bytes:
        match name:
            case "CAPABILITY":
                return f"* CAPABILITY {self.capabilities}\r\n".encode()
            case "SELECT":
                next_uid = max(self.mails, default=0) + 1
                return f"* OK [UIDVALIDITY 7] ok\r\n* OK [UIDNEXT {next_uid}] ok\r\n".encode()
            case "SEARCH":
                is_list = "*" not in rest and "SINCE" not in rest
                found = self._wanted(rest.rsplit(maxsplit=1)[-1]) if is_list else sorted(self.mails)
                return f"* SEARCH {' '.join(map(str, found))}\r\n".encode()
            case "FETCH":
                return b"".join(self._fetched(uid, rest) for uid in self._wanted(rest.split()[2]))
            case _:
                return b""

    def _knows(self, rest: str) -> bool:
        said = base64.b64decode(rest.split()[2]).decode()
        return said == f"user={servers.USER}\1auth=Bearer {self.token}\1\1"

    def _fault(self, rest: str) -> str | None:
        wanted = set(self._wanted(rest.split()[2]))
        return next((fault for uid, fault in self.broken.items() if uid in wanted), None)

    def _wanted(self, sequence: str) -> list[int]:
        ranges = [part.partition(":") for part in sequence.split(",")]
        return [
            uid
            for uid in sorted(self.mails)
            if any(int(low) <= uid <= int(high or low) for low, _, high in ranges)
        ]

    def _fetched(self, uid: int, rest: str) -> bytes:
        raw = self.mails[uid]
        if "BODYSTRUCTURE" in rest:
            return b"* %d FETCH (UID %d BODYSTRUCTURE %b)\r\n" % (uid, uid, self.structures[uid])
        if "BODY.PEEK[" in rest and self.broken.get(uid) == "nothing":
            return b""
        if "RFC822.SIZE" in rest:
            return b"* %d FETCH (UID %d RFC822.SIZE %d)\r\n" % (uid, uid, len(raw))
        if "<" in rest:
            offset, _, length = rest.partition("<")[2].partition(">")[0].partition(".")
            raw = raw[int(offset) : int(offset) + int(length)]
        # The UID after the literal, as RFC 3501 allows and few servers do.
        return b"* %d FETCH (BODY[] {%d}\r\n%s UID %d)\r\n" % (uid, len(raw), raw, uid)

    async def until(self, holds: Callable[[], bool], seconds: float = 15) -> None:
        """Return when `holds`; `TimeoutError` when it does not come true."""
        async with asyncio.timeout(seconds), self._heard:
            await self._heard.wait_for(holds)

    async def _noted(self) -> None:
        async with self._heard:
            self._heard.notify_all()


@contextlib.asynccontextmanager
async def start_stub(stub: StubbornImap) -> AsyncIterator[StubbornImap]:
    server = await asyncio.start_server(stub.serve, "127.0.0.1", 0)
    stub.port = server.sockets[0].getsockname()[1]
    try:
        yield stub
    finally:
        server.close()
        for writer in stub._writers:
            writer.close()
        await server.wait_closed()
