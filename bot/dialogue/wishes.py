"""Words that stop notices and let them come again: the whole message, in any spelling, or a plain request. Pure."""

from __future__ import annotations

import re
from typing import Literal

Wish = Literal["stop", "start"]
WORDS: dict[str, Wish] = {"stop": "stop", "berhenti": "stop", "start": "start", "mulai": "start"}
LONGEST = 80  # characters
_NO_MORE = re.compile(
    r"(?:(?:tolong|mohon|please|pls|sudah|udah)\s+)?(?:jangan|jgn|stop|berhenti|hentikan|dont|do\s+not)\s+(?:lagi\s+)?"
    r"(?:di)?(?:kirim\w*|ngirim\w*|mengirim\w*|send\w*)\s+(?:lagi\s+)?(?:(?:me|saya|aku)\s+)?(?:any\s+more\s+|any\s+|more\s+)?"
    r"(?:pesan|notif|notifikasi|wa|chat|sms|spam|pemberitahuan|pengingat|messages?|notifications?|notices|reminders?)"
    r"(?:\s+(?:ini|lagi|ya|dong|apa\s*apa|spam|kak|min|please|anymore|terus)){0,4}"
)
_MARKS = re.compile(r"[^\w\s]|_")


def wish_of(text: str) -> Wish | None:
    """Return what a message wishes that is nothing but such a word, or such a request; None for anything else."""
    if len(text) > LONGEST:
        return None
    said = " ".join(_MARKS.sub("", text).casefold().split())
    return WORDS.get(said) or ("stop" if _NO_MORE.fullmatch(said) else None)
