"""The HTML of a mail as officers may see it: without scripts, forms, styles and anything from outside. Pure.

What is allowed is listed; whatever is not there is gone (nh3 parses as browsers do). Nothing is loaded: no
picture, sheet or font, so that nobody learns that a mail was opened. A link shows where it really leads.
"""

from __future__ import annotations

import re
from html import escape
from html.parser import HTMLParser
from urllib.parse import urlsplit, urlunsplit

import nh3

MAX_CHARACTERS = 1_000_000

_TEXT = set("a abbr b blockquote br caption code dd del div dl dt em h1 h2 h3 h4 h5 h6 hr i ins".split())
_MORE = set(
    "li ol p pre q s small span strike strong sub sup table tbody td tfoot th thead tr tt u ul".split()
)
_TAGS = _TEXT | _MORE
_ATTRIBUTES = {
    "a": {"href"},
    "ol": {"start"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
}
_SCHEMES = {"http", "https", "mailto", "tel"}
# Of these the words go, too: nobody wrote them.
_WITHOUT_CONTENT = set(
    "script style template title noscript iframe object embed applet svg math select textarea".split()
)
_VOID = {"br", "hr"}
_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u00ad]")
_SPACES = re.compile(r"\s+")
_LONGEST_TARGET = 300


def safe_html(source: str) -> str:
    """Return what may be put into a page; of more than MAX_CHARACTERS the beginning."""
    clean = nh3.clean(
        source[:MAX_CHARACTERS].replace("\x00", ""),
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        clean_content_tags=_WITHOUT_CONTENT,
        url_schemes=_SCHEMES,
        # Relative links would lead into the console itself.
        url_relative="deny",
        strip_comments=True,
        link_rel="noopener noreferrer nofollow",
    )
    return _Targets().of(clean)


class _Targets(HTMLParser):
    """Writes clean HTML again, each link followed by its real target where its words say anything else."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._out: list[str] = []
        self._target: str | None = None
        self._words: list[str] = []

    def of(self, clean: str) -> str:
        self.feed(clean)
        self.close()
        self._end_link()
        return "".join(self._out)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self._end_link()
            self._target, self._words = dict(attrs).get("href"), []
        self._out.append(f"<{tag}{''.join(_attribute(*each) for each in attrs)}>")

    def handle_endtag(self, tag: str) -> None:
        if tag in _VOID:
            return
        self._out.append(f"</{tag}>")
        if tag == "a":
            self._end_link()

    def handle_data(self, data: str) -> None:
        self._words.append(data)
        self._out.append(escape(data))

    def _end_link(self) -> None:
        target, words = self._target, "".join(self._words)
        self._target = None
        if target is not None and not _says(words, target):
            self._out.append(f" <code>[{escape(_shown(target))}]</code>")


def _attribute(name: str, value: str | None) -> str:
    return f' {name}="{escape(value or "")}"'


def _says(words: str, target: str) -> bool:
    """Tell whether a link's words are its target, give or take what browsers leave out."""
    return _bare(words) == _bare(target)


def _bare(address: str) -> str:
    seen = _SPACES.sub("", address)  # not without invisible letters: they make it another one to a reader
    for scheme in ("https://", "http://", "mailto:", "tel:"):
        seen = seen.removeprefix(scheme)
    return seen.rstrip("/")


def _shown(target: str) -> str:
    """Return a target that can be read: the host as it is looked up, so that no letter looks like another."""
    plain = _INVISIBLE.sub("", _SPACES.sub("", target))
    try:
        parts = urlsplit(plain)
        host = parts.hostname or ""
        if host and ("@" in parts.netloc or not host.isascii()):
            # Who reads "https://www.bps.go.id@example.org" takes a user's name for the host.
            port = f":{parts.port}" if parts.port else ""
            plain = urlunsplit(parts._replace(netloc=host.encode("idna").decode("ascii") + port))
    except (ValueError, UnicodeError):
        pass  # shown as it stands
    return plain if len(plain) <= _LONGEST_TARGET else plain[:_LONGEST_TARGET] + "…"
