"""Times a model that is served: one question at a time, and several in flight."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median, quantiles

from nlu.port import Interpreter, Meaning

WARM_UP = 20  # parses before the clock counts
IN_FLIGHT = 8


@dataclass(frozen=True, slots=True)
class Timed:
    """What every text means, the milliseconds a parse takes alone, and parses a second with 8 in flight."""

    meanings: Sequence[Meaning]
    p50: float
    p95: float
    rate: float


async def timed(interpreter: Interpreter, texts: Sequence[str]) -> Timed:
    """Parse all of `texts` (two at least) one after the other, then again with `IN_FLIGHT` at any moment.

    Closes `interpreter`. Raises `nlu.port.NluUnavailable`.
    """
    try:
        for text in texts[:WARM_UP]:
            await interpreter.parse(text)
        milliseconds: list[float] = []
        meanings: list[Meaning] = []
        for text in texts:
            began = time.perf_counter()
            meanings.append(await interpreter.parse(text))
            milliseconds.append((time.perf_counter() - began) * 1000)
        rate = await _rate(interpreter, texts)
    finally:
        await interpreter.close()
    return Timed(meanings, median(milliseconds), quantiles(milliseconds, n=20)[-1], rate)


async def _rate(interpreter: Interpreter, texts: Sequence[str]) -> float:
    """Return parses a second of `IN_FLIGHT` citizens who ask on as soon as they are answered."""
    waiting = iter(texts)

    async def citizen() -> None:
        for text in waiting:  # all draw from the same iterator
            await interpreter.parse(text)

    began = time.perf_counter()
    async with asyncio.TaskGroup() as citizens:
        for _ in range(IN_FLIGHT):
            citizens.create_task(citizen())
    return len(texts) / (time.perf_counter() - began)
