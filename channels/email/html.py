"""HTML of a mail to text, with its quotations marked as in plain text. Pure and total."""

from __future__ import annotations

import re

import lxml.html  # type: ignore[import-untyped]
from inscriptis import Inscriptis
from inscriptis.css_profiles import CSS_PROFILES
from inscriptis.model.config import ParserConfig
from lxml import etree

from channels.email.lines import HISTORY, SIGNATURE

_CONFIG = ParserConfig(css=CSS_PROFILES["strict"], display_images=False, display_links=False)

# Where mail programs begin the history, in a form of their own instead of a blockquote; what
# follows to the end of the mail is history: Outlook (web, phone, old), Zimbra, Yahoo, Proton, Zoho.
_HISTORY_XPATH = (
    "//*[@id='divRplyFwdMsg' or @id='appendonsend' or @id='zwchr'"
    " or @id='mail-editor-reference-message-container'"
    " or @data-marker='__DIVIDER__' or @id='stopSpelling' or @id='x_divRplyFwdMsg' or @id='x_appendonsend'"
    " or @id='OLK_SRC_BODY_SECTION' or @name='messageReplySection' or @id='mailcontent_quote'"
    " or contains(@class, 'freshdesk_quote') or contains(@class, 'hs_reply')"
    " or contains(@class, 'front-blockquote')"
    " or contains(concat(' ', @class, ' '), ' OutlookMessageHeader ')]"
)
_QUOTE_XPATH = (
    "//*[contains(@class, 'yahoo_quoted') or contains(@class, 'protonmail_quote')"
    " or contains(@class, 'zmail_extra') or contains(@class, 'tutanota_quote')]"
)
_SIGNATURE_XPATH = (
    "//*[@data-smartmail='gmail_signature' or contains(@class, 'moz-signature')"
    " or @id='AppleMailSignature' or @id='ms-outlook-mobile-signature' or @id='Signature' or @id='x_Signature'"
    " or @name='messageSignatureSection' or @data-marker='__SIG_POST__' or @data-marker='__SIG_PRE__'"
    " or contains(@class, 'protonmail_signature_block') or contains(@class, 'tutanota_signature')"
    " or contains(@class, 'mail_signature') or contains(@class, 'email-signature')"
    " or contains(@class, 'gmail_signature') or contains(@class, 'yahoo-signature')]"
)
_UNSEEN_XPATH = (
    "//head | //style | //script | //title | //template | //object | //noscript"
    " | //*[contains(translate(@style, ' ', ''), 'display:none')]"
)
_INDENT = re.compile(r"border\s*:\s*(none|0|medium none)", re.IGNORECASE)
_SPACES = re.compile(r"\s+")
_SCHEME = re.compile(r"^(?:https?://)?(?:www\.)?")
_MOST_LINKS = 500
_LONGEST_TARGET = 500
_TAG = re.compile(r"<[^>]{0,2000}>")
_BLANK_LINES = re.compile(r"\n{3,}")
_OFFICE_XML = re.compile(r"<\?xml[^>]{0,200}>|</?o:p[^>]{0,50}>", re.IGNORECASE)


def to_text(source: str) -> str:
    """Return the text of `source`, blockquotes with "> ", other history below a HISTORY line.

    Both kinds of marks are understood by `quotes.split`.
    """
    # XML has no NUL and no control characters; the marks are ours alone.
    clean = "".join(
        letter
        for letter in source
        if (letter >= " " or letter in "\n\r\t") and letter not in HISTORY + SIGNATURE
    )
    try:
        tree = _parsed(_OFFICE_XML.sub("", clean))
        return "" if tree is None else _tidy(_rendered(tree))
    except (
        etree.LxmlError,
        ValueError,
        RecursionError,
        AssertionError,
        IndexError,
        KeyError,
        AttributeError,
    ):
        # Hostile or hopeless markup: its words are better than nothing.
        return _tidy(_TAG.sub(" ", clean))


def _parsed(source: str) -> lxml.html.HtmlElement | None:
    if not source.strip():
        return None
    parser = lxml.html.HTMLParser(
        encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True, huge_tree=True
    )
    return lxml.html.document_fromstring(source.encode("utf-8", errors="replace"), parser=parser)


def _rendered(tree: lxml.html.HtmlElement) -> str:
    for unseen in tree.xpath(_UNSEEN_XPATH):
        _drop(unseen)
    for link in tree.xpath("//a[starts-with(@href, 'http') or starts-with(@href, 'HTTP')]")[:_MOST_LINKS]:
        _show_target(link)
    for mark in tree.xpath(_HISTORY_XPATH)[:1]:
        _put_before(mark, HISTORY)
    for block in tree.xpath(_QUOTE_XPATH)[:1]:
        _put_before(block, HISTORY)
    for block in _outermost(tree.xpath(_SIGNATURE_XPATH)[:50]):
        _put_before(block, SIGNATURE)
        _put_after(block, SIGNATURE)
    for quote in _outermost_quotes(tree):
        _mark_quoted(quote)
    return str(Inscriptis(tree, _CONFIG).get_text())


def _show_target(link: lxml.html.HtmlElement) -> None:
    """Write behind a link where it leads, unless its text says so: "klik di sini <https://...>"."""
    target = link.get("href").strip()
    words = _SPACES.sub(" ", link.text_content()).strip()
    if not words or _bare_link(words) == _bare_link(target):
        return
    shown = f" <{target[:_LONGEST_TARGET]}>"
    link.tail = shown + (link.tail or "")


def _bare_link(link: str) -> str:
    return _SCHEME.sub("", link.lower()).rstrip("/.")


def _outermost(blocks: list[lxml.html.HtmlElement]) -> list[lxml.html.HtmlElement]:
    every = set(blocks)
    return [block for block in blocks if not any(above in every for above in block.iterancestors())]


def _outermost_quotes(tree: lxml.html.HtmlElement) -> list[lxml.html.HtmlElement]:
    """Return blockquotes that quote; Gmail also indents with them, without a border."""
    found: list[lxml.html.HtmlElement] = []
    quoting: set[lxml.html.HtmlElement] = set()
    for quote in list(tree.iter("blockquote")):
        is_indent = _INDENT.search(quote.get("style") or "") and quote.get("type") != "cite"
        if "gmail_quote" in (quote.get("class") or ""):
            is_indent = None
        if is_indent:
            quote.tag = "div"
            continue
        if not any(above in quoting for above in quote.iterancestors("blockquote")):
            found.append(quote)
        quoting.add(quote)
    return found


def _mark_quoted(quote: lxml.html.HtmlElement) -> None:
    """Replace a blockquote by its text with "> " before each line, as inscriptis does not know quotations."""
    tail, quote.tail = quote.tail, None
    lines = str(Inscriptis(quote, _CONFIG).get_text()).strip("\n").split("\n")
    pre = etree.Element("pre")
    pre.text = "\n".join("> " + line.strip() for line in lines) + "\n"
    pre.tail = tail
    quote.getparent().replace(quote, pre)


def _put_before(element: lxml.html.HtmlElement, mark: str) -> None:
    parent = element.getparent()
    if parent is not None:
        parent.insert(parent.index(element), _marked(mark))


def _put_after(element: lxml.html.HtmlElement, mark: str) -> None:
    parent = element.getparent()
    if parent is not None:
        marked = _marked(mark)
        marked.tail, element.tail = element.tail, None
        parent.insert(parent.index(element) + 1, marked)


def _marked(mark: str) -> etree._Element:
    line = etree.Element("div")
    line.text = mark
    return line


def _drop(element: lxml.html.HtmlElement) -> None:
    parent = element.getparent()
    if parent is not None:
        element.tail, tail = None, element.tail
        before = element.getprevious()
        if before is not None:
            before.tail = (before.tail or "") + (tail or "")
        else:
            parent.text = (parent.text or "") + (tail or "")
        parent.remove(element)


def _tidy(text: str) -> str:
    lines = (line.replace("\xa0", " ").rstrip() for line in text.split("\n"))
    return _BLANK_LINES.sub("\n\n", "\n".join(lines)).strip("\n")
