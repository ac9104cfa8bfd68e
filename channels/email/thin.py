"""Takes a raw mail apart without holding it several times over. Pure.

Python's parser makes a str of every line and joins them again: 25 MB become 200. What stands between two
boundaries is opaque to it, so of a large mail the long stretches there are left out before it looks, and read
from the raw bytes when they are asked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesFeedParser
from typing import Any

from channels.email.headers import BoundedPolicy

LARGE_BYTES = 1_048_576
"""Mails up to this size are taken apart as they are."""
KEPT_BYTES = 131_072
"""So much of a stretch stays before what is left out: more than the header of a mail inside a mail has."""

_TAIL_BYTES = 64  # the line end before a boundary, and the padding of base64
_FED_BYTES = 65_536
_MOST_BOUNDARIES = 1_000
_POLICY = BoundedPolicy()
_BOUNDARY = re.compile(rb"boundary[ \t]*=[ \t\r\n]*(?:\"([^\"\r\n]{1,200})|([^\s\";]{1,200}))", re.IGNORECASE)
# In pieces, with a charset, or spaced in some other way (RFC 2231): no literal value can be told.
_ODD_BOUNDARY = re.compile(rb"boundary(?:\*|[ \t]*[\r\n]|[ \t]*=[ \t\r\n]*[\"\\(;])", re.IGNORECASE)
_BLANK_LINE = re.compile(rb"\r?\n\r?\n|\r\r")


@dataclass(frozen=True, slots=True)
class Source:
    """A raw mail, and the `mark` before the places of what was left out of it; empty when nothing was."""

    raw: bytes = b""
    mark: bytes = b""

    def pieces(self, thin: bytes) -> Iterator[tuple[bytes, int, int]]:
        """Yield what makes up a content: (bytes, start, end) of each piece, in order."""
        if not self.mark or self.mark not in thin:
            yield thin, 0, len(thin)
            return
        at = 0
        for left_out in re.finditer(re.escape(self.mark) + rb"([0-9]{1,12})-([0-9]{1,12})\.", thin):
            yield thin, at, left_out.start()
            yield self.raw, int(left_out[1]), int(left_out[2])
            at = left_out.end()
        yield thin, at, len(thin)

    def whole(self, thin: bytes, most: int | None = None) -> bytes:
        """Return a content with what was left out of it; only its first `most` bytes, if that is said."""
        found: list[memoryview] = []
        left = most
        for data, start, end in self.pieces(thin):
            stop = end if left is None else min(end, start + left)
            found.append(memoryview(data)[start:stop])
            if left is not None:
                left -= stop - start
                if not left:
                    break
        return b"".join(found)

    def length(self, thin: bytes) -> int:
        """Return the length of a content with what was left out of it."""
        return sum(end - start for _, start, end in self.pieces(thin))

    def count(self, thin: bytes, wanted: bytes) -> int:
        """Count within a content, without putting it together; stretches begin and end between lines."""
        return sum(data.count(wanted, start, end) for data, start, end in self.pieces(thin))


class Part(Message):
    """A part of a mail that knows where what was left out of it stands."""

    source = Source()


def parsed(raw: bytes, *, large: int = LARGE_BYTES, kept: int = KEPT_BYTES) -> Message:
    """Take a raw mail apart, without the long stretches when it has more than `large` bytes."""
    source, thin = Source(), raw
    if len(raw) > large:
        source, thin = _thinned(raw, kept)

    def part(policy: Any = _POLICY) -> Part:
        made = Part(policy=policy)
        made.source = source
        return made

    parser: BytesFeedParser[Any] = BytesFeedParser(part, policy=_POLICY)
    for start in range(0, len(thin), _FED_BYTES):
        # In pieces: `parsebytes` copies the whole several times over.
        parser.feed(thin[start : start + _FED_BYTES])
    message: Message = parser.close()
    return message


def _thinned(raw: bytes, kept: int) -> tuple[Source, bytes]:
    number = 0
    while (mark := b"pst-left-out-%d:" % number) in raw:
        number += 1
    pieces: list[bytes] = []
    at = 0
    for start, end in _stretches(raw):
        cut_from, cut_to = _inside(raw, start, end, kept)
        if cut_to - cut_from > kept:
            pieces += [raw[at:cut_from], b"%s%d-%d." % (mark, cut_from, cut_to)]
            at = cut_to
    return (Source(raw, mark), b"".join([*pieces, raw[at:]])) if pieces else (Source(), raw)


def _stretches(raw: bytes) -> Iterator[tuple[int, int]]:
    """Yield what stands between two lines that may be boundaries."""
    at = 0
    for found in _boundary_line(raw).finditer(raw):
        yield at, found.start()
        at = found.start()
    yield at, len(raw)


def _boundary_line(raw: bytes) -> re.Pattern[bytes]:
    """Return what a line looks like that may be a boundary: any with two hyphens, where it cannot be told."""
    declared = {(one[1] or one[2]).rstrip() for one in _BOUNDARY.finditer(raw)}
    if len(declared) > _MOST_BOUNDARIES or _ODD_BOUNDARY.search(raw) or not all(declared):
        return re.compile(rb"[\r\n]--")
    if not declared:
        return re.compile(rb"(?!)")
    return re.compile(rb"[\r\n]--(?:" + b"|".join(re.escape(one) for one in sorted(declared)) + rb")")


def _inside(raw: bytes, start: int, end: int, kept: int) -> tuple[int, int]:
    """Return what of a stretch can be left out: behind its header fields, and whole lines where it has lines."""
    blank = _BLANK_LINE.search(raw, start, end)
    if blank is None:
        return end, end
    cut_from, cut_to = blank.end() + kept, end - _TAIL_BYTES
    if cut_from >= cut_to:
        return end, end
    line, last = raw.find(b"\n", cut_from, cut_to), raw.rfind(b"\n", cut_from, cut_to)
    return (line + 1, last + 1) if 0 <= line < last else (cut_from, cut_to)
