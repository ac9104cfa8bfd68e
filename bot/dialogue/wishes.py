"""Words that stop notices and let them come again: the whole message, in any spelling. Pure."""

from __future__ import annotations

import re
from typing import Literal

Wish = Literal["stop", "start"]
WORDS: dict[str, Wish] = {"stop": "stop", "berhenti": "stop", "start": "start", "mulai": "start"}
_MARKS = re.compile(r"[^\w\s]|_")


def wish_of(text: str) -> Wish | None:
    """Return what a message wishes that is nothing but such a word; None for anything else."""
    return WORDS.get(_MARKS.sub("", text).strip().casefold()) if len(text) < 40 else None
