"""Writes the HTML part of a mail from the light markup. Pure.

Everything that is said is escaped where it is put in, and the tags are ours: no text brings one along.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from channels.markup import Block, Kind, Span, bare, blocks, spans

_TAGS = {Kind.BOLD: "strong", Kind.ITALIC: "em"}
# In style attributes, as mail programs drop style sheets. A long address breaks instead of widening
# the page; the column is no wider than is good to read, and as narrow as the phone.
_PAGE = (
    "max-width:38em;padding:8px;font-family:Arial,Helvetica,sans-serif;font-size:16px;line-height:1.5;"
    "overflow-wrap:anywhere;word-break:break-word"
)
_PARAGRAPH = "margin:0 0 1em"
_LIST = "margin:0 0 1em;padding-left:1.75em"
_ITEM = "margin:0 0 .25em"


def to_html(text: str, language: str) -> str:
    """Return a text as an HTML page; `language` is "id" or "en"."""
    body = "\n".join(_block(block) for block in blocks(text))
    tongue = escape(language)
    # Some mail programs show the body's content only, so the language stands on it, too (WCAG 2.2, 3.1.1).
    return (
        f'<!DOCTYPE html>\n<html lang="{tongue}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"></head><body>\n'
        f'<div lang="{tongue}" style="{_PAGE}">\n{body}\n</div>\n</body></html>\n'
    )


def _block(block: Block) -> str:
    if not block.is_list:
        return f'<p style="{_PARAGRAPH}">{_words(block.items[0])}</p>'
    tag = "ol" if block.numbers else "ul"
    items = "\n".join(
        f'<li{value} style="{_ITEM}">{_words(item)}</li>'
        for value, item in zip(_values(block), block.items, strict=True)
    )
    return f'<{tag} style="{_LIST}">\n{items}\n</{tag}>'


def _values(block: Block) -> Iterator[str]:
    """Yield what makes each item show its own number, where counting from one would not."""
    if not block.numbers:
        yield from ("" for _ in block.items)
    for before, number in zip((0, *block.numbers), block.numbers, strict=False):
        yield "" if number == before + 1 else f' value="{number}"'


def _words(text: str) -> str:
    return "".join(_marked(text, spans(text), 0, len(text)))


def _marked(text: str, found: tuple[Span, ...], start: int, end: int) -> Iterator[str]:
    at = start
    for span in found:
        yield _escaped(text[at : span.start])
        at = span.end
        if span.kind is Kind.LINK:
            link = escape(text[span.start : span.end])
            yield f'<a href="{link}">{link}</a>'
        else:
            tag = _TAGS[span.kind]
            yield f"<{tag}>{''.join(_marked(text, span.inside, span.start + 1, span.end - 1))}</{tag}>"
    yield _escaped(text[at:end])


def _escaped(text: str) -> str:
    return escape(bare(text)).replace("\n", "<br>\n")
