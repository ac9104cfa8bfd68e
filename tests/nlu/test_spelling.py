"""Slips of the finger are mended; what is merely new is left as it is."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

COMPONENTS = Path(__file__).resolve().parents[2] / "nlu" / "model" / "components"
COUNTS = {
    "persyaratan": 300, "perpustakaan": 200, "konsultasi": 400, "kantor": 250, "jam": 200, "buka": 150,
    "invoice": 90, "biaya": 500, "membeli": 60, "memberi": 6, "kntor": 1, "skck": 1, "cuaca": 12,
}  # fmt: skip
WORDS = st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=14)


def _load() -> ModuleType:
    """Load the module by its file: it runs in the model's own environment, whose other parts need Rasa."""
    spec = spec_from_file_location("spelling", COMPONENTS / "spelling.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.modules["spelling"] = module
    spec.loader.exec_module(module)
    return module


SPELLING = _load()
SPELLS = SPELLING.Spelling(COUNTS, ["bayat"])


def mend(word: str) -> Sequence[str]:
    found: Sequence[str] = SPELLS.mend(word)
    return tuple(found)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("persyratan", ("persyaratan",)),  # missing
        ("prsyratan", ("persyaratan",)),  # two missing in a long word
        ("konsutlasi", ("konsultasi",)),  # swapped
        ("perpustakaaan", ("perpustakaan",)),  # doubled
        ("prsyrtn", ("persyaratan",)),  # without its vowels
        ("jambuka", ("jam", "buka")),  # two words as one
        ("invoicenya", ("invoice",)),  # a form of it
        ("kntor", ("kantor",)),  # one example has the slip, hundreds the word
    ],
)
def test_a_slip_is_mended(written: str, meant: tuple[str, ...]) -> None:
    assert mend(written) == meant


@pytest.mark.parametrize("word", ["memberi", "bayat", "skck", "pertalite", "cuaca", "2023", "wa", "brp"])
def test_what_is_known_or_new_stays(word: str) -> None:
    assert mend(word) == (word,)


@given(WORDS)
def test_mending_ends_and_gives_common_words_or_the_word_itself(word: str) -> None:
    meant = mend(word)
    assert 1 <= len(meant) <= 2
    assert meant == (word,) or all(COUNTS.get(each, 3) >= 3 for each in meant)
    assert meant == (word,) or all(mend(each) == (each,) for each in meant)


@given(WORDS, WORDS)
def test_distance_is_the_same_both_ways_and_none_to_itself(one: str, other: str) -> None:
    assert SPELLING.distance(one, other) == SPELLING.distance(other, one)
    assert (SPELLING.distance(one, other) == 0) is (one == other)
