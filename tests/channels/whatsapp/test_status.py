"""What Twilio tells later: read from whatever comes, with our own ids from the address."""

from __future__ import annotations

from urllib.parse import urlencode, urlsplit
from uuid import UUID

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette

from channels.port import Cause, Report
from channels.simulator.twilio import sign_webhook
from channels.whatsapp import build
from channels.whatsapp.status import STATES, callback, read_status
from tests.channels.whatsapp.conftest import (
    MESSAGE_ID,
    START,
    TOKEN,
    Clock,
    Kept,
    environment,
    options,
    outbound,
    wiring,
)

MESSAGE_SID = "SM" + "0" * 32
PUBLIC = "https://bot.example.org"


def told(query: str = f"m={MESSAGE_ID}&a=1", **form: str) -> Report | None:
    pairs = [(name.encode(), value.encode()) for name, value in ({"MessageSid": MESSAGE_SID} | form).items()]
    return read_status(pairs, query.encode(), START)


def test_every_status_of_a_message_of_ours_is_a_report() -> None:
    for status, state in STATES.items():
        report = told(MessageStatus=status)
        assert report is not None
        assert (report.state, report.external_id, report.message) == (state, MESSAGE_SID, MESSAGE_ID)
        assert (report.channel, report.at, report.attempt) == ("whatsapp", START, 1)


@pytest.mark.parametrize(
    ("code", "cause", "is_passing"),
    [
        ("63016", Cause.WINDOW_CLOSED, False),
        ("21610", Cause.OPTED_OUT, False),
        ("63014", Cause.OPTED_OUT, False),
        ("63003", Cause.NOT_REACHABLE, False),
        ("63024", Cause.NOT_REACHABLE, False),
        ("63018", None, True),
        ("63013", None, False),
        ("63032", None, False),
        ("", None, False),
        ("x", None, False),
    ],
)
def test_why_it_failed(code: str, cause: Cause | None, is_passing: bool) -> None:
    report = told(MessageStatus="undelivered", ErrorCode=code)
    assert report is not None
    assert (report.state, report.cause, report.is_passing) == ("failed", cause, is_passing)
    assert report.code == (int(code) if code.isdecimal() else None)
    assert report.reason


def test_an_error_number_of_what_did_not_fail_means_nothing() -> None:
    report = told(MessageStatus="delivered", ErrorCode="63016")
    assert report is not None
    assert (report.code, report.cause, report.reason) == (None, None, "")


@pytest.mark.parametrize(
    "form", [{}, {"MessageStatus": "received"}, {"MessageStatus": "sent", "MessageSid": "../x"}]
)
def test_what_tells_nothing_is_no_report(form: dict[str, str]) -> None:
    assert told(**form) is None


@given(attempt=st.integers(1, 300), parts=st.integers(1, 20), data=st.data())
def test_our_address_comes_back_as_what_it_was_made_of(attempt: int, parts: int, data: st.DataObject) -> None:
    part = data.draw(st.integers(1, parts))
    url = urlsplit(callback(PUBLIC, outbound(attempt=attempt), part, parts))
    report = told(url.query, MessageStatus="sent")
    assert report is not None
    assert (report.message, report.attempt, report.part, report.parts) == (MESSAGE_ID, attempt, part, parts)


@pytest.mark.parametrize("query", ["", "m=", "m=x&a=-1&p=3&n=2", "a=99999999999999&p=0&n=0", "%ff=%fe&m=%00"])
def test_an_address_that_is_not_ours_leaves_the_sid(query: str) -> None:
    report = told(query, MessageStatus="read")
    assert report is not None
    assert (report.message, report.attempt, report.part, report.parts) == (None, None, 1, 1)


@given(
    st.lists(st.tuples(st.binary(max_size=40), st.binary(max_size=60)), max_size=8), st.binary(max_size=60)
)
def test_nothing_that_comes_raises(pairs: list[tuple[bytes, bytes]], query: bytes) -> None:
    known = [(b"MessageSid", MESSAGE_SID.encode()), (b"MessageStatus", b"failed")]
    assert isinstance(read_status([*pairs, *known], query, START), Report | None)
    assert read_status(pairs, query, START) is None or b"MessageStatus" in dict(pairs)


@pytest.fixture
def web(kept: Kept, clock: Clock) -> httpx.AsyncClient:
    channel = build(options(), environment(), wiring(kept, clock))
    assert channel is not None
    transport = httpx.ASGITransport(Starlette(routes=list(channel.routes())))
    return httpx.AsyncClient(transport=transport, base_url="http://10.0.0.1:8000")


async def post(web: httpx.AsyncClient, *, token: str = TOKEN, **form: str) -> int:
    whole = {"MessageSid": MESSAGE_SID, "To": "whatsapp:+628111111001"} | form
    target = f"/webhooks/twilio/status?m={MESSAGE_ID}&a=1"
    headers = sign_webhook(token, PUBLIC + target, whole)
    async with web:
        return (await web.post(target, content=urlencode(whole), headers=headers)).status_code


async def test_a_signed_callback_is_kept(web: httpx.AsyncClient, kept: Kept) -> None:
    assert await post(web, MessageStatus="delivered") == 204
    (report,) = kept.reports
    assert (report.message, report.state) == (UUID(str(MESSAGE_ID)), "delivered")


async def test_an_unsigned_one_is_not(web: httpx.AsyncClient, kept: Kept) -> None:
    assert await post(web, token="another", MessageStatus="delivered") == 403
    assert kept.reports == []


async def test_one_that_tells_nothing_is_taken_and_forgotten(web: httpx.AsyncClient, kept: Kept) -> None:
    assert await post(web, MessageStatus="received") == 204
    assert kept.reports == []


async def test_one_that_cannot_be_kept_has_to_come_again(web: httpx.AsyncClient, kept: Kept) -> None:
    kept.failing = OSError("the database is away")
    assert await post(web, MessageStatus="delivered") == 503
