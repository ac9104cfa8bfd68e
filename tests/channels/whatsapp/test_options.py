from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from channels.whatsapp import Environment, Options, build
from tests.channels.whatsapp.conftest import SID, TOKEN, Clock, Kept, environment, options, wiring


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ACCOUNT_SID", "AUTH_TOKEN", "AUTH_TOKEN_OLD", "FROM", "API_URL"):
        monkeypatch.delenv(f"PST_TWILIO_{name}", raising=False)


def test_the_section_of_office_yml_is_understood() -> None:
    office = yaml.safe_load(Path("office.yml").read_text(encoding="utf-8"))
    assert Options(**office["channels"]["whatsapp"]).max_form_bytes > 0


def test_an_unknown_or_missing_key_is_named() -> None:
    with pytest.raises(ValidationError, match="max_form_byte"):
        options(max_form_byte=1)
    with pytest.raises(ValidationError, match="retry_hours"):
        Options.model_validate({"max_form_bytes": 4096, "send_timeout_seconds": 5})


def test_off_without_settings_and_on_with_all(kept: Kept, clock: Clock) -> None:
    off = Environment()
    assert (off.is_on, off.missing()) == (False, [])
    assert build(options(), off, wiring(kept, clock)) is None
    assert (environment().is_on, environment().missing()) == (True, [])


def test_what_is_missing_though_others_are_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PST_TWILIO_ACCOUNT_SID", SID)
    monkeypatch.setenv("PST_TWILIO_FROM", "")
    half = Environment()
    assert half.is_on is False
    assert half.missing() == ["PST_TWILIO_AUTH_TOKEN", "PST_TWILIO_FROM"]


def test_the_former_token_alone_is_not_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PST_TWILIO_AUTH_TOKEN_OLD", TOKEN)
    alone = Environment()
    assert alone.missing() == ["PST_TWILIO_ACCOUNT_SID", "PST_TWILIO_AUTH_TOKEN", "PST_TWILIO_FROM"]
    assert environment().is_on


def test_every_setting_says_what_it_means() -> None:
    assert all(setting.description for setting in Environment.model_fields.values())


@pytest.mark.parametrize("number", ["+628111111000", "whatsapp:+628111111000"])
def test_both_ways_to_write_the_sender(number: str) -> None:
    assert environment(twilio_from=number).twilio_from == "whatsapp:+628111111000"


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8001/", "http://localhost:8001", "http://[::1]:1", "https://twilio.example.org"]
)
def test_admitted_stand_ins(url: str) -> None:
    assert environment(twilio_api_url=url).twilio_api_url == url.rstrip("/")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"twilio_account_sid": "SK" + "0" * 32}, "AC followed by 32"),
        ({"twilio_account_sid": "AC123"}, "AC followed by 32"),
        ({"twilio_auth_token": "two words"}, "auth token"),
        ({"twilio_from": "08111111000"}, "E.164"),
        ({"twilio_from": "sms:+628111111000"}, "E.164"),
        ({"twilio_api_url": "http://twilio.example.org"}, "loopback|localhost"),
        ({"twilio_api_url": "ftp://localhost"}, "URL"),
        ({"twilio_api_url": "http://[::1"}, "URL"),
        ({"twilio_api_url": "http://localhost:port"}, "URL"),
    ],
)
def test_a_wrong_shape_is_told_without_the_value(changes: dict[str, Any], expected: str) -> None:
    with pytest.raises(ValidationError, match=expected) as refusal:
        environment(**changes)
    (name,) = changes
    assert name in str(refusal.value)
    assert changes[name] not in str(refusal.value)


def test_the_secret_is_not_shown() -> None:
    assert TOKEN not in repr(environment())
