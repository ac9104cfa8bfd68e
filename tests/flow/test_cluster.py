"""Two machines on one PostgreSQL of the office's own, one of their parts killed every few seconds while citizens write.

Two each of web, worker, scheduler, mailbox and model server, with homes of their own and one folder of files. One model
server is the real Rasa, the other a stand-in (two real ones are too heavy for two cores); it is the one that is killed.
"""

from __future__ import annotations

import asyncio
import os
import random
import secrets
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

import httpx
import psycopg
import pytest

from bot.settings import Settings
from channels.simulator.twilio import TwilioStandIn, sign_webhook, webhook_form
from tests.channels.email.imap_stub import StubbornImap, start_stub
from tests.channels.email.test_mailbox import raw_mail
from tests.flow.crowd import QUESTIONS, WEBHOOK, Citizen, Crowd, answers_of, is_done
from tests.flow.external import debian_programs, external_postgres
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
from tests.nlu.rasa import RunningRasa, free_port

pytestmark = pytest.mark.skipif(
    os.environ.get("PSTTEST_CLUSTER") != "1", reason="a minute of two machines: PSTTEST_CLUSTER=1"
)

PER_SECOND = 8
CITIZENS = 12
KILLS = 4  # at least; on a busy machine a part takes its time to begin again
LOOKS = 5
HEARD_SECONDS = 1.0
RETRY_SECONDS = 0.3
MAILS = 3


@pytest.fixture
def external_url(program: Callable[..., str]) -> Iterator[str]:
    with external_postgres(debian_programs(program)) as url:
        yield url


async def test_whatever_part_of_either_machine_is_killed_nothing_is_lost_or_said_twice(  # noqa: PLR0917
    tmp_path: Path,
    settings: Settings,
    external_url: str,
    rasa_server: RunningRasa,
    twilio: TwilioStandIn,
    twilio_url: str,
    chance: random.Random,
) -> None:
    answers = answers_of(settings)
    taken: list[float] = []
    twilio.on_message(lambda _message: taken.append(time.monotonic()))
    environment = whatsapp_environment(
        tmp_path,
        database_url=external_url,
        rasa=rasa_server,
        twilio_url=twilio_url,
        messages_per_second=PER_SECOND,
    )
    async with start_stub(StubbornImap({1: raw_mail(1)})) as imap, parts(tmp_path, environment) as running:
        await running.upgrade()
        cluster = await _cluster(running, tmp_path, imap)
        await _a_page_hears_of_the_other_machine(cluster, external_url)
        await until(lambda: _mailbox_was_looked_at(external_url), within=60.0)  # what is there before is old
        crowd = Crowd(twilio, chance, citizens=CITIZENS)
        async with asyncio.TaskGroup() as group:
            talk = group.create_task(_talk(crowd, cluster.webs, chance))
            mails = group.create_task(_mails(imap, chance))
            kills = await _kill(cluster, chance, lambda: talk.done() and mails.done())
        await until(lambda: is_done(external_url, crowd.size + LOOKS), within=150.0)
        await until(lambda: _mails_kept(external_url), within=30.0)
        assert len(kills) >= KILLS, kills
        running.stop()
    crowd.check_replies(answers)
    _check_books(external_url, crowd.size)
    _check_rate(taken)


class _Cluster:
    """The parts of both machines."""

    def __init__(self) -> None:
        self.webs: list[Part] = []
        self.others: list[Part] = []
        self.key = secrets.token_hex(32)


async def _cluster(running: Parts, folder: Path, imap: StubbornImap) -> _Cluster:
    cluster = _Cluster()
    model = Part(
        "model-2",
        [sys.executable, "-m", "tests.flow.standin_model", str(port := free_port())],
        running.environment,
        folder,
        port,
    )
    running.started.append(model)
    model.start()
    await until(model.listens, within=60.0)
    for number in (1, 2):
        more = {
            "PST_HOME": str(folder / f"home-{number}"),
            "PST_FILES": str(folder / "files"),
            "PST_SECRET_KEY": cluster.key,
        }
        if number == 2:
            more["PST_NLU_URL"] = model.url
        mail = {"PST_IMAP_URL": imap.imap_url, "PST_SMTP_URL": "smtp://127.0.0.1:9"}
        mail["PST_MAIL_FROM"] = "PST Klaten <bps3310@example.go.id>"
        cluster.webs.append(await running.web(f"web-{number}", **more))
        cluster.others += [
            running.start("worker", f"worker-{number}", **more),
            running.start("scheduler", f"scheduler-{number}", **more),
            running.start("mailbox", f"mailbox-{number}", **more, **mail),
        ]
    cluster.others.append(model)
    return cluster


async def _talk(crowd: Crowd, webs: list[Part], chance: random.Random) -> None:
    """Have every citizen talk; a webhook that no web takes is posted again, to the other one, as Twilio does."""
    async with (
        httpx.AsyncClient(timeout=30, limits=httpx.Limits(max_keepalive_connections=0)) as client,
        asyncio.TaskGroup() as group,
    ):
        for citizen in crowd.citizens:
            group.create_task(_write(citizen, client, webs, chance))


async def _write(
    citizen: Citizen, client: httpx.AsyncClient, webs: list[Part], chance: random.Random
) -> None:
    for question in citizen.questions:
        form = webhook_form(account_sid=SID, sender=citizen.address, recipient=OFFICE, body=question)
        headers = sign_webhook(TOKEN, PUBLIC_URL + WEBHOOK, form)
        async with asyncio.timeout(60):
            while not await _is_taken(client, chance.choice(webs), form, headers):
                await asyncio.sleep(RETRY_SECONDS)  # Twilio's pause, not a wait for a condition
        await asyncio.sleep(chance.uniform(0.5, 4.0))  # a citizen types


async def _is_taken(client: httpx.AsyncClient, web: Part, form: object, headers: object) -> bool:
    with suppress(httpx.TransportError):
        answer = await client.post(web.url + WEBHOOK, data=form, headers=headers)  # type: ignore[arg-type]
        return answer.status_code == 200
    return False


async def _mails(imap: StubbornImap, chance: random.Random) -> None:
    for number in range(2, MAILS + 2):
        await asyncio.sleep(chance.uniform(2.0, 5.0))
        imap.mails[number] = raw_mail(number)


async def _kill(cluster: _Cluster, chance: random.Random, is_over: Callable[[], bool]) -> list[str]:
    """Kill a part of either machine every few seconds and start it again, as a supervisor does."""
    kills = []
    while not is_over():
        await asyncio.sleep(chance.uniform(1.5, 4.0))
        victim = chance.choice([*cluster.webs, *cluster.others])
        victim.kill()
        kills.append(victim.name)
        await asyncio.sleep(0.5)
        victim.start()
        if victim.port is not None:
            await until(victim.listens, within=60.0)
    return kills


async def _a_page_hears_of_the_other_machine(cluster: _Cluster, database_url: str) -> None:
    """Look at a conversation on one web while its citizen writes to the other one."""
    token = _officer(database_url)
    one, other = cluster.webs
    events = f"{one.url}/console/events?conversation=1"
    delays, heard = [], list[float]()
    async with httpx.AsyncClient(timeout=60) as client:
        await _look(client, other)
        await until(lambda: is_done(database_url, 1), within=30.0)
        async with client.stream("GET", events, headers={"Cookie": f"__Host-pst={token}"}) as page:
            assert page.status_code == 200
            listening = asyncio.create_task(_listen(page, heard))
            await until(lambda: heard, within=30.0)  # what is told at the start
            for number in range(1, LOOKS):
                said = time.monotonic()
                await _look(client, other)
                await until(lambda said=said: heard[-1] >= said, within=30.0)  # type: ignore[misc]
                delays.append(next(at for at in heard if at >= said) - said)
                await until(lambda n=number: is_done(database_url, n + 1), within=30.0)  # type: ignore[misc]
            listening.cancel()
            with suppress(asyncio.CancelledError):
                await listening
    assert sorted(delays)[len(delays) // 2] < HEARD_SECONDS, delays


async def _look(client: httpx.AsyncClient, web: Part) -> None:
    """Have the citizen of the conversation that is looked at write to a web."""
    question = next(iter(QUESTIONS))
    form = webhook_form(account_sid=SID, sender="whatsapp:+628111119900", recipient=OFFICE, body=question)
    headers = sign_webhook(TOKEN, PUBLIC_URL + WEBHOOK, form)
    assert (await client.post(web.url + WEBHOOK, data=form, headers=headers)).status_code == 200


async def _listen(page: httpx.Response, heard: list[float]) -> None:
    async for line in page.aiter_lines():
        if line.startswith("event: conversation"):
            heard.append(time.monotonic())


def _officer(database_url: str) -> str:
    """Log an officer in; return the session's token."""
    token = secrets.token_urlsafe(32)
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(
            "WITH made AS (INSERT INTO officer (login, name, email, role, created_at)"
            " VALUES ('sari', 'Sari', 'sari@example.go.id', 'officer', now()) RETURNING id)"
            " INSERT INTO officer_session (digest, officer_id, csrf, is_complete, created_at, seen_at, expires_at)"
            " SELECT %s, id, 'x', true, now(), now(), now() + interval '8 hours' FROM made",
            [sha256(token.encode()).digest()],
        )
    return token


async def _mailbox_was_looked_at(database_url: str) -> bool:
    async with await psycopg.AsyncConnection.connect(database_url) as connection:
        row = await (
            await connection.execute("SELECT count(*) FROM mailbox WHERE checked_at IS NOT NULL")
        ).fetchone()
    return row is not None and row[0] == 1


async def _mails_kept(database_url: str) -> bool:
    async with await psycopg.AsyncConnection.connect(database_url) as connection:
        row = await (await connection.execute("SELECT count(*) FROM parcel")).fetchone()
    return row is not None and row[0] == MAILS


def _check_books(database_url: str, size: int) -> None:
    """Everything that was written is answered once, and every mail is kept once."""
    with psycopg.connect(database_url) as books:
        asked = books.execute(
            "SELECT count(*), count(answered_at) FROM message WHERE author = 'citizen' AND channel = 'whatsapp'"
        ).fetchone()
        assert asked == (size + LOOKS, size + LOOKS)
        states = books.execute(
            "SELECT state, count(*) FROM delivery JOIN message ON message.id = message_id"
            " WHERE channel = 'whatsapp' GROUP BY 1"
        ).fetchall()
        assert states == [("sent", size + LOOKS)]
        numbers = [row[0] for row in books.execute("SELECT number FROM parcel ORDER BY id").fetchall()]
        assert numbers == list(range(2, MAILS + 2))


def _check_rate(taken: list[float]) -> None:
    """Over any five seconds both workers together keep Twilio's rate; a second alone may have what was under way."""
    for start in taken:
        window = [at for at in taken if start <= at < start + 5.0]
        assert len(window) <= PER_SECOND * 6, Counter(int(at - taken[0]) for at in taken)
