"""Files that stand in the middle of a text, as before MIME: uuencode and yEnc. Pure, in linear time."""

from __future__ import annotations

import binascii
import re
from collections.abc import Sequence
from functools import partial

from channels.email.mail import MailAttachment

_BEGIN = re.compile(
    r"^(?:begin (?:0?[0-7]{3}) (?P<uu>[^\n]{1,200})|=ybegin [^\n]{0,200}?name=(?P<y>[^\n]{1,200}))$",
    re.MULTILINE,
)
_UU_LINE = re.compile(r"[\x20-\x60]{1,62}$")
_MOST = 100


def without_files(text: str) -> tuple[str, list[MailAttachment]]:
    """Return a text without the files in it, and these files."""
    # A full line of uuencode begins with M; the end of a large file is beyond what is looked at of a text.
    if not any(sign in text for sign in ("\nend", "\nM", "=ybegin ")):
        return text, []
    kept: list[str] = []
    files: list[MailAttachment] = []
    at = 0
    while len(files) < _MOST and (begin := _BEGIN.search(text, at)):
        lines, end = _lines(text, begin.end() + 1, is_yenc=begin["y"] is not None)
        if end is None:
            kept.append(text[at : begin.end()])
            at = begin.end()
            continue
        name = (begin["uu"] or begin["y"]).strip().replace("\\", "/").rpartition("/")[2]
        size = sum(map(len, lines)) if begin["y"] else sum(ord(line[0]) - 32 & 63 for line in lines if line)
        # What is not there to its end, or has become text by its charset (yEnc), cannot be put together.
        is_whole = begin["y"] is None and end < len(text)
        content = partial(_put_together, lines) if is_whole else _nothing
        files.append(MailAttachment(name or "file", "application/octet-stream", size, content))
        kept.append(text[at : begin.start()])
        at = end
    return "".join([*kept, text[at:]]), files


def _lines(text: str, at: int, *, is_yenc: bool) -> tuple[list[str], int | None]:
    """Return the encoded lines from `at` and where the text goes on; None when no file begins there."""
    lines: list[str] = []
    while at < len(text):
        stop = text.find("\n", at)
        stop = len(text) if stop < 0 else stop
        line = text[at:stop]
        if line.startswith("=yend") if is_yenc else line.strip() == "end":
            return lines, stop
        if is_yenc:
            if not line.startswith("=ypart"):
                lines.append(line)
        elif _UU_LINE.match(line):
            lines.append(line)
        elif line.strip():
            return [], None
        at = stop + 1
    return lines, len(text) if lines else None


def _put_together(lines: Sequence[str]) -> bytes | None:
    try:
        return b"".join(binascii.a2b_uu(line.encode("ascii")) for line in lines)
    except (binascii.Error, UnicodeError):
        return None


def _nothing() -> None:
    return None
