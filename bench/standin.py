"""Twilio's stand-in in a process of its own: `python -m bench.standin SID TOKEN SENDER PORT [reports]`.

With `reports` it posts status callbacks, as Twilio does.

`GET /taken/N` answers when the N-th message was taken, with the moment (seconds of perf_counter, which
all processes of a machine share: CLOCK_MONOTONIC).
"""

from __future__ import annotations

import asyncio
import sys
from time import perf_counter

import uvicorn
import uvloop
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.clock import SystemClock
from channels.simulator.twilio import Pauses, SentMessage, TwilioStandIn

SECONDS = 25.0


async def main(sid: str, token: str, sender: str, port: int, *, reports: bool) -> None:
    """Serve until told to stop."""
    standin = TwilioStandIn(account_sid=sid, auth_token=token, sender=sender, now=SystemClock().now)
    if reports:
        standin.journeys.pauses = Pauses(sent=0.2, delivered=0.5)
    moments: list[float] = []
    more = asyncio.Event()

    def note(_message: SentMessage) -> None:
        moments.append(perf_counter())
        more.set()

    async def taken(request: Request) -> Response:
        wanted = int(request.path_params["count"])
        async with asyncio.timeout(SECONDS):
            while len(moments) < wanted:
                more.clear()
                await more.wait()
        return PlainTextResponse(str(moments[wanted - 1]))

    standin.on_message(note)
    standin.app.router.routes.append(Route("/taken/{count}", taken, methods=["POST"]))
    config = uvicorn.Config(standin.app, port=port, log_config=None, access_log=False)
    await uvicorn.Server(config).serve()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        sid, token, sender, port, *more = sys.argv[1:]
        runner.run(main(sid, token, sender, int(port), reports="reports" in more))
