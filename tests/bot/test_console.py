"""Where the officers' desk is on, where it is off, and what it signs with."""

from __future__ import annotations

import stat
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from bot.assembly import counter
from bot.complaints import SettingsError
from bot.desk.sealing import derived
from bot.settings import Settings, load
from bot.web import build_app
from tests.fakes import Stage

REAL = {
    "PST_IMAP_URL": "imaps://kantor:rahasia@mail.example.go.id/INBOX",
    "PST_SMTP_URL": "smtps://kantor:rahasia@mail.example.go.id:465",
    "PST_MAIL_FROM": "kantor@example.go.id",
    "PST_PUBLIC_URL": "https://pst.example.go.id",
}


def test_a_simulation_makes_its_own_key_once(settings: Settings) -> None:
    key = settings.signing_key()
    assert key is not None
    assert len(key) >= 32
    assert settings.signing_key() == key
    file = settings.home / "secret-key"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [each.name for each in settings.home.iterdir()] == ["secret-key"]


def test_a_key_that_is_set_is_the_one(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PST_SECRET_KEY", "k" * 32)
    assert load(env_file=settings.home / "no.env").signing_key() == b"k" * 32


async def test_in_real_use_the_desk_is_off_without_a_key(
    staged: Callable[[], AbstractAsyncContextManager[Stage]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in REAL.items():
        monkeypatch.setenv(name, value)
    settings = load(env_file=tmp_path / "no.env")
    assert not settings.has_console
    async with staged() as stage:
        with pytest.raises(SettingsError, match="PST_SECRET_KEY"):
            counter.console(replace(stage.core, settings=settings))
        app = build_app(stage.core, understanding=None, processes=tmp_path, console=counter.closed())
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            for path in ("/console", "/console/", "/console/login"):
                answer = await client.get(path)
                assert answer.status_code == 503
                assert "PST_SECRET_KEY" in answer.text
    assert not (settings.home / "secret-key").exists()


def test_what_is_for_one_purpose_tells_nothing_of_another(settings: Settings) -> None:
    key = settings.signing_key() or b""
    assert derived(key, "guests") != derived(key, "second factor")
    assert len(derived(key, "guests")) == 32
