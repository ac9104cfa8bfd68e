"""What may be shown of a mail's HTML part, and what of it stays out of the page."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.email.render import to_html
from channels.simulator.mailhtml import mail

LINK = '<a href="https://example.org/a?b=1&amp;c=2" target="_blank" rel="noopener noreferrer">'
PIECES = st.lists(
    st.sampled_from(
        [
            *(
                "<p>",
                "</p>",
                "<ul>",
                "<li>",
                "</ul>",
                "<li value='2'>",
                "<b>",
                "</b>",
                "<br>",
                "<br/>",
                "</div>",
            ),
            *(
                "<a href='https://x.id/\"onclick=1'>",
                "<a href=javascript:x>",
                "</a>",
                "<script>",
                "</script>",
            ),
            *(
                "<style>",
                "<img src=x onerror=alert(1)>",
                "<svg>",
                "</svg>",
                "<!--",
                "-->",
                "<![CDATA[",
                "<?x",
            ),
            *("&lt;b&gt;", "&#60;script&#62;", "kata", " ", '"', "<", ">", "&", "\x00"),
        ]
    ),
    max_size=20,
)


@pytest.mark.parametrize(
    ("html", "shown"),
    [
        ("<p onclick='x' style='position:fixed'>Halo</p>", "<p>Halo</p>"),
        ("<head><title>x</title></head><script>alert(1)</script><style>p{}</style><b>y</b>", "<b>y</b>"),
        ("<table><tr><td>sel</td></tr></table><img src=x>", "sel"),
        ("<a href='https://example.org/a?b=1&amp;c=2'>situs</a>", f"{LINK}situs</a>"),
        ("<a href='javascript:alert(1)'>situs</a>", "<a>situs</a>"),
        ("</li></ol></div><ol><li value='3x'>a<li value='3'>b", '<ol><li>a<li value="3">b</li></li></ol>'),
        ("<div lang='en'>&lt;script&gt;</div>", '<div lang="en">&lt;script&gt;</div>'),
    ],
)
def test_what_is_shown(html: str, shown: str) -> None:
    assert str(mail(html)) == shown


def test_what_the_office_writes_is_shown_whole() -> None:
    written = to_html("*1. Biaya*\n\n3. _gratis_\n- https://example.org/a?b=1&c=2", "en")
    assert str(mail(written)) == (
        '<div lang="en">\n<p><strong>1. Biaya</strong></p>\n'
        '<ol>\n<li value="3"><em>gratis</em></li>\n</ol>\n'
        f"<ul>\n<li>{LINK}https://example.org/a?b=1&amp;c=2</a></li>\n</ul>\n</div>"
    )


@given(PIECES.map("".join))
def test_nothing_else_gets_into_the_page(html: str) -> None:
    shown = str(mail(html))
    tag = re.compile(
        r'<(?:p|div|strong|b|em|i|ul|ol|li|br|a)(?: value="\d+"| href="https://[^"<>\s]+" target="_blank"'
        r' rel="noopener noreferrer")?>|</(p|div|strong|b|em|i|ul|ol|li|a)>'
    )
    assert not re.search("[<>]", tag.sub("", shown))
    depth: list[str] = []
    for found in re.finditer(r"<(/?)(\w+)[^>]*>", shown):
        if found[1]:
            assert depth.pop() == found[2]
        elif found[2] != "br":
            depth.append(found[2])
    assert not depth
