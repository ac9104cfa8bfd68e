"""What the office says, and what becomes of it when it is sent."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal
from uuid import UUID

from channels.port.files import Enclosure

Author = Literal["bot", "system", "officer"]


@dataclass(frozen=True, slots=True)
class Outbound:
    """One reply, kept in the database before any attempt to send it.

    `id` is our own message id and the same on every attempt. `text` is in the light markup of
    `channels/markup.py` and in `language` ("id" or "en"). `key` names the text (see
    `bot/texts.yml`) and `arguments` fill it, for channels that must send an approved template.
    `last_heard` is when the citizen last wrote on this channel, in whatever conversation, for channels
    with a window; None when never, or when the other side has since said that the window is closed. What
    to make of it is the channel's business. `choices` are titles to choose from, in the order of their
    numbers; the text has them too. `attempted_at` is when the latest attempt was recorded, None before it;
    `attempt` counts them, 1 for the first. `author` is bot, system (a notice) or officer. `ticket` is the number
    of the conversation's ticket, None where there is none or the recipient is somebody else than its contact.
    `cc` are further recipients whom an officer named. `attachments` are opened by `Wiring.files`.
    """

    id: UUID
    channel: str
    recipient: str
    text: str
    key: str
    created_at: datetime
    arguments: dict[str, str] = field(default_factory=dict)
    last_heard: datetime | None = None
    attempted_at: datetime | None = None
    attempt: int = 1
    language: str = "id"
    subject: str | None = None
    in_reply_to: str | None = None
    references: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    author: Author = "bot"
    ticket: str | None = None
    cc: tuple[str, ...] = ()
    attachments: tuple[Enclosure, ...] = ()


@dataclass(frozen=True, slots=True)
class Receipt:
    """The other side took the message and calls it `external_id` (of several parts, the last).

    `parts` are the ids of all parts in order; `way` says how it went out (text, buttons, template). `remark`
    tells officers of what did not go along with it, empty when all did.
    """

    external_id: str
    parts: tuple[str, ...] = ()
    way: str = "text"
    remark: str = ""


class Cause(StrEnum):
    """Why a message cannot be sent now, where the office can do something about it."""

    WINDOW_CLOSED = "window_closed"  # only what the citizen writes next opens it
    OPTED_OUT = "opted_out"  # the person wants no more messages
    NOT_REACHABLE = "not_reachable"  # there is nobody at that address on this channel


class SendFailed(Exception):
    """A message was not taken by the other side.

    `permanent` is true when trying again cannot help. `reason` is for officers: it says what
    happened and holds no address, phone number or message text. `uncertain` is true when the other
    side may have taken the message nevertheless (the answer to our request was lost). `cause` tells
    situations apart that are handled in their own way. `after`: the other side wants to be left alone for
    that many seconds.
    """

    def __init__(
        self,
        reason: str,
        *,
        permanent: bool,
        uncertain: bool = False,
        cause: Cause | None = None,
        after: float | None = None,
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.permanent = permanent
        self.uncertain = uncertain
        self.cause = cause
        self.after = after
