"""A worker that is killed again and again loses nothing and says nothing twice."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path

from bot.settings import Settings
from channels.simulator.twilio import TwilioStandIn
from tests.flow.crowd import Crowd, answers_of, is_done, unsteady
from tests.flow.processes import parts, until, whatsapp_environment
from tests.flow.reaper import Reaper
from tests.nlu.rasa import RunningRasa

KILLS = 8


async def test_every_message_is_answered_in_order_and_once_whenever_the_worker_is_killed(  # noqa: PLR0917
    tmp_path: Path,
    settings: Settings,
    database_url: str,
    rasa_server: RunningRasa,
    twilio: TwilioStandIn,
    twilio_url: str,
    chance: random.Random,
) -> None:
    answers = answers_of(settings)
    crowd = Crowd(twilio, chance)
    unsteady(twilio, chance, crowd.size)
    environment = whatsapp_environment(
        tmp_path, database_url=database_url, rasa=rasa_server, twilio_url=twilio_url
    )
    async with parts(tmp_path, environment) as running:
        web = await running.web()
        running.start("scheduler")
        worker = running.start("worker")
        reaper = Reaper([worker], twilio, database_url, chance, times=KILLS)
        async with asyncio.TaskGroup() as group:
            group.create_task(crowd.talk([web.url], lambda: reaper.allowed(3, 10)))
            await until(lambda: len(twilio.messages) > 10, within=60.0)
            await reaper.reap()
        await until(lambda: is_done(database_url, crowd.size), within=90.0)
        running.stop()
        assert len(reaper.kills) == KILLS
        crowd.check_replies(answers)
        crowd.check_books(database_url)
        crowd.check_logs(running.written(), answers)
