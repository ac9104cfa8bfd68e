from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from channels.port import Inbound, Outbound, Report, Wiring
from channels.simulator.twilio import TwilioStandIn
from channels.whatsapp import Environment, Options, WhatsApp, build
from tests.serving import serving

SID = "AC" + "0123456789abcdef" * 2
TOKEN = "a-token-of-the-simulation"
OFFICE = "whatsapp:+628111111000"
CITIZEN = "whatsapp:+628111111001"
START = datetime(2026, 3, 17, 9, 0, tzinfo=UTC)
MESSAGE_ID = UUID("00000000-0000-4000-8000-000000000001")


@dataclass
class Clock:
    """The application's clock, moved by the test."""

    time: datetime = START

    def __call__(self) -> datetime:
        return self.time

    def skip(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)


@dataclass
class Kept:
    """The outermost edge on the inside: what the webhook handed over; `failing` is a database away."""

    messages: list[Inbound] = field(default_factory=list)
    reports: list[Report] = field(default_factory=list)
    failing: Exception | None = None

    async def __call__(self, message: Inbound) -> bool:
        if self.failing is not None:
            raise self.failing
        self.messages.append(message)
        return True

    async def report(self, report: Report) -> None:
        if self.failing is not None:
            raise self.failing
        self.reports.append(report)


class NoDepot:
    """A push channel leaves nothing at the depot: every use is an error."""

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"a push channel used the depot: {name}")


def wiring(kept: Kept, clock: Clock, public_url: str = "https://bot.example.org") -> Wiring:
    return Wiring(
        accept=kept,
        report=kept.report,
        depot=NoDepot(),
        now=clock,
        public_url=public_url,
        office_name="Kantor",
    )


def options(**changes: Any) -> Options:
    values: dict[str, Any] = {
        "max_form_bytes": 4096,
        "send_timeout_seconds": 5,
        "retry_hours": 24,
        "messages_per_second": 1000,
        "messages_per_second_to_one": 100,
        "media": {"max_bytes": 1_000_000, "types": ["image/jpeg", "application/pdf", "audio/ogg"]},
    }
    return Options(**(values | changes))


def environment(**changes: Any) -> Environment:
    values = {"twilio_account_sid": SID, "twilio_auth_token": TOKEN, "twilio_from": OFFICE}
    return Environment(**(values | changes))


def outbound(text: str = "Tiga hari kerja.", **changes: Any) -> Outbound:
    values: dict[str, Any] = {
        "id": MESSAGE_ID,
        "channel": "whatsapp",
        "recipient": CITIZEN,
        "text": text,
        "key": "answer",
        "created_at": START,
        "attempted_at": START,
        "last_heard": START,
    }
    return Outbound(**(values | changes))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def kept() -> Kept:
    return Kept()


@pytest.fixture
async def twilio(clock: Clock) -> TwilioStandIn:
    return TwilioStandIn(account_sid=SID, auth_token=TOKEN, sender=OFFICE, now=clock)


@pytest.fixture
async def twilio_url(twilio: TwilioStandIn) -> AsyncIterator[str]:
    async with serving(twilio.app) as url:
        yield url


Connect = Callable[..., Awaitable[WhatsApp]]


@pytest.fixture
async def connect(kept: Kept, clock: Clock, twilio_url: str) -> AsyncIterator[Connect]:
    """Build channels that speak with the stand-in (or another `api_url`), and close them at the end."""
    built: list[WhatsApp] = []

    async def make(api_url: str = twilio_url, *, token: str = TOKEN, **changes: Any) -> WhatsApp:
        settings = environment(twilio_api_url=api_url, twilio_auth_token=token)
        channel = build(options(**changes), settings, wiring(kept, clock))
        assert channel is not None
        built.append(channel)
        return channel

    yield make
    for channel in built:
        await channel.close()


@pytest.fixture
async def channel(connect: Connect) -> WhatsApp:
    return await connect()
