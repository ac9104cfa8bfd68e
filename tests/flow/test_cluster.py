"""Two machines on one PostgreSQL of the office's own, one of their parts killed every few seconds.

Citizens talk, then a week passes for those who are silent; afterwards the books must be right, as in
tests/flow/test_year.py, and so must be what the outside saw. It takes a minute and a half of two cores.
"""

from __future__ import annotations

import asyncio
import os
import random
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, cast

import httpx
import pytest

from bot.clock import SharedClock
from bot.settings import Settings
from channels.simulator.twilio import TwilioStandIn
from channels.whatsapp.simulated import contents
from tests.channels.email.imap_stub import StubbornImap, start_stub
from tests.channels.email.servers import SmtpSink, start_smtp_sink
from tests.channels.email.test_mailbox import raw_mail
from tests.flow import audits
from tests.flow.audits import Books
from tests.flow.cluster import Cluster, Rows, clock_of_monday, cluster_of, rows_of
from tests.flow.crowd import Crowd, answers_of
from tests.flow.onlooker import seconds_until_shown
from tests.flow.processes import OFFICE, SID, TOKEN, parts, until, whatsapp_environment
from tests.flow.silent import Post, SilentCitizens, Switchboard, lateness
from tests.flow.simulated import SimulatedOffice
from tests.nlu.rasa import RunningRasa
from tests.serving import serving

# What is killed differs from run to run: a red one is read, and stops no change that is not to blame.
pytestmark = pytest.mark.skipif(
    os.environ.get("PSTTEST_CLUSTER") != "1", reason="a minute and a half of two machines: PSTTEST_CLUSTER=1"
)

PER_SECOND, PER_SECOND_TO_ONE = 20, 2
TALKATIVE = 12
SILENT, RETURNING, RATING = 90, 15, 15
MAILS = 3
SHOWN_SECONDS = 1.0
LATE_SECONDS = 1.0  # our patience with Twilio in this test: what is later is not ours any more
CALM_SECONDS = 180.0
SHOWN = 25


@dataclass(slots=True)
class Measured:
    """What a run tells besides that it went well; seconds."""

    began: float = field(default_factory=time.monotonic)

    def note(self, what: str) -> None:
        print(f"{time.monotonic() - self.began:6.1f} s {what}")  # noqa: T201 -- pytest shows it with a failure


async def test_whatever_part_of_either_machine_is_killed_nothing_is_lost_or_said_twice(
    tmp_path: Path,
    settings: Settings,
    external_url: str,
    rasa_server: RunningRasa,
    chance: random.Random,
) -> None:
    clock, measured = clock_of_monday(tmp_path / "run"), Measured()
    begins = clock.now()
    twilio = _twilio(settings, clock)
    imap = StubbornImap()
    async with (
        serving(twilio.app) as twilio_url,
        start_stub(imap),
        start_smtp_sink() as sink,
        parts(tmp_path, _environment(tmp_path, external_url, rasa_server, twilio_url)) as running,
        rows_of(external_url, clock) as rows,
    ):
        await running.upgrade()
        async with cluster_of(running, imap, sink, clock, chance) as cluster:
            measured.note("both machines are up")
            post = Post(twilio, cluster.webs, clock, chance)
            switchboard = Switchboard(clock, post)
            twilio.on_message(switchboard.note)
            delays = await seconds_until_shown(cluster.webs, post, external_url)
            measured.note(f"shown on the other machine: {_median(delays):.3f} s, at most {max(delays):.3f}")
            crowd = Crowd(twilio, chance, citizens=TALKATIVE)
            silent = SilentCitizens(post, chance, size=SILENT, returning=RETURNING, rating=RATING)
            async with _client() as client, cluster.harassed():
                await _a_day(crowd, silent, client, post, imap)
                await until(rows.is_calm, within=CALM_SECONDS)
                measured.note(f"a day is over, {len(cluster.kills)} killed")
                await _six_days(cluster, rows)
                measured.note(f"all are warned, {len(cluster.kills)} killed")
                await _the_seventh(cluster, rows, silent, client)
                measured.note(f"all are closed, {len(cluster.kills)} killed")
                await silent.rate(client, within=2.0)
                await until(rows.is_calm, within=CALM_SECONDS)
            await until(lambda: _is_queue_empty(rows), within=CALM_SECONDS)
            measured.note(f"all is done, killed: {' '.join(cluster.kills)}")
        wrong = [*switchboard.wrong, *silent.wrong(switchboard), *_wrong_with_rate(switchboard, measured)]
        wrong += await _wrong_in_books(rows, begins, post.count, sink)
        measured.note(f"said: {await rows.keys()}")
    assert not wrong, f"{len(wrong)} wrong:\n" + "\n".join(wrong[:SHOWN])
    crowd.check_replies(answers_of(settings))
    assert _median(delays) < SHOWN_SECONDS, delays
    assert {kill.partition("-")[0] for kill in cluster.kills} >= {"scheduler", "worker"}


def _twilio(settings: Settings, clock: SharedClock) -> TwilioStandIn:
    """Make a stand-in that has the templates of a simulation, and its time."""
    twilio = TwilioStandIn(account_sid=SID, auth_token=TOKEN, sender=OFFICE, now=clock.now)
    options: Any = next(each.options for each in settings.channels if each.name == "whatsapp")
    for template in contents(options):
        twilio.contents.keep(**template)
    return twilio


def _median(numbers: Sequence[float]) -> float:
    return sorted(numbers)[len(numbers) // 2]


def _environment(folder: Path, database_url: str, rasa: RunningRasa, twilio_url: str) -> dict[str, str]:
    return whatsapp_environment(
        folder,
        database_url=database_url,
        rasa=rasa,
        twilio_url=twilio_url,
        messages_per_second=PER_SECOND,
        messages_per_second_to_one=PER_SECOND_TO_ONE,
    )


@asynccontextmanager
async def _client() -> AsyncIterator[httpx.AsyncClient]:
    # No kept connections: the web closes idle ones after 5 s, perhaps under a request of ours.
    limits = httpx.Limits(max_connections=40, max_keepalive_connections=0)
    async with httpx.AsyncClient(timeout=30, limits=limits) as client:
        yield client


async def _a_day(
    crowd: Crowd, silent: SilentCitizens, client: httpx.AsyncClient, post: Post, imap: StubbornImap
) -> None:
    """Have all citizens write, by WhatsApp and by mail."""
    async with asyncio.TaskGroup() as group:
        for citizen in crowd.citizens:
            group.create_task(_talk(citizen.address, citizen.questions, client, post))
        group.create_task(silent.ask(client, within=8.0))
        group.create_task(_mail(imap, post.chance))


async def _talk(address: str, questions: Sequence[str], client: httpx.AsyncClient, post: Post) -> None:
    for question in questions:
        await post.write(client, address, question)
        await asyncio.sleep(post.chance.uniform(0.2, 1.6))  # a citizen types


async def _mail(imap: StubbornImap, chance: random.Random) -> None:
    for number in range(1, MAILS + 1):
        await asyncio.sleep(chance.uniform(1.0, 4.0))  # a citizen has their own time
        imap.mails[number] = raw_mail(number)


async def _six_days(cluster: Cluster, rows: Rows) -> None:
    """Let six days pass for everybody at once; a scheduler that is started again ticks at once."""
    cluster.clock.skip(6)
    await cluster.kill("scheduler")
    await until(rows.is_calm, within=CALM_SECONDS)


async def _the_seventh(
    cluster: Cluster, rows: Rows, silent: SilentCitizens, client: httpx.AsyncClient
) -> None:
    """Let one more day pass, and kill a worker in the middle of the closings, while some write again."""
    cluster.clock.skip(1)
    async with asyncio.TaskGroup() as group:
        group.create_task(cluster.kill("scheduler"))
        group.create_task(silent.come_back(client, within=5.0))
        some = cluster.chance.randint(1, SILENT // 2)
        closed = "SELECT count(*) FROM conversation WHERE closed_how = 'idle'"
        await until(lambda: _is_at_least(rows, closed, some), within=CALM_SECONDS)
        await cluster.kill("worker")
    await until(rows.is_calm, within=CALM_SECONDS)


async def _is_at_least(rows: Rows, query: str, least: int) -> bool:
    return await rows.count(query) >= least


async def _is_queue_empty(rows: Rows) -> bool:
    return await rows.count("SELECT count(*) FROM procrastinate_jobs WHERE lock IS NOT NULL") == 0


def _wrong_with_rate(switchboard: Switchboard, measured: Measured) -> Iterator[str]:
    """Both workers together keep Twilio's rate, to all and to each."""
    late = lateness([at for at, _ in switchboard.taken], PER_SECOND)
    measured.note(f"{len(switchboard.taken)} messages at {PER_SECOND} a second, at most {late:.3f} s late")
    if late > LATE_SECONDS:
        yield f"too fast, or {late:.3f} s late"
    for address in switchboard.said:
        to_one = lateness([at for at, to in switchboard.taken if to == address], PER_SECOND_TO_ONE)
        if to_one > LATE_SECONDS:
            yield f"{address}: too fast, or {to_one:.3f} s late"


async def _wrong_in_books(rows: Rows, begins: datetime, written: int, sink: SmtpSink) -> list[str]:
    """Audit the books as those of a simulated year; and everything is there, and was sent."""
    rows.closed = [
        (each.id, each.closed_at)
        for each in await rows.rows("SELECT id, closed_at FROM conversation WHERE closed_how = 'idle'")
    ]
    books = await audits.books_of(cast(SimulatedOffice, rows), begins)
    wrong = [
        *audits.closings(books),
        *audits.notices(books),
        *audits.ends(books),
        *audits.deadlines(books),
        *_wrong_with_answers(books),
    ]
    kept = await rows.count("SELECT count(*) FROM message WHERE author = 'citizen' AND channel = 'whatsapp'")
    if kept != written:
        wrong.append(f"{kept} of {written} messages kept")
    # That nobody has taken a ticket yet has no template: it waits for the citizen's next message.
    # And nobody is told of an end who has just begun again.
    unsent = (
        "SELECT key, state, failure FROM delivery WHERE state <> 'sent' AND (key, state) <> ('unclaimed', 'waiting')"
        " AND NOT (key = 'closing' AND state = 'failed' AND failure = 'Tidak diperlukan lagi: warga sudah menulis')"
    )
    wrong += [f"{each.key}: {each.state}, {each.failure}" for each in await rows.rows(unsent)]
    numbers = [each.number for each in await rows.rows("SELECT number FROM parcel ORDER BY id")]
    if numbers != list(range(1, MAILS + 1)):
        wrong.append(f"mails kept: {numbers}")
    sent = await rows.count(
        "SELECT count(*) FROM delivery JOIN message ON message.id = message_id WHERE channel = 'email'"
    )
    mails = {mail["Message-ID"] for mail in sink.mails if "budi@example.org" in mail["To"]}
    if len(mails) != sent:
        wrong.append(f"{len(mails)} mails went out for {sent}")
    rated = await rows.count("SELECT count(*) FROM rating WHERE score = 5")
    if rated != RATING:
        wrong.append(f"{rated} of {RATING} ratings kept")
    if len(books.closed) < SILENT - RETURNING:
        wrong.append(f"{len(books.closed)} conversations closed")
    return wrong


def _wrong_with_answers(books: Books) -> Iterator[str]:
    """Everything that was written is answered, once. (What is answered, the crowd checks on its phones.)"""
    for place in books.messages:
        heard = books.heard(place)
        if any(each.answered_at is None for each in heard):
            yield f"conversation {place}: something was never answered"
        # That the model is away is said besides, and answers nothing.
        replies = [
            each.key for each in books.answers(place) if each.author == "bot" and each.key != "nlu_down"
        ]
        if len(replies) != len(heard):
            yield f"conversation {place}: {replies} to {len(heard)} messages"
