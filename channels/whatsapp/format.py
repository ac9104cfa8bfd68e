"""Cuts a text into messages that WhatsApp takes, its marks as they are (see `channels.markup`). Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence

from channels.markup import Kind, Span, spans

LIMIT = 1600
"""Longest body Twilio takes (error 21617). It says "characters"; counted here as UTF-16 units, the
stricter reading, in which an emoji is two."""

# Where a text may be cut, the best place first: paragraph, line, sentence, word.
_BOUNDARIES = tuple(re.compile(p) for p in (r"\n\s*\n", r"\n", r"(?<=[.!?…])\s", r"\s"))


def parts(text: str, limit: int = LIMIT) -> list[str]:
    """Return the text in pieces of at most `limit` UTF-16 units, in order; empty for a blank text.

    It is cut between paragraphs where that leaves no tiny piece, else between lines, sentences or
    words; within bold or italic only when that alone is longer than the limit, and inside a word only
    when that word is (a very long link).
    """
    rest, found = links_apart(text).strip(), []
    while units(rest) > limit:
        cut = _cut(rest, _fitting(rest, limit))
        found.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return [*found, rest] if rest else found


def links_apart(text: str) -> str:
    """Return the text with no mark right behind a link: in "_Sumber: https://..._" it comes before the link.

    An underscore or asterisk may belong to an address, and a phone would take it for its last letter.
    """
    pieces, at = [], 0
    for span in spans(text):
        link = _last_link(span)
        pieces += [text[at : span.start], _link_after(text, span, link) if link else _of(text, span)]
        at = span.end
    return "".join([*pieces, text[at:]])


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


def _last_link(span: Span) -> Span | None:
    """Return the link that bold or italic ends with, None when it ends with anything else."""
    last = span.inside[-1] if span.inside else None
    if last is None or last.end != span.end - 1:
        return None
    return last if last.kind is Kind.LINK else _last_link(last)


def _link_after(text: str, span: Span, link: Span) -> str:
    words, closing = text[span.start : link.start].rstrip(), text[link.end : span.end]
    while closing and words.endswith(closing[0]):  # nothing is left between these two marks
        words, closing = words[:-1].rstrip(), closing[1:]
    return f"{words}{closing} {_of(text, link)}".lstrip()


def _of(text: str, span: Span) -> str:
    return text[span.start : span.end]


def _cut(text: str, most: int) -> int:
    """Return where to cut, at most at `most`; a boundary in the first quarter is worse than the next kind."""
    whole = spans(text)
    return _boundary(text, most, whole) or _boundary(text, most, ()) or most


def _boundary(text: str, most: int, whole: Sequence[Span]) -> int:
    """Return the best boundary that is in none of the spans, 0 when there is none."""
    for boundary in _BOUNDARIES:
        places = [place for place in _places(boundary, text, most) if not _is_within(place, whole)]
        if places and (places[-1] * 4 >= most or boundary is _BOUNDARIES[-1]):
            return places[-1]
    return 0


def _places(boundary: re.Pattern[str], text: str, most: int) -> Iterator[int]:
    return (found.start() for found in boundary.finditer(text, 0, most + 1) if found.start() <= most)


def _is_within(place: int, whole: Sequence[Span]) -> bool:
    return any(span.start < place < span.end for span in whole)


def _canonical(text: str) -> str:
    return unicodedata.normalize("NFC", "\n".join(line.rstrip() for line in text.strip().splitlines()))
