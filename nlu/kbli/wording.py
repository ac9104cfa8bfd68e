"""Brings a citizen's words to the words of the table: spelling, Javanese, affixes, typos."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from nlu.kbli.roots import roots
from nlu.kbli.slips import Spellings

_WORD = re.compile(r"[a-z0-9]+")
_DRAWN_OUT = re.compile(r"([a-z])\1{2,}")  # "laundryyyy"
_TWICE = re.compile(r"\b([a-z]{3,})2(?=[a-z]*\b)")  # "warung2", "ibu2nya"
_CLAUSE_END = re.compile(r"[.,;:!?()\n]+")
LONGEST_PHRASE = 3  # words that are one word in the lists: "depot air isi" is not, "sepeda motor" is
MOST_DENIED = 2
# What a word counts where it says little: for whom something is made, and what hangs on no word of the table.
_PURPOSE, _BEFORE, _LOOSE = 0.6, 0.4, 0.1


def tokens(text: str) -> list[str]:
    """Return the words of a text in small letters, without punctuation and drawn-out letters."""
    return _WORD.findall(_TWICE.sub(r"\1 ", _DRAWN_OUT.sub(r"\1", text.lower())))


@dataclass(frozen=True, slots=True)
class Word:
    """A word of the table that was said; `likeness` is 1.0 as written, less when it was a typo.

    A word that the table does not know has the likeness 0.0. `share` is what it counts where it stands: 1.0, or
    less for what a thing is for ("kue buat hajatan") and for an unknown word that belongs to no known one.
    """

    text: str
    likeness: float = 1.0
    share: float = 1.0


@dataclass(frozen=True)
class Lexicon:
    """Which words mean the same, and which the table knows.

    `same` leads from a spelling (up to three words) to the table's word, `known` are the table's words,
    `ignored` those that say nothing about a business, `where` those that a place follows, `purpose` those that
    what it is for follows, `denial` those that what it is not follows (`faint_denial` only the next word, and
    not after one of `asking`: "bisa gak jualan bakso"), `elsewhere` those that are about no business of the
    table wherever they stand.
    """

    same: Mapping[str, str]
    known: frozenset[str]
    ignored: frozenset[str]
    where: frozenset[str] = frozenset()
    purpose: frozenset[str] = frozenset()
    denial: frozenset[str] = frozenset()
    faint_denial: frozenset[str] = frozenset()
    asking: frozenset[str] = frozenset()
    elsewhere: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        _ = self._spellings  # read once, before the first citizen waits for it

    def words(self, text: str) -> list[Word]:
        """Return the words of a citizen's text in the table's wording, each once, in order."""
        clauses = [tokens(clause) for clause in _CLAUSE_END.split(text)]
        read = [word for said in clauses for word in self._said(said, is_denied_left_out=True)]
        if not any(self._is_content(word) for word in read):
            read = [word for said in clauses for word in self._said(said, is_denied_left_out=False)]
        found: dict[str, Word] = {}
        for word in read:
            if word.text not in found or found[word.text].likeness < word.likeness:
                found[word.text] = word
        return list(found.values())

    def _is_content(self, word: Word) -> bool:
        return word.likeness > 0 and word.text not in self.ignored

    def _said(self, said: list[str], *, is_denied_left_out: bool) -> list[Word]:
        """Read one clause: what is denied is left out, what is said beside the matter counts less."""
        read = list(self._read(said))
        if is_denied_left_out:
            read = self._affirmed(read)
        return self._shared(read)

    def _affirmed(self, read: list[Word]) -> list[Word]:
        kept: list[Word] = []
        denied = 0
        for at, word in enumerate(read):
            if word.text in self.denial:
                denied = MOST_DENIED
            elif word.text in self.faint_denial and not (at and read[at - 1].text in self.asking):
                denied = 1
            elif denied and self._is_content(word):
                denied -= 1
                continue
            kept.append(word)
        return kept

    def _shared(self, read: list[Word]) -> list[Word]:
        shared: list[Word] = []
        is_purpose = has_content = is_attached = False
        for at, word in enumerate(read):
            is_purpose = is_purpose or (has_content and word.text in self.purpose)
            if word.likeness or word.text in self.elsewhere:
                is_attached = self._is_content(word)
                has_content = has_content or is_attached
                share = _PURPOSE if is_purpose and word.text not in self.elsewhere else 1.0
            else:
                is_before = at + 1 < len(read) and self._is_content(read[at + 1])
                share = 1.0 if is_attached else _BEFORE if is_before else _LOOSE
            shared.append(replace(word, share=share))
        return shared

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
        if word in self.ignored or word in self.elsewhere:
            return [Word(word, 0.0 if word in self.elsewhere else 1.0)]
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
        """Take Indonesian and Javanese affixes away: "laundrynya", "ngelaundry", "nenun"."""
        found = next((root for root in map(self._look_up, roots(word)) if root), None)
        return [Word(found, 0.95)] if found else []

    def _parts(self, word: str) -> list[Word]:
        """Cut a word that is two of the table's: "warungmakan"."""
        for cut in range(3, len(word) - 2):
            first, second = self._look_up(word[:cut]), self._look_up(word[cut:])
            if first and second:
                return [Word(first, 0.9), Word(second, 0.9)]
        return []

    def _typo(self, word: str) -> list[Word]:
        """Find the nearest spelling, of the word or of its root: "brpa", "kriya", "pmbuatannya"."""
        spelling, likeness = self._spellings.nearest(word)
        return [Word(self.same.get(spelling, spelling), likeness)] if spelling else []

    @cached_property
    def _spellings(self) -> Spellings:
        return Spellings({*self.known, *self.same, *self.ignored})
