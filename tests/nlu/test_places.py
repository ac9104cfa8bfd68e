"""Whose places are the office's own: what office.yml says, whatever other regions are known."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from nlu.answers import KnowledgeError, load
from nlu.examples import synonyms_of, values_of
from nlu.places import FILE, settled, wordings_of
from nlu.training import lay_out
from tests.nlu.rasa import ROOT

FACTS = yaml.safe_load((ROOT / "office.yml").read_text(encoding="utf-8"))
KNOWN = {
    path.name: yaml.safe_load(path.read_text(encoding="utf-8")).get("nlu")
    for path in sorted((ROOT / "nlu" / "knowledge").glob("*.yml"))
}
BOYOLALI = {"places": {"Kabupaten Boyolali": [], "Ampel": [], "Teras": ["kecamatan teras"]}}


def names(facts: object) -> tuple[dict[str, tuple[str, ...]], dict[str, str]]:
    """Return the values by kind, and what each wording stands for."""
    items = [item for nlu in settled(KNOWN, facts).values() for item in nlu or []]  # type: ignore[arg-type, attr-defined]
    return values_of(items), synonyms_of(items)


def test_the_offices_own_are_no_other_region() -> None:
    values, wordings = names(FACTS)
    assert values["tempat"][0] == "Kabupaten Klaten"
    assert len(values["tempat"]) == 27
    assert "Kabupaten Klaten" not in values["wilayah_lain"]
    assert {"Kabupaten Boyolali", "Jawa Tengah"} <= set(values["wilayah_lain"])
    assert (wordings["klaten"], wordings["boyolali"], wordings["bps klaten"]) == (
        "Kabupaten Klaten",
        "Kabupaten Boyolali",
        "bps",
    )


def test_another_office_writes_its_own_into_one_file() -> None:
    values, wordings = names(BOYOLALI)
    assert values["tempat"] == ("Kabupaten Boyolali", "Ampel", "Teras")
    assert "Kabupaten Boyolali" not in values["wilayah_lain"]
    assert "Kabupaten Klaten" in values["wilayah_lain"]
    for said, place in (
        ("boyolali", "Kabupaten Boyolali"),
        ("kab boyolali", "Kabupaten Boyolali"),
        ("ampel", "Ampel"),
        ("kec ampel", "Ampel"),
        ("kecamatan teras", "Teras"),
        ("klaten", "Kabupaten Klaten"),
        ("bps boyolali", "bps"),
    ):
        assert wordings[said] == place
    assert "teras" not in wordings, "as given, and nothing besides: a word of its own is no district"
    assert "bayat" not in wordings


def test_a_name_that_other_regions_have_too_is_ours() -> None:
    values, wordings = names({"places": {"Kota Magelang": [], "Kota": ["solo raya"]}})
    assert "Magelang" not in values["wilayah_lain"] or wordings["magelang"] == "Kota Magelang"
    assert wordings["solo raya"] == "Kota"
    assert "Solo Raya" not in values["wilayah_lain"]


def test_without_places_nothing_is_changed() -> None:
    assert settled(KNOWN, {}) == KNOWN


@pytest.mark.parametrize("first", ["Kabupaten Klaten", "Kota Solok"])
def test_the_usual_wordings_of_a_district_name_its_regency(first: str) -> None:
    region = first.split()[1].lower()
    assert f"wedi {region}" in wordings_of("Wedi", (), first=first)
    assert f"wedi {first.lower()}" not in wordings_of("Wedi", (), first=first)


def test_what_is_wrong_with_them_is_told_of_their_file() -> None:
    facts = {**FACTS, "places": {**FACTS["places"], "Weda": ["wedi"]}}
    with pytest.raises(KnowledgeError, match=FILE.replace(".", r"\.")):
        load(ROOT / "nlu" / "knowledge", facts)


def test_the_model_learns_them(tmp_path: Path) -> None:
    laid = lay_out(ROOT, tmp_path)
    assert {path.name for path in laid.iterdir()} == {*KNOWN, FILE}
    learnt = {
        path.name: yaml.safe_load(path.read_text(encoding="utf-8")).get("nlu") for path in laid.iterdir()
    }
    assert {file: nlu or None for file, nlu in learnt.items()} == {
        file: nlu or None for file, nlu in settled(KNOWN, FACTS).items()
    }
