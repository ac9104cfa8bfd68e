from __future__ import annotations

import asyncio
import time

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from structlog.testing import capture_logs

from channels.simulator.twilio import TwilioStandIn
from channels.whatsapp import WhatsApp
from channels.whatsapp.typing import SECONDS
from tests.channels.whatsapp.conftest import TOKEN, Connect
from tests.serving import serving

SID = "SM" + "4" * 32


async def test_the_sender_of_a_message_sees_that_it_is_being_answered(
    channel: WhatsApp, twilio: TwilioStandIn
) -> None:
    await channel.typing(SID)
    assert twilio.messaging.typed == [SID]


@pytest.mark.parametrize("case", ["refused", "unreachable", "strange"])
async def test_a_failure_is_a_line_in_the_log_and_nothing_more(connect: Connect, case: str) -> None:
    async def answer(_request: Request) -> JSONResponse:
        return JSONResponse(["?"], status_code=500)

    async with serving(Starlette(routes=[Route("/{path:path}", answer, methods=["POST"])])) as strange:
        urls = {"refused": None, "unreachable": "http://127.0.0.1:1", "strange": strange}
        changes = {"token": "another"} if case == "refused" else {}
        url = urls[case]
        channel = await (connect(url, **changes) if url else connect(**changes))
        with capture_logs() as logs:
            await channel.typing(SID)
    (line,) = logs
    assert (line["event"], line["message"]) == ("whatsapp.typing.not_shown", SID)
    assert TOKEN not in repr(logs)


async def test_nobody_waits_long_for_it(connect: Connect) -> None:
    asked = asyncio.Event()

    async def never(_request: Request) -> JSONResponse:
        asked.set()
        await asyncio.Event().wait()
        raise AssertionError

    async with serving(Starlette(routes=[Route("/{path:path}", never, methods=["POST"])])) as silent:
        channel = await connect(silent, send_timeout_seconds=30)
        began = time.monotonic()
        await channel.typing(SID)
        assert asked.is_set()
        assert time.monotonic() - began < 3 * SECONDS
        await channel.close()
