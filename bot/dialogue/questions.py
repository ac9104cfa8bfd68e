"""Take a message apart into what is asked in it: lines of a chat, sentences of a letter. Pure."""

from __future__ import annotations

import re

MOST = 6  # questions of one message that are looked at one by one; the rest is read as a whole
_BREAK = re.compile(r"(?<=[?!])\s*|(?<=[.;])\s+(?=\D)|\n+|,\s*(?:dan|serta|terus|trus|lalu|and|also)\s+")
_LIST_MARK = re.compile(r"^\s*(?:[-*•]|\(?\d{1,2}[.)]|[a-h][.)])\s+")
_LETTERS = re.compile(r"[^\W\d_]{2,}")


def pieces(text: str) -> tuple[str, ...]:
    """Return the sentences and lines of a text, at most `MOST`, in order; one piece when it has no parts.

    List marks are taken off; what holds no word is left out.
    """
    found = [_LIST_MARK.sub("", part).strip() for part in _BREAK.split(text)]
    spoken = tuple(part for part in found if _LETTERS.search(part))
    return spoken[:MOST] if spoken else (text.strip(),)
