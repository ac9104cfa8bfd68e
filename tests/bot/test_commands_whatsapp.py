"""`pst whatsapp` as an office calls it, against a stand-in for Twilio on loopback."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.settings import ROOT
from channels.simulator.twilio import Pauses, TwilioStandIn
from channels.whatsapp.buttons import KEYS, definition
from channels.whatsapp.templates import TEMPLATES
from tests.serving import serving

SID = "AC" + "0123456789abcdef" * 2
TOKEN = "a-token-of-the-simulation"
OFFICE = "+628111111000"
CITIZEN = "+628111111001"


@dataclass(frozen=True)
class Ended:
    code: int
    out: str
    err: str


class Office:
    """The command, with the settings of an office whose Twilio is the stand-in."""

    def __init__(self, home: Path, url: str) -> None:
        self.home = home
        self.settings = {
            "PST_HOME": str(home),
            "PST_TWILIO_ACCOUNT_SID": SID,
            "PST_TWILIO_AUTH_TOKEN": TOKEN,
            "PST_TWILIO_FROM": OFFICE,
            "PST_TWILIO_API_URL": url,
            "PST_PUBLIC_URL": "https://pst.contoh.example",
        }

    def have(self, **sections: dict[str, str]) -> None:
        """Write an office.yml whose section of WhatsApp has these parts."""
        content = yaml.safe_load((ROOT / "office.yml").read_text(encoding="utf-8"))
        content["channels"]["whatsapp"] |= sections
        file = self.home / "office.yml"
        file.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
        self.settings["PST_OFFICE"] = str(file)

    async def call(self, *words: str) -> Ended:
        """Run `pst whatsapp`, and make sure that it never shows the token."""
        others = {name: value for name, value in os.environ.items() if not name.startswith("PST_")}
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "whatsapp", *words,
            cwd=ROOT, env=others | self.settings, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        out, err = await asyncio.wait_for(process.communicate(), 60)
        ended = Ended(process.returncode or 0, out.decode(), err.decode())
        assert "Traceback" not in ended.err
        assert not any(each in ended.out + ended.err for each in (TOKEN, SID, CITIZEN[1:]))
        return ended


@pytest.fixture
def twilio() -> TwilioStandIn:
    start = datetime(2026, 3, 17, 9, 0, tzinfo=UTC)
    return TwilioStandIn(account_sid=SID, auth_token=TOKEN, sender=f"whatsapp:{OFFICE}", now=lambda: start)


@pytest.fixture
async def office(twilio: TwilioStandIn, tmp_path: Path) -> AsyncIterator[Office]:
    async with serving(twilio.app) as url:
        yield Office(tmp_path, url)


def approve_all(twilio: TwilioStandIn) -> dict[str, dict[str, str]]:
    """Have every template approved; return the sections of office.yml that name them."""
    texts = {key: {"twilio/text": {"body": template.body}} for key, template in TEMPLATES.items()}
    templates = {key: twilio.contents.keep(types, name=TEMPLATES[key].name) for key, types in texts.items()}
    buttons = {key: twilio.contents.keep(definition(key)["types"], name=f"tombol_{key}") for key in KEYS}
    return {"templates": templates, "buttons": buttons}


async def test_with_everything_there_it_ends_with_0(twilio: TwilioStandIn, office: Office) -> None:
    office.have(**approve_all(twilio))
    ended = await office.call("templates")
    assert (ended.code, ended.err) == (0, "")
    assert f"Templat di akun Twilio ({len(TEMPLATES) + len(KEYS)}):" in ended.out
    assert ended.out.count("  ok    ") == len(TEMPLATES) + len(KEYS)
    assert "GAGAL" not in ended.out
    assert "Siap dibuat" not in ended.out


async def test_what_lacks_is_told_with_what_to_submit(twilio: TwilioStandIn, office: Office) -> None:
    sections = approve_all(twilio)
    twilio.contents.known[sections["templates"]["rating"]].status = "rejected"
    twilio.contents.known[sections["templates"]["rating"]].rejection_reason = "TAG_CONTENT_MISMATCH"
    sections["templates"]["warning"] = ""
    office.have(**sections)
    ended = await office.call("templates")
    assert ended.code == 1
    assert "GAGAL templates.rating: ditolak Meta: TAG_CONTENT_MISMATCH" in ended.out
    assert "GAGAL templates.warning: belum diisi" in ended.out
    assert "ok    templates.closing: pst_konsultasi_ditutup, disetujui" in ended.out
    assert f"teks: {TEMPLATES['rating'].body}" in ended.out
    assert "kategori UTILITY" in ended.out
    assert TEMPLATES["closing"].body not in ended.out


async def test_for_machines_it_is_one_object(twilio: TwilioStandIn, office: Office) -> None:
    sections = approve_all(twilio)
    sections["buttons"]["list"] = "HX" + "0" * 32
    office.have(**sections)
    ended = await office.call("templates", "--json")
    told: dict[str, Any] = json.loads(ended.out)
    assert (ended.code, told["holds"], told["problem"]) == (1, False, "")
    assert len(told["templates"]) == len(TEMPLATES) + len(KEYS)
    states = {each["key"]: each["state"] for each in told["keys"]}
    assert states.pop("buttons.list") == "unknown"
    assert set(states.values()) == {"ready"}
    (proposed,) = (each["content"] for each in told["keys"] if each["content"])
    assert proposed == definition("list")


async def test_without_twilio_every_text_is_there_to_submit_and_it_ends_with_2(office: Office) -> None:
    office.settings["PST_TWILIO_API_URL"] = "http://127.0.0.1:9"
    ended = await office.call("templates")
    assert ended.code == 2
    assert ended.err == "pst: Twilio tidak dapat dihubungi\n"
    assert all(template.body in ended.out for template in TEMPLATES.values())


async def test_before_twilio_is_set_every_text_is_there_to_submit(office: Office) -> None:
    office.settings = {"PST_HOME": str(office.home)}
    ended = await office.call("templates", "--json")
    told = json.loads(ended.out)
    assert ended.code == 2
    assert "PST_TWILIO_ACCOUNT_SID" in ended.err
    assert all(each["content"] for each in told["keys"])


async def test_a_set_up_that_holds_ends_with_0(twilio: TwilioStandIn, office: Office) -> None:
    address = "https://pst.contoh.example/webhooks/twilio/whatsapp"
    twilio.messaging.webhooks.callback_url = f"{address}#rc=3&rp=all"
    twilio.journeys.pauses = Pauses()
    ended = await office.call("check", "--send", CITIZEN)
    assert (ended.code, ended.err) == (0, "")
    assert [line.split(":")[0] for line in ended.out.splitlines()] == [
        "  ok    akun Twilio", "  ok    nomor pengirim", "  ok    webhook pesan", "  ok    webhook status",
        "  ok    pesan percobaan",
    ]  # fmt: skip
    assert [message.recipient for message in twilio.messages] == [f"whatsapp:{CITIZEN}"]


async def test_a_wrong_webhook_ends_with_1_and_nothing_is_sent_unasked(
    twilio: TwilioStandIn, office: Office
) -> None:
    ended = await office.call("check")
    assert ended.code == 1
    assert "GAGAL webhook pesan: kosong; isilah https://pst.contoh.example/webhooks/" in ended.out
    assert "#rc=" in ended.out
    assert "&rp=" in ended.out
    assert not twilio.messages


@pytest.mark.parametrize(
    ("words", "changes", "complaint"),
    [
        (["check"], {"PST_TWILIO_AUTH_TOKEN": "another"}, "Twilio menolak PST_TWILIO_ACCOUNT_SID"),
        (["check"], {"PST_TWILIO_API_URL": "http://127.0.0.1:9"}, "tidak dapat dihubungi"),
        (["check", "--send", "08111"], {}, "--send: tulis nomornya"),
        (["check"], {"PST_TWILIO_FROM": "08111"}, "PST_TWILIO_FROM"),
    ],
)
async def test_what_cannot_be_asked_ends_with_2(
    office: Office, words: list[str], changes: dict[str, str], complaint: str
) -> None:
    office.settings |= changes
    ended = await office.call(*words)
    assert ended.code == 2
    assert complaint in ended.err
    assert not ended.out


async def test_without_whatsapp_the_check_ends_with_2(office: Office) -> None:
    office.settings = {"PST_HOME": str(office.home)}
    ended = await office.call("check")
    assert ended.code == 2
    assert "PST_TWILIO_ACCOUNT_SID" in ended.err
