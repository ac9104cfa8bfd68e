"""Finds what a number in a text is: a year, or the code of a classification.

"2023" is a year, "56101" a code (KBLI has one letter, or two to five digits), and neither stands in a
telephone number, a postcode or a price. Shorter codes count only after a word that announces them
("golongan 561", "kbli 56"); "kbli 2020" is an edition.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

YEAR_KIND, CODE_KIND = "tahun", "kode"

# "2023", "th2023", "2023an", "sp2020" (a census); the office keeps data of these years.
YEAR = re.compile(r"(?:th|thn|tahun|sp|st|se)?(199\d|20[0-2]\d|203[0-5])(?:an|nya)?")
FULL_CODE = re.compile(r"(?:kbli)?(\d{5})")
SHORT_CODE = re.compile(r"\d{2,4}|[a-v]")
DIGITS = re.compile(r"\d+")
SHORTEST_TELEPHONE = 8  # digits
ANNOUNCING = {
    "kbli",
    "kode",
    "kodenya",
    "golongan",
    "subgolongan",
    "kelompok",
    "kategori",
    "code",
    "category",
}
FILLING = {"kbli", "nomor", "no", "angka", "pokok", "2025"}  # "kode kbli nomor 56", "golongan pokok 56"
LETTERS_AFTER = {"kategori", "category", "kbli"}
NO_CODE_AFTER = {
    "pos",
    "rp",
    "postal",
    "zip",
    "idr",
    "postcode",
    "polisi",
    "plat",
    "resi",
    "undian",
    "otp",
    "pin",
}
NO_CODE_BEFORE = {"orang", "jiwa", "rupiah", "ribu", "juta", "responden", "sampel", "kali"}


@dataclass(frozen=True)
class Numeral:
    """The word at index `at` is a year or a code."""

    at: int
    kind: str
    value: str


def numerals(words: Sequence[str]) -> Iterator[Numeral]:
    """Yield the years and codes among `words` (lower-case), from left to right, each word once."""
    taken = set(_telephones(words))
    for at, word in enumerate(words):
        if at in taken:
            continue
        year, code = YEAR.fullmatch(word), FULL_CODE.fullmatch(word)
        if year:
            yield Numeral(at, YEAR_KIND, year[1])
        elif code and not _is_an_amount(words, at):
            yield Numeral(at, CODE_KIND, code[1])
        elif SHORT_CODE.fullmatch(word) and _is_announced(words, at):
            yield Numeral(at, CODE_KIND, word.upper())


def _telephones(words: Sequence[str]) -> Iterator[int]:
    """Yield the indices of digits that are a telephone number, however it is parted by signs."""
    at = 0
    while at < len(words):
        end = at
        while end < len(words) and DIGITS.fullmatch(words[end]):
            end += 1
        is_long = sum(map(len, words[at:end])) >= SHORTEST_TELEPHONE
        if end > at and is_long and words[at].startswith(("0", "62")):
            yield from range(at, end)
        at = max(end, at + 1)


def _is_an_amount(words: Sequence[str], at: int) -> bool:
    before = words[at - 1] if at else ""
    after = words[at + 1] if at + 1 < len(words) else ""
    return before in NO_CODE_AFTER or after in NO_CODE_BEFORE or _is_of_post(words)


def _is_of_post(words: Sequence[str]) -> bool:
    """Tell whether somebody speaks of postcodes and not of codes of the KBLI."""
    is_named = any(words[at : at + 2] == ["kode", "pos"] for at in range(len(words)))
    return (is_named or not {"kodepos", "postcode"}.isdisjoint(words)) and "kbli" not in words


def _is_announced(words: Sequence[str], at: int) -> bool:
    """A letter needs the word right before it: "kategori g"; digits may follow further words."""
    back = at - 1
    while not words[at].isalpha() and back > 0 and words[back] in FILLING:
        back -= 1
    announcing = LETTERS_AFTER if words[at].isalpha() else ANNOUNCING
    return back >= 0 and words[back] in announcing
