"""A mail as the rest of the channel sees it, and how much of one is looked at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from uuid import UUID

from channels.port import Trust

Kind = Literal["message", "auto_reply", "bounce", "list", "own", "unparseable"]
Outcome = Literal["failed", "delayed", "relayed", "delivered"]

# Limits of what is looked at. They are far beyond any mail a person writes; what lies beyond them
# stays in the raw mail, which is kept whole.
MAX_HEADERS = 1_000
MAX_HEADER_CHARACTERS = 16_384
MAX_DEPTH = 40
MAX_PARTS = 500
MAX_TEXT_CHARACTERS = 200_000
MAX_HTML_CHARACTERS = 300_000
MAX_REFERENCES = 100
MAX_ADDRESSES = 100


# Put before a shortened mail, with the size of the whole in bytes. Only the very first line counts,
# and there a mail server puts a line of its own (Return-Path or Received), never the sender.
SHORTENED_HEADER = b"X-Pst-Full-Size"


@dataclass(frozen=True, slots=True)
class MailAttachment:
    """A file that came with a mail; `size` in bytes after decoding, None when it cannot be told.

    `content` gives its bytes when it is called, or None where they cannot be had.
    """

    name: str
    content_type: str
    size: int | None
    content: Callable[[], bytes | None] = field(default=lambda: None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Finding:
    """What the server found; `reason` names the checks that failed."""

    trust: Trust
    reason: str = ""


UNKNOWN = Finding("unknown")


@dataclass(frozen=True, slots=True)
class Bounced:
    """What became of our `message` for one recipient.

    `recipients` are addresses, in small letters: first the one that it is about, then whom the returned mail
    was for. `status` is the code of RFC 3463 (5.1.1), `code` that of SMTP, where told. `is_nobody`: there is no
    such address.
    """

    message: UUID
    recipients: tuple[str, ...]
    outcome: Outcome
    status: str = ""
    code: int | None = None
    is_nobody: bool = False


@dataclass(frozen=True, slots=True)
class Mail:
    """What a raw mail says.

    `text` is the sender's own words, `quoted` everything else that was written in it: history,
    signature, footers. `message_id` is synthesised when the mail has none (`has_message_id`).
    `identity` is the same whenever the same mail is fetched again. `reason` says why `kind` is not
    "message". `full_size` in bytes is set when only a part of the mail was fetched. `finding` is what the
    office's server found of the sender, `pictures` are those that its HTML
    shows, `reply_to` another address than the sender's to answer at, `others`
    are further recipients, `bounced` is what a bounce tells about mails of ours.
    """

    message_id: str
    has_message_id: bool
    identity: str
    from_address: str
    from_name: str
    subject: str
    date: datetime | None
    text: str
    quoted: str
    attachments: tuple[MailAttachment, ...]
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]
    kind: Kind
    reason: str
    full_size: int | None = None
    finding: Finding = UNKNOWN
    reply_to: str | None = None
    others: tuple[str, ...] = ()
    bounced: tuple[Bounced, ...] = ()
    pictures: tuple[MailAttachment, ...] = ()
