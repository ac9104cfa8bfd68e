"""`pst run` as a newcomer runs it (simulation): how soon it takes in and answers, and its memory."""

from __future__ import annotations

import asyncio
import base64
import json
from contextlib import suppress
from pathlib import Path
from statistics import median
from time import perf_counter

import psutil

from bench.citizens import QUESTIONS, Account
from bench.house import House
from bench.http import Connection, get
from bench.processes import PROGRAM, NotReady, free_port, pss_mib, running, until
from bench.row import Row
from bot.running.postgres import EmbeddedPostgres
from bot.running.state import read_state, state_path

ROUNDS = 3
MESSAGES = 40  # answered before the memory is read
CITIZENS = 8  # so many of them do not flood the office: one writes five times
CHILDREN = ("postgres", "web", "worker", "mailbox", "scheduler", "nlu")


async def measure(house: House) -> list[Row]:
    """Start, ask, weigh and stop, some times; return medians. The first start, which makes the database,
    does not count."""
    home = house.folder / "run"
    runs = []
    try:
        for _ in range(ROUNDS + 1):
            async with asyncio.timeout(90):
                runs.append(await _once(house, home))
    finally:
        EmbeddedPostgres(home).erase()
    accepted, answered, memory = zip(*runs[1:], strict=True)
    rows = [
        Row.at_most("pst run to first webhook accepted", median(accepted), "s", 5.0),
        Row("pst run to first answer", median(answered), "s"),
        Row.at_most("memory of pst run", median(sum(each.values()) for each in memory), "MiB", 1024),
    ]
    for name in memory[0]:
        rows.append(Row(f"memory of pst run, {name}", median(each[name] for each in memory), "MiB"))
    return rows


async def _once(house: House, home: Path) -> tuple[float, float, dict[str, float]]:
    port = free_port()
    settings = {"PST_HOME": str(home), "PST_PORT": str(port)}
    began = perf_counter()
    async with running([*PROGRAM, "run"], folder=house.folder, name="run", settings=settings) as process:
        account = await _account(process, home)
        url = f"http://127.0.0.1:{port}"
        await until(lambda: _accepted(port, account.webhook(url, citizen=1, said=QUESTIONS[0])), within=30)
        accepted = perf_counter() - began
        await until(lambda: _answered(port, account, 1), within=60)
        answered = perf_counter() - began
        for n in range(1, MESSAGES):
            webhook = account.webhook(url, citizen=1 + n % CITIZENS, said=QUESTIONS[n % len(QUESTIONS)])
            if not await _accepted(port, webhook):
                raise RuntimeError(f"webhook {n} was not accepted")
        await until(lambda: _answered(port, account, MESSAGES), within=30)
        memory = _memory(process, home)
    (home / "run" / "processes.json").unlink()
    return accepted, answered, memory


async def _account(process: psutil.Process, home: Path) -> Account:
    """Read the made-up account of the simulation where its web process has it: in its environment."""
    found: dict[str, str] = {}

    async def is_there() -> bool:
        if not process.is_running() or process.status() == psutil.STATUS_ZOMBIE:
            raise NotReady("pst run has ended")
        web = read_state(state_path(home)).get("web")
        if web is not None and web.pid is not None:
            with suppress(psutil.Error):
                found.update(psutil.Process(web.pid).environ())
        return "PST_TWILIO_AUTH_TOKEN" in found

    await until(is_there, within=30, pause=0.01)
    return Account(found["PST_TWILIO_ACCOUNT_SID"], found["PST_TWILIO_AUTH_TOKEN"], found["PST_TWILIO_FROM"])


async def _accepted(port: int, webhook: bytes) -> bool:
    try:
        connection = await Connection.open(port)
    except OSError:
        return False
    try:
        return (await connection.ask(webhook))[0] == 200
    finally:
        connection.close()


async def _answered(port: int, account: Account, count: int) -> bool:
    """Ask the stand-in for Twilio, as one would ask Twilio, how many messages it took."""
    credentials = base64.b64encode(f"{account.sid}:{account.token}".encode()).decode()
    path = f"/simulator/twilio/2010-04-01/Accounts/{account.sid}/Messages.json?PageSize=1000"
    connection = await Connection.open(port)
    try:
        status, body = await connection.ask(get(path, {"Authorization": f"Basic {credentials}"}))
    finally:
        connection.close()
    return status == 200 and len(json.loads(body)["messages"]) >= count


def _memory(process: psutil.Process, home: Path) -> dict[str, float]:
    """Return each child's memory with its own children, and what is left: the supervisor and its guard."""
    states = read_state(state_path(home))
    memory = {name: pss_mib(psutil.Process(states[name].pid)) for name in CHILDREN}
    return memory | {"supervisor": pss_mib(process) - sum(memory.values())}
