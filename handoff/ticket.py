"""What a ticket is called. Pure."""

from __future__ import annotations

import re

PREFIXES = {"konsultasi": "KST"}

_NUMBER = re.compile(rf"\b({'|'.join(PREFIXES.values())})-(\d{{4}})-(\d{{5,9}})\b", re.IGNORECASE | re.ASCII)


def number(kind: str, *, year: int, count: int) -> str:
    """Return a ticket's number, e.g. KST-2026-00042 for the 42nd consultation of 2026."""
    return f"{PREFIXES[kind]}-{year}-{count:05d}"


def numbers_in(words: str) -> tuple[str, ...]:
    """Return the numbers of tickets that are named in a line of text, each once, in their order."""
    found = (f"{prefix.upper()}-{year}-{count}" for prefix, year, count in _NUMBER.findall(words))
    return tuple(dict.fromkeys(found))
