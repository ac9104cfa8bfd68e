"""What the other side tells later about a message of ours."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from channels.port.outbound import Cause

ReportState = Literal["queued", "sent", "delivered", "read", "failed"]
"""How far a message of ours has come, in the order in which it gets there; `failed` is an end."""


@dataclass(frozen=True, slots=True)
class Report:
    """What the other side tells later about a message of ours, in any order and perhaps twice.

    `external_id` is its name of the message (or of a part), `message` our own id where it came back
    along, with the number of the `attempt` it belongs to and of the `part` of so many `parts` (from 1). For
    `failed`: `code` is the other side's error number, `reason` is for officers, `is_passing` when sending
    again may help. `queued` with a reason: it is late.

    `recipients`, where anybody could have written the report (a bounce is a mail): the addresses that it
    names; it holds only for a message that went to one of them, and the `cause` only where that is the
    first one. Empty where the channel vouches for it.
    """

    channel: str
    external_id: str
    state: ReportState
    at: datetime
    message: UUID | None = None
    code: int | None = None
    reason: str = ""
    cause: Cause | None = None
    is_passing: bool = False
    attempt: int | None = None
    part: int = 1
    parts: int = 1
    recipients: tuple[str, ...] = ()
