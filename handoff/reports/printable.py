"""What the report's fonts can show. Pure.

A PDF/UA file shows every character it has, so one that no font of ours can show must not get there: pictures (an emoji
in an officer's name) are left out, letters are shown as U+FFFD, and the report is made all the same.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any

UNKNOWN = "\ufffd"
_BREAK = "\u200b"  # zero width space
LONGEST_WORD = 30
"""Characters; a longer one (an address) would run over the next column of a table, and may break after so many."""
SHOWN = (
    ("\n", "\n"),
    (" ", "~"),
    ("\u00a0", "\u03ff"),  # Latin and Greek with their signs
    ("\u0400", "\u04ff"),
    ("\u1e00", "\u1fff"),
    ("\u2000", "\u2040"),
    ("\u2070", "\u20bf"),
    ("\u2190", "\u23ff"),
    ("\u2460", "\u25ff"),
    ("\u2b00", "\u2bff"),
    (UNKNOWN, UNKNOWN),
    (_BREAK, _BREAK),
)
"""Ranges whose assigned characters Libertinus and typst's other fonts show, as the tests try them one by one."""
_SHOWN = "".join(f"{re.escape(first)}-{re.escape(last)}" for first, last in SHOWN)
_OTHERS = re.compile(f"[^{_SHOWN}]+")
_LONG = re.compile(rf"\S{{{LONGEST_WORD}}}(?=\S)")


def printable(text: str) -> str:
    """Return a text of which every character can be shown; pictures, and what only joins or turns, are left out."""
    plain = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\t", " "))
    seen = "".join(each for each in plain if each == "\n" or not _is_unseen(each))
    return _OTHERS.sub(_named, seen)


def breakable(text: str) -> str:
    """Return the same with places at which a long word may break."""
    return _LONG.sub(lambda word: word[0] + _BREAK, printable(text))


def all_printable(value: Any) -> Any:
    """Return plain values (dicts, lists, texts) with every text printable."""
    match value:
        case str():
            return printable(value)
        case list():
            return [all_printable(each) for each in value]
        case dict():
            return {key: all_printable(each) for key, each in value.items()}
    return value


def _named(found: re.Match[str]) -> str:
    is_picture = all(unicodedata.category(each) in {"So", "Sk"} for each in found[0])
    return "" if is_picture else UNKNOWN


def _is_unseen(each: str) -> bool:
    if each == _BREAK:
        return False
    is_selector = "\ufe00" <= each <= "\ufe0f"
    return is_selector or unicodedata.category(each) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
