"""Every sentence stands in both languages, with gaps that somebody fills."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.complaints import SettingsError
from bot.settings import ROOT, load
from bot.texts import load_texts

GAPS = "ticket promise choices text source n title questions code codes edition note others wanted entries values year"
GIVEN = dict.fromkeys(GAPS.split(), "isi")


def test_every_sentence_can_be_said_in_both_languages() -> None:
    file = ROOT / "bot" / "texts.yml"
    texts = load_texts(file, load().office.facts())
    keys = [
        line.split(":")[0] for line in file.read_text(encoding="utf-8").splitlines() if line[:1].islower()
    ]
    assert len(keys) > 10
    for key in keys:
        for language in ("id", "en"):
            said = texts.say(key, language, GIVEN)
            assert "{" not in said


def test_a_missing_language_stops_the_start(tmp_path: Path) -> None:
    file = tmp_path / "texts.yml"
    file.write_text("noted:\n  id: Baik.\n", encoding="utf-8")
    with pytest.raises(SettingsError, match="noted: en is missing"):
        load_texts(file, {})


def test_what_a_citizen_wrote_is_never_taken_for_a_gap(tmp_path: Path) -> None:
    file = tmp_path / "texts.yml"
    file.write_text('echo:\n  id: "{text}"\n  en: "{text}"\n', encoding="utf-8")
    assert (
        load_texts(file, {}).say("echo", "id", {"text": "{office.name} {ticket}"}) == "{office.name} {ticket}"
    )
