"""Messages answered a second, from the webhook to the reply at Twilio, against the model alone."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from statistics import median
from time import perf_counter

import psutil

from bench import parts
from bench.citizens import QUESTIONS
from bench.house import House, Web
from bench.http import closed_loop
from bench.processes import PROGRAM, cpu_seconds
from bench.row import Row

ROUNDS = 4
CITIZENS = 48
EACH = 240  # messages a round; so many parses too
CONNECTIONS = 8


async def measure(house: House) -> list[Row]:
    """Return both rates, their ratio, and the processor time of a message in each process."""
    async with AsyncExitStack() as stack:
        nlu_port, nlu, rasa = await parts.model(house, stack)
        api_port, standin = await parts.standin(house, stack)
        web = await stack.enter_async_context(house.web(api_port=api_port, nlu=nlu))
        worker = await stack.enter_async_context(
            house.run([*PROGRAM, "worker"], name="worker", settings=web.settings)
        )
        watched = {
            "web": web.process, "worker": worker, "postgres": house.postgres(), "rasa": rasa,
            "stand-in": standin, "load": psutil.Process(),
        }  # fmt: skip
        parses = [parts.parse(nlu["PST_NLU_TOKEN"], QUESTIONS[n % len(QUESTIONS)]) for n in range(EACH)]

        async def parse_all() -> None:
            await closed_loop(nlu_port, parses, connections=CONNECTIONS)

        return await _rounds(house, web, api_port, parse_all, watched)


async def _rounds(
    house: House,
    web: Web,
    api_port: int,
    parse_all: Callable[[], Awaitable[None]],
    watched: Mapping[str, psutil.Process],
) -> list[Row]:
    await parse_all()
    taken, _ = await _answered(house, web, api_port, 0)
    bare, whole, spent = [], [], dict.fromkeys(watched, 0.0)
    for _ in range(ROUNDS):
        began = perf_counter()
        await parse_all()
        bare.append(EACH / (perf_counter() - began))
        before = {name: cpu_seconds(process) for name, process in watched.items()}
        began = perf_counter()
        taken, last = await _answered(house, web, api_port, taken)
        whole.append(EACH / (last - began))
        for name, process in watched.items():
            spent[name] += cpu_seconds(process) - before[name]
    _check(web, taken)
    ratio = median(mine / theirs for mine, theirs in zip(whole, bare, strict=True))
    rows = [
        Row("answered end to end", median(whole), "messages/s"),
        Row("model alone, /model/parse", median(bare), "parses/s"),
        Row.at_least("answered, to model alone", ratio, "x", 0.4),
        Row.at_least("answered, to model alone (proud)", ratio, "x", 0.7),
    ]
    per_message = {name: seconds / (ROUNDS * EACH) * 1000 for name, seconds in spent.items()}
    rows += [Row(f"processor time a message, {name}", value, "ms") for name, value in per_message.items()]
    return [*rows, Row("processor time a message, sum", sum(per_message.values()), "ms")]


async def _answered(house: House, web: Web, api_port: int, before: int) -> tuple[int, float]:
    """Post a round of webhooks; return how many replies were taken in all, and the last one's moment."""
    webhooks = house.account.webhooks(web.url, EACH, citizens=CITIZENS)
    await closed_loop(web.port, webhooks, connections=CONNECTIONS)
    return before + EACH, await parts.taken(api_port, before + EACH)


def _check(web: Web, taken: int) -> None:
    """One message, one reply: else the count of replies says nothing. Raises RuntimeError."""
    sent, left = parts.counts(web)
    if sent != taken or left:
        raise RuntimeError(f"{taken} replies taken, {sent} kept as sent, {left} not answered")
