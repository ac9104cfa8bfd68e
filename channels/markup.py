"""The light markup of what the office says: WhatsApp's own, for every channel to read. Pure.

`*bold*` and `_italic_` stand within one line and at the borders of words; lines that begin with "- " or
"1. " are a list, and a line below an item goes on with it when it is indented or nothing but a link (which
a phone has no room to indent); http(s) addresses are links. Inside
an address or a word an asterisk or underscore is only itself. Source: WhatsApp's help, "How to format your
messages". There is no sign to escape a mark, so whoever quotes somebody else does it with `literal`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

HAIR = "\u200a"
"""A space of next to no width: a mark beside a space marks nothing, in WhatsApp as here."""

LONGEST_PAIR = 1000
"""Characters between two marks; it bounds the search for the second one."""

# Neither controls nor characters that hide or turn around what an address says.
_LINK = re.compile(r"https?://[^\s<>\"'\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2060-\u2069]{1,2000}")
_AFTER_LINK = ".,;:!?)]}*_~…"  # ends the sentence or the bold, not the address
_AT_BORDER = re.compile(r"(?<![^\W_])[*_~]|[*_~](?![^\W_])")
_HAIRS = re.compile(f"{HAIR}*( ){HAIR}*|{HAIR}+")
_BULLET = re.compile(r"[-•] +(?=\S)")
_NUMBER = re.compile(r"(\d{1,2})\. +(?=\S)")


def _pair(marks: str) -> re.Pattern[str]:
    """Return a pattern of two marks of one kind; [^\\W_] is a letter or digit."""
    return re.compile(
        rf"(?<![^\W_])([{marks}])(?<!\1\1)(?!\s|\1)"
        rf"[^\n]{{1,{LONGEST_PAIR}}}?"
        r"(?<=\S)\1(?!\1)(?![^\W_])"
    )


# What may stand inside what: bold in italic and italic in bold, no deeper.
_PAIRS = {"*_": _pair("*_"), "*": _pair("*"), "_": _pair("_")}


class Kind(StrEnum):
    """What a stretch of text is."""

    BOLD = "*"
    ITALIC = "_"
    LINK = "link"


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch from `start` to before `end`; of bold and italic, the marks are its first and last character."""

    kind: Kind
    start: int
    end: int
    inside: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph (`items` is its text alone) or a list; `numbers` are those of a numbered one."""

    items: tuple[str, ...]
    is_list: bool = False
    numbers: tuple[int, ...] = ()


def spans(text: str) -> tuple[Span, ...]:
    """Return the bold, the italic and the links of a text, the outermost ones, in order."""
    links = tuple(Span(Kind.LINK, *place) for place in _links(text))
    return tuple(_within(_masked(text, links), links, 0, len(text), "*_"))


def plain(text: str) -> str:
    """Return the text without its marks; lists and links are readable as they are."""
    marks = set(_marks(spans(text)))
    return bare("".join(letter for at, letter in enumerate(text) if at not in marks))


def bare(text: str) -> str:
    """Return text without what `literal` put in, for where marks mean nothing any more."""
    return text.replace(HAIR, "")


def literal(words: str) -> str:
    """Return somebody else's words in one line in which nothing is marked up; links stay as they are."""
    line = " ".join(words.replace("`", "'").split())
    links = tuple(Span(Kind.LINK, *place) for place in _links(line))
    places = {found.start() for found in _AT_BORDER.finditer(_masked(line, links))}
    apart = "".join(f"{HAIR}{letter}{HAIR}" if at in places else letter for at, letter in enumerate(line))
    return _HAIRS.sub(lambda found: found[1] or HAIR, apart).strip(HAIR)


def blocks(text: str) -> tuple[Block, ...]:
    """Return the paragraphs and lists of a text; of a list's items, the marks at the beginning are gone."""
    found: list[_Growing] = []
    is_open = False
    for line in text.split("\n"):
        bullet, number = _BULLET.match(line), _NUMBER.match(line)
        if not line.strip():
            is_open = False
            continue
        kind = "bullets" if bullet else "numbers" if number else "words"
        item = line[mark.end() :] if (mark := bullet or number) else line.strip()
        is_same = is_open and found[-1].kind == kind
        goes_on = is_same or line[0].isspace() or _is_link(item)
        if kind == "words" and is_open and goes_on:
            found[-1].items[-1] += f"\n{item}"
        elif is_same:
            found[-1].items.append(item)
        else:
            found.append(_Growing(kind, [item], []))
        if number:
            found[-1].numbers.append(int(number[1]))
        is_open = True
    return tuple(Block(tuple(each.items), each.kind != "words", tuple(each.numbers)) for each in found)


@dataclass(slots=True)
class _Growing:
    kind: str
    items: list[str]
    numbers: list[int]


def _links(text: str) -> Iterator[tuple[int, int]]:
    for found in _LINK.finditer(text):
        address = found[0].rstrip(_AFTER_LINK)
        if address.partition("://")[2]:
            yield found.start(), found.start() + len(address)


def _is_link(line: str) -> bool:
    return next(_links(line), None) == (0, len(line))


def _masked(text: str, links: tuple[Span, ...]) -> str:
    """Return the text with letters in place of links, so that nothing in them is taken for a mark."""
    pieces, at = [], 0
    for link in links:
        pieces += [text[at : link.start], "x" * (link.end - link.start)]
        at = link.end
    return "".join([*pieces, text[at:]])


def _within(masked: str, links: tuple[Span, ...], start: int, end: int, marks: str) -> Iterator[Span]:
    at = start
    for found in _PAIRS[marks].finditer(masked, start, end) if marks else ():
        yield from (link for link in links if at <= link.start < found.start())
        kind, rest = Kind(found[1]), marks.replace(found[1], "")
        inside = _within(masked, links, found.start() + 1, found.end() - 1, rest)
        yield Span(kind, found.start(), found.end(), tuple(inside))
        at = found.end()
    yield from (link for link in links if at <= link.start < end)


def _marks(found: tuple[Span, ...]) -> Iterator[int]:
    for span in found:
        if span.kind is not Kind.LINK:
            yield from (span.start, span.end - 1)
            yield from _marks(span.inside)
