"""A raw mail as a page: its HTML, sanitised. Pure and total."""

from __future__ import annotations

from collections.abc import Iterator
from email.message import Message

from channels.email import leaf
from channels.email.charset import decode
from channels.email.mail import MAX_DEPTH, MAX_PARTS
from channels.email.parse import BROKEN, prepared
from channels.email.safe_html import MAX_CHARACTERS, safe_html
from channels.email.thin import parsed


def html_of(data: bytes) -> str:
    """Return the HTML of a raw mail as it may be put into a page, "" when it has none.

    That of mails inside it is left out; they are files. Several parts (Apple Mail writes one between
    two files) stand below one another.
    """
    try:
        texts = [
            decode(leaf.payload(part, MAX_CHARACTERS * 2), leaf.parameter(part, "charset"))
            for part in _html_parts(parsed(prepared(data)[0]))
        ]
    except (*BROKEN, RecursionError):
        return ""
    return safe_html("<hr>".join(texts))


def _html_parts(message: Message) -> Iterator[Message]:
    for count, part in enumerate(_leaves(message, 0)):
        if count >= MAX_PARTS:
            return
        is_file = part.get_content_disposition() == "attachment" or leaf.file_name(part)
        if leaf.kind(part) == "text/html" and not is_file:
            yield part


def _leaves(part: Message, depth: int) -> Iterator[Message]:
    if not part.is_multipart():
        yield part
    elif depth <= MAX_DEPTH and part.get_content_maintype() == "multipart":
        for child in part.get_payload():
            if isinstance(child, Message):
                yield from _leaves(child, depth + 1)
