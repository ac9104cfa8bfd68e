"""Cuts a text into messages that WhatsApp takes. Pure."""

from __future__ import annotations

import re
import unicodedata

LIMIT = 1600
"""Longest body Twilio takes (error 21617). It says "characters"; counted here as UTF-16 units, the
stricter reading, in which an emoji is two."""

# Where a text may be cut, the best place first: paragraph, line, sentence, word.
_BOUNDARIES = tuple(re.compile(p) for p in (r"\n\s*\n", r"\n", r"(?<=[.!?…])\s", r"\s"))


def parts(text: str, limit: int = LIMIT) -> list[str]:
    """Return the text in pieces of at most `limit` UTF-16 units, in order; empty for a blank text.

    It is cut between paragraphs where that leaves no tiny piece, else between lines, sentences or
    words; inside a word only when that word alone is longer than the limit (a very long link).
    """
    rest, found = text.strip(), []
    while units(rest) > limit:
        cut = _cut(rest, _fitting(rest, limit))
        found.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return [*found, rest] if rest else found


def units(text: str) -> int:
    """Return the length in UTF-16 code units."""
    return len(text) + sum(character > "\uffff" for character in text)


def is_same(one: str, other: str) -> bool:
    """Tell whether two bodies are the same message, though a carrier changed line ends or outer blanks."""
    return _canonical(one) == _canonical(other)


def _fitting(text: str, limit: int) -> int:
    """Return how many characters from the start fit; at least one."""
    used = 0
    for count, character in enumerate(text):
        used += units(character)
        if used > limit:
            return max(count, 1)
    return len(text)


def _cut(text: str, most: int) -> int:
    """Return where to cut, at most at `most`; a boundary in the first quarter is worse than the next kind."""
    for boundary in _BOUNDARIES:
        places = [found.start() for found in boundary.finditer(text, 0, most + 1) if found.start() <= most]
        if places and (places[-1] * 4 >= most or boundary is _BOUNDARIES[-1]):
            return places[-1]
    return most


def _canonical(text: str) -> str:
    return unicodedata.normalize("NFC", "\n".join(line.rstrip() for line in text.strip().splitlines()))
