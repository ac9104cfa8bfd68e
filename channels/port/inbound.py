"""What a citizen writes, and what is no citizen's message."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from channels.port.files import Attachment
from channels.port.reports import Report

InboundKind = Literal["message", "reaction", "stop", "start"]
"""What a message is: `reaction` is kept and never answered, `stop` and `start` are the person's wish about
notices."""


Trust = Literal["unknown", "passed", "failed"]
"""Whether a message is from whom it says: `failed` is kept away from what that person has with us."""


@dataclass(frozen=True, slots=True)
class Inbound:
    """One message from a citizen, as the channel understood it.

    `external_id` is unique within the channel: the same id twice is the same message.
    `sender` is the channel's own name of the person (a WhatsApp id, a mail address), never assumed
    to be a phone number. `replies_to` are ids of messages of ours that this one refers to;
    `reply_id` and `references` are what an answer has to quote to stay in the thread (email).
    `source` is the message as it came in, for the record (JSON text); never logged. `choice` is the number
    (from 1) of the button or list entry that was tapped. `phone` is the person's number where the
    channel tells it (E.164). `alias` is another name of the same person on this channel, under which they may
    come another time.

    `is_letter`: on this channel a thread is what holds a conversation together, not the person. `ours` are our
    own ids (`Outbound.id`) of what it refers to, as far as they can be told from `replies_to`. `trust`, with the
    reason for officers in `distrust`, says whether the sender is who they say; `reply_to` is another address
    they would like to be answered at, `cc` are others who got it: both are for officers only.
    """

    channel: str
    external_id: str
    sender: str
    text: str
    received_at: datetime
    sender_name: str | None = None
    subject: str | None = None
    quoted: str = ""
    replies_to: tuple[str, ...] = ()
    reply_id: str | None = None
    references: tuple[str, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    source: str | None = None
    kind: InboundKind = "message"
    choice: int | None = None
    phone: str | None = None
    alias: str | None = None
    is_letter: bool = False
    ours: tuple[UUID, ...] = ()
    trust: Trust = "unknown"
    distrust: str = ""
    reply_to: str | None = None
    cc: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ignored:
    """Something that is kept but is no citizen's message: `kind` is e.g. auto_reply, bounce, list, own.

    `reports` is what it tells about messages of ours.
    """

    kind: str
    reason: str
    reports: tuple[Report, ...] = ()
