"""Raw bytes to `Mail`. Pure and total: what cannot be read is kind "unparseable", with a reason."""

from __future__ import annotations

import codecs
import re
from dataclasses import replace
from email import errors
from email.message import Message
from email.parser import BytesHeaderParser

from channels.email import bounces, headers, identity, quotes, trust
from channels.email.address import Sender
from channels.email.automatic import Verdict, judge, judge_words
from channels.email.body import Body, TooMuch
from channels.email.headers import BoundedPolicy, Headers
from channels.email.mail import MAX_TEXT_CHARACTERS, SHORTENED_HEADER, Kind, Mail
from channels.email.structure import body_of
from channels.email.thin import parsed

_POLICY = BoundedPolicy()
_PIECE = 65_536
_BLANK_LINE = re.compile(rb"\r?\n\r?\n")
_SPACE_BEFORE_COLON = re.compile(rb"^([A-Za-z][A-Za-z0-9-]{1,60})[ \t]{1,20}:", re.MULTILINE)
_MOST_ENCLOSED = 5
_FULL_SIZE = re.compile(SHORTENED_HEADER + rb": (\d{1,15})\r?\n")
BROKEN = (
    errors.MessageError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    AssertionError,
    RecursionError,
)


def parse(data: bytes, own: Sender | None = None, authserv_id: str = "") -> Mail:
    """Return what a raw mail says; `own` is the office's address, to know its own mail. Never raises.

    `authserv_id` is how the office's server calls itself in Authentication-Results, "" for not asking it.
    """
    raw, full_size = prepared(data)
    if not raw.strip():
        return _unparseable(raw, "surat kosong")
    try:
        message = parsed(raw)
        fields = Headers(message)
        if not fields.is_mail():
            return _unparseable(raw, "tidak ada kepala surat")
        body = body_of(message)
        mail = _mail(message, fields, body, judge(message, fields, own))
        told = judge_words(mail.text, mail.from_address) if mail.kind == "message" else None
        if told is not None:
            mail = replace(mail, kind=told.kind, reason=told.reason)
        if mail.kind == "bounce" and own is not None:
            mail = replace(mail, bounced=bounces.take_apart(message, fields, own.domain))
    except TooMuch as limit:
        return _unparseable(raw, str(limit))
    except RecursionError:
        return _unparseable(raw, "bagian bersarang terlalu dalam")
    except BROKEN as error:
        return _unparseable(raw, f"pembaca surat menyerah ({type(error).__name__})")
    return replace(mail, full_size=full_size, finding=trust.judge(message, authserv_id))


def prepared(data: bytes) -> tuple[bytes, int | None]:
    """Return a mail without what stands before it, and the size of the whole where only a part was fetched."""
    shortened = _FULL_SIZE.match(data)
    raw = data[shortened.end() :] if shortened else data
    if raw[:1].isspace() or raw.startswith(codecs.BOM_UTF8):
        raw = raw.removeprefix(codecs.BOM_UTF8).lstrip()
    return _with_proper_colons(raw), int(shortened[1]) if shortened else None


def _with_proper_colons(raw: bytes) -> bytes:
    """Mend "Subject : ..." (RFC 5322 section 4.5.8): Python's parser takes it for the end of the header."""
    head = raw[:_PIECE]
    end = _BLANK_LINE.search(head)
    size = end.start() if end else len(head)
    if not _SPACE_BEFORE_COLON.search(head, 0, size):
        return raw
    return _SPACE_BEFORE_COLON.sub(rb"\1:", head[:size]) + raw[size:]


def _mail(message: Message, fields: Headers, body: Body, verdict: Verdict) -> Mail:
    mail = _bare(fields, identity.fingerprint(message, fields), verdict.kind, verdict.reason)
    words = _words(body, mail.subject)
    return replace(
        mail,
        text=words.own,
        quoted=words.quoted,
        attachments=tuple(body.attachments),
        pictures=tuple(body.shown),
        in_reply_to=fields.ids("in-reply-to"),
        references=fields.ids("references"),
        reply_to=_elsewhere(headers.address(fields.raw("reply-to"))[1], mail.from_address),
        others=headers.addresses(fields.raw("to")) + headers.addresses(fields.raw("cc")),
    )


def _unparseable(raw: bytes, reason: str) -> Mail:
    """Save what the header fields tell, if they do."""
    return _bare(Headers(_head(raw)), identity.of_bytes(raw), "unparseable", reason)


def _bare(fields: Headers, mark: str, kind: Kind, reason: str) -> Mail:
    """Return a mail of what its header fields tell of it alone."""
    name, address = headers.address(fields.raw("from"))
    message_id = identity.message_id_of(fields)
    known_id = message_id or identity.synthesised(mark)
    return Mail(
        message_id=known_id,
        has_message_id=message_id is not None,
        identity=identity.external_id(known_id, mark),
        from_address=address,
        from_name=name,
        subject=fields.text("subject"),
        date=headers.date(fields.raw("date")),
        text="",
        quoted="",
        attachments=(),
        in_reply_to=(),
        references=(),
        kind=kind,
        reason=reason,
    )


def _words(body: Body, subject: str) -> quotes.Words:
    """Return the writer's words; a mail enclosed without a word is read for them, else kept beside them."""
    words = quotes.split(body.text, subject)
    own, beside = words.own, [words.quoted]
    for inner in body.enclosed[:_MOST_ENCLOSED]:
        try:
            inside = body_of(inner)
        except TooMuch:
            continue  # it is kept as the file that it is
        if own:
            beside.append(inside.text)
        else:
            inner_words = quotes.split(inside.text, Headers(inner).text("subject"))
            own = inner_words.own
            beside.append(inner_words.quoted)
    if not own and not any(beside) and body.aside:
        own = body.aside[0]
        beside += body.aside[1:]
    else:
        beside += body.aside
    beside += body.hidden
    return quotes.Words(own, "\n\n".join(filter(None, beside))[:MAX_TEXT_CHARACTERS])


def _elsewhere(reply_to: str, sender: str) -> str | None:
    return reply_to if "@" in reply_to and reply_to != sender else None


def _head(raw: bytes) -> Message:
    try:
        return BytesHeaderParser(policy=_POLICY).parsebytes(raw[:65_536])
    except BROKEN:
        return Message(policy=_POLICY)
