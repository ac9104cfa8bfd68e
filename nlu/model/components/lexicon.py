"""Wordings and what they stand for, learnt from annotated examples, `lookup:` and `synonym:` lists.

An entry of a kind ("service", "indikator") is a name of something; an entry without a kind is another
spelling of a word ("brp" for "berapa"). Slips of the finger are mended before (spelling.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.training_data import TrainingData

WORD = re.compile(r"\w+")
STRETCHED = re.compile(r"([^\W\d])\1{2,}")  # "haloooo", but 2000 stays 2000

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


class Lexicon:
    """Finds the longest known wordings in a text, each word used once."""

    def __init__(self, entries: dict[Words, Entry]) -> None:
        self.entries = entries
        self._longest = max((len(words) for words in entries), default=0)
        self._usual = {
            words[0]: entry.value
            for words, entry in entries.items()
            if not entry.kind and len(words) == 1 and WORD.fullmatch(entry.value)
        }
        # "dtg langsung" is the name "datang langsung".
        self._names = {
            tuple(self._usual.get(word, word) for word in words): entry
            for words, entry in entries.items()
            if entry.kind
        }

    @classmethod
    def learn(cls, training_data: TrainingData) -> Lexicon:
        """Learn every annotated wording, every value of a lookup list and every synonym."""
        synonyms = {wording.lower(): value for wording, value in training_data.entity_synonyms.items()}
        kinds: dict[str, str] = {}
        entries: dict[Words, Entry] = {}
        for table in training_data.lookup_tables:
            for value in table["elements"]:
                kinds[value] = table["name"]
                if value not in synonyms.values():  # else its wordings are those of its own list
                    entries[_plain(value)] = Entry(value, table["name"])
        for example in training_data.entity_examples:
            for entity in example.get(ENTITIES):
                named = str(entity["value"]).lower()
                value = synonyms.get(named, named)
                kinds[value] = entity["entity"]
                wording = example.get(TEXT)[entity["start"] : entity["end"]]
                entries[_plain(wording)] = Entry(value, entity["entity"])
        for wording, value in synonyms.items():
            meant = synonyms.get(value.lower(), value)  # another spelling of a name's wording
            entries[_plain(wording)] = Entry(meant, kinds.get(meant, ""))
        return cls({words: entry for words, entry in entries.items() if words})

    @classmethod
    def from_rows(cls, rows: Sequence[Sequence[str]]) -> Lexicon:
        """Make a lexicon of what `rows` gave."""
        return cls({tuple(wording.split()): Entry(value, kind) for wording, value, kind in rows})

    def rows(self) -> list[list[str]]:
        """Return the entries as rows for a JSON file."""
        return [[" ".join(words), entry.value, entry.kind] for words, entry in sorted(self.entries.items())]

    @property
    def words(self) -> set[str]:
        """Return every word of a wording."""
        return {word for words in self.entries for word in words}

    def find(self, words: Sequence[str]) -> Iterator[Hit]:
        """Yield what is found in `words`, from left to right: the longest wording, as written or as spelt usually."""
        usual = [self._usual.get(word, word) for word in words]
        at = 0
        while at < len(words):
            hit = self._longest_from(words, usual, at)
            if hit is not None:
                yield hit
            at += hit.length if hit is not None else 1

    def _longest_from(self, words: Sequence[str], usual: Sequence[str], at: int) -> Hit | None:
        for length in range(min(self._longest, len(words) - at), 0, -1):
            here = slice(at, at + length)
            entry = self.entries.get(tuple(words[here])) or self._names.get(tuple(usual[here]))
            if entry is not None:
                return Hit(at, length, entry)
        return None


def _plain(wording: str) -> Words:
    return tuple(written.word for written in words_of(wording))
