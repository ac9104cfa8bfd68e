"""Shows the HTML part of a mail within a page, as web mail does: known tags only, and no more of them. Pure.

Whatever is not on the list is left out (its words stay, but not those of scripts and styles), so that a
mail can neither run nor load anything nor change the page around it; the page's own style sheet dresses it.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser

from markupsafe import Markup, escape

_TAGS = frozenset({"p", "div", "strong", "b", "em", "i", "ul", "ol", "li", "a", "br"})
_UNSHOWN = frozenset({"head", "script", "style", "title", "template", "noscript", "iframe", "svg", "math"})
# Which attributes may stay, and what their values may be.
_VALUES = {
    ("a", "href"): re.compile(r"https?://[^\s<>\"']+"),
    ("li", "value"): re.compile(r"\d{1,4}"),
    ("div", "lang"): re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})?"),
}


def mail(html: str) -> Markup:
    """Return what may be shown of an HTML part; its tags are closed in their order."""
    shown = _Shown()
    shown.feed(html)
    shown.close()
    return Markup(shown.whole())  # noqa: S704  # tags from the list above, everything else escaped


class _Shown(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._pieces: list[str] = []
        self._open: list[str] = []
        self._unshown: list[str] = []

    def whole(self) -> str:
        """Return what was read, with every open tag closed."""
        return "".join([*self._pieces, *(f"</{tag}>" for tag in reversed(self._open))]).strip()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._unshown or tag in _UNSHOWN:
            self._unshown += [tag] if tag in _UNSHOWN else []
        elif tag in _TAGS:
            self._pieces.append(f"<{tag}{_kept(tag, attrs)}>")
            self._open += [tag] if tag != "br" else []

    def handle_endtag(self, tag: str) -> None:
        if self._unshown:
            if tag == self._unshown[-1]:
                self._unshown.pop()
        elif tag in self._open:
            while (last := self._open.pop()) != tag:
                self._pieces.append(f"</{last}>")
            self._pieces.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        if not self._unshown:
            self._pieces.append(str(escape(data)))


def _kept(tag: str, attrs: list[tuple[str, str | None]]) -> str:
    kept = {
        name: value
        for name, value in attrs
        if value and (pattern := _VALUES.get((tag, name))) and pattern.fullmatch(value)
    }
    words = "".join(f' {name}="{escape(value)}"' for name, value in kept.items())
    return words + (' target="_blank" rel="noopener noreferrer"' if "href" in kept else "")
