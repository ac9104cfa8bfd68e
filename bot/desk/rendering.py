"""Turns what people wrote into safe HTML by the light markup: paragraphs, lists, bold, italic, links. Pure.

Everything is escaped where it is put in, and the tags are ours: no text brings one along.
"""

from __future__ import annotations

from collections.abc import Iterator

from markupsafe import Markup, escape

from channels.markup import Block, Kind, Span, bare, blocks, spans

MOST_MARKED = 20_000
"""Characters up to which marks are looked for; a longer text is shown as it stands."""
_TAGS = {Kind.BOLD: "strong", Kind.ITALIC: "em"}
_LINK = Markup('<a href="{0}" target="_blank" rel="noopener noreferrer nofollow">{0}</a>')


def render(text: str) -> Markup:
    """Return a text as HTML. Links are http(s) only, show where they lead, and tell the other side nothing."""
    if len(text) > MOST_MARKED:
        return Markup('<p class="plain">{}</p>').format(bare(text))
    return Markup("\n").join(_block(block) for block in blocks(text))


def _block(block: Block) -> Markup:
    if not block.is_list:
        return Markup("<p>{}</p>").format(_words(block.items[0]))
    tag = "ol" if block.numbers else "ul"
    items = Markup("").join(
        Markup("<li{}>{}</li>").format(value, _words(item))
        for value, item in zip(_values(block), block.items, strict=True)
    )
    return Markup("<{0}>{1}</{0}>").format(Markup(tag), items)  # noqa: S704  one of two words of ours


def _values(block: Block) -> Iterator[Markup]:
    """Yield what makes each item show its own number, where counting from one would not."""
    if not block.numbers:
        yield from (Markup() for _ in block.items)
    for before, number in zip((0, *block.numbers), block.numbers, strict=False):
        yield Markup() if number == before + 1 else Markup(' value="{}"').format(number)


def _words(text: str) -> Markup:
    return Markup("").join(_marked(text, spans(text), 0, len(text)))


def _marked(text: str, found: tuple[Span, ...], start: int, end: int) -> Iterator[Markup]:
    at = start
    for span in found:
        yield _lines(text[at : span.start])
        at = span.end
        if span.kind is Kind.LINK:
            yield _LINK.format(text[span.start : span.end])
        else:
            inside = Markup("").join(_marked(text, span.inside, span.start + 1, span.end - 1))
            yield Markup("<{0}>{1}</{0}>").format(Markup(_TAGS[span.kind]), inside)  # noqa: S704  ours
    yield _lines(text[at:end])


def _lines(text: str) -> Markup:
    return Markup("<br>\n").join(escape(line) for line in bare(text).split("\n"))
