"""A worker that is killed again and again loses nothing and says nothing twice."""

from __future__ import annotations

import random
from pathlib import Path

from bot.settings import Settings
from channels.simulator.twilio import TwilioStandIn
from tests.flow.crowd import Crowd, answers_of, unsteady
from tests.flow.processes import parts, whatsapp_environment
from tests.flow.reaper import Reaper, talk_through
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
        await talk_through(crowd, reaper, [web.url])
        running.stop()
        assert len(reaper.kills) == KILLS
        crowd.check_replies(answers)
        crowd.check_books(database_url)
        crowd.check_logs(running.written(), answers)
