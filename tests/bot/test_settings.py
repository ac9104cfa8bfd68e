"""A wrong or unknown key stops the start with its name, its place and what was expected."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from bot.complaints import SettingsError
from bot.settings import ROOT, is_loopback, load

OFFICE = ROOT / "office.yml"


def _problems(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, **variables: str) -> list[str]:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as refused:
        load(env_file=tmp_path / "none")
    return refused.value.problems


def _office(tmp_path: Path, change: str, value: object) -> str:
    content = yaml.safe_load(OFFICE.read_text(encoding="utf-8"))
    *path, last = change.split(".")
    section = content
    for part in path:
        section = section[part]
    section[last] = value
    file = tmp_path / "office.yml"
    file.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return str(file)


def test_without_any_setting_it_is_a_simulation(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    settings = load(env_file=tmp_path / "none")
    assert settings.is_simulation
    assert settings.public_url == "http://127.0.0.1:8000"


def test_an_empty_variable_is_an_unset_one(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("PST_PORT", "PST_PUBLIC_URL", "PST_DATABASE_URL", "PST_TWILIO_FROM", "PST_IMAP_URL"):
        monkeypatch.setenv(name, "")
    assert load(env_file=tmp_path / "none").is_simulation


def test_one_channel_alone_is_enough(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PST_IMAP_URL", "imaps://kantor:rahasia@mail.contoh.example/INBOX")
    monkeypatch.setenv("PST_SMTP_URL", "smtps://kantor:rahasia@mail.contoh.example:465")
    monkeypatch.setenv("PST_MAIL_FROM", "kantor@contoh.example")
    monkeypatch.setenv("PST_PUBLIC_URL", "https://pst.contoh.example")
    settings = load(env_file=tmp_path / "none")
    assert not settings.is_simulation
    assert [channel.environment.is_on for channel in settings.channels] == [False, True]


@pytest.mark.parametrize(
    ("variables", "name", "expected"),
    [
        ({"PST_TWILIO_ACOUNT_SID": "x"}, "PST_TWILIO_ACOUNT_SID", "did you mean PST_TWILIO_ACCOUNT_SID?"),
        ({"PST_PORT": "eighty"}, "PST_PORT", "integer"),
        ({"PST_DATABASE_URL": "mysql://u:geheim@h/d"}, "PST_DATABASE_URL", "postgresql://"),
        ({"PST_TWILIO_FROM": "+628111111000"}, "PST_TWILIO_AUTH_TOKEN", "missing"),
        ({"PST_SECRET_KEY": "geheim"}, "PST_SECRET_KEY", "32 characters"),
        ({"PST_HOST": "0.0.0.0"}, "PST_HOST", "loopback"),
        ({"PST_PUBLIC_URL": "pst.contoh.example"}, "PST_PUBLIC_URL", "https://"),
        (
            {
                "PST_TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
                "PST_TWILIO_AUTH_TOKEN": "geheim",
                "PST_TWILIO_FROM": "+628111111000",
            },
            "PST_PUBLIC_URL",
            "missing",
        ),
        (
            {
                "PST_IMAP_URL": "imaps://kantor:geheim@mail.contoh.example/INBOX",
                "PST_SMTP_URL": "smtps://kantor:geheim@mail.contoh.example:465",
                "PST_MAIL_FROM": "kantor@contoh.example",
            },
            "PST_PUBLIC_URL",
            "links to citizens",
        ),
    ],
)
def test_a_wrong_variable_is_named_with_what_was_expected(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, variables: dict[str, str], name: str, expected: str
) -> None:
    problems = _problems(monkeypatch, tmp_path, **variables)
    assert any(name in line and expected in line and line.startswith("environment: ") for line in problems)
    assert "geheim" not in "\n".join(problems)


@pytest.mark.parametrize(
    ("change", "value", "expected"),
    [
        ("office.nmae", "BPS", "office.nmae: unknown key; did you mean name?"),
        ("services.konsultasi.online_working_days", "tiga", "services.konsultasi.online_working_days"),
        ("services.konsultasi.idle_close_days", 0, "greater than or equal to 1"),
        ("office.timezone", "Asia/Klaten", "Asia/Jakarta"),
        ("channels.telegram", {}, "channels.telegram: no such channel"),
        ("channels.whatsapp.max_from_bytes", 5, "did you mean max_form_bytes?"),
        ("understanding.sure", 1.5, "understanding.sure"),
        ("calendar.working_weekdays", [], "calendar.working_weekdays"),
        ("calendar.hours", {1: "08.00-15.30"}, "no line for weekday 2"),
        ("calendar.hours", dict.fromkeys(range(1, 6), "08.00-12.00, 11.00-15.30"), "in their order"),
        ("calendar.hours", dict.fromkeys(range(1, 6), "15.30-08.00"), "in their order"),
        ("calendar.hours", dict.fromkeys(range(1, 6), "8-16"), "08.00-12.00, 13.00-15.30"),
        ("calendar.hours", dict.fromkeys(range(1, 6), "08.00-24.00"), "00.00 to 23.59"),
        ("calendar.hours", {8: "08.00-12.00"}, "calendar.hours"),
        ("calendar.notice_hours", "08.00-12.00, 13.00-20.00", "calendar.notice_hours"),
        ("calendar.closed", [{"date": "2026-12-30"}], "calendar.closed.0.why: missing"),
        ("calendar.closed", [{"date": "besok", "why": "Libur"}], "calendar.closed.0.date"),
        ("calendar.open", ["2026-13-01"], "calendar.open.0"),
        ("services.pengaduan.working_days", 0, "services.pengaduan.working_days"),
        ("desk.claim_minutes", 0, "desk.claim_minutes"),
        ("desk.notify_new", "everybody", "desk.notify_new"),
    ],
)
def test_a_wrong_key_of_the_office_is_named_with_its_place(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, change: str, value: object, expected: str
) -> None:
    file = _office(tmp_path, change, value)
    problems = _problems(monkeypatch, tmp_path, PST_OFFICE=file)
    assert any(file in line and expected in line for line in problems), problems


def test_a_missing_key_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    content = yaml.safe_load(OFFICE.read_text(encoding="utf-8"))
    del content["office"]["phone"]
    file = tmp_path / "office.yml"
    file.write_text(yaml.safe_dump(content), encoding="utf-8")
    assert any(
        "office.phone: missing" in line for line in _problems(monkeypatch, tmp_path, PST_OFFICE=str(file))
    )


@pytest.mark.parametrize("content", ["", "- a\n- b\n", "office: [", "\x00"])
def test_a_file_that_is_no_office_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: str
) -> None:
    file = tmp_path / "office.yml"
    file.write_text(content, encoding="utf-8")
    assert str(file) in _problems(monkeypatch, tmp_path, PST_OFFICE=str(file))[0]


def test_a_removed_section_is_a_channel_that_is_off(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    content = yaml.safe_load(OFFICE.read_text(encoding="utf-8"))
    del content["channels"]["whatsapp"]
    file = tmp_path / "office.yml"
    file.write_text(yaml.safe_dump(content), encoding="utf-8")
    monkeypatch.setenv("PST_OFFICE", str(file))
    assert [channel.name for channel in load(env_file=tmp_path / "none").channels] == ["email"]


@pytest.mark.parametrize(
    ("host", "is_ours"),
    [("127.0.0.1", True), ("127.9.9.9", True), ("localhost", True), ("::1", True), ("[::1]", True),
     ("0.0.0.0", False), ("192.0.2.1", False), ("example.org", False), ("127.0.0.1.example.org", False)],
)  # fmt: skip
def test_loopback_is_loopback(host: str, is_ours: bool) -> None:
    assert is_loopback(host) is is_ours


def test_config_check_shows_no_secret(tmp_path: Path) -> None:
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("PST_")},
        "PST_HOME": str(tmp_path),
        "PST_SECRET_KEY": "s3cr3t-" * 6,
        "PST_TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
        "PST_TWILIO_AUTH_TOKEN": "t0ken-of-nobody",
        "PST_TWILIO_FROM": "+628111111000",
        "PST_PUBLIC_URL": "https://pst.contoh.example",
    }
    shown = subprocess.run(
        [sys.executable, "-m", "bot", "config", "check"],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    assert "PST_TWILIO_AUTH_TOKEN" in shown.stdout
    assert "kanal whatsapp: menyala" in shown.stdout
    assert "kanal email: mati" in shown.stdout
    for secret in ("s3cr3t", "t0ken", "0" * 32):
        assert secret not in shown.stdout + shown.stderr


def test_a_wrong_setting_ends_a_command_with_code_2(tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "bot", "run"],
        cwd=ROOT, env={**os.environ, "PST_HOME": str(tmp_path), "PST_PORTT": "1"},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert ended.returncode == 2
    assert "PST_PORTT: unknown variable; did you mean PST_PORT?" in ended.stderr
    assert "Traceback" not in ended.stderr
