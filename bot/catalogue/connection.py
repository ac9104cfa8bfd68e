"""One run's requests to BPS WebAPI: a deadline each, few repeats, and silence about the token.

The token is part of the path (`.../key/TOKEN/`), and so of every URL. No URL therefore leaves this
file: not in a log, not in an exception, not as the cause of one.
"""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from http import HTTPStatus
from types import TracebackType
from typing import Any, NoReturn, Self
from urllib.parse import quote

import aiohttp
from pydantic import SecretStr
from yarl import URL

from bot.catalogue.failures import CircuitOpen, Refused, TokenRefused, Unavailable, Unreadable, WebApiFailure

MOST_BYTES = 20_000_000
_PASSING = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS}
_DENIED = {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}


@dataclass(frozen=True, slots=True)
class Patience:
    """How long and how often is asked; all times in seconds.

    BPS documents no rate limit, so requests go one after the other, `gap` apart at least. After
    `failures_in_row` requests that failed with all their attempts, the run asks no more.
    """

    deadline: float = 30.0
    attempts: int = 4
    first_pause: float = 1.0
    longest_pause: float = 30.0
    gap: float = 0.2
    failures_in_row: int = 3


@dataclass(frozen=True, slots=True)
class _Answer:
    """A JSON object, or why there is none and after how many seconds to ask again."""

    content: dict[str, Any] | None = None
    failure: WebApiFailure | None = None
    wait: float = 0.0


class Connection:
    """Asks the API. Use as a context manager; one for each run, for it remembers failures."""

    def __init__(self, base: str, token: SecretStr, *, user_agent: str, patience: Patience) -> None:
        """Take the API's address without a key. Raises ValueError when it is none."""
        self._base = str(URL(base.rstrip("/")))  # what is wrong with it shows before the token is there
        self._token = token
        self._patience = patience
        self._headers = {"User-Agent": user_agent, "Accept": "application/json"}
        self._failures = 0
        self._free_at = 0.0
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        limit = aiohttp.ClientTimeout(total=self._patience.deadline)
        self._session = aiohttp.ClientSession(headers=self._headers, timeout=limit)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()

    async def ask(self, path: str, query: Mapping[str, str]) -> dict[str, Any]:
        """Return the JSON object at `path`, which starts with a slash; the key is added here.

        Numbers with a fraction are `Decimal`, as they were written. Raises a `WebApiFailure`.
        """
        if self._failures >= self._patience.failures_in_row:
            raise CircuitOpen("WebAPI BPS berkali-kali gagal; permintaan berikutnya tidak dikirim")
        answer = await self._patiently(path, query)
        if answer.content is not None:
            self._failures = 0
            return answer.content
        failure = answer.failure or Unavailable("WebAPI BPS tidak menjawab")
        if failure.is_passing:
            self._failures += 1
        raise failure

    async def _patiently(self, path: str, query: Mapping[str, str]) -> _Answer:
        url = self._url(path, query)
        answer = _Answer()
        for attempt in range(self._patience.attempts):
            if attempt:
                await asyncio.sleep(self._pause(attempt, answer.wait))
            await self._take_turn()
            answer = await self._once(url)
            if answer.failure is None or not answer.failure.is_passing:
                break
        return answer

    def _url(self, path: str, query: Mapping[str, str]) -> URL:
        key = quote(self._token.get_secret_value(), safe="")
        return URL(f"{self._base}{path}/key/{key}/", encoded=True).with_query(query)

    def _pause(self, attempt: int, asked_for: float) -> float:
        """Return how long to wait: twice as long each time, jittered, at least what was asked for."""
        longest = self._patience.longest_pause
        own = min(self._patience.first_pause * 2.0 ** (attempt - 1), longest)
        return max(own * random.uniform(0.5, 1.0), min(asked_for, longest))  # noqa: S311 -- jitter

    async def _take_turn(self) -> None:
        now = asyncio.get_running_loop().time()
        await asyncio.sleep(max(0.0, self._free_at - now))
        self._free_at = max(now, self._free_at) + self._patience.gap

    async def _once(self, url: URL) -> _Answer:
        """Ask once. A failure is returned, not raised: so that no error of the network, which names
        the URL, hangs on it as its context."""
        if self._session is None:
            raise RuntimeError("the connection is used outside of its context")
        try:
            async with self._session.get(url, allow_redirects=False) as response:
                if response.status != HTTPStatus.OK:
                    return _of_status(response.status, response.headers.get("Retry-After", ""))
                body = await _read(response)
        except TimeoutError:
            return _Answer(failure=Unavailable("WebAPI BPS tidak menjawab sampai batas waktu"))
        except (aiohttp.ClientError, OSError) as error:
            kind = type(error).__name__
            return _Answer(failure=Unavailable(f"WebAPI BPS tidak dapat dihubungi ({kind})"))
        if body is None:
            return _Answer(failure=Unreadable(f"Jawaban WebAPI BPS lebih dari {MOST_BYTES} bita"))
        return self._understood(body)

    def _understood(self, body: bytes) -> _Answer:
        try:
            content = json.loads(body.decode("utf-8-sig"), parse_float=Decimal, parse_constant=_no_number)
        except (ValueError, RecursionError):
            return _Answer(failure=Unreadable("Jawaban WebAPI BPS bukan JSON yang utuh"))
        if not isinstance(content, dict):
            return _Answer(failure=Unreadable("Jawaban WebAPI BPS tidak berbentuk seperti biasanya"))
        if content.get("status") != "OK":
            return _Answer(failure=Refused(f"WebAPI BPS menolak: {self._harmless(content.get('message'))}"))
        return _Answer(content)

    def _harmless(self, message: object) -> str:
        """Return the API's own words, short and without the token, should it repeat it."""
        token = self._token.get_secret_value()
        words = " ".join(str(message or "tanpa alasan").split())
        for shape in (token, quote(token, safe="")):
            words = words.replace(shape, "***")
        return "".join(letter for letter in words if letter.isprintable())[:160]


async def _read(response: aiohttp.ClientResponse) -> bytes | None:
    """Return the body, or None when it is longer than anything the API has to say."""
    body = bytearray()
    async for chunk in response.content.iter_chunked(1 << 16):
        body += chunk
        if len(body) > MOST_BYTES:
            return None
    return bytes(body)


def _of_status(status: int, retry_after: str) -> _Answer:
    if status in _DENIED:
        return _Answer(
            failure=TokenRefused(f"WebAPI BPS menolak token, atau alamat mesin ini (HTTP {status})")
        )
    if status in _PASSING or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        wait = float(retry_after) if retry_after.isascii() and retry_after.isdigit() else 0.0
        return _Answer(failure=Unavailable(f"WebAPI BPS sedang tidak melayani (HTTP {status})"), wait=wait)
    return _Answer(failure=Refused(f"WebAPI BPS menjawab HTTP {status}"))


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a number")
