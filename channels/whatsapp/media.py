"""Fetches the files that citizens send: from Twilio's hosts only, within a deadline and a size.

Sources: https://www.twilio.com/docs/messaging/api/media-resource and Twilio's help on protecting media:
`api.twilio.com` wants Basic auth and redirects to a signed address at `mms.twiliocdn.com`, valid for four
hours; media of accounts without that protection stand in the bucket `media.twiliocdn.com` of Amazon S3.
"""

from __future__ import annotations

import asyncio
import re
from http import HTTPStatus

import aiohttp
from yarl import URL

from channels.port import Attachment, Fetched, FetchFailed

API_HOST = "api.twilio.com"
MEDIA_PATH = re.compile(
    r"/2010-04-01/Accounts/AC[0-9a-fA-F]{32}/Messages/[0-9a-zA-Z]{1,64}/Media/[0-9a-zA-Z]{1,64}"
)
"""What is asked for with our credentials: a file at the API, and nothing else at any host."""
DOMAINS = (".twilio.com", ".twiliocdn.com")
"""Where files are fetched without credentials."""
BUCKET = ("s3-external-1.amazonaws.com", "/media.twiliocdn.com/")
"""Host and beginning of the path: the host is shared by everybody at Amazon."""
MOST_REDIRECTS = 3
CHUNK_BYTES = 65_536
REDIRECTS = frozenset({301, 302, 303, 307, 308})
GONE = frozenset({404, 410})
# Everything but these and 5xx is a refusal for good: credentials are exchanged, a signed address expires.
PASSING = frozenset({401, 403, 408, 425, 429})

NOT_TWILIO = "Alamat berkas bukan milik Twilio, jadi tidak diambil"


class MediaFetcher:
    """Fetches media of one Twilio account.

    `max_bytes` is the largest content, `timeout_seconds` the deadline of a whole fetch, redirects included.
    With `api_url`, requests to any of Twilio's hosts go to that address instead.
    """

    def __init__(
        self,
        account_sid: str,
        auth_token: str,
        *,
        max_bytes: int,
        timeout_seconds: float,
        api_url: str | None = None,
    ) -> None:
        self._credentials = {"Authorization": aiohttp.encode_basic_auth(account_sid, auth_token)}
        self._max_bytes = max_bytes
        self._timeout_seconds = timeout_seconds
        self._api_url = api_url
        self._session: aiohttp.ClientSession | None = None

    async def fetch(self, attachment: Attachment) -> Fetched:
        """Return the content of an attachment. Raises `FetchFailed`.

        `refused` when it is too large; `permanent` when the address is not Twilio's or the file is not there
        (404, 410). Credentials refused (401, 403), 429, 5xx and a broken connection pass.
        """
        url = _allowed(attachment.url or "")
        try:
            async with asyncio.timeout(self._timeout_seconds):
                for _ in range(MOST_REDIRECTS + 1):
                    found = await self._get(url)
                    if isinstance(found, Fetched):
                        return found
                    url = found
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            # The kind only: the library's words repeat the signed address.
            raise FetchFailed(
                f"Berkas tidak dapat diambil ({type(error).__name__})", permanent=False
            ) from None
        raise FetchFailed("Alamat berkas dialihkan terlalu sering", permanent=True)

    async def close(self) -> None:
        """Close the connections; a later fetch opens new ones."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def _get(self, url: URL) -> Fetched | URL:
        """Return the content, or where it is said to be. Raises `FetchFailed` and aiohttp's errors."""
        headers = self._credentials if url.host == API_HOST else {}
        request = self._open().get(self._address(url), headers=headers, allow_redirects=False)
        async with request as response:
            if response.status in REDIRECTS:
                return _allowed(response.headers.get("Location", ""), base=url)
            if response.status != HTTPStatus.OK:
                raise _refusal(response.status)
            return Fetched(await self._read(response), response.content_type)

    async def _read(self, response: aiohttp.ClientResponse) -> bytes:
        """Read what came, undecoded, and stop as soon as it is too much, whatever was announced."""
        if response.headers.get("Content-Encoding", "identity").lower() != "identity":
            raise FetchFailed("Berkas dikirim terkompresi, padahal tidak diminta", permanent=True)
        if (response.content_length or 0) > self._max_bytes:
            raise self._too_large()
        data = bytearray()
        async for chunk in response.content.iter_chunked(CHUNK_BYTES):
            data += chunk
            if len(data) > self._max_bytes:
                raise self._too_large()
        return bytes(data)

    def _too_large(self) -> FetchFailed:
        largest = f"{self._max_bytes / 1_048_576:.3g}".replace(".", ",")
        return FetchFailed(f"Berkas lebih besar dari {largest} MB", permanent=True, refused=True)

    def _open(self) -> aiohttp.ClientSession:
        """Open a session without a memory: no cookies, no proxy of the environment, nothing unpacked."""
        if self._session is None:
            self._session = aiohttp.ClientSession(
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                headers={"Accept-Encoding": "identity"},
                timeout=aiohttp.ClientTimeout(total=self._timeout_seconds),
            )
        return self._session

    def _address(self, url: URL) -> URL:
        return url if self._api_url is None else URL(self._api_url + url.raw_path_qs, encoded=True)


def _allowed(address: str, base: URL | None = None) -> URL:
    """Return the URL when it is one of Twilio's. Raises `FetchFailed`.

    It is parsed once, by the library that will also connect, and kept as it came: signatures cover the
    encoding. Names only, so no IP address; the standard port; nobody's name in it.
    """
    if not re.fullmatch(r"[!-\[\]-~]{1,4096}", address):  # visible ASCII without the backslash
        raise FetchFailed(NOT_TWILIO, permanent=True)
    try:
        url = URL(address, encoded=True)
        url = base.join(url) if base is not None else url
        is_plain = url.scheme == "https" and url.port == 443 and url.user is None
    except ValueError:
        raise FetchFailed(NOT_TWILIO, permanent=True) from None
    if not (is_plain and _is_twilios(url)):
        raise FetchFailed(NOT_TWILIO, permanent=True)
    return url


def _is_twilios(url: URL) -> bool:
    host = url.host or ""
    if host == API_HOST:
        return MEDIA_PATH.fullmatch(url.raw_path) is not None
    if host == BUCKET[0]:
        return url.raw_path.startswith(BUCKET[1]) and "/.." not in url.path
    return host.endswith(DOMAINS)


def _refusal(status: int) -> FetchFailed:
    if status in GONE:
        return FetchFailed(f"Berkas tidak ada di Twilio (HTTP {status})", permanent=True)
    is_passing = status in PASSING or status >= HTTPStatus.INTERNAL_SERVER_ERROR
    return FetchFailed(f"Twilio tidak memberikan berkasnya (HTTP {status})", permanent=not is_passing)
