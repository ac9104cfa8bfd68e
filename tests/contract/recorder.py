"""Stands between our channel and Prism, passes everything on, and keeps what Prism found wrong.

Prism validates as a proxy: what a document does not allow stands in the header `sl-violations`, for the
request and for the answer; the exchange itself goes on. A request that no document covers is a warning.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.serving import serving

UNCOVERED = "Selected route not found"
SECONDS = 20.0
# Twilio's list pages of 2010 name themselves by relative addresses, in its documents' own examples too,
# where the schema says `format: uri`.
RELATIVE = frozenset({"uri", "first_page_uri", "next_page_uri", "previous_page_uri"})
HOP_BY_HOP = frozenset({"host", "content-length", "connection", "keep-alive", "transfer-encoding"})


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request and what was answered. `wrong` are violations as "where: what"."""

    method: str
    path: str
    status: int
    is_covered: bool
    wrong: tuple[str, ...]


@dataclass(slots=True)
class Recorder:
    """Passes requests on by the beginning of their path (`upstreams`, the longest wins), and notes each."""

    upstreams: Mapping[str, str]
    client: httpx.AsyncClient
    url: str = ""
    exchanges: list[Exchange] = field(default_factory=list)

    def app(self) -> Starlette:
        return Starlette(
            routes=[Route("/{path:path}", self._pass_on, methods=["GET", "POST", "PUT", "DELETE"])]
        )

    @property
    def covered(self) -> list[tuple[str, str, int]]:
        """Return (method, path, status) of what the documents cover."""
        return [(each.method, each.path, each.status) for each in self.exchanges if each.is_covered]

    @property
    def wrong(self) -> list[str]:
        """Return everything that the documents do not allow."""
        return [f"{each.method} {each.path}: {wrong}" for each in self.exchanges for wrong in each.wrong]

    async def _pass_on(self, request: Request) -> Response:
        beginning = max((each for each in self.upstreams if request.url.path.startswith(each)), key=len)
        target = self.upstreams[beginning] + request.url.path
        answer = await self.client.request(
            request.method,
            f"{target}?{request.url.query}" if request.url.query else target,
            content=await request.body(),
            headers={name: value for name, value in request.headers.items() if name not in HOP_BY_HOP},
        )
        found = json.loads(answer.headers.get("sl-violations", "[]"))
        is_covered = beginning != "/" and not any(each["message"] == UNCOVERED for each in found)
        wrong = tuple(
            f"{'.'.join(map(str, each['location']))}: {each['message']}"
            for each in found
            if is_covered and not _is_known(each)
        )
        self.exchanges.append(
            Exchange(request.method, request.url.path, answer.status_code, is_covered, wrong)
        )
        kept = {name: value for name, value in answer.headers.items() if name not in HOP_BY_HOP}
        return Response(answer.content, answer.status_code, kept)


def _is_known(violation: Mapping[str, object]) -> bool:
    """Tell whether it is Twilio's documents that are at odds with themselves.

    They describe no error answers at all, and their lists' own addresses wrongly.
    """
    location, message = violation["location"], str(violation["message"])
    assert isinstance(location, list)
    if location == ["response"]:
        return message.startswith("Unable to match the returned status code")
    return location[:2] == ["response", "body"] and location[-1] in RELATIVE and violation["code"] == "format"


@asynccontextmanager
async def recording(upstreams: Mapping[str, str]) -> AsyncIterator[Recorder]:
    """Have a recorder on a port of loopback (its `url`)."""
    async with httpx.AsyncClient(timeout=SECONDS) as client:
        recorder = Recorder(upstreams, client)
        async with serving(recorder.app()) as recorder.url:
            yield recorder
