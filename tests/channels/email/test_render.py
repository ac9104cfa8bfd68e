"""The HTML part of a mail: marks, lists and links, and nothing that the words bring along."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.email.render import to_html
from channels.markup import literal, plain

PIECES = st.lists(
    st.sampled_from(
        [
            *(
                "*",
                "_",
                "`",
                "~",
                " ",
                "a",
                "é",
                "\n",
                "\n\n",
                "- ",
                "1. ",
                "9. ",
                "&amp;",
                "&",
                "'",
                '"',
                ">",
            ),
            *(
                "<",
                "</p>",
                "<script>",
                "<a href='javascript:alert(1)'>",
                "https://x.id/_a_?b='",
                "javascript:",
            ),
            *("http://x.id/<b>", "onerror=", "data:text/html,x", "\u202e", "\x1b"),
        ]
    ),
    max_size=25,
)
TEXTS = PIECES.map("".join)


class Reader(HTMLParser):
    """Reads a page as a browser does: tags in their order, attributes, and the words."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.names: set[str] = set()
        self.words = ""
        self._open: list[str] = []
        self.feed(page)
        self.close()
        assert not self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.names |= {name for name, _ in attrs}
        self.links += [value or "" for name, value in attrs if name == "href"]
        if tag not in {"br", "meta"}:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words += data


def body(text: str, language: str = "id") -> str:
    """Return what stands in the page, without the styles."""
    page = re.sub(r' style="[^"]*"', "", to_html(text, language))
    found = re.search(r"<div[^>]*>\n(.*)\n</div>", page, re.DOTALL)
    assert found is not None
    return found[1]


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("Halo,\nWarga.\n\nSalam", "<p>Halo,<br>\nWarga.</p>\n<p>Salam</p>"),
        (
            "*1. Biaya*\n_gratis *sekali*_",
            "<p><strong>1. Biaya</strong><br>\n<em>gratis <strong>sekali</strong></em></p>",
        ),
        (
            "Syarat:\n1. a\n   b\n2. c",
            "<p>Syarat:</p>\n<ol>\n<li>a<br>\nb</li>\n<li>c</li>\n</ol>",
        ),
        ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>"),
        (
            "3. a\n4. b\n7. c",
            '<ol>\n<li value="3">a</li>\n<li>b</li>\n<li value="7">c</li>\n</ol>',
        ),
        (
            "_Sumber: https://example.org/a_b?c=1&d=2_",
            '<p><em>Sumber: <a href="https://example.org/a_b?c=1&amp;d=2">'
            "https://example.org/a_b?c=1&amp;d=2</a></em></p>",
        ),
        ("<b>*x*</b>", "<p>&lt;b&gt;<strong>x</strong>&lt;/b&gt;</p>"),
        (f"- {literal('*penting* _x_ <i>')}", "<ul>\n<li>*penting* _x_ &lt;i&gt;</li>\n</ul>"),
    ],
)
def test_what_is_shown(text: str, html: str) -> None:
    assert body(text) == html


@pytest.mark.parametrize("language", ["id", "en"])
def test_the_page_says_its_language_and_fits_a_phone(language: str) -> None:
    page = to_html("Halo", language)
    assert page.startswith(f'<!DOCTYPE html>\n<html lang="{language}">')
    assert f'<div lang="{language}"' in page
    assert "width=device-width" in page


@given(TEXTS)
def test_no_words_bring_markup_along(text: str) -> None:
    read = Reader(to_html(text, "id"))
    assert set(read.tags) <= {
        *("html", "head", "meta", "body", "div"),
        *("p", "br", "strong", "em", "ol", "ul", "li", "a"),
    }
    assert read.names <= {"lang", "charset", "name", "content", "style", "href", "value"}
    assert all(re.match(r"https?://[^\s<>\"']+$", link) for link in read.links)


@given(TEXTS)
def test_quoted_words_bring_nothing_but_links(text: str) -> None:
    shown = body(f"Pertanyaan Anda:\n- {literal(text)}x\n\nSelesai")
    tags = [tag for tag in Reader(shown).tags if tag != "a"]
    assert tags == ["p", "ul", "li", "p"]


@given(TEXTS)
def test_html_and_plain_say_the_same(text: str) -> None:
    def letters(words: str) -> str:
        return re.sub(r"[\s\d.•-]", "", words)

    assert letters(Reader(body(text)).words if text.strip() else "") == letters(plain(text))
