"""One letter of the simulated mail client: written as RFC 5322, and read from it. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email import policy
from email.errors import HeaderParseError, MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import format_datetime, parseaddr
from typing import cast

from .phone import File


@dataclass(slots=True)
class Letter:
    """A mail as the client shows it: `html` if it has such a part, else `text`.

    `raw` is the mail as it went over the wire.
    """

    message_id: str
    references: tuple[str, ...]
    sender_name: str
    sender: str
    subject: str
    text: str
    at: datetime
    raw: bytes = field(repr=False)
    is_mine: bool = False
    is_seen: bool = False
    files: tuple[str, ...] = ()
    html: str = ""

    @property
    def headers(self) -> str:
        """Return the raw header lines (RFC 5322, 2.2), for those who want to see them."""
        head = re.split(rb"\r?\n\r?\n", self.raw, maxsplit=1)[0]
        return head.decode("utf-8", "replace").replace("\r\n", "\n")


@dataclass(frozen=True, slots=True)
class Draft:
    """What the citizen typed. `answers` is the letter replied to."""

    sender_name: str
    sender: str
    recipient: str
    subject: str
    text: str
    files: Sequence[File] = ()
    answers: Letter | None = None


def write(draft: Draft, message_id: str, at: datetime, quotation: str = "") -> EmailMessage:
    """Return the draft as a mail. Raises ValueError for an address or name that no header can hold."""
    message = EmailMessage(policy=policy.SMTP)
    try:
        message["From"] = Address(draft.sender_name, addr_spec=draft.sender)
        message["To"] = Address(addr_spec=draft.recipient)
    except (HeaderParseError, MessageError) as error:
        raise ValueError("not a mail address") from error
    message["Subject"] = " ".join(draft.subject.split())
    message["Date"] = format_datetime(at)
    message["Message-ID"] = message_id
    if draft.answers is not None:
        # RFC 5322, 3.6.4: the parent's references, then the parent itself.
        message["In-Reply-To"] = draft.answers.message_id
        message["References"] = " ".join([*draft.answers.references, draft.answers.message_id])
    message.set_content(draft.text + quotation)
    for file in draft.files:
        main, _, sub = file.content_type.partition("/")
        message.add_attachment(file.data, maintype=main, subtype=sub or "octet-stream", filename=file.name)
    return message


def quoted(letter: Letter, day: str, time: str) -> str:
    """Return what mail programs put under a reply, the way Gmail does in Indonesian."""
    lines = "\n".join(f"> {line}".rstrip() for line in letter.text.splitlines())
    return f"\n\nPada {day} pukul {time} {letter.sender_name} <{letter.sender}> menulis:\n\n{lines}\n"


def read(raw: bytes, at: datetime) -> Letter:
    """Return a mail of the office as a letter; `at` is when it came in."""
    message = BytesParser(policy=policy.default).parsebytes(raw)
    name, address = parseaddr(str(message.get("From", "")))
    return Letter(
        message_id=str(message.get("Message-ID", "")).strip(),
        references=_ids(message),
        sender_name=name or address,
        sender=address,
        subject=str(message.get("Subject", "")),
        text=_words(message, "plain", "html"),
        html=_words(message, "html"),
        at=at,
        raw=raw,
        files=tuple(part.get_filename() or "lampiran" for part in message.iter_attachments()),
    )


def _ids(message: EmailMessage) -> tuple[str, ...]:
    told = f"{message.get('References', '')} {message.get('In-Reply-To', '')}"
    return tuple(dict.fromkeys(re.findall(r"<[^<>\s]+>", told)))


def _words(message: EmailMessage, *kinds: str) -> str:
    """Return the body of the first of the kinds ("plain", "html") that the mail has, else nothing."""
    body = message.get_body(preferencelist=kinds)
    if body is None:
        return ""
    try:
        return str(body.get_content()).replace("\r\n", "\n").strip("\n")
    except LookupError:  # a charset Python does not know
        data = cast(bytes, body.get_payload(decode=True))
        return data.decode("utf-8", "replace").strip("\n")
