"""What Twilio posts about a message of ours, as a `Report`. Pure, and total: it never raises.

Source: https://www.twilio.com/docs/messaging/guides/outbound-message-status-in-status-callbacks. They come in
any order, and more than once. Which message it is stands in the address we gave along (`callback`), so that a
callback that is here before the answer to our POST finds its message too.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from urllib.parse import parse_qs, urlencode
from uuid import UUID

from channels.port import Outbound, Report, ReportState
from channels.whatsapp.failures import CAUSES, PASSING, reason_of
from channels.whatsapp.parse import NAME
from channels.whatsapp.signature import Pairs

STATUS_PATH = "/webhooks/twilio/status"
LONGEST_ID = 64
MOST_PARTS = 100

# Statuses that say nothing about a message of ours (receiving, received) are no report.
STATES: Mapping[str, ReportState] = {
    "accepted": "queued",
    "scheduled": "queued",
    "queued": "queued",
    "sending": "queued",
    "sent": "sent",
    "delivered": "delivered",
    "partially_delivered": "delivered",
    "read": "read",
    "undelivered": "failed",
    "failed": "failed",
    "canceled": "failed",
}


def callback(base: str, message: Outbound, part: int, parts: int) -> str:
    """Return the address at which we want to hear of a part of a message; `base` is our public URL.

    `m` is our own message id, `a` the number of the attempt, `p` and `n` tell which part of how many.
    """
    names = {"m": str(message.id), "a": str(message.attempt)}
    if parts > 1:
        names |= {"p": str(part), "n": str(parts)}
    return f"{base}{STATUS_PATH}?{urlencode(names)}"


def read_status(pairs: Pairs, query: bytes, at: datetime) -> Report | None:
    """Return the report in these form pairs, or None when they tell nothing.

    `query` is that of the address Twilio called, `at` the present moment.
    """
    form: dict[str, str] = {}
    for name, value in pairs:
        form.setdefault(name.decode("utf-8", "replace"), value.decode("utf-8", "replace"))
    external_id = form.get("MessageSid") or form.get("SmsSid") or ""
    state = STATES.get((form.get("MessageStatus") or form.get("SmsStatus") or "").lower())
    if state is None or not external_id.isalnum() or len(external_id) > LONGEST_ID:
        return None
    ours = parse_qs(query.decode("latin-1"))
    code = _number(form.get("ErrorCode", ""), most=999_999)
    has_failed = state == "failed"
    part, parts = _part(ours)
    return Report(
        channel=NAME,
        external_id=external_id,
        state=state,
        at=at,
        message=_uuid(ours.get("m", [""])[0]),
        code=code if has_failed else None,
        reason=_reason(code) if has_failed else "",
        cause=CAUSES.get(code or 0) if has_failed else None,
        is_passing=has_failed and code in PASSING,
        attempt=_number(ours.get("a", [""])[0], most=30_000),
        part=part,
        parts=parts,
    )


def _reason(code: int | None) -> str:
    return reason_of(code, 0) if code else "Pesan tidak sampai, tanpa keterangan dari WhatsApp"


def _part(ours: Mapping[str, list[str]]) -> tuple[int, int]:
    part = _number(ours.get("p", [""])[0], most=MOST_PARTS)
    parts = _number(ours.get("n", [""])[0], most=MOST_PARTS)
    return (part, parts) if part and parts and part <= parts else (1, 1)


def _number(text: str, *, most: int) -> int | None:
    """Return a positive number up to `most`, else None."""
    if not (text.isascii() and text.isdecimal() and len(text) <= 6):
        return None
    number = int(text)
    return number if 0 < number <= most else None


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
