"""Takes Indonesian, Javanese and English affixes from a word."""

from __future__ import annotations

from collections.abc import Iterator

SHORTEST_ROOT = 4
_SUFFIXES = (
    "nya", "kan", "ku", "mu", "ne", "an", "in", "e", "i", "nipun", "ipun", "ake", "ke", "aken", "lah", "kah", "pun",
    "annya", "kannya", "nan", "s", "es", "ing",
)  # fmt: skip
# A prefix, and the letter that it swallowed: "menenun" is "tenun", "nyewa" is "sewa", "ngirim" is "kirim".
_PREFIXES = (
    ("meng", ""), ("mem", ""), ("men", ""), ("me", ""), ("ber", ""), ("peng", ""), ("pem", ""), ("pen", ""),
    ("pe", ""), ("di", ""), ("ng", ""), ("ny", ""), ("nge", ""), ("se", ""), ("ke", ""), ("ter", ""), ("tak", ""),
    ("n", ""), ("m", ""), ("dipun", ""), ("menge", ""), ("per", ""), ("memper", ""), ("penge", ""),
    ("meny", "s"), ("peny", "s"), ("ny", "s"), ("ny", "c"), ("meng", "k"), ("peng", "k"), ("ng", "k"),
    ("men", "t"), ("pen", "t"), ("n", "t"), ("mem", "p"), ("pem", "p"), ("m", "p"),
)  # fmt: skip


def roots(word: str) -> Iterator[str]:
    """Yield what may be the root of `word`, at least four letters long; the likeliest first."""
    heads = [("", ""), *(each for each in _PREFIXES if word.startswith(each[0]))]
    tails = ["", *(suffix for suffix in _SUFFIXES if word.endswith(suffix))]
    for prefix, swallowed in heads:
        for suffix in tails:
            root = swallowed + word[len(prefix) : len(word) - len(suffix)]
            if len(root) >= SHORTEST_ROOT and root != word:
                yield root
