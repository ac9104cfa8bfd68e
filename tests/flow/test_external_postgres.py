"""Two machines on one PostgreSQL of the office's own: the promise is the same as on one machine."""

from __future__ import annotations

import random
from pathlib import Path

from bot.settings import Settings
from channels.simulator.twilio import TwilioStandIn
from tests.flow.crowd import Crowd, answers_of, unsteady
from tests.flow.processes import parts, whatsapp_environment
from tests.flow.reaper import Reaper, talk_through
from tests.nlu.rasa import RunningRasa

KILLS = 6


async def test_two_webs_and_two_workers_on_an_external_server_answer_in_order_and_once(  # noqa: PLR0917
    tmp_path: Path,
    settings: Settings,
    external_url: str,
    rasa_server: RunningRasa,
    twilio: TwilioStandIn,
    twilio_url: str,
    chance: random.Random,
) -> None:
    answers = answers_of(settings)
    crowd = Crowd(twilio, chance)
    unsteady(twilio, chance, crowd.size)
    environment = whatsapp_environment(
        tmp_path, database_url=external_url, rasa=rasa_server, twilio_url=twilio_url
    )
    homes = [str(tmp_path / f"home-{machine}") for machine in (1, 2)]
    async with parts(tmp_path, environment) as running:
        await running.upgrade()
        webs = [await running.web(f"web-{n}", PST_HOME=home) for n, home in enumerate(homes, 1)]
        workers = []
        for n, home in enumerate(homes, 1):
            running.start("scheduler", f"scheduler-{n}", PST_HOME=home)
            workers.append(running.start("worker", f"worker-{n}", PST_HOME=home))
        reaper = Reaper(workers, twilio, external_url, chance, times=KILLS)
        await talk_through(crowd, reaper, [web.url for web in webs])
        running.stop()
        assert len(reaper.kills) == KILLS
        crowd.check_replies(answers)
        crowd.check_books(external_url)
        crowd.check_logs(running.written(), answers)
