"""What becomes of a message after the stand-in took it, and how the product hears of it."""

from __future__ import annotations

import asyncio
import gc
import warnings
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from twilio.request_validator import RequestValidator  # type: ignore[import-untyped]

from channels.simulator.twilio import WINDOW, Pauses, TwilioStandIn
from channels.simulator.twilio_callbacks import ATTEMPTS, is_loopback
from tests.serving import serving

SID = "AC" + "0123456789abcdef" * 2
TOKEN = "a-token-of-the-simulation"
OFFICE = "whatsapp:+628111111000"
CITIZEN = "whatsapp:+628111111001"
MESSAGES = f"/2010-04-01/Accounts/{SID}/Messages.json"
PUBLIC = "https://bot.example.org"


class Clock:
    time = datetime(2026, 3, 17, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.time


class Office:
    """Takes status callbacks; answers with `statuses` in turn, then with 204."""

    def __init__(self) -> None:
        self.forms: list[dict[str, str]] = []
        self.signatures: list[str] = []
        self.statuses: list[int] = []
        self.app = Starlette(routes=[Route("/status", self._status, methods=["POST"])])

    async def _status(self, request: Request) -> Response:
        async with request.form() as form:
            self.forms.append({name: str(value) for name, value in form.items()})
        self.signatures.append(request.headers["x-twilio-signature"])
        return Response(status_code=self.statuses.pop(0) if self.statuses else 204)

    @property
    def states(self) -> list[str]:
        return [form["MessageStatus"] for form in self.forms]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def twilio(clock: Clock) -> TwilioStandIn:
    standin = TwilioStandIn(account_sid=SID, auth_token=TOKEN, sender=OFFICE, now=clock)
    standin.journeys.pauses = Pauses(read=0.0)
    return standin


@pytest.fixture
async def office(twilio: TwilioStandIn) -> AsyncIterator[Office]:
    office = Office()
    async with serving(office.app) as url:
        twilio.callbacks.tunnel[PUBLIC] = url
        yield office


async def send(twilio: TwilioStandIn, **changes: str) -> str:
    """Have a message taken, wait for its end, and return its sid."""
    form = {"To": CITIZEN, "From": OFFICE, "Body": "halo", "StatusCallback": f"{PUBLIC}/status?m=1"} | changes
    transport = httpx.ASGITransport(twilio.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1", auth=(SID, TOKEN)) as api:
        answer = await api.post(MESSAGES, data=form)
        assert answer.json()["status"] == "queued"
    await twilio.journeys.settled()
    return str(answer.json()["sid"])


async def test_the_office_hears_of_each_state_but_the_first(twilio: TwilioStandIn, office: Office) -> None:
    sid = await send(twilio)
    assert office.states == ["sent", "delivered", "read"]
    assert {form["MessageSid"] for form in office.forms} == {sid}
    assert office.forms[2]["EventType"] == "READ"
    assert office.forms[0]["ChannelToAddress"] == CITIZEN.removeprefix("whatsapp:")
    assert (twilio.messages[0].status, twilio.messages[0].error_code) == ("read", None)


async def test_callbacks_are_signed_for_the_public_address(twilio: TwilioStandIn, office: Office) -> None:
    await send(twilio)
    validator = RequestValidator(TOKEN)
    for form, signature in zip(office.forms, office.signatures, strict=True):
        assert validator.validate(f"{PUBLIC}/status?m=1", form, signature)


@pytest.mark.parametrize(("age", "arrives"), [(WINDOW - timedelta(seconds=1), True), (WINDOW, False)])
async def test_free_text_arrives_for_a_day_after_the_number_wrote(
    twilio: TwilioStandIn, office: Office, clock: Clock, *, age: timedelta, arrives: bool
) -> None:
    twilio.rules.window = WINDOW
    twilio.heard(CITIZEN)
    clock.time += age
    await send(twilio)
    if arrives:
        assert office.states[-1] == "read"
    else:
        assert [(form["MessageStatus"], form["ErrorCode"]) for form in office.forms] == [("failed", "63016")]


async def test_nobody_who_never_wrote_gets_free_text(twilio: TwilioStandIn, office: Office) -> None:
    twilio.rules.window = WINDOW
    await send(twilio)
    assert office.forms[0]["ErrorCode"] == "63016"
    twilio.rules.knows_all = False
    await send(twilio)
    assert office.states[-1] == "read"


@pytest.mark.parametrize(
    ("kind", "status", "end"),
    [
        ("twilio/text", "approved", "read"),
        ("twilio/quick-reply", "approved", "read"),
        ("twilio/quick-reply", "pending", "failed"),
        ("twilio/list-picker", "approved", "failed"),
    ],
)
async def test_outside_the_window_only_approved_templates_begin(
    twilio: TwilioStandIn, office: Office, kind: str, status: str, end: str
) -> None:
    twilio.rules.window = WINDOW
    sid = twilio.contents.keep({kind: {"body": "Halo"}}, status=status)
    await send(twilio, Body="", ContentSid=sid)
    assert office.states[-1] == end


@pytest.mark.parametrize("code", [63003, 63024])
async def test_a_number_that_cannot_be_reached_is_told_late(
    twilio: TwilioStandIn, office: Office, code: int
) -> None:
    twilio.rules.unreachable[CITIZEN] = code
    await send(twilio)
    assert [(form["MessageStatus"], form["ErrorCode"]) for form in office.forms] == [
        ("undelivered", str(code))
    ]


async def test_an_office_that_is_away_is_asked_again_a_few_times(
    twilio: TwilioStandIn, office: Office
) -> None:
    twilio.journeys.pauses = Pauses()
    office.statuses = [503, 503, 204]
    await send(twilio)
    assert office.states == ["sent", "sent", "sent", "delivered"]
    office.forms.clear()
    office.statuses = [503] * 99
    await send(twilio)
    assert office.states == ["sent"] * ATTEMPTS + ["delivered"] * ATTEMPTS


async def test_each_callback_may_come_twice(twilio: TwilioStandIn, office: Office) -> None:
    twilio.journeys.pauses, twilio.callbacks.times = Pauses(), 2
    await send(twilio)
    assert office.states == ["sent", "sent", "delivered", "delivered"]


async def test_callbacks_that_still_wait_are_left_when_it_stops(twilio: TwilioStandIn) -> None:
    first, never = asyncio.Event(), asyncio.Event()

    async def silent(_request: Request) -> Response:
        first.set()
        await never.wait()
        return Response(status_code=204)

    async with serving(Starlette(routes=[Route("/status", silent, methods=["POST"])])) as url:
        twilio.callbacks.tunnel[PUBLIC] = url
        sending = asyncio.create_task(send(twilio))
        await asyncio.wait_for(first.wait(), 10)
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            await twilio.journeys.stop()
            await asyncio.wait_for(sending, 10)
            gc.collect()  # a callback that nobody ever began would be warned of here
        never.set()
    assert [str(warning.message) for warning in told] == []
    assert twilio.messages[0].status == "read"


async def test_nothing_is_posted_to_another_machine(twilio: TwilioStandIn, office: Office) -> None:
    twilio.callbacks.tunnel.clear()
    await send(twilio)
    assert office.forms == []
    assert twilio.messages[0].status == "read"


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/",
        "http://bot.example.org/",
        "http://127.0.0.1.example.org/",
        "http://10.0.0.1/",
        "x",
    ],
)
def test_what_is_not_this_machine(url: str) -> None:
    assert not is_loopback(url)


@pytest.mark.parametrize("url", ["http://127.0.0.1:8000/x", "http://localhost/", "http://[::1]:1/"])
def test_what_is_this_machine(url: str) -> None:
    assert is_loopback(url)
