"""Brings a citizen's words to the words of the table: spelling, Javanese, affixes, typos."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property

_WORD = re.compile(r"[a-z0-9]+")
_DRAWN_OUT = re.compile(r"([a-z])\1{2,}")  # "laundryyyy"
_SUFFIXES = ("nya", "kan", "ku", "mu", "ne", "an", "in", "e", "i")
_PREFIXES = ("meng", "mem", "men", "me", "ber", "peng", "pem", "pen", "pe", "di", "ng", "ny", "se", "ke")
LONGEST_PHRASE = 3  # words that are one word in the lists: "depot air isi" is not, "sepeda motor" is
SHORTEST_ROOT = 4
SHORTEST_TYPO = 4
LIKELY_TYPO = 0.82


def tokens(text: str) -> list[str]:
    """Return the words of a text in small letters, without punctuation and drawn-out letters."""
    return _WORD.findall(_DRAWN_OUT.sub(r"\1", text.lower()))


@dataclass(frozen=True, slots=True)
class Word:
    """A word of the table that was said; `likeness` is 1.0 as written, less when it was a typo.

    A word that the table does not know has the likeness 0.0.
    """

    text: str
    likeness: float = 1.0


@dataclass(frozen=True)
class Lexicon:
    """Which words mean the same, and which the table knows.

    `same` leads from a spelling (up to three words) to the table's word, `known` are the table's words,
    `ignored` those that say nothing about a business, `where` those that a place follows.
    """

    same: Mapping[str, str]
    known: frozenset[str]
    ignored: frozenset[str]
    where: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        _ = self._spellings  # read once, before the first citizen waits for it

    def words(self, text: str) -> list[Word]:
        """Return the words of a citizen's text in the table's wording, each once, in order."""
        found: dict[str, Word] = {}
        for word in self._read(tokens(text)):
            if word.text not in found or found[word.text].likeness < word.likeness:
                found[word.text] = word
        return list(found.values())

    def _read(self, said: list[str]) -> Iterable[Word]:
        at = 0
        while at < len(said):
            length, word = self._longest(said, at)
            at += length
            guess = [Word(word)] if word else self._guess(said[at - 1])
            is_place = length == 1 and at > 1 and said[at - 2] in self.where
            # "di Bayat": a name that the table does not know, of a place.
            yield from [] if is_place and not any(each.likeness for each in guess) else guess

    def _longest(self, said: list[str], at: int) -> tuple[int, str]:
        """Return how many words from `at` on stand for one word of the table, and that word ("" for none)."""
        for length in range(min(LONGEST_PHRASE, len(said) - at), 0, -1):
            phrase = " ".join(said[at : at + length])
            if phrase in self.same:
                return length, self.same[phrase]
            joined = phrase.replace(" ", "")
            if phrase in self.known or (length == 2 and self._is_one_word(said[at], said[at + 1], joined)):
                return length, joined
        return 1, ""

    def _is_one_word(self, first: str, second: str, joined: str) -> bool:
        """ "mini market" is the table's "minimarket"; two words that it knows apart stay apart."""
        return joined in self.known and not (first in self.known and second in self.known)

    def _guess(self, word: str) -> list[Word]:
        if word in self.ignored:
            return [Word(word)]
        if word in self._guesses:
            return self._guesses[word]
        guess = self._root(word) or self._parts(word) or self._typo(word) or [Word(word, 0.0)]
        if len(self._guesses) < 10_000:
            self._guesses[word] = guess
        return guess

    @cached_property
    def _guesses(self) -> dict[str, list[Word]]:
        return {}

    def _look_up(self, word: str) -> str | None:
        return self.same.get(word) or (word if word in self.known or word in self.ignored else None)

    def _root(self, word: str) -> list[Word]:
        """Take Indonesian and Javanese affixes away: "laundrynya", "ngelaundry"."""
        tails = ["", *(suffix for suffix in _SUFFIXES if word.endswith(suffix))]
        heads = ["", *(prefix for prefix in _PREFIXES if word.startswith(prefix))]
        for head in heads:
            for tail in tails:
                root = word[len(head) : len(word) - len(tail)]
                found = self._look_up(root) if len(root) >= SHORTEST_ROOT and root != word else None
                if found:
                    return [Word(found, 0.95)]
        return []

    def _parts(self, word: str) -> list[Word]:
        """Cut a word that is two of the table's: "warungmakan"."""
        for cut in range(3, len(word) - 2):
            first, second = self._look_up(word[:cut]), self._look_up(word[cut:])
            if first and second and min(cut, len(word) - cut) >= 3:
                return [Word(first, 0.9), Word(second, 0.9)]
        return []

    def _typo(self, word: str) -> list[Word]:
        """Find the nearest known spelling, by letters in common in the same order."""
        if len(word) < SHORTEST_TYPO or word.isdigit():
            return []
        best, likeness = "", LIKELY_TYPO
        pairs = _pairs(word)
        matcher = SequenceMatcher(b=word, autojunk=False)
        for spelling, its_pairs in self._spellings.get(word[0], ()):
            # Cheap first: a typo leaves at least a third of the pairs of letters as they were.
            if abs(len(spelling) - len(word)) > 2 or 3 * len(pairs & its_pairs) < len(pairs):
                continue
            matcher.set_seq1(spelling)
            ratio = matcher.ratio()
            if ratio > likeness:
                best, likeness = spelling, ratio
        return [Word(self.same.get(best, best), likeness)] if best else []

    @cached_property
    def _spellings(self) -> dict[str, list[tuple[str, frozenset[str]]]]:
        """Every single-word spelling of some length, by its first letter: typos there are rare."""
        found: dict[str, list[tuple[str, frozenset[str]]]] = {}
        for spelling in sorted({*self.known, *self.same}):
            if " " not in spelling and len(spelling) >= SHORTEST_TYPO:
                found.setdefault(spelling[0], []).append((spelling, _pairs(spelling)))
        return found


def _pairs(word: str) -> frozenset[str]:
    return frozenset(word[at : at + 2] for at in range(len(word) - 1))
