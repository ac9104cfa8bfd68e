"""Text, and what only looks like it: pages, pictures of markup, scripts. Pure."""

from __future__ import annotations

import re

from bot.filetypes.types import HTML, SCRIPT, SVG, UNKNOWN, XML

_MARKUP = re.compile(
    rb"<(?=[!?%a-z])(?:(?P<svg>svg\b)|(?P<html>!doctype\s+html|html\b|head\b|body\b|script\b|iframe\b|object\b|embed\b"
    rb"|form\b|img\b|meta\b|link\b)|(?P<script>\?php|\?=|%)|(?P<xml>\?xml|!doctype|!entity))",
    re.IGNORECASE,
)
_LOOKED_AT = 1_048_576
"""Bytes looked through for markup; a browser that guesses looks at no more than 1,445 (WHATWG MIME Sniffing)."""
_CONTROLS = re.compile(rb"[\x00-\x08\x0b\x0e-\x1f\x7f]")


def type_of_text(data: bytes) -> str:
    """Return what text is; `application/octet-stream` when the content is none."""
    plain = _as_utf8(data)
    if plain is None or _CONTROLS.search(plain):
        return UNKNOWN
    markup = _MARKUP.search(plain, 0, _LOOKED_AT)
    if markup:
        return {"svg": SVG, "html": HTML, "script": SCRIPT, "xml": _of_xml(plain)}[str(markup.lastgroup)]
    if plain.lstrip().startswith(b"#!"):
        return SCRIPT
    is_card = re.match(rb"\s*BEGIN:VCARD\s", plain, re.IGNORECASE)
    return "text/vcard" if is_card else "text/plain"


def _of_xml(plain: bytes) -> str:
    lowered = plain.lower()
    return SVG if b"<svg" in lowered else HTML if b"<html" in lowered else XML


def _as_utf8(data: bytes) -> bytes | None:
    """Return text as UTF-8; None when it is none. Tables saved by Excel are UTF-16 or a Windows code page."""
    encoding = "utf-16" if data[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig"
    try:
        return data.decode(encoding).encode()
    except UnicodeError:
        foreign = sum(byte > 0x7E for byte in data[:65_536])
        return data if encoding != "utf-16" and foreign * 10 <= len(data[:65_536]) else None
