"""Turns what people wrote into safe HTML: links, and WhatsApp's *bold*, _italic_, ~strike~, ```code```
and lists. Pure.

Everything is escaped before anything is marked up, so that no text can bring a tag of its own.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from markupsafe import Markup, escape

_URL = re.compile(r"https?://[^\s<>\"'\ue000\ue001]+")
_AFTER_URL = ".,;:!?)]}*_~…"  # ends the sentence or the bold, not the address
_PLACE = re.compile("\ue000([0-9]+)\ue001")  # private-use characters hold a link's place meanwhile

# WhatsApp marks up within one line, only around words: 2*3*4 and snake_case_name stay as they are.
# [^\W_] is a letter or digit; an escaped quotation mark ends in a semicolon.
_MARKS = tuple(
    (
        re.compile(rf"(?<![^\W_])(?<!{mark}){mark}(?=[^\s{mark}])([^\n]*?)(?<=\S){mark}(?!{mark})(?![^\W_])"),
        tag,
    )
    for mark, tag in ((r"\*", "strong"), ("_", "em"), ("~", "s"))
)
_CODE = re.compile(r"```([^`]+)```")
_ITEM = re.compile(r"^(?:[-*•]|(\d{1,2}\.)) +(\S[^\n]*)(?:\n|$)", re.MULTILINE)


def whatsapp(text: str) -> Markup:
    """Return a WhatsApp message as HTML."""
    return _with_links(text, _marked)


def plain(text: str) -> Markup:
    """Return a mail's plain text as HTML, with links."""
    return _with_links(text, lambda escaped: escaped)


def _marked(escaped: str) -> str:
    marked = _CODE.sub(r"<code>\1</code>", escaped)
    for pattern, tag in _MARKS:
        marked = pattern.sub(rf"<{tag}>\1</{tag}>", marked)
    # Code is shown as it was typed, and may go over several lines.
    return marked if "<code>" in marked else _ITEM.sub(_item, marked)


def _item(found: re.Match[str]) -> str:
    return f'<span class="item"><span class="mark">{found[1] or "•"}</span> {found[2]}</span>'


def _with_links(text: str, mark: Callable[[str], str]) -> Markup:
    links: list[str] = []

    def set_aside(found: re.Match[str]) -> str:
        address = found[0].rstrip(_AFTER_URL)
        links.append(address)
        return f"\ue000{len(links) - 1}\ue001{found[0][len(address) :]}"

    bare = text.replace("\ue000", "").replace("\ue001", "")
    marked = mark(str(escape(_URL.sub(set_aside, bare))))
    return Markup(_PLACE.sub(lambda place: _anchor(links[int(place[1])]), marked))  # noqa: S704  # escaped above


def _anchor(address: str) -> str:
    safe = escape(address)
    return f'<a href="{safe}" target="_blank" rel="noopener noreferrer">{safe}</a>'
