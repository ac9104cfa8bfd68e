"""Recognise the choice of a numbered suggestion: "2", "no 2", "yang kedua", a tapped button."""

from __future__ import annotations

import re

_NUMBER = re.compile(
    r"(?:(?:no|nomor|nomer|pilihan|pilih|opsi|yg|yang)\.?\s*)*(?:ke-?\s*)?(\d{1,2})\s*[.)!]*"
)
_WORDS = {
    "pertama": 1, "kesatu": 1, "satu": 1, "first": 1, "one": 1,
    "kedua": 2, "dua": 2, "second": 2, "two": 2,
    "ketiga": 3, "tiga": 3, "third": 3, "three": 3,
}  # fmt: skip
_ORDINAL = re.compile(
    r"(?:(?:yg|yang|the|pilihan|pilih|nomor|no)\s+)*([a-z]+)(?:\s+(?:aja|saja|one|ya|dong))*"
)


def chosen_number(text: str) -> int | None:
    """Return the number a short reply names, or None when the text is anything else."""
    plain = text.strip().lower().rstrip("!. ")
    if match := _NUMBER.fullmatch(plain):
        return int(match[1])
    if match := _ORDINAL.fullmatch(plain):
        return _WORDS.get(match[1])
    return None


def is_tap_on(text: str, title: str) -> bool:
    """Tell whether what was tapped bore that title; buttons show the beginning of a long one.

    `text` is what the channel told of the button, its number where it told no words. Marks do not count.
    """
    shown = _bare(text)
    return shown.isdecimal() or (bool(shown) and _bare(title).startswith(shown))


def _bare(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))
