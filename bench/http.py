"""A client that costs as little as can be, so that what is measured is the server."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Mapping
from time import perf_counter

SECONDS = 30.0


def post(path: str, body: bytes, headers: Mapping[str, str]) -> bytes:
    """Return a whole HTTP/1.1 request that keeps its connection alive."""
    head = {"Host": "127.0.0.1", "Content-Length": str(len(body)), **headers}
    lines = "".join(f"{name}: {value}\r\n" for name, value in head.items())
    return f"POST {path} HTTP/1.1\r\n{lines}\r\n".encode() + body


def get(path: str, headers: Mapping[str, str]) -> bytes:
    """Return a whole HTTP/1.1 request without a body."""
    lines = "".join(f"{name}: {value}\r\n" for name, value in {"Host": "127.0.0.1", **headers}.items())
    return f"GET {path} HTTP/1.1\r\n{lines}\r\n".encode()


class Connection:
    """One kept-alive connection to a port of loopback."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def open(cls, port: int) -> Connection:
        """Connect. Raises OSError."""
        return cls(*await asyncio.open_connection("127.0.0.1", port))

    async def ask(self, request: bytes) -> tuple[int, bytes]:
        """Send a request; return the status and the body of the answer (which must tell its length)."""
        self._writer.write(request)
        async with asyncio.timeout(SECONDS):
            head = (await self._reader.readuntil(b"\r\n\r\n")).lower()
            _, found, length = head.partition(b"content-length:")
            size = int(length.split(b"\r\n", 1)[0]) if found else 0
            return int(head[9:12]), await self._reader.readexactly(size)

    def close(self) -> None:
        """Give the connection up."""
        self._writer.close()


async def timed(connection: Connection, request: bytes) -> float:
    """Return the seconds from a request to the end of its answer, which must be 200."""
    began = perf_counter()
    status, _ = await connection.ask(request)
    if status != 200:
        raise RuntimeError(f"answered {status}")
    return perf_counter() - began


async def closed_loop(port: int, requests: Iterable[bytes], *, connections: int) -> list[float]:
    """Ask one request after the other on each connection; return every answer's seconds."""
    rest, seconds = iter(requests), []

    async def client() -> None:
        connection = await Connection.open(port)
        try:
            for request in rest:
                seconds.append(await timed(connection, request))
        finally:
            connection.close()

    await _together([client] * connections)
    return seconds


async def at_rate(
    port: int, requests: Iterable[bytes], *, per_second: float, connections: int
) -> list[float]:
    """Ask at fixed times, whether the earlier answers are there or not; seconds count from those times."""
    schedule = enumerate(requests)
    began, seconds = perf_counter(), []

    async def client() -> None:
        connection = await Connection.open(port)
        try:
            for number, request in schedule:
                due = began + number / per_second
                await asyncio.sleep(max(due - perf_counter(), 0))
                # Late only when all connections wait for answers; waking up late is the client's own doing.
                begin = perf_counter() if perf_counter() - due < 0.002 else due
                await timed(connection, request)
                seconds.append(perf_counter() - begin)
        finally:
            connection.close()

    await _together([client] * connections)
    return seconds


async def _together(clients: Iterable[Callable[[], Coroutine[None, None, None]]]) -> None:
    async with asyncio.TaskGroup() as group:
        for client in clients:
            group.create_task(client())
