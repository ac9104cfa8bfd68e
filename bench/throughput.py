"""Messages answered a second, from the webhook to the reply at Twilio, against the model alone."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from json import dumps
from secrets import token_hex
from statistics import median
from time import perf_counter

import psutil
import psycopg

from bench.citizens import OFFICE, QUESTIONS
from bench.house import House, Web
from bench.http import Connection, closed_loop, post
from bench.processes import PROGRAM, NotReady, cpu_seconds, free_port, listens, until
from bench.row import Row

ROUNDS = 4
CITIZENS = 48
EACH = 240  # messages a round; so many parses too
CONNECTIONS = 8
MODEL_SECONDS = 90.0


async def measure(house: House) -> list[Row]:
    """Return both rates, their ratio, and the processor time of a message in each process."""
    async with AsyncExitStack() as stack:
        nlu_port, nlu, rasa = await _model(house, stack)
        api_port, standin = await _standin(house, stack)
        web = await stack.enter_async_context(house.web(api_port=api_port, nlu=nlu))
        worker = await stack.enter_async_context(
            house.run([*PROGRAM, "worker"], name="worker", settings=web.settings)
        )
        parts = {
            "web": web.process, "worker": worker, "postgres": house.postgres(), "rasa": rasa,
            "stand-in": standin, "load": psutil.Process(),
        }  # fmt: skip
        parses = [_parse(nlu["PST_NLU_TOKEN"], QUESTIONS[n % len(QUESTIONS)]) for n in range(EACH)]

        async def parse_all() -> None:
            await closed_loop(nlu_port, parses, connections=CONNECTIONS)

        return await _rounds(house, web, api_port, parse_all, parts)


async def _model(house: House, stack: AsyncExitStack) -> tuple[int, dict[str, str], psutil.Process]:
    port = free_port()
    nlu = {"PST_NLU_URL": f"http://127.0.0.1:{port}", "PST_NLU_TOKEN": token_hex(16)}
    process = await stack.enter_async_context(
        house.run([*PROGRAM, "nlu", "serve", "--port", str(port)], name="rasa", settings=nlu)
    )
    await until(lambda: _understands(process, port, nlu["PST_NLU_TOKEN"]), within=MODEL_SECONDS, pause=0.1)
    return port, nlu, process


async def _understands(process: psutil.Process, port: int, token: str) -> bool:
    if process.status() == psutil.STATUS_ZOMBIE:
        raise NotReady("the model's server has ended; `pst nlu train` says why")
    if not await listens(port):
        return False
    connection = await Connection.open(port)
    try:
        return (await connection.ask(_parse(token, "halo")))[0] == 200
    finally:
        connection.close()


def _parse(token: str, said: str) -> bytes:
    body = dumps({"text": said}).encode()
    return post(f"/model/parse?token={token}", body, {"Content-Type": "application/json"})


async def _standin(house: House, stack: AsyncExitStack) -> tuple[int, psutil.Process]:
    port = free_port()
    account = house.account
    command = [sys.executable, "-m", "bench.standin", account.sid, account.token, OFFICE, str(port)]
    process = await stack.enter_async_context(house.run(command, name="standin"))
    await until(lambda: listens(port), within=30)
    return port, process


async def _rounds(
    house: House,
    web: Web,
    api_port: int,
    parse_all: Callable[[], Awaitable[None]],
    parts: Mapping[str, psutil.Process],
) -> list[Row]:
    await parse_all()
    taken, _ = await _answered(house, web, api_port, 0)
    bare, whole, spent = [], [], dict.fromkeys(parts, 0.0)
    for _ in range(ROUNDS):
        began = perf_counter()
        await parse_all()
        bare.append(EACH / (perf_counter() - began))
        before = {name: cpu_seconds(process) for name, process in parts.items()}
        began = perf_counter()
        taken, last = await _answered(house, web, api_port, taken)
        whole.append(EACH / (last - began))
        for name, process in parts.items():
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
    connection = await Connection.open(api_port)
    try:
        await closed_loop(web.port, webhooks, connections=CONNECTIONS)
        _, moment = await connection.ask(post(f"/taken/{before + EACH}", b"", {}))
    finally:
        connection.close()
    return before + EACH, float(moment)


def _check(web: Web, taken: int) -> None:
    """One message, one reply: else the count of replies says nothing. Raises RuntimeError."""
    with psycopg.connect(web.settings["PST_DATABASE_URL"]) as connection:
        sent = connection.execute(
            "SELECT count(*) FROM delivery WHERE state IN ('sending', 'sent')"
        ).fetchone()
        open_ = connection.execute(
            "SELECT count(*) FROM message WHERE answered_at IS NULL AND author = 'citizen'"
        )
        left = open_.fetchone()
    if sent != (taken,) or left != (0,):
        raise RuntimeError(f"{taken} replies taken, {sent} kept as sent, {left} not answered")
