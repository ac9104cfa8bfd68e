"""What strangers write, made harmless to read: nothing in it turns around or hides what stands beside it. Pure."""

from __future__ import annotations

import re
import unicodedata

# Overrides, embeddings, isolates and marks of direction (Unicode TR 9): they may show a file name backwards.
_TURNING = "\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c"
_CONTROL = "\x00-\x08\x0b-\x1f\x7f-\x9f"
_SHOWN = re.compile(f"[{_TURNING}{_CONTROL}\u2028\u2029]")
_NOTHING = re.compile("[\u200b\u2060-\u2064\ufeff\u00ad]")  # without width: they only split words


def visible(text: str) -> str:
    """Return a text in which what cannot be seen can: a right-to-left override as "[U+202E]".

    Line ends stay. Joiners stay, too: emoji and several scripts need them. Writing from right to left is shown
    as it is by the browser, which isolates it (`<bdi>`, `dir="auto"`).
    """
    return _SHOWN.sub(_named, _NOTHING.sub("", text.replace("\r\n", "\n").replace("\r", "\n")))


def _named(found: re.Match[str]) -> str:
    return f"[U+{ord(found[0]):04X}]"


_REFERENCE = re.compile(r" \([0-9a-f]{12}\)\Z")  # what tells two complaints noted at the office apart


def address(kept: str | None) -> str:
    """Return a channel's address as people write it; nothing for none."""
    return _REFERENCE.sub("", visible(kept or "").removeprefix("whatsapp:"))


def line(text: str, most: int = 160) -> str:
    """Return the beginning of a text in one line, for lists."""
    words = " ".join(visible(text).split())
    if len(words) <= most:
        return words
    cut = words[: most - 1]
    while cut and unicodedata.combining(words[len(cut)]):
        cut = cut[:-1]  # no letter without its accents
    return cut.rstrip() + "…"
