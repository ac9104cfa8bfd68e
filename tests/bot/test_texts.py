"""Every sentence stands in both languages, with gaps that somebody fills."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.complaints import SettingsError
from bot.settings import ROOT, load
from bot.texts import load_texts
from channels.markup import plain
from nlu import answers

GAPS = (
    "into ticket promise choices text source n title questions code codes edition note others wanted entries values"
    " total question name missing year place date days link score period data email hour office asked"
)
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


def test_no_mark_is_left_over_in_what_the_bot_says() -> None:
    facts = load().office.facts()
    texts = load_texts(ROOT / "bot" / "texts.yml", facts)
    given = GIVEN | {"source": "https://example.org/a_b"}
    said = [texts.say(key, language, given) for key in texts.keys for language in ("id", "en")]
    known = answers.load(ROOT / "nlu" / "knowledge", facts).answers.values()
    said += [
        text
        for answer in known
        for each in (answer.title, answer.text, answer.source)
        for text in each.values()
    ]
    stray = [text for text in said if re.search(r"(?<!\w)[*_]|[*_](?!\w)", plain(text))]
    assert not stray


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
