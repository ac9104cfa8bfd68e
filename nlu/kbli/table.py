"""Finds the KBLI codes of a business that a citizen describes, in the hand-made table. Pure."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from nlu.kbli.acts import DISAGREES, agreement, main_act, unnamed
from nlu.kbli.entries import Business, Contents, read
from nlu.kbli.wording import Lexicon, Word, tokens

TABLE = Path(__file__).parent / "usaha.yml"
SURE = 0.6
_UNSURE = 0.59  # what only an officer or another word can decide stays below SURE
_DEPENDS = 0.5
_TIE = 0.02
_READ = 0.9  # a match that rests on less likely typos alone is not sure
_ALTERNATIVE = 0.75
_FAINT = 0.15
_WEIGHT_OF_ACT, _WEIGHT_OF_IGNORED, _WEIGHT_OF_UNKNOWN, _WEIGHT_OF_ELSEWHERE = 0.45, 0.15, 0.7, 1.3
# What it is comes first, what else there is to say later: "laundry kiloan antar jemput".
_LATER, _LEAST = 0.75, 0.3
_BESIDE = 0.6  # how much other words beside the table's weaken a match
_COMPANY = 0.8  # how much of a word counts that other phrases of the same code say
_UNSAID = 0.85  # "jam" alone may be sold or repaired


@dataclass(frozen=True, slots=True)
class Match:
    """A code that may fit: its official title, how well it fits (0 to 1, from 0.6 on it is sure), what to know.

    `note` says in which case it is this code ("keliling atau gerobak"); empty when there is nothing to add.
    """

    code: str
    title: str
    fit: float
    note: str


@dataclass(frozen=True, slots=True)
class _Phrase:
    business: int
    weights: dict[str, float]
    total: float
    act: str | None


class BusinessTable:
    """The table, indexed once; `find` takes well under 2 ms."""

    def __init__(self, contents: Contents) -> None:
        self.edition = contents.edition
        self.businesses = contents.businesses
        self._titles = contents.titles
        self._acts = contents.acts
        self._ignored = contents.ignored
        self._elsewhere = contents.elsewhere
        self._lexicon = _lexicon(contents)
        said = [
            (number, frozenset(word.text for word in self._lexicon.words(words)))
            for number, business in enumerate(contents.businesses)
            for words in business.words
        ]
        # All that the businesses of a code are called by: who makes "kendi dan anglo" does one thing.
        self._company: dict[str, set[str]] = {}
        for number, words in said:
            self._company.setdefault(self._first(number), set()).update(words)
        self._rarity = _rarity(said, len(contents.businesses))
        self._phrases = [self._phrase(number, words) for number, words in {*said}]
        self._by_word: dict[str, list[_Phrase]] = {}
        for phrase in self._phrases:
            for word in phrase.weights:
                self._by_word.setdefault(word, []).append(phrase)

    def _first(self, number: int) -> str:
        """Return the likeliest code of a business."""
        return next(iter(self.businesses[number].codes))

    def title(self, code: str) -> str | None:
        """Return the official title of a code of the table, None for any other."""
        return self._titles.get(code)

    def find(self, words: str, limit: int = 3) -> tuple[Match, ...]:
        """Return the codes that fit a business in a citizen's words, best first; empty when nothing does."""
        said = self._lexicon.words(words)
        acts = [word.text for word in said if word.text in self._acts]
        best: dict[str, Match] = {}
        for number, (fit, phrase) in self._likenesses(said).items():
            for match in self._matches(self.businesses[number], fit, unnamed(acts, phrase.weights)):
                if match.code not in best or best[match.code].fit < match.fit:
                    best[match.code] = match
        ordered = sorted(best.values(), key=lambda match: (-match.fit, match.code))
        return tuple(match for match in _undecided(ordered)[:limit] if match.fit >= _FAINT)

    def _matches(self, business: Business, fit: float, acts: list[str]) -> Iterable[Match]:
        """Yield the business's codes: one as sure as its words were understood, the others below."""
        agreed = {code: agreement(code, acts) for code in business.codes}
        first = next((code for code in agreed if agreed[code] > DISAGREES), next(iter(agreed)))
        for code, difference in business.codes.items():
            sure = fit * agreed[code]
            if code != first:
                sure = min(sure * _ALTERNATIVE, _UNSURE)
            if business.depends:
                sure = min(sure, _DEPENDS if code == first else _DEPENDS * _ALTERNATIVE)
            note = ". ".join(part.rstrip(".") for part in (difference, business.note) if part)
            yield Match(code, self._titles[code], round(sure, 3), note)

    def _likenesses(self, said: list[Word]) -> dict[int, tuple[float, _Phrase]]:
        """Return how well each business is described: what was said of its words, and little else."""
        weights = self._weighed(said)
        whole = sum(weights.values())
        likeness = {word.text: word.likeness for word in said}
        content = [word for word in weights if word not in self._acts and word not in self._ignored]
        keys = [word for word in content if word in self._by_word] or list(weights)
        has_act = main_act(weights) is not None
        best: dict[int, tuple[float, _Phrase]] = {}
        for word in keys:
            for phrase in self._by_word.get(word, ()):
                common = phrase.weights.keys() & likeness.keys()
                covered = sum(phrase.weights[each] * likeness[each] for each in common) / phrase.total
                company = self._company[self._first(phrase.business)]
                used = (
                    sum(
                        weights[each] * (1.0 if each in common else _COMPANY)
                        for each in weights.keys() & company
                    )
                    / whole
                )
                fit = covered * used**_BESIDE * (1.0 if has_act or not phrase.act else _UNSAID)
                if max(likeness[each] for each in common) < _READ:
                    fit = min(fit, _UNSURE)
                if phrase.business not in best or best[phrase.business][0] < fit:
                    best[phrase.business] = (fit, phrase)
        return best

    def _weighed(self, said: list[Word]) -> dict[str, float]:
        weights: dict[str, float] = {}
        later = 1.0
        for word in said:
            weights[word.text] = self._weight(word.text) * later * word.share
            if word.text not in self._acts and word.text not in self._ignored:
                later = max(later * _LATER, _LEAST)
        return weights

    def _weight(self, word: str) -> float:
        """Rare words say more; what is done and little words say less than what it is done with."""
        if word in self._elsewhere:
            return self._rarity[""] * _WEIGHT_OF_ELSEWHERE
        if word in self._acts:
            return self._rarity.get(word, 1.0) * _WEIGHT_OF_ACT
        if word in self._ignored:
            return self._rarity.get(word, 0.0) * _WEIGHT_OF_IGNORED
        return self._rarity.get(word, self._rarity[""] * _WEIGHT_OF_UNKNOWN)

    def _phrase(self, business: int, words: frozenset[str]) -> _Phrase:
        weights = {word: self._weight(word) for word in sorted(words)}
        return _Phrase(business, weights, sum(weights.values()), main_act(words))


def load(path: Path = TABLE) -> BusinessTable:
    """Read the table. Raises `KnowledgeError` with everything there is to mend."""
    return BusinessTable(read(path))


def _undecided(ordered: list[Match]) -> list[Match]:
    """Nothing is sure where two codes fit the same words equally well ("potong kambing": farmed or slaughtered)."""
    if len(ordered) < 2 or ordered[1].fit < SURE or ordered[0].fit - ordered[1].fit > _TIE:
        return ordered
    return [replace(match, fit=min(match.fit, _UNSURE)) for match in ordered]


def _lexicon(contents: Contents) -> Lexicon:
    """Know every word of the table in the wording of `same`, so that both sides are read alike."""
    known = set(contents.same.values())
    plain = {word for business in contents.businesses for words in business.words for word in tokens(words)}
    words = frozenset(known | (plain - set(contents.same)))
    return Lexicon(
        contents.same,
        words,
        contents.ignored,
        where=contents.where,
        purpose=contents.purpose,
        denial=contents.denial,
        faint_denial=contents.faint_denial,
        asking=contents.asking,
        elsewhere=contents.elsewhere,
    )


def _rarity(said: list[tuple[int, frozenset[str]]], businesses: int) -> dict[str, float]:
    """Return a word's weight: the logarithm of how few businesses are called by it ("" is an unknown word)."""
    met = Counter(word for _, word in {(number, word) for number, words in said for word in words})
    return {word: math.log(1 + businesses / count) for word, count in met.items()} | {
        "": math.log(1 + businesses)
    }
