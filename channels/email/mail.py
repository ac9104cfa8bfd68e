"""A mail as the rest of the channel sees it, and how much of one is looked at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Kind = Literal["message", "auto_reply", "bounce", "list", "own", "unparseable"]

# Limits of what is looked at. They are far beyond any mail a person writes; what lies beyond them
# stays in the raw mail, which is kept whole.
MAX_HEADERS = 1_000
MAX_HEADER_CHARACTERS = 16_384
MAX_DEPTH = 40
MAX_PARTS = 500
MAX_TEXT_CHARACTERS = 200_000
MAX_HTML_CHARACTERS = 300_000
MAX_REFERENCES = 100


# Put before a shortened mail, with the size of the whole in bytes. Only the very first line counts,
# and there a mail server puts a line of its own (Return-Path or Received), never the sender.
SHORTENED_HEADER = b"X-Pst-Full-Size"


@dataclass(frozen=True, slots=True)
class MailAttachment:
    """A file that came with a mail; `size` in bytes after decoding, None when it cannot be told."""

    name: str
    content_type: str
    size: int | None


@dataclass(frozen=True, slots=True)
class Mail:
    """What a raw mail says.

    `text` is the sender's own words, `quoted` everything else that was written in it: history,
    signature, footers. `message_id` is synthesised when the mail has none (`has_message_id`).
    `identity` is the same whenever the same mail is fetched again. `reason` says why `kind` is not
    "message". `full_size` in bytes is set when only a part of the mail was fetched.
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
