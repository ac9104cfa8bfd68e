"""Files are fetched from Twilio alone, and never more of them than is wanted."""

from __future__ import annotations

import asyncio
import base64
import gzip
import time
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response, StreamingResponse

from channels.port import Attachment, FetchFailed
from channels.simulator.twilio import TwilioStandIn
from channels.whatsapp import WhatsApp
from tests.channels.whatsapp.conftest import SID, TOKEN, Connect
from tests.serving import serving

MESSAGE = "MM" + "0123456789abcdef" * 2
FILE = f"/2010-04-01/Accounts/{SID}/Messages/{MESSAGE}/Media/ME" + "0123456789abcdef" * 2
API, CDN = f"https://api.twilio.com{FILE}", "https://mms.twiliocdn.com/AC1/signed%2Fpath?Signature=a~b-c%2B_"
MAX = 1000
LIMITED = {"media": {"max_bytes": MAX, "types": ["image/jpeg"], "timeout_seconds": 5}}
CREDENTIALS = "Basic " + base64.b64encode(f"{SID}:{TOKEN}".encode()).decode()

PERMANENT, PASSING, REFUSED = (True, False), (False, False), (True, True)
Answer = Callable[[Request], Response | Awaitable[Response]]


@dataclass
class Store:
    """Twilio's API and its stores on loopback: what was asked for, and what is answered to which path."""

    answers: dict[str, Answer] = field(default_factory=dict)
    asked: list[tuple[str, str | None]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)

    async def __call__(self, scope, receive, send) -> None:  # type: ignore[no-untyped-def]
        request = Request(scope, receive)
        path = scope["raw_path"].decode()
        query = scope["query_string"].decode()
        self.asked.append((f"{path}?{query}" if query else path, request.headers.get("authorization")))
        self.headers.append(dict(request.headers))
        answer = self.answers[path](request)
        await (await answer if isinstance(answer, Awaitable) else answer)(scope, receive, send)


def says(response: Response) -> Answer:
    return lambda _request: response


def content(data: bytes = b"\xff\xd8\xff\xe0 foto", content_type: str = "image/jpeg") -> Answer:
    return says(Response(data, media_type=content_type))


def to(address: str, status: int = 307) -> Answer:
    return says(RedirectResponse(address, status_code=status))


@pytest.fixture
def store() -> Store:
    return Store()


@pytest.fixture
async def fetcher(store: Store, connect: Connect) -> AsyncIterator[WhatsApp]:
    async with serving(store) as url:
        channel = await connect(url, **LIMITED)
        yield channel
        await channel.close()


def attachment(url: str = API) -> Attachment:
    return Attachment("lampiran-1", "image/jpeg", url=url, kind="image")


async def failing(channel: WhatsApp, url: str = API) -> FetchFailed:
    """Return how fetching fails; neither the reason nor a traceback tells an address or a secret."""
    with pytest.raises(FetchFailed) as failure:
        await channel.fetch(attachment(url))
    told = "".join(traceback.format_exception(failure.value)) + failure.value.reason
    assert TOKEN not in told
    assert "Signature" not in told
    return failure.value


def verdict(failure: FetchFailed) -> tuple[bool, bool]:
    return failure.permanent, failure.refused


async def test_a_file_comes_from_the_stand_in_as_it_was_sent(
    channel: WhatsApp, twilio: TwilioStandIn
) -> None:
    url = twilio.keep_media(MESSAGE, "image/jpeg", b"\xff\xd8\xff\xe0 foto")
    fetched = await channel.fetch(attachment(url))
    assert (fetched.data, fetched.content_type) == (b"\xff\xd8\xff\xe0 foto", "image/jpeg")


async def test_nor_does_it_matter_that_twilio_gives_it_out_by_way_of_its_store(
    channel: WhatsApp, twilio: TwilioStandIn
) -> None:
    url = twilio.keep_media(MESSAGE, "application/pdf", b"%PDF-1.7")
    twilio.media.redirects = True
    assert (await channel.fetch(attachment(url))).data == b"%PDF-1.7"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_only_the_api_hears_who_we_are_and_the_signed_address_is_kept_as_it_came(
    fetcher: WhatsApp, store: Store, status: int
) -> None:
    store.answers |= {FILE: to(CDN, status), "/AC1/signed%2Fpath": content()}
    fetched = await fetcher.fetch(attachment())
    assert fetched.data == b"\xff\xd8\xff\xe0 foto"
    assert store.asked == [(FILE, CREDENTIALS), (CDN.removeprefix("https://mms.twiliocdn.com"), None)]


async def test_a_file_of_an_unprotected_account_comes_from_twilios_bucket(
    fetcher: WhatsApp, store: Store
) -> None:
    store.answers |= {
        FILE: to("https://s3-external-1.amazonaws.com/media.twiliocdn.com/AC1/abc"),
        "/media.twiliocdn.com/AC1/abc": content(),
    }
    assert (await fetcher.fetch(attachment())).content_type == "image/jpeg"
    assert store.asked[-1][1] is None


HOSTILE = [
    "http://api.twilio.com" + FILE,
    "https://api.twilio.com/2010-04-01/Accounts.json",
    f"https://api.twilio.com{FILE}/../../../Messages.json",
    f"https://api.twilio.com:8443{FILE}",
    f"https://api.twilio.com@evil.example{FILE}",
    f"https://user:secret@api.twilio.com{FILE}",
    f"https://api.twilio.com.evil.example{FILE}",
    f"https://evil.example/https://api.twilio.com{FILE}",
    f"https://evil.example\\@api.twilio.com{FILE}",
    f"https://api.twilio.com\r\nHost: evil.example{FILE}",
    "https://twiliocdn.com.evil.example/a",
    "https://eviltwiliocdn.com/a",
    "https://s3-external-1.amazonaws.com/somebodys-bucket/a",
    "https://s3-external-1.amazonaws.com/media.twiliocdn.com/../somebodys-bucket/a",
    "https://s3-external-1.amazonaws.com/media.twiliocdn.com/%2e%2e/somebodys-bucket/a",
    "https://127.0.0.1/a",
    "https://[::1]/a",
    "https://169.254.169.254/latest/meta-data/",
    "https://2130706433/a",
    "https://localhost/a",
    "file:///etc/passwd",
    "ftp://mms.twiliocdn.com/a",
    "https://",
    "https://[",
    "//",
    "",
    "geo:-7.7,110.6",
    "https://mms.twiliocdn.com/" + "a" * 5000,
    "https://mms.twiliocdn.com/\u202e",
]


async def test_an_address_elsewhere_is_never_asked(fetcher: WhatsApp, store: Store) -> None:
    for address in HOSTILE:
        assert verdict(await failing(fetcher, address)) == PERMANENT, address
    assert store.asked == []


async def test_nor_is_one_that_twilios_own_answer_leads_to(fetcher: WhatsApp, store: Store) -> None:
    leading = [each for each in HOSTILE if "evil" in each or "amazonaws" in each or each.endswith("/a")]
    for address in leading:
        location = {"location": address.replace("\r\n", " ")}
        store.answers[FILE] = says(Response(status_code=302, headers=location))
        assert verdict(await failing(fetcher)) == PERMANENT, address
    assert store.asked == [(FILE, CREDENTIALS)] * len(leading)


async def test_a_relative_redirect_stays_where_it_is_and_one_across_hosts_is_looked_at(
    fetcher: WhatsApp, store: Store
) -> None:
    store.answers |= {FILE: to(CDN), "/AC1/signed%2Fpath": to("//evil.example/a")}
    assert verdict(await failing(fetcher)) == PERMANENT
    store.answers |= {"/AC1/signed%2Fpath": to("other"), "/AC1/other": content()}
    assert (await fetcher.fetch(attachment())).data


async def test_redirects_come_to_an_end(fetcher: WhatsApp, store: Store) -> None:
    store.answers[FILE] = to(API)
    assert verdict(await failing(fetcher)) == PERMANENT
    assert len(store.asked) < 10


async def test_a_redirect_without_an_address_leads_nowhere(fetcher: WhatsApp, store: Store) -> None:
    store.answers[FILE] = says(Response(status_code=302))
    assert verdict(await failing(fetcher)) == PERMANENT


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (400, PERMANENT),
        (401, PASSING),
        (403, PASSING),
        (404, PERMANENT),
        (410, PERMANENT),
        (429, PASSING),
        (500, PASSING),
        (503, PASSING),
        (204, PERMANENT),
    ],
)
async def test_what_an_answer_means(
    fetcher: WhatsApp, store: Store, status: int, expected: tuple[bool, bool]
) -> None:
    body = "" if status == 204 else "{}"
    store.answers[FILE] = says(PlainTextResponse(body, status_code=status))
    failure = await failing(fetcher)
    assert verdict(failure) == expected
    assert str(status) in failure.reason


async def test_a_wrong_token_may_be_one_that_is_being_exchanged(
    connect: Connect, twilio: TwilioStandIn
) -> None:
    url = twilio.keep_media(MESSAGE, "image/jpeg", b"x")
    channel = await connect(token="another-token")
    assert verdict(await failing(channel, url)) == PASSING


async def test_a_file_of_exactly_the_limit_is_taken(fetcher: WhatsApp, store: Store) -> None:
    store.answers[FILE] = content(b"x" * MAX)
    assert len((await fetcher.fetch(attachment())).data) == MAX


async def test_a_larger_one_is_refused_by_what_it_says(fetcher: WhatsApp, store: Store) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while True:
            sent += 1
            yield b"x" * 100
            await asyncio.sleep(0.01)

    headers = {"content-length": str(MAX + 1)}
    store.answers[FILE] = lambda _request: StreamingResponse(endless(), headers=headers)
    failure = await failing(fetcher)
    assert verdict(failure) == REFUSED
    assert "MB" in failure.reason


async def test_a_larger_one_that_does_not_say_so_is_not_read_to_its_end(
    fetcher: WhatsApp, store: Store
) -> None:
    ended = asyncio.Event()

    async def endless() -> AsyncIterator[bytes]:
        try:
            while True:
                yield b"x" * 100
                await asyncio.sleep(0)
        finally:
            ended.set()

    store.answers[FILE] = lambda _request: StreamingResponse(endless())
    assert verdict(await failing(fetcher)) == REFUSED
    async with asyncio.timeout(10):
        await ended.wait()


async def test_nothing_is_unpacked(fetcher: WhatsApp, store: Store) -> None:
    bomb = gzip.compress(b"\0" * 900_000)
    assert len(bomb) < MAX
    store.answers[FILE] = says(Response(bomb, headers={"content-encoding": "gzip"}))
    assert verdict(await failing(fetcher)) == PERMANENT
    assert store.headers[0]["accept-encoding"] == "identity"


async def test_a_slow_body_meets_the_deadline_of_the_whole(store: Store, connect: Connect) -> None:
    async def dripping() -> AsyncIterator[bytes]:
        while True:
            yield b"x"
            await asyncio.sleep(0.05)

    store.answers |= {FILE: to(CDN), "/AC1/signed%2Fpath": lambda _request: StreamingResponse(dripping())}
    async with serving(store) as url:
        limits = {"media": {**LIMITED["media"], "timeout_seconds": 0.4}}
        channel = await connect(url, **limits)
        began = time.perf_counter()
        assert verdict(await failing(channel)) == PASSING
        assert time.perf_counter() - began < 5
        await channel.close()


async def test_no_cookie_is_ever_sent_back(fetcher: WhatsApp, store: Store) -> None:
    def leading(_request: Request) -> Response:
        answer = RedirectResponse(CDN)
        answer.set_cookie("seen", "yes")
        return answer

    store.answers |= {FILE: leading, "/AC1/signed%2Fpath": content()}
    await fetcher.fetch(attachment())
    await fetcher.fetch(attachment())
    assert not any("cookie" in headers for headers in store.headers)


@asynccontextmanager
async def raw_server(answer: bytes) -> AsyncIterator[str]:
    """Serve bytes that are no proper HTTP, then hang up."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        await server.wait_closed()


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\n"
BROKEN = [
    b"",
    b"nothing of the kind\r\n\r\n",
    HEAD + b"Content-Length: 500\r\n\r\nhalf",
    HEAD + b"Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n",
]


@pytest.mark.parametrize("answer", BROKEN)
async def test_a_connection_that_breaks_is_tried_again(connect: Connect, answer: bytes) -> None:
    async with raw_server(answer) as url:
        channel = await connect(url, **LIMITED)
        assert verdict(await failing(channel)) == PASSING
        await channel.close()


async def test_so_is_a_host_where_nobody_listens(connect: Connect) -> None:
    async with raw_server(b"") as url:
        pass
    channel = await connect(url, **LIMITED)
    assert verdict(await failing(channel)) == PASSING


async def test_which_types_are_kept_stands_in_the_office_file(channel: WhatsApp) -> None:
    assert "application/pdf" in channel.file_types
