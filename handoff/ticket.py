"""What a ticket is called, which kinds there are and which states. Pure."""

from __future__ import annotations

import re
from typing import Literal, get_args

Kind = Literal["konsultasi", "penjualan", "rekomendasi", "perpustakaan", "pengaduan"]
"""The decree's four services, and the complaint."""

PREFIXES: dict[Kind, str] = {
    "konsultasi": "KST",
    "penjualan": "PJL",
    "rekomendasi": "RKM",
    "perpustakaan": "PUS",
    "pengaduan": "ADU",
}
KINDS: tuple[Kind, ...] = get_args(Kind)

State = Literal["new", "requirements", "work", "citizen", "done", "idle", "cancelled"]
"""new: nobody has taken it; requirements: something the decree demands is missing; work: the office works on it;
citizen: the office waits for the citizen; done, idle (closed by the 7 days), cancelled: ends."""

OPEN: frozenset[State] = frozenset({"new", "requirements", "work", "citizen"})
ENDS: frozenset[State] = frozenset({"done", "idle", "cancelled"})

_NUMBER = re.compile(rf"\b({'|'.join(PREFIXES.values())})-(\d{{4}})-(\d{{5,9}})\b", re.IGNORECASE | re.ASCII)


def number(kind: Kind, *, year: int, count: int) -> str:
    """Return a ticket's number, e.g. KST-2026-00042 for the 42nd consultation of 2026."""
    return f"{PREFIXES[kind]}-{year}-{count:05d}"


def numbers_in(words: str) -> tuple[str, ...]:
    """Return the numbers of tickets that are named in a line of text, each once, in their order."""
    found = (f"{prefix.upper()}-{year}-{count}" for prefix, year, count in _NUMBER.findall(words))
    return tuple(dict.fromkeys(found))
