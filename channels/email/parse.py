"""Raw bytes to `Mail`. Pure and total: what cannot be read is kind "unparseable", with a reason."""

from __future__ import annotations

import re
from dataclasses import replace
from email import errors
from email.message import Message
from email.parser import BytesFeedParser, BytesHeaderParser

from channels.email import headers, identity, quotes
from channels.email.address import Sender
from channels.email.automatic import Verdict, judge
from channels.email.headers import BoundedPolicy, Headers
from channels.email.mail import SHORTENED_HEADER, Mail
from channels.email.structure import Body, TooMuch, body_of

_POLICY = BoundedPolicy()
_PIECE = 65_536
_FULL_SIZE = re.compile(SHORTENED_HEADER + rb": (\d{1,15})\r?\n")
_BROKEN = (
    errors.MessageError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    AssertionError,
    RecursionError,
)


def parse(data: bytes, own: Sender | None = None) -> Mail:
    """Return what a raw mail says; `own` is the office's address, to know its own mail. Never raises."""
    shortened = _FULL_SIZE.match(data)
    full_size = int(shortened[1]) if shortened else None
    raw = data[shortened.end() :] if shortened else data
    if not raw.strip():
        return _unparseable(raw, "the mail is empty")
    try:
        message = _message(raw)
        fields = Headers(message)
        if not fields.is_mail():
            return _unparseable(raw, "it has no header fields of a mail")
        body = body_of(message)
        mail = _mail(message, fields, body, judge(message, fields, own))
    except TooMuch as limit:
        return _unparseable(raw, str(limit))
    except RecursionError:
        return _unparseable(raw, "nested too deeply")
    except _BROKEN as error:
        return _unparseable(raw, f"the parser gave up ({type(error).__name__})")
    return replace(mail, full_size=full_size)


def _message(raw: bytes) -> Message:
    """Parse in pieces: `parsebytes` copies the whole mail several times over."""
    parser: BytesFeedParser[Message] = BytesFeedParser(policy=_POLICY)
    for start in range(0, len(raw), _PIECE):
        parser.feed(raw[start : start + _PIECE])
    return parser.close()


def _mail(message: Message, fields: Headers, body: Body, verdict: Verdict) -> Mail:
    subject = fields.text("subject")
    words = quotes.split(body.text, subject)
    if not words.own and body.enclosed:
        # A mail forwarded as an attachment, without a word: the words are in it.
        inner = body.enclosed[0]
        inner_words = quotes.split(body_of(inner).text, Headers(inner).text("subject"))
        words = quotes.Words(inner_words.own, "\n\n".join(filter(None, [words.quoted, inner_words.quoted])))
    name, address = headers.address(fields.raw("from"))
    mark = identity.fingerprint(message, fields)
    message_id = identity.message_id_of(fields)
    known_id = message_id or identity.synthesised(mark)
    return Mail(
        message_id=known_id,
        has_message_id=message_id is not None,
        identity=identity.external_id(known_id, mark),
        from_address=address,
        from_name=name,
        subject=subject,
        date=headers.date(fields.raw("date")),
        text=words.own,
        quoted=words.quoted,
        attachments=tuple(body.attachments),
        in_reply_to=fields.ids("in-reply-to"),
        references=fields.ids("references"),
        kind=verdict.kind,
        reason=verdict.reason,
    )


def _unparseable(raw: bytes, reason: str) -> Mail:
    """Save what the header fields tell, if they do."""
    fields = Headers(_head(raw))
    name, address = headers.address(fields.raw("from"))
    mark = identity.of_bytes(raw)
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
        kind="unparseable",
        reason=reason,
    )


def _head(raw: bytes) -> Message:
    try:
        return BytesHeaderParser(policy=_POLICY).parsebytes(raw[:65_536])
    except _BROKEN:
        return Message(policy=_POLICY)
