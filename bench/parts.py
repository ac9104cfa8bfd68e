"""The other processes of a measurement: the model's server, and the stand-in for Twilio."""

from __future__ import annotations

import sys
from contextlib import AsyncExitStack
from json import dumps
from secrets import token_hex

import psutil
import psycopg

from bench.citizens import OFFICE
from bench.house import House, Web
from bench.http import Connection, post
from bench.processes import PROGRAM, NotReady, free_port, listens, until

MODEL_SECONDS = 90.0


async def model(house: House, stack: AsyncExitStack) -> tuple[int, dict[str, str], psutil.Process]:
    """Run the model's server; return its port, the settings that lead there, and its process."""
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
        return (await connection.ask(parse(token, "halo")))[0] == 200
    finally:
        connection.close()


def parse(token: str, said: str) -> bytes:
    """Return a request to the model's server."""
    body = dumps({"text": said}).encode()
    return post(f"/model/parse?token={token}", body, {"Content-Type": "application/json"})


async def standin(
    house: House, stack: AsyncExitStack, *, reports: bool = False
) -> tuple[int, psutil.Process]:
    """Run the stand-in, which with `reports` posts status callbacks; return its port and process."""
    port = free_port()
    account = house.account
    command = [sys.executable, "-m", "bench.standin", account.sid, account.token, OFFICE, str(port)]
    command += ["reports"] * reports
    process = await stack.enter_async_context(house.run(command, name="standin"))
    await until(lambda: listens(port), within=30)
    return port, process


async def taken(api_port: int, count: int) -> float:
    """Wait until the stand-in took so many messages; return the moment (perf_counter) it took the last."""
    connection = await Connection.open(api_port)
    try:
        status, moment = await connection.ask(post(f"/taken/{count}", b"", {}))
    finally:
        connection.close()
    if status != 200:
        raise RuntimeError(f"fewer than {count} replies came in time")
    return float(moment)


def counts(web: Web) -> tuple[int, int]:
    """Return how many replies are kept as sent, and how many messages of citizens have no answer."""
    with psycopg.connect(web.settings["PST_DATABASE_URL"]) as connection:
        sent = connection.execute(
            "SELECT count(*) FROM delivery WHERE state IN ('sending', 'sent')"
        ).fetchone()
        left = connection.execute(
            "SELECT count(*) FROM message WHERE answered_at IS NULL AND author = 'citizen'"
        ).fetchone()
    assert sent is not None
    assert left is not None
    return sent[0], left[0]
