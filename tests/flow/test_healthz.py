"""/healthz of a real web: every part with its state, and nothing that is secret."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy.engine import make_url

from channels.simulator.twilio import TwilioStandIn
from tests.flow.processes import OFFICE, SID, TOKEN, Part, parts, until, whatsapp_environment
from tests.nlu.rasa import RunningRasa

GONE_SECONDS = 15.0


async def health(web: Part) -> dict[str, Any]:
    async with httpx.AsyncClient(timeout=5) as client:
        answer = await client.get(f"{web.url}/healthz")
    assert answer.status_code == 200
    return dict(answer.json())


async def test_healthz_names_every_part_and_sees_a_worker_die_and_come_back(
    tmp_path: Path,
    database_url: str,
    rasa_server: RunningRasa,
    twilio: TwilioStandIn,
    twilio_url: str,
) -> None:
    environment = whatsapp_environment(
        tmp_path, database_url=database_url, rasa=rasa_server, twilio_url=twilio_url
    )
    async with parts(tmp_path, environment) as running:
        web = await running.web()
        found = (await health(web))["parts"]
        assert found["worker"]["state"] == "down"
        assert found["scheduler"]["state"] == "starting"
        worker = running.start("worker")
        running.start("scheduler")

        async def all_is_up() -> bool:
            states = (await health(web))["parts"]
            named = ("web", "database", "nlu", "worker", "scheduler")
            return all(states[name]["state"] == "up" for name in named)

        async def workers_are(count: int) -> bool:
            return bool((await health(web))["parts"]["worker"]["count"] == count)

        await until(all_is_up, within=60.0)
        whole = await health(web)
        assert whole["status"] == "ok"
        assert whole["parts"]["channels"] == {"whatsapp": {"state": "on"}}
        _holds_no_secret(json.dumps(whole), environment)

        worker.kill()
        await until(lambda: workers_are(0), within=GONE_SECONDS)
        assert (await health(web))["parts"]["worker"]["state"] == "down"
        worker.start()
        await until(lambda: workers_are(1), within=60.0)


async def test_healthz_is_503_without_a_database_and_says_which_part_it_is(
    tmp_path: Path, rasa_server: RunningRasa, twilio_url: str
) -> None:
    nowhere = "postgresql://pst:a-secret-password@127.0.0.1:1/pst"
    environment = whatsapp_environment(
        tmp_path, database_url=nowhere, rasa=rasa_server, twilio_url=twilio_url
    )
    async with parts(tmp_path, environment) as running:
        web = await running.web()
        async with httpx.AsyncClient(timeout=10) as client:
            answer = await client.get(f"{web.url}/healthz")
        assert answer.status_code == 503
        assert answer.json()["parts"]["database"] == {"state": "down"}
        assert "a-secret-password" not in answer.text
        assert "a-secret-password" not in running.written()


def _holds_no_secret(written: str, environment: dict[str, str]) -> None:
    secrets = [SID, TOKEN, OFFICE, OFFICE.removeprefix("whatsapp:"), environment["PST_NLU_TOKEN"]]
    secrets += [environment["PST_DATABASE_URL"], make_url(environment["PST_DATABASE_URL"]).password or ""]
    for secret in filter(None, secrets):
        assert secret not in written
