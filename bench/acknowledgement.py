"""How long Twilio waits for our 200, against a handler that only inserts one row."""

from __future__ import annotations

import sys
from statistics import median

from bench.house import House
from bench.http import at_rate, closed_loop, post
from bench.processes import free_port, listens, until
from bench.row import Row, percentile

ROUNDS = 5
WARM_UP = 200
EACH = 400  # requests a round and a server
AT_RATE = 200  # so many at the fixed rate: four seconds
RATE = 50.0  # webhooks a second: far more than an office gets, far less than what fills a core


async def measure(house: House) -> list[Row]:
    """Return p50 and p99 of both, and their ratios, each the median of the rounds."""
    port = free_port()
    command = [sys.executable, "-m", "bench.bare", await house.database(), str(port)]
    async with (
        house.run(command, name="bare") as _,
        house.web(api_port=free_port()) as web,
    ):
        await until(lambda: listens(port), within=30)
        body = post("/", b"x" * 600, {"Content-Type": "text/plain"})
        await closed_loop(port, [body] * WARM_UP, connections=8)
        await closed_loop(web.port, house.account.webhooks(web.url, WARM_UP, citizens=64), connections=8)
        rows = []
        for name in ("50 per second", "1 at a time", "8 at a time"):
            ours, bare = [], []
            for _ in range(ROUNDS):
                count = AT_RATE if name == "50 per second" else EACH
                webhooks = house.account.webhooks(web.url, count, citizens=64)
                bare.append(await _seconds(name, port, [body] * len(webhooks)))
                ours.append(await _seconds(name, web.port, webhooks))
            rows += _rows(name, ours, bare)
    return rows


async def _seconds(name: str, port: int, requests: list[bytes]) -> list[float]:
    if name == "50 per second":
        return await at_rate(port, requests, per_second=RATE, connections=8)
    return await closed_loop(port, requests, connections=8 if name.startswith("8") else 1)


def _rows(name: str, ours: list[list[float]], bare: list[list[float]]) -> list[Row]:
    rows = []
    for percent in (50, 99):
        mine = median(percentile(values, percent) for values in ours) * 1000
        theirs = median(percentile(values, percent) for values in bare) * 1000
        title = f"webhook acknowledged, {name}, p{percent}"
        rows += [Row(title, mine, "ms"), Row(f"{title}, bare handler", theirs, "ms")]
        if percent == 99:
            rows.append(Row.at_most(f"{title}, to bare", mine / theirs, "x", 3.0))
        else:
            rows.append(Row(f"{title}, to bare", mine / theirs, "x"))
    return rows
