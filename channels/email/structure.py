"""Walks the parts of a mail: which is the text, which are attachments. Pure.

The order of RFC 2046: of multipart/alternative one representation is read, of multipart/mixed all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import Message
from email.parser import BytesParser
from html import unescape

from channels.email import headers, invitation, signed, tnef
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

_META_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([A-Za-z0-9._:-]{2,40})", re.IGNORECASE)
_CID = re.compile(r"cid:([^\"'\s>)]{1,200})", re.IGNORECASE)
_USED_BOUNDARY = re.compile(
    rb"(?:^|\n)--([!-~]{1,100}?)[ \t]*\r?\n(?:[!-~]{1,60}:.{0,200}\r?\n)", re.IGNORECASE
)
_LINE_ENDS = re.compile(r"\r\n?|\x0b|\x0c|\x85|\u2028|\u2029")
_WORDS_APART = re.compile(r"\S [A-Za-z]")
# What a newsletter program writes as the plain alternative of what it says in HTML only.
_POINTS_TO_HTML = re.compile(
    r"\b(?:html|browser|peramban|web version|versi web|online version|versi online)\b", re.IGNORECASE
)
_LONGEST_POINTER = 400
_ENCODING = re.compile(r"[a-z0-9][a-z0-9_-]{2,30}")
_URL_SAFE = str.maketrans("-_", "+/")
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([A-Za-z0-9._:+-]{2,40})", re.IGNORECASE)
# What a terminal would colour or ring with, and other letters that no text has.
_CONTROLS = re.compile(r"\x1b\[[0-9;]{0,20}[A-Za-z]|[\x00-\x08\x0e-\x1f\x7f\ufeff]")
_MOST_TEXT_SOURCE = 2_000_000
_LARGE = 1_000_000
_NO_WORDS = frozenset(
    {"text/calendar", "text/vcard", "text/x-vcard", "text/directory", "text/csv", "text/rfc822-headers"}
)
_NAME_RUBBISH = re.compile(r"[\x00-\x1f\x7f]+")


class TooMuch(Exception):
    """A mail has more parts, or deeper ones, than anybody writes."""


@dataclass(slots=True)
class Body:
    """What a part holds: text parts in reading order, attachments, and mails inside it.

    `spare` is read when there is no other text; `aside` stands beside the text (invitations),
    and so does what is `hidden` by encryption.
    """

    texts: list[str] = field(default_factory=list)
    attachments: list[MailAttachment] = field(default_factory=list)
    enclosed: list[Message] = field(default_factory=list)
    cids: set[str] = field(default_factory=set)
    pictures: list[tuple[str, MailAttachment]] = field(default_factory=list)
    spare: list[str] = field(default_factory=list)
    aside: list[str] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """All texts, one below the other."""
        return "\n\n".join(text for text in self.texts if text.strip())[:MAX_TEXT_CHARACTERS]

    def take_spare(self) -> None:
        """Read what is read only when nothing else says something."""
        if not self.text:
            self.texts, self.spare = self.spare[:1], self.spare[1:]

    def add(self, other: Body) -> None:
        """Take over what `other` holds."""
        self.texts += other.texts
        self.attachments += other.attachments
        self.enclosed += other.enclosed
        self.cids |= other.cids
        self.pictures += other.pictures
        self.spare += other.spare
        self.aside += other.aside
        self.hidden += other.hidden


def body_of(message: Message) -> Body:
    """Return text and attachments of a parsed mail. Raises `TooMuch` beyond the limits of `mail`."""
    body = _Walk().part(message, depth=0, parent="")
    # A picture that the text shows is part of the text; one that it does not show was attached.
    body.attachments += [picture for cid, picture in body.pictures if cid not in body.cids]
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
        kind = _kind(part)
        if kind == "message/rfc822" and part.is_multipart():
            return _enclosed(part)
        if not part.is_multipart():
            rescued = _parts_of(part) if kind.startswith("multipart/") else None
            if rescued:
                return self.part(rescued, depth + 1, parent, is_read=is_read)
            return self._leaf(part, kind, parent, is_read=is_read)
        children = [child for child in part.get_payload() if isinstance(child, Message)]
        if kind == "multipart/encrypted":
            files = [self._leaf(child, _kind(child), "", is_read=False) for child in children]
            return _joined(files)
        if kind == "multipart/alternative":
            return self._chosen(children, depth + 1, is_read=is_read)
        return _joined([self.part(child, depth + 1, kind, is_read=is_read) for child in children])

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
        return _joined([bodies[index] for index in range(len(children))])

    def _leaf(self, part: Message, kind: str, parent: str, *, is_read: bool) -> Body:
        disposition = (part.get_content_disposition() or "").lower()
        name = _file_name(part)
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
        inner = signed.unwrapped(payload(part))
        if inner:
            message = BytesParser(policy=headers.BoundedPolicy()).parsebytes(inner)
            return self.part(message, 1, parent, is_read=is_read)
        # Encrypted: nobody here has the key.
        return Body(attachments=[MailAttachment(name or "smime.p7m", kind, _size(part))])

    def _html(self, part: Message, *, is_read: bool) -> Body:
        data = payload(part, _MOST_TEXT_SOURCE)
        charset = _parameter(part, "charset")
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
    raw = payload(part)
    found = _USED_BOUNDARY.search(raw[:65_536])
    if not found or b'"' in found[1]:
        return None
    is_choice = part.get_content_type() == "multipart/alternative"
    kind = b"alternative" if is_choice else b"mixed"
    head = b"Content-Type: multipart/" + kind + b'; boundary="' + found[1] + b'"\r\n\r\n'
    message = BytesParser(policy=headers.BoundedPolicy()).parsebytes(head + raw)
    return message if message.is_multipart() else None


def _joined(bodies: list[Body]) -> Body:
    whole = Body()
    for body in bodies:
        whole.add(body)
    return whole


def _is_plain(part: Message) -> bool:
    return any(leaf.get_content_type() == "text/plain" for leaf in _leaves(part, 0))


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
    data = payload(part, _MOST_TEXT_SOURCE)
    text = _clean(decode(data, _parameter(part, "charset")))[:MAX_TEXT_CHARACTERS]
    text, files = without_files(text)
    text, armour = signed.without_armour(text)
    if (_parameter(part, "format") or "").lower() == "flowed":
        text = unflow(text, delsp=(_parameter(part, "delsp") or "").lower() == "yes")
    return Body(texts=[text], attachments=files, hidden=[armour] if armour else [])


def _points_to_html(text: str) -> bool:
    """Tell whether a plain alternative only says that one should look at the other one."""
    said = text.strip()
    return 0 < len(said) <= _LONGEST_POINTER and "?" not in said and _POINTS_TO_HTML.search(said) is not None


def _unpacked(part: Message, kind: str, name: str) -> Body:
    """Read what Outlook has wrapped; what cannot be read is a file as any other."""
    found = tnef.read(payload(part))
    if not found.text and not found.html and not found.files:
        return Body(attachments=[MailAttachment(name or "winmail.dat", kind, _size(part))])
    text = _clean(found.text) or (to_text(found.html[:MAX_HTML_CHARACTERS]) if found.html else "")
    files = [
        MailAttachment(
            _safe_name(one.name) or "file", one.content_type[:100] or "application/octet-stream", one.size
        )
        for one in found.files
    ]
    return Body(spare=[text[:MAX_TEXT_CHARACTERS]] if text.strip() else [], attachments=files)


def _words_beside(part: Message, kind: str, name: str) -> Body:
    """Return what an invitation says, or a text of a kind that is no file by its name."""
    if kind == "text/calendar":
        words = invitation.in_words(decode(payload(part, _MOST_TEXT_SOURCE), _parameter(part, "charset")))
        return Body(aside=[_clean(words)] if words else [])
    if kind.startswith("text/") and kind not in _NO_WORDS and not name:
        texts = _text(part, is_read=True).texts
        return Body(spare=[to_text(texts[0][:MAX_HTML_CHARACTERS])] if kind == "text/html" else texts)
    return Body()


def _file(part: Message, kind: str, name: str, disposition: str, parent: str) -> Body:
    size = _size(part)
    attachment = MailAttachment(name or _unnamed(kind), kind, size)
    cid = _cid(headers.Headers(part).raw("content-id") or "")
    is_picture = kind.startswith("image/") and bool(cid)
    if is_picture and parent == "multipart/related" and disposition != "attachment":
        return Body()
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
    if size == 0 and not name:
        return Body()
    named = "" if kind in {"text/plain", "text/html"} and disposition != "attachment" else name
    return _joined([Body(attachments=[attachment]), _words_beside(part, kind, named)])


def _enclosed(part: Message) -> Body:
    inner = next((child for child in part.get_payload() if isinstance(child, Message)), None)
    if inner is None:
        return Body()
    subject = headers.Headers(inner).text("subject")
    name = _file_name(part) or f"{subject or 'message'}.eml"
    return Body(attachments=[MailAttachment(name, "message/rfc822", _nested_size(inner))], enclosed=[inner])


def _source(part: Message) -> object:
    """Return a leaf as it came; `get_payload` decodes it by its charset where it holds 8-bit bytes, or fails."""
    return getattr(part, "_payload", None)


def payload(part: Message, most: int | None = None) -> bytes:
    """Return the decoded bytes of a leaf; broken encodings give what can be read of them.

    No more than the first `most` encoded characters are looked at.
    """
    raw = _source(part)
    encoding = _encoding(part)
    if isinstance(raw, str) and most is not None and len(raw) > most:
        raw = raw[: raw.rfind("\n", 0, most) + 1 or most]
    if isinstance(raw, str) and encoding == "base64" and "+" not in raw and "/" not in raw:
        raw = raw.translate(_URL_SAFE)  # RFC 4648 section 5, which is not for mail
    if isinstance(raw, str):
        part = Message(policy=headers.BoundedPolicy())
        part["Content-Transfer-Encoding"] = encoding
        part.set_payload(raw)
    if encoding == "base64" and isinstance(raw, str) and _is_plain_text(raw):
        return raw.encode("utf-8", errors="surrogateescape")
    try:
        data = part.get_payload(decode=True)
    except (ValueError, LookupError, AssertionError):
        data = None
    if isinstance(data, bytes):
        return data
    return raw.encode("utf-8", errors="surrogateescape") if isinstance(raw, str) else b""


def _encoding(part: Message) -> str:
    """Return the transfer encoding by its proper name, whatever stands around it."""
    written = (headers.Headers(part).raw("content-transfer-encoding") or "").lower()
    word = _ENCODING.search(written)
    found = word[0].replace("_", "-") if word else ""
    return "base64" if found == "base-64" else found


def _kind(part: Message) -> str:
    """Return a part's content type, also where the semicolon behind it is missing."""
    kind = part.get_content_type()
    return kind if " " not in kind else kind.split()[0]


def _is_plain_text(raw: str) -> bool:
    """Tell whether what is declared as base64 is not: several of its words stand apart in its first lines."""
    return len(_WORDS_APART.findall(raw[:1_000])) >= 3


def _size(part: Message) -> int | None:
    """Return the bytes of a leaf after decoding, without decoding large ones."""
    raw = _source(part)
    if not isinstance(raw, str):
        return None
    encoding = _encoding(part)
    if encoding != "base64" and (len(raw) < _LARGE or encoding in {"x-uuencode", "uuencode", "uue", "x-uue"}):
        return len(payload(part))
    if encoding == "quoted-printable":
        breaks = raw.count("=\n"), raw.count("=\r\n")
        return len(raw) - 2 * (raw.count("=") - sum(breaks)) - 2 * breaks[0] - 3 * breaks[1]
    if encoding != "base64":
        return len(raw.encode("utf-8", errors="surrogateescape"))
    letters = len(raw) - sum(raw.count(space) for space in "\r\n \t")
    padding = min(2, raw[-8:].count("="))
    return max(0, letters * 3 // 4 - padding)


def _nested_size(inner: Message) -> int | None:
    sources = [_source(part) for part in inner.walk()]
    size = sum(len(one) for one in sources if isinstance(one, str))
    if size > _LARGE:
        return size  # near enough, without writing it all out again
    try:
        return len(inner.as_bytes())
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return None


def _parameter(part: Message, name: str) -> str | None:
    try:
        value = part.get_param(name)
    except (ValueError, LookupError, TypeError):
        return None
    if isinstance(value, tuple):  # RFC 2231: charset, language, value
        value = value[2]
    if not value and name == "charset":  # of a field that is broken before it
        found = _CHARSET.search(headers.Headers(part).raw("content-type") or "")
        value = found[1] if found else None
    return str(value) if value else None


def _file_name(part: Message) -> str:
    """Return a part's file name without folders, "" when it has none."""
    try:
        name = part.get_filename() or ""
    except (ValueError, LookupError, TypeError):
        name = ""
    return _safe_name(name)


def _safe_name(name: str) -> str:
    readable = headers.decoded(name).replace("\\", "/").rpartition("/")[2]
    return _NAME_RUBBISH.sub(" ", readable).strip()[:200]


def _unnamed(kind: str) -> str:
    return {"text/calendar": "invite.ics", "message/delivery-status": "delivery-status.txt"}.get(
        kind, kind.replace("/", ".")
    )


def _cid(raw: str) -> str:
    return raw.strip().strip("<>").lower()


def _clean(text: str) -> str:
    return _CONTROLS.sub("", _LINE_ENDS.sub("\n", text))
