"""One ASGI app: health, webhooks, and a simulator that exists in simulation only."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from bot.assembly import simulated
from bot.assembly.core import assemble
from bot.settings import Settings, load
from bot.simulation import simulated_environment
from bot.web import build_app

WEBHOOK = "/webhooks/twilio/whatsapp"
REAL = {
    "PST_TWILIO_ACCOUNT_SID": "AC" + "ab12" * 8,
    "PST_TWILIO_AUTH_TOKEN": "a-token-of-nobody",
    "PST_TWILIO_FROM": "+628111111000",
    "PST_PUBLIC_URL": "https://pst.contoh.example",
}


@asynccontextmanager
async def _app(settings: Settings, database_url: str) -> AsyncIterator[httpx.AsyncClient]:
    async with assemble(settings, database_url) as core:
        simulator = simulated.simulator(settings, core.clock)
        app = build_app(
            core,
            understanding=None,
            processes=settings.home / "run" / "processes.json",
            simulator=simulator.routes() if simulator else (),
        )
        transport = httpx.ASGITransport(app=app, client=("127.0.0.1", 1))
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
            yield client


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PST_HOME", str(tmp_path))
    return tmp_path


async def test_with_a_real_channel_the_simulator_does_not_exist(
    home: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in REAL.items():
        monkeypatch.setenv(name, value)
    settings = load(env_file=home / "none")
    assert not settings.is_simulation
    async with _app(settings, database_url) as client:
        for path in (
            "/simulator",
            "/simulator/phone",
            "/simulator/clock",
            "/simulator/twilio",
            "/simulator/events",
        ):
            assert (await client.get(path)).status_code == 404
            assert (await client.post(path)).status_code == 404
        assert settings.office.office.name in (await client.get("/")).text
        assert (await client.post(WEBHOOK, data={"MessageSid": "SM1"})).status_code == 403


async def test_a_channel_without_settings_has_no_webhook(
    home: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PST_IMAP_URL", "imaps://kantor:rahasia@mail.contoh.example/INBOX")
    monkeypatch.setenv("PST_SMTP_URL", "smtps://kantor:rahasia@mail.contoh.example:465")
    monkeypatch.setenv("PST_MAIL_FROM", "kantor@contoh.example")
    monkeypatch.setenv("PST_PUBLIC_URL", "https://pst.contoh.example")
    async with _app(load(env_file=home / "none"), database_url) as client:
        assert (await client.post(WEBHOOK, data={"MessageSid": "SM1"})).status_code == 404
        health = (await client.get("/healthz")).json()
        assert list(health["parts"]["channels"]) == ["email"]


async def test_in_simulation_the_root_leads_to_the_simulator(
    home: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made_up = simulated_environment(
        public_url="http://127.0.0.1:8000", office_name="Kantor", office_mail="kantor@contoh.example"
    )
    for name, value in made_up.items():
        monkeypatch.setenv(name, value)
    async with _app(load(env_file=home / "none"), database_url) as client:
        assert (await client.get("/")).headers["location"] == "/simulator"
        page = await client.get("/simulator")
        assert page.status_code == 200
        assert "SIMULASI" in page.text


async def test_health_names_each_part_and_says_when_nothing_can_be_kept(
    home: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in REAL.items():
        monkeypatch.setenv(name, value)
    settings = load(env_file=home / "none")
    async with _app(settings, database_url) as client:
        answer = await client.get("/healthz")
        assert answer.status_code == 200
        assert {"web", "database", "nlu", "channels", "worker", "scheduler"} <= set(answer.json()["parts"])
        for secret in ("a-token-of-nobody", "AC" + "ab12" * 8):
            assert secret not in answer.text
    async with _app(settings, "postgresql://nobody@127.0.0.1:1/none") as client:
        answer = await client.get("/healthz")
        assert answer.status_code == 503
        assert answer.json()["parts"]["database"]["state"] == "down"
