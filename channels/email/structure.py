"""Walks the parts of a mail: which is the text, which are attachments. Pure.

The order of RFC 2046: of multipart/alternative one representation is read, of multipart/mixed all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from email.message import Message
from functools import partial
from html import unescape

from channels.email import headers, invitation, leaf, signed, tnef
from channels.email.body import Body, TooMuch, joined
from channels.email.charset import decode
from channels.email.flowed import unflow
from channels.email.html import to_text
from channels.email.inline import without_files
from channels.email.mail import (
    MAX_DEPTH,
    MAX_HTML_CHARACTERS,
    MAX_PARTS,
    MAX_TEXT_CHARACTERS,
    MailAttachment,
)
from channels.email.thin import parsed

_META_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([A-Za-z0-9._:-]{2,40})", re.IGNORECASE)
_CID = re.compile(r"cid:([^\"'\s>)]{1,200})", re.IGNORECASE)
_USED_BOUNDARY = re.compile(
    rb"(?:^|\n)--([!-~]{1,100}?)[ \t]*\r?\n(?:[!-~]{1,60}:.{0,200}\r?\n)", re.IGNORECASE
)
_LINE_ENDS = re.compile(r"\r\n?|\x0b|\x0c|\x85|\u2028|\u2029")
# What a newsletter program writes as the plain alternative of what it says in HTML only.
_POINTS_TO_HTML = re.compile(
    r"\b(?:html|browser|peramban|web version|versi web|online version|versi online)\b", re.IGNORECASE
)
_LONGEST_POINTER = 400
# What a terminal would colour or ring with, and other letters that no text has.
_CONTROLS = re.compile(r"\x1b\[[0-9;]{0,20}[A-Za-z]|[\x00-\x08\x0e-\x1f\x7f\ufeff]")
_MOST_TEXT_SOURCE = 2_000_000
_NO_WORDS = frozenset(
    {"text/calendar", "text/vcard", "text/x-vcard", "text/directory", "text/csv", "text/rfc822-headers"}
)


def body_of(message: Message) -> Body:
    """Return text and attachments of a parsed mail. Raises `TooMuch` beyond the limits of `mail`."""
    body = _Walk().part(message, depth=0, parent="")
    # A picture that the text shows is part of the text; one that it does not show was attached.
    for cid, picture in body.pictures:
        (body.shown if cid in body.cids else body.attachments).append(picture)
    body.take_spare()
    return body


class _Walk:
    """One walk through a mail, counting its parts."""

    def __init__(self) -> None:
        self._count = 0
        self._html_left = MAX_HTML_CHARACTERS

    def part(self, part: Message, depth: int, parent: str, *, is_read: bool = True) -> Body:
        """Return what a part holds; of one that is not read only what it shows and encloses."""
        self._count += 1
        if depth > MAX_DEPTH or self._count > MAX_PARTS:
            raise TooMuch(
                "terlalu banyak bagian" if self._count > MAX_PARTS else "bagian bersarang terlalu dalam"
            )
        kind = leaf.kind(part)
        if kind == "message/rfc822" and part.is_multipart():
            return _enclosed(part)
        if not part.is_multipart():
            rescued = _parts_of(part) if kind.startswith("multipart/") else None
            if rescued:
                return self.part(rescued, depth + 1, parent, is_read=is_read)
            return self._leaf(part, kind, parent, is_read=is_read)
        children = [child for child in part.get_payload() if isinstance(child, Message)]
        if kind == "multipart/encrypted":
            files = [self._leaf(child, leaf.kind(child), "", is_read=False) for child in children]
            return joined(files)
        if kind == "multipart/alternative":
            return self._chosen(children, depth + 1, is_read=is_read)
        return joined([self.part(child, depth + 1, kind, is_read=is_read) for child in children])

    def _chosen(self, children: list[Message], depth: int, *, is_read: bool) -> Body:
        """Of alternatives read the plain one unless it is empty, else the last one that says something."""
        bodies: dict[int, Body] = {}
        found = not is_read
        for index in sorted(range(len(children)), key=lambda one: (not _is_plain(children[one]), -one)):
            body = self.part(children[index], depth, "multipart/alternative", is_read=not found)
            if _points_to_html(body.text):
                body.spare, body.texts = body.spare + body.texts, []
            found = found or bool(body.text.strip())
            bodies[index] = body
        return joined([bodies[index] for index in range(len(children))])

    def _leaf(self, part: Message, kind: str, parent: str, *, is_read: bool) -> Body:
        disposition = (part.get_content_disposition() or "").lower()
        name = leaf.file_name(part)
        if kind in tnef.TYPES or name.lower() == "winmail.dat":
            return _unpacked(part, kind, name)
        if kind in signed.SMIME_TYPES:
            return self._smime(part, kind, name, parent, is_read=is_read)
        is_text = kind in {"text/plain", "text/html"} or kind.startswith("multipart/")
        is_named = bool(name) and parent == "multipart/mixed"
        if not is_text or is_named or disposition == "attachment":
            return _file(part, kind, name, disposition, parent)
        return self._html(part, is_read=is_read) if kind == "text/html" else _text(part, is_read=is_read)

    def _smime(self, part: Message, kind: str, name: str, parent: str, *, is_read: bool) -> Body:
        inner = signed.unwrapped(leaf.payload(part))
        if inner:
            message = parsed(inner)
            return self.part(message, 1, parent, is_read=is_read)
        # Encrypted: nobody here has the key.
        return Body(attachments=[_attached(part, name or "smime.p7m", kind)])

    def _html(self, part: Message, *, is_read: bool) -> Body:
        data = leaf.payload(part, _MOST_TEXT_SOURCE)
        charset = leaf.parameter(part, "charset")
        meta = None if charset else _META_CHARSET.search(data[:4096])
        # Several HTML parts share one limit, as the time that they take adds up.
        source = decode(data, charset or (meta[1].decode("ascii") if meta else None))[: self._html_left]
        cids = {_cid(unescape(one)) for one in _CID.findall(source)}
        if not is_read:
            return Body(cids=cids)
        self._html_left -= len(source)
        return Body(texts=[to_text(source)], cids=cids)


def _parts_of(part: Message) -> Message | None:
    """Read a multipart whose boundary is not the one it declares by the one it uses; None without any."""
    raw = leaf.payload(part)
    found = _USED_BOUNDARY.search(raw[:65_536])
    if not found or b'"' in found[1]:
        return None
    is_choice = part.get_content_type() == "multipart/alternative"
    kind = b"alternative" if is_choice else b"mixed"
    head = b"Content-Type: multipart/" + kind + b'; boundary="' + found[1] + b'"\r\n\r\n'
    message = parsed(head + raw)
    return message if message.is_multipart() else None


def _is_plain(part: Message) -> bool:
    return any(each.get_content_type() == "text/plain" for each in _leaves(part, 0))


def _leaves(part: Message, depth: int) -> Iterator[Message]:
    if not part.is_multipart() or part.get_content_type() == "message/rfc822":
        yield part
    elif depth <= MAX_DEPTH:
        for child in part.get_payload():
            if isinstance(child, Message):
                yield from _leaves(child, depth + 1)


def _text(part: Message, *, is_read: bool) -> Body:
    if not is_read:
        return Body()
    data = leaf.payload(part, _MOST_TEXT_SOURCE)
    text = _clean(decode(data, leaf.parameter(part, "charset")))[:MAX_TEXT_CHARACTERS]
    text, files = without_files(text)
    text, armour = signed.without_armour(text)
    if (leaf.parameter(part, "format") or "").lower() == "flowed":
        text = unflow(text, delsp=(leaf.parameter(part, "delsp") or "").lower() == "yes")
    return Body(texts=[text], attachments=files, hidden=[armour] if armour else [])


def _points_to_html(text: str) -> bool:
    """Tell whether a plain alternative only says that one should look at the other one."""
    said = text.strip()
    return 0 < len(said) <= _LONGEST_POINTER and "?" not in said and _POINTS_TO_HTML.search(said) is not None


def _unpacked(part: Message, kind: str, name: str) -> Body:
    """Read what Outlook has wrapped; what cannot be read is a file as any other."""
    found = tnef.read(leaf.payload(part))
    if not found.text and not found.html and not found.files:
        return Body(attachments=[_attached(part, name or "winmail.dat", kind)])
    text = _clean(found.text) or (to_text(found.html[:MAX_HTML_CHARACTERS]) if found.html else "")
    files = [
        MailAttachment(
            leaf.safe_name(one.name) or "file",
            one.content_type[:100] or "application/octet-stream",
            one.size,
            partial(_wrapped, part, index),
        )
        for index, one in enumerate(found.files)
    ]
    return Body(spare=[text[:MAX_TEXT_CHARACTERS]] if text.strip() else [], attachments=files)


def _wrapped(part: Message, index: int) -> bytes | None:
    """Return one of the files that Outlook has wrapped."""
    data = tnef.read(leaf.payload(part)).files[index].data
    return None if data is None else bytes(data)


def _attached(part: Message, name: str, kind: str) -> MailAttachment:
    return MailAttachment(name, kind, leaf.size(part), partial(leaf.payload, part))


def _words_beside(part: Message, kind: str, name: str) -> Body:
    """Return what an invitation says, or a text of a kind that is no file by its name."""
    if kind == "text/calendar":
        words = invitation.in_words(
            decode(leaf.payload(part, _MOST_TEXT_SOURCE), leaf.parameter(part, "charset"))
        )
        return Body(aside=[_clean(words)] if words else [])
    if kind.startswith("text/") and kind not in _NO_WORDS and not name:
        texts = _text(part, is_read=True).texts
        return Body(spare=[to_text(texts[0][:MAX_HTML_CHARACTERS])] if kind == "text/html" else texts)
    return Body()


def _file(part: Message, kind: str, name: str, disposition: str, parent: str) -> Body:
    attachment = _attached(part, name or _unnamed(kind), kind)
    cid = _cid(headers.Headers(part).raw("content-id") or "")
    is_picture = kind.startswith("image/") and bool(cid)
    if is_picture and parent == "multipart/related" and disposition != "attachment":
        return Body(shown=[attachment])
    if is_picture:
        return Body(pictures=[(cid, attachment)])
    if (
        parent == "multipart/alternative"
        and not name
        and kind.startswith("text/")
        and kind != "text/calendar"
    ):
        return Body()  # another representation of the text, e.g. AMP or enriched
    # A part without name and content is a mail program's padding.
    if attachment.size == 0 and not name:
        return Body()
    named = "" if kind in {"text/plain", "text/html"} and disposition != "attachment" else name
    return joined([Body(attachments=[attachment]), _words_beside(part, kind, named)])


def _enclosed(part: Message) -> Body:
    inner = next((child for child in part.get_payload() if isinstance(child, Message)), None)
    if inner is None:
        return Body()
    subject = headers.Headers(inner).text("subject")
    name = leaf.file_name(part) or f"{subject or 'message'}.eml"
    written = partial(leaf.mail_bytes, inner)
    attachment = MailAttachment(name, "message/rfc822", leaf.mail_size(inner), written)
    return Body(attachments=[attachment], enclosed=[inner])


def _unnamed(kind: str) -> str:
    return {"text/calendar": "invite.ics", "message/delivery-status": "delivery-status.txt"}.get(
        kind, kind.replace("/", ".")
    )


def _cid(raw: str) -> str:
    return raw.strip().strip("<>").lower()


def _clean(text: str) -> str:
    return _CONTROLS.sub("", _LINE_ENDS.sub("\n", text))
