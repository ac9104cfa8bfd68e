"""A minute of 50 messages a second with everything running: is each acknowledged soon, is each answered?

Web, worker, scheduler, the model's server and a stand-in for Twilio that posts its status callbacks, all on this
machine's cores together.
"""

from __future__ import annotations

from contextlib import AsyncExitStack

from bench import parts
from bench.house import House
from bench.http import at_rate
from bench.processes import PROGRAM
from bench.row import Row, percentile

RATE = 50.0
SECONDS = 60
CITIZENS = 1000  # each writes every 20 s, which is no flood
CONNECTIONS = 16
WARM_UP = 100


async def measure(house: House) -> list[Row]:
    """Return p50 and p99 of the acknowledgement, and how many messages were never answered."""
    async with AsyncExitStack() as stack:
        _, nlu, _ = await parts.model(house, stack)
        api_port, _ = await parts.standin(house, stack, reports=True)
        web = await stack.enter_async_context(house.web(api_port=api_port, nlu=nlu))
        for part in ("worker", "scheduler"):
            await stack.enter_async_context(house.run([*PROGRAM, part], name=part, settings=web.settings))
        first = house.account.webhooks(web.url, WARM_UP, citizens=WARM_UP)
        await at_rate(web.port, first, per_second=RATE, connections=CONNECTIONS)
        count = round(RATE * SECONDS)
        webhooks = house.account.webhooks(web.url, count, citizens=CITIZENS)
        seconds = await at_rate(web.port, webhooks, per_second=RATE, connections=CONNECTIONS)
        await parts.taken(api_port, WARM_UP + count)
        sent, left = parts.counts(web)
    name = f"{RATE:.0f} messages a second for {SECONDS} s"
    return [
        Row(f"{name}, acknowledged, p50", percentile(seconds, 50) * 1000, "ms"),
        Row(f"{name}, acknowledged, p99", percentile(seconds, 99) * 1000, "ms"),
        Row.at_most(f"{name}, lost", WARM_UP + count - sent + left, "messages", 0),
    ]
