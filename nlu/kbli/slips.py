"""Finds the word that was meant by a mistyped one."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import SequenceMatcher

SHORTEST_TYPO = 4
LIKELY_TYPO = 0.82
LIKELY_LONG_TYPO = 0.8  # of long words: several slips leave them readable
LONG = 7
FEWEST_CONSONANTS = 3
_ABBREVIATED = 0.92
_SWAPPED = 0.93
_VOWELS = str.maketrans("", "", "aeiou")


class Spellings:
    """The spellings that are known, by what a slip leaves as it was: the first letter, the consonants."""

    def __init__(self, spellings: Iterable[str]) -> None:
        self._by_letter: dict[str, list[tuple[str, frozenset[str]]]] = {}
        self._by_consonants: dict[str, list[str]] = {}
        self._by_letters: dict[str, list[str]] = {}
        for spelling in sorted(each for each in spellings if " " not in each and each.isalpha()):
            if len(spelling) >= SHORTEST_TYPO:
                self._by_letter.setdefault(spelling[0], []).append((spelling, _pairs(spelling)))
                self._by_consonants.setdefault(_consonants(spelling), []).append(spelling)
                self._by_letters.setdefault("".join(sorted(spelling)), []).append(spelling)

    def nearest(self, word: str) -> tuple[str, float]:
        """Return the spelling that was most likely meant, and how alike the two are; ("", 0.0) when none is."""
        if word.isdigit():
            return "", 0.0
        return self._abbreviated(word) or self._swapped(word) or self._alike(word)

    def _abbreviated(self, word: str) -> tuple[str, float] | None:
        """Find a word whose vowels were left out: "pmbuatan", "smbko", "aym"."""
        consonants = _consonants(word)
        if len(word) < 3 or len(consonants) < 2 or not word.isalpha():
            return None
        meant = [
            each
            for each in self._by_consonants.get(consonants, ())
            if len(each) > len(word) and _is_left_of(word, each)
        ]
        # Two consonants stand for too many words: there only one vowel may be missing.
        if len(consonants) < FEWEST_CONSONANTS:
            meant = [each for each in meant if len(each) == len(word) + 1]
        return (min(meant, key=lambda each: (len(each), each)), _ABBREVIATED) if meant else None

    def _swapped(self, word: str) -> tuple[str, float] | None:
        """Find a word two of whose letters changed places: "prio", "kodr" is none."""
        for each in self._by_letters.get("".join(sorted(word)), ()):
            differing = [at for at in range(len(word)) if word[at] != each[at]]
            if len(differing) == 2 and differing[1] - differing[0] == 1:
                return each, _SWAPPED
        return None

    def _alike(self, word: str) -> tuple[str, float]:
        """Find the nearest spelling, by letters in common in the same order."""
        best, likeness = "", LIKELY_LONG_TYPO if len(word) >= LONG else LIKELY_TYPO
        if len(word) < SHORTEST_TYPO:
            return "", 0.0
        pairs = _pairs(word)
        matcher = SequenceMatcher(b=word, autojunk=False)
        for spelling, its_pairs in self._by_letter.get(word[0], ()):
            # Cheap first: a typo leaves at least a third of the pairs of letters as they were.
            if abs(len(spelling) - len(word)) > 2 or 3 * len(pairs & its_pairs) < len(pairs):
                continue
            matcher.set_seq1(spelling)
            ratio = matcher.ratio()
            if ratio > likeness:
                best, likeness = spelling, ratio
        return (best, likeness) if best else ("", 0.0)


def _consonants(word: str) -> str:
    return word[0] + word[1:].translate(_VOWELS)


def _is_left_of(word: str, whole: str) -> bool:
    """Tell whether the letters of `word` are all in `whole`, in this order."""
    letters = iter(whole)
    return all(letter in letters for letter in word)


def _pairs(word: str) -> frozenset[str]:
    return frozenset(word[at : at + 2] for at in range(len(word) - 1))
