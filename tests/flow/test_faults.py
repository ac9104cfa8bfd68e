"""What goes wrong between Twilio and us: a test for each row of the table in docs/whatsapp.md."""

from __future__ import annotations

import asyncio
import random
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import httpx
import psycopg
import pytest
from starlette.applications import Starlette

from bot import jobs
from bot.assembly.core import Core, assemble
from bot.assembly.worker import staffed
from bot.clock import ManualClock
from bot.settings import Settings, load
from channels.simulator.twilio import Fault, Pauses, TwilioStandIn, sign_webhook, webhook_form
from tests.fakes import FakeInterpreter
from tests.flow.crowd import QUESTIONS, WEBHOOK, Crowd, answers_of, is_done
from tests.flow.processes import (
    OFFICE,
    PUBLIC_URL,
    SID,
    TOKEN,
    Part,
    Parts,
    parts,
    until,
    whatsapp_environment,
)
from tests.nlu.rasa import ROOT, RunningRasa, free_port
from tests.serving import serving

CITIZEN = "whatsapp:+628111111001"
QUESTION = "konsultasi tu bayar ga sih"
AT_ONCE = 10


@dataclass(frozen=True, slots=True)
class House:
    """A web, a worker and a scheduler, each a process, at a stand-in that reports by callback."""

    parts: Parts
    web: Part
    twilio: TwilioStandIn
    database_url: str

    async def post(self, said: str, *, times: int = 1, sender: str = CITIZEN) -> list[int]:
        """Post one message so many times at once; return what was answered."""
        form = webhook_form(account_sid=SID, sender=sender, recipient=OFFICE, body=said)
        headers = sign_webhook(TOKEN, PUBLIC_URL + WEBHOOK, form)
        async with httpx.AsyncClient(base_url=self.web.url, timeout=30) as client:
            posts = [client.post(WEBHOOK, data=form, headers=headers) for _ in range(times)]
            return [answer.status_code for answer in await asyncio.gather(*posts)]

    async def rows(self, query: str) -> list[tuple[object, ...]]:
        async with await psycopg.AsyncConnection.connect(self.database_url) as connection:
            return await (await connection.execute(query.encode())).fetchall()

    async def reported(self, state: str) -> bool:
        """Tell whether every message of ours is known to have come so far."""
        states = await self.rows("SELECT DISTINCT state FROM delivery_report")
        return states == [(state,)]


@pytest.fixture
async def house(
    tmp_path: Path, database_url: str, rasa_server: RunningRasa, twilio: TwilioStandIn, twilio_url: str
) -> AsyncIterator[House]:
    environment = whatsapp_environment(
        tmp_path, database_url=database_url, rasa=rasa_server, twilio_url=twilio_url
    )
    async with parts(tmp_path, environment) as running:
        web = await running.web()
        twilio.callbacks.tunnel[PUBLIC_URL] = web.url
        running.start("scheduler")
        running.start("worker")
        yield House(running, web, twilio, database_url)
        running.stop()
        await twilio.journeys.stop()


async def test_a_webhook_that_comes_ten_times_at_once_has_one_effect(house: House) -> None:
    assert await house.post(QUESTION, times=AT_ONCE) == [200] * AT_ONCE
    await until(lambda: is_done(house.database_url, 1), within=30)
    assert await house.post(QUESTION, sender="whatsapp:+628111111002") == [200]
    await until(lambda: is_done(house.database_url, 2), within=30)
    assert [message.recipient for message in house.twilio.messages] == [CITIZEN, "whatsapp:+628111111002"]
    assert await house.rows("SELECT count(*) FROM message WHERE author = 'citizen'") == [(2,)]


async def test_callbacks_that_come_before_the_answer_to_the_post_find_their_message(house: House) -> None:
    house.twilio.journeys.pauses = Pauses(read=0.0)
    house.twilio.callbacks.times = 2
    house.twilio.faults.plan(Fault(hang_seconds=0.7))
    told: list[str] = []
    house.twilio.journeys.on_state(lambda message: told.append(message.status))
    await house.post(QUESTION)
    await until(lambda: house.reported("read"), within=30)
    assert told == ["sent", "delivered", "read"]
    await until(lambda: is_done(house.database_url, 1), within=30)
    await house.twilio.journeys.settled()
    sids = [(message.sid,) for message in house.twilio.messages]
    assert len(sids) == 1
    assert await house.rows("SELECT external_id FROM delivery_report") == sids
    assert await house.rows("SELECT external_id FROM message WHERE author <> 'citizen'") == sids


@pytest.mark.parametrize("has_callbacks", [True, False])
async def test_after_a_time_out_of_what_twilio_took_no_second_message_comes(
    house: House, *, has_callbacks: bool
) -> None:
    house.twilio.journeys.pauses = Pauses() if has_callbacks else None
    house.twilio.faults.plan(Fault(hang_seconds=2.5))  # our patience ends after one second
    house.twilio.faults.plan(Fault(status=503), method="GET")
    await house.post(QUESTION)
    await until(lambda: is_done(house.database_url, 1), within=60)
    # The next answer of the same person comes after whatever was still under way.
    await house.post("kantor bps klaten tu dmn sih lokasinya")
    await until(lambda: is_done(house.database_url, 2), within=60)
    bodies = [message.body for message in house.twilio.messages]
    assert len(bodies) == len(set(bodies)) == 2


async def test_a_storm_of_429_loses_nothing_doubles_nothing_and_keeps_the_order(  # noqa: PLR0917
    tmp_path: Path,
    settings: Settings,
    database_url: str,
    rasa_server: RunningRasa,
    twilio: TwilioStandIn,
    twilio_url: str,
    chance: random.Random,
) -> None:
    answers, crowd = answers_of(settings), Crowd(twilio, chance, citizens=20)
    assert crowd.size == 200
    # Twilio takes far less than the office was told that it would.
    twilio.rules.per_second = 20
    environment = whatsapp_environment(
        tmp_path,
        database_url=database_url,
        rasa=rasa_server,
        twilio_url=twilio_url,
        messages_per_second=1000,
        messages_per_second_to_one=100,
    )
    async with parts(tmp_path, environment) as running:
        web = await running.web()
        running.start("scheduler")
        running.start("worker")
        await crowd.talk([web.url], lambda: len(crowd.citizens[0].questions))
        await until(lambda: is_done(database_url, crowd.size), within=120)
        running.stop()
    assert twilio.turned_away > 20
    crowd.check_replies(answers)
    crowd.check_books(database_url)


TOPICS = dict(list(QUESTIONS.items())[:3])
PEOPLE = [f"whatsapp:+62811111120{number:02}" for number in range(5)]


@asynccontextmanager
async def at_work(settings: Settings, database_url: str, clock: ManualClock) -> AsyncIterator[Core]:
    """Have the office's real parts in this process, where the clock can be moved, and a model that knows all."""
    model = FakeInterpreter()
    for said, topic in TOPICS.items():
        model.teach(said, topic, service="konsultasi")
    async with (
        assemble(settings, database_url, clock=clock) as core,
        staffed(core, model, burst=timedelta()),
    ):
        worker = asyncio.create_task(jobs.work(core.queue, install_signal_handlers=False))
        try:
            yield core
        finally:
            worker.cancel()
            with suppress(asyncio.CancelledError):
                await worker


async def test_an_hour_without_twilio_delays_everything_and_loses_nothing(
    tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, port = ManualClock(), free_port()
    twilio = TwilioStandIn(account_sid=SID, auth_token=TOKEN, sender=OFFICE, now=clock.now)
    variables = {
        "PST_HOME": str(tmp_path / "home"),
        "PST_PUBLIC_URL": PUBLIC_URL,
        "PST_TWILIO_ACCOUNT_SID": SID,
        "PST_TWILIO_AUTH_TOKEN": TOKEN,
        "PST_TWILIO_FROM": OFFICE,
        "PST_TWILIO_API_URL": f"http://127.0.0.1:{port}",  # nobody listens there yet
    }
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    size = len(TOPICS) * len(PEOPLE)
    async with at_work(load(env_file=tmp_path / "no.env"), database_url, clock) as core:
        for said in TOPICS:
            await _ask(core, said)
        await until(lambda: _is_one(database_url, f"SELECT count(*) = {size} FROM delivery"), within=30)
        for _ in range(6):
            clock.advance(timedelta(minutes=10))
            tried = await _one(database_url, "SELECT sum(attempts) FROM delivery")
            more = f"SELECT sum(attempts) > {tried} FROM delivery"
            await until(lambda more=more: _is_one(database_url, more), within=60)  # type: ignore[misc]
        assert await _is_one(database_url, "SELECT bool_and(state IN ('kept', 'sending')) FROM delivery")
        async with serving(twilio.app, port=port):
            await until(lambda: is_done(database_url, size), within=60)
    expected = [message.body for message in twilio.messages if message.recipient == PEOPLE[0]]
    assert len(set(expected)) == len(TOPICS)
    for person in PEOPLE:
        got = [message.body for message in twilio.messages if message.recipient == person]
        assert sorted(got) == sorted(expected)
    order = (
        "SELECT array_agg(external_id ORDER BY id) FROM message WHERE author = 'bot' GROUP BY conversation_id"
    )
    async with await psycopg.AsyncConnection.connect(database_url) as connection:
        kept = {tuple(row[0]) for row in await (await connection.execute(order.encode())).fetchall()}
    assert kept == {
        tuple(message.sid for message in twilio.messages if message.recipient == person) for person in PEOPLE
    }


async def _ask(core: Core, said: str) -> None:
    """Have everybody ask a question, by signed webhook."""
    routes = core.channels["whatsapp"].routes()
    transport = httpx.ASGITransport(Starlette(routes=routes))
    async with httpx.AsyncClient(transport=transport, base_url=PUBLIC_URL) as client:
        for person in PEOPLE:
            form = webhook_form(account_sid=SID, sender=person, recipient=OFFICE, body=said)
            headers = sign_webhook(TOKEN, PUBLIC_URL + WEBHOOK, form)
            assert (await client.post(WEBHOOK, data=form, headers=headers)).status_code == 200


async def _one(database_url: str, query: str) -> object:
    async with await psycopg.AsyncConnection.connect(database_url) as connection:
        row = await (await connection.execute(query.encode())).fetchone()
    return row[0] if row else None


async def _is_one(database_url: str, query: str) -> bool:
    return bool(await _one(database_url, query))


def test_every_row_of_the_table_of_faults_names_a_test() -> None:
    document = (ROOT / "docs" / "whatsapp.md").read_text(encoding="utf-8")
    section = document.partition("\n## Faults\n")[2].partition("\n## ")[0]
    _, _, *rows = [line for line in section.splitlines() if line.startswith("|")]
    tests = "\n".join(
        path.read_text(encoding="utf-8") for path in (ROOT / "tests" / "flow").glob("test_*.py")
    )
    assert len(rows) >= 6
    for row in rows:
        named = re.findall(r"`(test_\w+)`", row)
        assert named, row
        assert [name for name in named if f"def {name}(" not in tests] == []
