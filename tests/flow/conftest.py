"""What the flow tests share: a stand-in for Twilio on loopback, and chance that can be repeated."""

from __future__ import annotations

import os
import random
from collections.abc import AsyncIterator, Callable, Iterator

import pytest

from bot.clock import SystemClock
from channels.simulator.twilio import TwilioStandIn
from tests.flow.external import debian_programs, external_postgres
from tests.flow.processes import OFFICE, SID, TOKEN
from tests.serving import serving


@pytest.fixture
def twilio() -> TwilioStandIn:
    return TwilioStandIn(account_sid=SID, auth_token=TOKEN, sender=OFFICE, now=SystemClock().now)


@pytest.fixture
async def twilio_url(twilio: TwilioStandIn) -> AsyncIterator[str]:
    async with serving(twilio.app) as url:
        yield url


@pytest.fixture
def external_url(program: Callable[..., str]) -> Iterator[str]:
    """A PostgreSQL server as an office may have its own, of Debian's programs."""
    with external_postgres(debian_programs(program)) as url:
        yield url


@pytest.fixture
def chance() -> random.Random:
    """Random numbers of a seed that is printed; `PSTTEST_SEED` repeats a run."""
    seed = int(os.environ.get("PSTTEST_SEED") or random.SystemRandom().randrange(10**6))
    print(f"PSTTEST_SEED={seed}")  # noqa: T201 -- pytest shows it with a failure
    return random.Random(seed)  # noqa: S311 -- no secret
