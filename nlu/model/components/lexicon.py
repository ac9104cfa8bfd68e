"""Wordings and what they stand for, learnt from annotated examples, `lookup:` and `synonym:` lists.

An entry of a kind ("service", "indikator") is a name of something; an entry without a kind is another
spelling of a word ("brp" for "berapa"). Names forgive one slip of the finger in each long word.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.training_data import TrainingData

WORD = re.compile(r"\w+")
STRETCHED = re.compile(r"([^\W\d])\1{2,}")  # "haloooo", but 2000 stays 2000
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
        self._words = {word for words in entries for word in words}
        long = {
            word
            for words, entry in entries.items()
            if entry.kind
            for word in words
            if len(word) >= FORGIVING_LENGTH and not word.isdigit()
        }
        self._forgiving: defaultdict[tuple[str, int], list[str]] = defaultdict(list)  # by letter, length
        for word in sorted(long):
            self._forgiving[word[0], len(word)].append(word)

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
        return cls({words: entry for words, entry in entries.items() if words})._without_usual(training_data)

    def _without_usual(self, training_data: TrainingData) -> Lexicon:
        """Return a lexicon that takes no usual word for a slip: "memberi" is not "membeli".

        A word of two examples is usual; it becomes an entry that stands for itself.
        """
        counts = Counter(
            word
            for example in training_data.training_examples
            for word in {written.word for written in words_of(example.get(TEXT) or "")}
        )
        usual = [word for word, count in counts.items() if count > 1 and self._meant(word) != word]
        return Lexicon(self.entries | {(word,): Entry(word) for word in usual})

    @classmethod
    def from_rows(cls, rows: Sequence[Sequence[str]]) -> Lexicon:
        """Make a lexicon of what `rows` gave."""
        return cls({tuple(wording.split()): Entry(value, kind) for wording, value, kind in rows})

    def rows(self) -> list[list[str]]:
        """Return the entries as rows for a JSON file."""
        return [[" ".join(words), entry.value, entry.kind] for words, entry in sorted(self.entries.items())]

    def find(self, words: Sequence[str]) -> Iterator[Hit]:
        """Yield what is found in `words`, from left to right."""
        meant = [self._meant(word) for word in words]
        at = 0
        while at < len(words):
            hit = self._longer(self._exact(words, at), self._exact(meant, at))
            if hit is not None:
                yield hit
            at += hit.length if hit is not None else 1

    def _exact(self, words: Sequence[str], at: int) -> Hit | None:
        for length in range(min(self._longest, len(words) - at), 0, -1):
            entry = self.entries.get(tuple(words[at : at + length]))
            if entry is not None:
                return Hit(at, length, entry)
        return None

    @staticmethod
    def _longer(written: Hit | None, meant: Hit | None) -> Hit | None:
        """Return the longer hit; what is written wins over what may be meant."""
        if written is None or meant is None:
            return written or meant
        return meant if meant.length > written.length else written

    def _meant(self, word: str) -> str:
        """Return the long word of a name that one slip turned into `word`, else `word` itself."""
        if len(word) < FORGIVING_LENGTH - 1 or word in self._words:
            return word
        lengths = range(len(word) - 1, len(word) + 2)
        likely = (meant for length in lengths for meant in self._forgiving.get((word[0], length), ()))
        return next((meant for meant in likely if is_one_slip(word, meant)), word)


def _plain(wording: str) -> Words:
    return tuple(written.word for written in words_of(wording))
