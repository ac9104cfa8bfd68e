"""Wordings and what they stand for, learnt from the annotated examples and the `synonym:` lists.

An entry of a kind ("service", "mode") is a name of something; an entry without a kind is another
spelling of a word ("brp" for "berapa"). Names forgive one slip of the finger in a long word.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.training_data import TrainingData

WORD = re.compile(r"\w+")
STRETCHED = re.compile(r"(.)\1{2,}")  # "haloooo"
FORGIVING_LENGTH = 7  # shorter words are too near to each other: "datang" and "gudang"

Words = tuple[str, ...]


@dataclass(frozen=True)
class Entry:
    """What a wording stands for; `kind` is empty for another spelling."""

    value: str
    kind: str = ""


@dataclass(frozen=True)
class Written:
    """A word of a text, lower-case and not stretched, and where it stands."""

    word: str
    start: int
    end: int


@dataclass(frozen=True)
class Hit:
    """`length` words from index `at` on are a wording of `entry`."""

    at: int
    length: int
    entry: Entry


def words_of(text: str) -> list[Written]:
    """Return the words of `text` in their order."""
    return [
        Written(STRETCHED.sub(r"\1", match.group().lower()), match.start(), match.end())
        for match in WORD.finditer(text)
    ]


def is_one_slip(written: str, meant: str) -> bool:
    """Tell whether one inserted, missing, wrong or swapped letter explains `written`."""
    if written == meant:
        return True
    if abs(len(written) - len(meant)) > 1 or written[0] != meant[0]:
        return False
    same = 0
    while same < min(len(written), len(meant)) and written[same] == meant[same]:
        same += 1
    left, right = written[same:], meant[same:]
    swapped = left[:2] == right[1::-1] and left[2:] == right[2:]
    return swapped or left[1:] == right[1:] or left[1:] == right or left == right[1:]


class Lexicon:
    """Finds the longest known wordings in a text, each word used once."""

    def __init__(self, entries: dict[Words, Entry]) -> None:
        self.entries = entries
        self._longest = max((len(words) for words in entries), default=0)
        self._forgiving = [
            (words[0], entry)
            for words, entry in sorted(entries.items())
            if entry.kind and len(words) == 1 and len(words[0]) >= FORGIVING_LENGTH
        ]

    @classmethod
    def learn(cls, training_data: TrainingData) -> Lexicon:
        """Learn every annotated wording and every synonym."""
        synonyms = {wording.lower(): value for wording, value in training_data.entity_synonyms.items()}
        kinds: dict[str, str] = {}
        entries: dict[Words, Entry] = {}
        for example in training_data.entity_examples:
            for entity in example.get(ENTITIES):
                named = str(entity["value"]).lower()
                value = synonyms.get(named, named)
                kinds[value] = entity["entity"]
                wording = example.get(TEXT)[entity["start"] : entity["end"]]
                entries[_plain(wording)] = Entry(value, entity["entity"])
        for wording, value in synonyms.items():
            entries[_plain(wording)] = Entry(value, kinds.get(value, ""))
        return cls({words: entry for words, entry in entries.items() if words})

    @classmethod
    def from_rows(cls, rows: Sequence[Sequence[str]]) -> Lexicon:
        """Make a lexicon of what `rows` gave."""
        return cls({tuple(wording.split()): Entry(value, kind) for wording, value, kind in rows})

    def rows(self) -> list[list[str]]:
        """Return the entries as rows for a JSON file."""
        return [[" ".join(words), entry.value, entry.kind] for words, entry in sorted(self.entries.items())]

    def find(self, words: Sequence[str]) -> Iterator[Hit]:
        """Yield what is found in `words`, from left to right."""
        at = 0
        while at < len(words):
            hit = self._exact(words, at) or self._slip(words, at)
            if hit is not None:
                yield hit
            at += hit.length if hit is not None else 1

    def _exact(self, words: Sequence[str], at: int) -> Hit | None:
        for length in range(min(self._longest, len(words) - at), 0, -1):
            entry = self.entries.get(tuple(words[at : at + length]))
            if entry is not None:
                return Hit(at, length, entry)
        return None

    def _slip(self, words: Sequence[str], at: int) -> Hit | None:
        if len(words[at]) < FORGIVING_LENGTH - 1:
            return None
        meant = (entry for word, entry in self._forgiving if is_one_slip(words[at], word))
        entry = next(meant, None)
        return None if entry is None else Hit(at, 1, entry)


def _plain(wording: str) -> Words:
    return tuple(written.word for written in words_of(wording))
