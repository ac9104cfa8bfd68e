"""Takes a bounce apart: which mail of ours, which recipient, and why. Pure.

A delivery report (RFC 3464) tells it in fields; what other servers write is searched for an id of ours, an
address and a code. Whether to believe it is for whoever knows where that mail went.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from email.message import Message
from email.parser import HeaderParser
from uuid import UUID

from channels.email import headers, identity
from channels.email.charset import decode
from channels.email.headers import BoundedPolicy, Headers
from channels.email.leaf import payload
from channels.email.mail import Bounced, Outcome

_ACTIONS: dict[str, Outcome] = {
    "failed": "failed",
    "delayed": "delayed",
    "delivered": "delivered",
    "relayed": "relayed",
    "expanded": "relayed",
}
# RFC 3463 and RFC 7505: there is no such mailbox or domain, and there will be none tomorrow. 5.4.4 is what
# Postfix says of a domain that does not exist.
_NO_SUCH_ADDRESS = {"5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.4.4"}
_STATUS = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?!\.?\d)")
_SMTP = re.compile(r"(?<![\d.#-])([45][0-5]\d)(?=[ -])")
_ADDRESS = re.compile(r"[^\s<>,;:()\[\]\"'=]{1,64}@[a-z0-9][a-z0-9.-]{1,190}[a-z0-9]", re.IGNORECASE)
_UNKNOWN_USER = re.compile(
    r"user unknown|unknown user|no such (?:user|recipient|address|mailbox)|(?:user|account|address|mailbox|recipient)"
    r" (?:that you tried to reach )?(?:does ?n[o']t exist|not found|is unknown)|no mailbox here"
    r"|(?:alamat|akun|pengguna|penerima|kotak surat) (?:\S+ )?(?:tidak (?:ditemukan|ada|dikenal|terdaftar))",
    re.IGNORECASE,
)
_LATE = re.compile(
    r"delay|warning|still (?:being )?(?:retried|trying)|will (?:keep|be) (?:re)?tr(?:y|ied)|not yet been delivered"
    r"|tertunda|peringatan|masih (?:akan )?(?:dicoba|mencoba)",
    re.IGNORECASE,
)
# Where the copy of the returned mail begins in what is no report: qmail, Exim, sendmail and others.
_COPY = re.compile(
    r"^(?:-{2,}.{0,80}(?:copy|original message|returned message|salinan|pesan asli).{0,80}$"
    r"|(?:return-path|received|message-id|from): ?\S.*$)",
    re.IGNORECASE | re.MULTILINE,
)
_OWN_ID_LINE = re.compile(r"^[>|\s]{0,8}message-id:\s{0,3}(<[^<>\s]{1,300}>)", re.IGNORECASE | re.MULTILINE)
_ANY_ID = re.compile(r"<pst\.[^<>\s]{1,300}>", re.IGNORECASE)
_MOST_TEXT = 100_000
_MOST_PARTS = 60
_MOST_RECIPIENTS = 50


def take_apart(message: Message, fields: Headers, domain: str) -> tuple[Bounced, ...]:
    """Return what a bounce tells about a mail of ours, once for each recipient; nothing when it names none.

    `domain` is that of our own Message-IDs.
    """
    parts = list(_parts(message))
    originals = [found for part in parts if (found := _original(part)) is not None]
    blocks = [block for part in parts for block in _report_blocks(part)]
    words = "\n".join(_text(part) for part in parts if _is_text(part))[:_MOST_TEXT]
    ours = _our_id(originals, blocks, fields, words, domain)
    if ours is None:
        return ()
    sent_to = tuple(address for original in originals if (address := headers.address(original.raw("to"))[1]))
    per_recipient = [block for block in blocks if "final-recipient" in block or "original-recipient" in block]
    if per_recipient:
        return tuple(_of_block(block, ours, sent_to) for block in per_recipient[:_MOST_RECIPIENTS])
    return _of_words(fields, words, ours, sent_to)


def _parts(message: Message, depth: int = 0) -> Iterator[Message]:
    """Walk the parts, without going into the returned mail."""
    yield message
    if depth > 4 or not message.is_multipart() or message.get_content_maintype() != "multipart":
        return
    for child in list(message.get_payload())[:_MOST_PARTS]:
        if isinstance(child, Message):
            yield from _parts(child, depth + 1)


def _original(part: Message) -> Headers | None:
    """Return the fields of the returned mail, whole (message/rfc822) or as text (text/rfc822-headers)."""
    kind = part.get_content_type()
    if kind in {"message/rfc822", "message/global", "message/global-headers"}:
        first = next(_inner(part), None)
        return None if first is None else Headers(first)
    return _fields_of(_text(part)) if kind == "text/rfc822-headers" else None


def _report_blocks(part: Message) -> Iterator[Headers]:
    """Yield the blocks of fields of a report: one on the mail, then one for each recipient (RFC 3464 2.1)."""
    if part.get_content_type() not in {"message/delivery-status", "message/global-delivery-status"}:
        return
    for block in _inner(part):
        yield Headers(block)
        # Python takes only the older kind apart (RFC 6533); of the other the rest is text.
        rest = _text(block).strip()
        yield from (_fields_of(each) for each in re.split(r"\n\s*\n", rest) if rest)


def _inner(part: Message) -> Iterator[Message]:
    inner = part.get_payload() if part.is_multipart() else None
    for each in inner[: _MOST_RECIPIENTS + 1] if isinstance(inner, list) else ():
        if isinstance(each, Message):
            yield each


def _fields_of(text: str) -> Headers:
    return Headers(HeaderParser(policy=BoundedPolicy()).parsestr(text.lstrip("\r\n")))


def _is_text(part: Message) -> bool:
    return part.get_content_maintype() == "text" and part.get_content_type() != "text/rfc822-headers"


def _text(part: Message) -> str:
    charset = part.get_param("charset")
    data = payload(part)[:_MOST_TEXT]
    return decode(data, charset if isinstance(charset, str) else None).replace("\r\n", "\n")


def _our_id(
    originals: Sequence[Headers], blocks: Sequence[Headers], fields: Headers, words: str, domain: str
) -> UUID | None:
    """Return the id of the returned mail: its own, before any that it or the bounce refers to."""
    enclosed = [one for original in originals for one in original.ids("message-id")]
    named = [
        one
        for block in blocks
        for name in block.names()
        if name.endswith("message-id")
        for one in block.ids(name)
    ]
    said = [*_OWN_ID_LINE.findall(words), *_only(_ANY_ID.findall(words))]
    referred = [*fields.ids("in-reply-to"), *fields.ids("references")[::-1]]
    return next(iter(identity.ours_in([*enclosed, *named, *said, *referred], domain)), None)


def _only(found: Iterable[str]) -> list[str]:
    """Return the one id that occurs; of several nobody knows which came back."""
    every = sorted(set(found))
    return every if len(every) == 1 else []


def _of_block(block: Headers, ours: UUID, sent_to: tuple[str, ...]) -> Bounced:
    diagnostic = block.text("diagnostic-code")
    status = _status(block.text("status"), diagnostic)
    action = _ACTIONS.get(block.text("action").lower().partition(" ")[0])
    outcome = action or ("delayed" if status.startswith("4") else "failed")
    named = [_recipient(block.text(name)) for name in ("original-recipient", "final-recipient")]
    recipients = tuple(dict.fromkeys(one for one in (*named, *sent_to) if one))
    return _bounced(ours, recipients, outcome, status, diagnostic)


def _recipient(field: str) -> str:
    """Return the address of "rfc822; rina@example.com" (RFC 3464 section 2.3.1)."""
    kind, semicolon, value = field.partition(";")
    return headers.address(value if semicolon else kind)[1]


def _of_words(fields: Headers, words: str, ours: UUID, sent_to: tuple[str, ...]) -> tuple[Bounced, ...]:
    """Make the best of a bounce that is no report: what is said before the copy of the mail."""
    copy = _COPY.search(words)
    said = words[: copy.start()] if copy else words
    listed = fields.text("x-failed-recipients")
    copied = _ADDRESS.findall(_to_line(words[copy.start() :])) if copy else []
    named = _ADDRESS.findall(listed) or _ADDRESS.findall(said)
    recipients = tuple(
        dict.fromkeys(one.lower().strip(".") for one in (*named[:_MOST_RECIPIENTS], *sent_to, *copied))
    )
    if not recipients:
        return ()
    status = _status(said)
    is_late = status.startswith("4") or (not status and _LATE.search(fields.text("subject")) is not None)
    return (_bounced(ours, recipients, "delayed" if is_late else "failed", status, said),)


def _to_line(copy: str) -> str:
    found = re.search(r"^to:(.{1,300})$", copy, re.IGNORECASE | re.MULTILINE)
    return found[1] if found else ""


def _bounced(ours: UUID, recipients: tuple[str, ...], outcome: Outcome, status: str, said: str) -> Bounced:
    smtp = _SMTP.search(said)
    is_general = status in {"", "5.0.0"}
    is_nobody = outcome == "failed" and (
        status in _NO_SUCH_ADDRESS or (is_general and _UNKNOWN_USER.search(said) is not None)
    )
    return Bounced(ours, recipients, outcome, status, int(smtp[1]) if smtp else None, is_nobody)


def _status(*said: str) -> str:
    """Return the most telling code: one that says more than "other" (x.0.0), else the first."""
    found = [".".join(one) for text in said for one in _STATUS.findall(text)]
    return next((one for one in found if not one.endswith(".0.0")), found[0] if found else "")
