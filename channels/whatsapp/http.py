"""How requests reach Twilio: one lazily opened session, a deadline each, and silence in the logs.

The library's own asynchronous client ignores its `timeout`, opens its session before a loop runs,
logs the URL of a listing (which holds the citizen's number) and keeps the last request (which holds the
text): so `request` is replaced as a whole. There are no retries: a repeated POST is a second message.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import aiohttp
from twilio.http.async_http_client import AsyncTwilioHttpClient  # type: ignore[import-untyped]
from twilio.http.response import Response  # type: ignore[import-untyped]

from channels.whatsapp.failures import AnswerLost, NotSent, slow_down

# Below the 5 s after which uvicorn (the stand-in) and the shortest of proxies close an idle connection:
# a POST on a connection that closes under it is a POST of unknown fate.
KEEPALIVE_SECONDS = 4.0


class TwilioHttp(AsyncTwilioHttpClient):  # type: ignore[misc]
    """Twilio's HTTP client with a deadline of `timeout_seconds` for each request, connecting included.

    With `api_url`, requests to any of Twilio's hosts go to that address instead. `request` raises
    `NotSent`, `AnswerLost` or `SlowDown`, and nothing else of the network's.
    """

    def __init__(self, *, timeout_seconds: float, api_url: str | None = None) -> None:
        super().__init__(pool_connections=False, timeout=timeout_seconds)
        self._api_url = api_url
        self._limit = aiohttp.ClientTimeout(total=timeout_seconds, sock_connect=timeout_seconds / 2)
        self._session: aiohttp.ClientSession | None = None

    async def request(  # noqa: PLR0917  the library's signature
        self,
        method: str,
        url: str,
        params: dict[str, object] | None = None,
        data: dict[str, object] | None = None,
        headers: dict[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,  # noqa: ASYNC109  our deadline is fixed
        allow_redirects: bool = False,
    ) -> Response:
        """Make one request and return the library's `Response`. Raises `NotSent`, `AnswerLost`, `SlowDown`."""
        options: dict[str, Any] = {
            "params": params,
            "data": data,
            "headers": {**(headers or {}), **_credentials(auth)},
            "allow_redirects": allow_redirects,
            "timeout": self._limit,
        }
        try:
            async with self._open().request(method.upper(), self._address(url), **options) as response:
                text = await response.text()
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL) as error:
            raise NotSent(type(error).__name__) from error
        except (aiohttp.ClientError, TimeoutError, OSError, UnicodeDecodeError) as error:
            raise AnswerLost(type(error).__name__) from error
        asked = slow_down(response.status, response.headers, text)
        if asked is not None:
            raise asked
        return Response(response.status, text, response.headers)

    async def close(self) -> None:
        """Close the session's connections; a later request opens a new one."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            connector = aiohttp.TCPConnector(keepalive_timeout=KEEPALIVE_SECONDS)
            self._session = aiohttp.ClientSession(connector=connector)
        return self._session

    def _address(self, url: str) -> str:
        if self._api_url is None:
            return url
        parts = urlsplit(url)
        return self._api_url + parts.path + (f"?{parts.query}" if parts.query else "")


def _credentials(auth: tuple[str, str] | None) -> dict[str, str]:
    """Return the Basic auth header; aiohttp's own `auth=` is deprecated since 3.14."""
    return {"Authorization": aiohttp.encode_basic_auth(*auth)} if auth else {}
