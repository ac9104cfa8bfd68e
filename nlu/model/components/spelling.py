"""Mends slips of the finger: an unknown word becomes the known one that was most likely meant.

"prsyratan" is "persyaratan", "perpustkaan" is "perpustakaan", "jambuka" is "jam buka". Only words that
hardly any example has are mended, and only into words of several examples: a word that is merely new
("skck") has to stay new, since it may be what makes a question foreign.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

SHORTEST = 4  # letters of a word that is mended; shorter ones are too near to each other
SHORTEST_FOR_TWO = 9  # from here on two slips are forgiven
SHORTEST_OF_NUMB = 4  # consonants of a word written without its vowels ("brkas")
SHORTEST_PART = 3  # letters of each of two words written as one
SHORTEST_PAIR = 7  # letters of the two together
COMMON_PART = 10  # examples that have each of the two
COMMON_FROM = 3  # examples that have a word somebody may have meant
MUCH_MORE_COMMON = 20  # examples that have the word which a slip in one or two examples meant
VOWELS = frozenset("aeiou")
SUFFIXES = ("nya", "kah", "lah", "pun", "ku", "mu", "ne", "an", "e")


class Spelling:
    """Knows words and how many examples have them."""

    def __init__(self, counts: Mapping[str, int], names: Iterable[str] = ()) -> None:
        """Take the words of the examples with their counts; `names` count as common however rare they are."""
        common = {word: count for word, count in counts.items() if count >= COMMON_FROM and _is_plain(word)}
        for name in names:
            if _is_plain(name):
                common.setdefault(name, COMMON_FROM)
        self._rare = {word for word in counts if word not in common}
        self._common = common
        self._by_deletion: defaultdict[str, list[str]] = defaultdict(list)
        self._by_consonants: defaultdict[str, list[str]] = defaultdict(list)
        for word in sorted(common):
            if len(word) < SHORTEST:
                continue
            for shorter in _deletions(word, _slips(len(word))):
                self._by_deletion[shorter].append(word)
            self._by_consonants[_consonants(word)].append(word)

    def mend(self, word: str) -> Sequence[str]:
        """Return the word or two words that were meant by `word` (lower-case); the word itself when unsure."""
        if word in self._common or not _is_plain(word) or len(word) < SHORTEST_OF_NUMB:
            return (word,)
        if word in self._rare:
            near = self._near(word)
            return (near,) if near and self._common[near] >= MUCH_MORE_COMMON else (word,)
        meant = self._stem(word) or self._near(word) or self._without_vowels(word)
        return (meant,) if meant else self._parted(word) or (word,)

    def _stem(self, word: str) -> str | None:
        """Return a common word of which `word` is a form: "invoicenya"."""
        for suffix in SUFFIXES:
            stem = word.removesuffix(suffix)
            if stem != word and len(stem) >= SHORTEST and stem in self._common:
                return stem
        return None

    def _near(self, word: str) -> str | None:
        if len(word) < SHORTEST:
            return None
        likely: dict[str, int] = {}
        for shorter in _deletions(word, _slips(len(word))):
            for meant in self._by_deletion.get(shorter, ()):
                if meant not in likely:
                    likely[meant] = distance(word, meant)
        allowed = {
            meant: slips
            for meant, slips in likely.items()
            if slips <= min(_slips(len(word)), _slips(len(meant))) and _begins_alike(word, meant)
        }
        return min(allowed, key=lambda meant: (allowed[meant], -self._common[meant], meant), default=None)

    def _without_vowels(self, word: str) -> str | None:
        """Return what a word with hardly any vowel stands for: "prsyrtn"."""
        consonants = _consonants(word)
        if len(consonants) < SHORTEST_OF_NUMB or 4 * (len(word) - len(consonants)) > len(word):
            return None
        likely = [each for each in self._by_consonants.get(consonants, ()) if _is_within(word, each)]
        return max(likely, key=lambda meant: (self._common[meant], meant), default=None)

    def _parted(self, word: str) -> Sequence[str] | None:
        """Return the two common words that were written as one: "jambuka"."""
        cuts = range(SHORTEST_PART, len(word) - SHORTEST_PART + 1)
        parted = [(word[:cut], word[cut:]) for cut in cuts if len(word) >= SHORTEST_PAIR]
        likely = [pair for pair in parted if all(self._common.get(part, 0) >= COMMON_PART for part in pair)]
        return max(likely, key=lambda pair: (min(self._common[part] for part in pair), pair), default=None)


def distance(written: str, meant: str) -> int:
    """Return the slips between two words: letters inserted, missing, wrong, or swapped with their neighbour."""
    before: list[int] = []
    row = list(range(len(meant) + 1))
    for i, letter in enumerate(written, 1):
        before, last, row = row, before, [i]
        for j, other in enumerate(meant, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == meant[j - 2] and written[i - 2] == other:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
    return row[-1]


def _begins_alike(written: str, meant: str) -> bool:
    """Tell whether the first letter is the same, swapped with the second, or missing: it is rarely mistyped."""
    return written[0] == meant[0] or written[:2] == meant[1::-1] or written == meant[1:]


def _slips(length: int) -> int:
    return 0 if length < SHORTEST else 1 if length < SHORTEST_FOR_TWO else 2


def _deletions(word: str, most: int) -> set[str]:
    """Return the word with up to `most` letters left out: two words a slip apart share one of these."""
    found = {word}
    newest = found
    for _ in range(most):
        newest = {each[:at] + each[at + 1 :] for each in newest for at in range(len(each))}
        found |= newest
    return found


def _consonants(word: str) -> str:
    return "".join(letter for letter in word if letter not in VOWELS)


def _is_within(written: str, meant: str) -> bool:
    """Tell whether the letters of `written` stand in `meant` in the same order."""
    letters = iter(meant)
    return all(letter in letters for letter in written)


def _is_plain(word: str) -> bool:
    return word.isascii() and word.isalpha()
