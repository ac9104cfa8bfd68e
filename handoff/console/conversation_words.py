"""The conversation's page in words: what became of a message, how long a window is open, what happened. Pure.

Each returns a key of `words/conversation.yml` with what fills it, so that templates only have to say it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from handoff.ports.thread import Contact, Happened, Sending

Tone = str
"""Of the badges: "", "accent", "amber", "red" or "green"."""
SOON = timedelta(hours=2)
"""How long before a window closes it is shown in amber."""


@dataclass(frozen=True, slots=True)
class Words:
    """A sentence to be said: its key, what fills it, and its tone."""

    key: str
    given: Mapping[str, object] = field(default_factory=dict)
    tone: Tone = ""


def delivery(sending: Sending, unknown: str) -> Words:
    """Return what became of a message of ours; `unknown` stands where no reason was told."""
    reason = {"reason": sending.failure or unknown}
    match sending.state:
        case "kept" if sending.failure:
            return Words("conversation.sending_again", reason, "amber")
        case "sent":
            return _arrived(sending)
        case "waiting":
            key = "window" if sending.cause == "window_closed" else "waiting"
            return Words(f"conversation.sending_{key}", tone="amber")
        case "failed":
            return Words("conversation.sending_failed", reason, "red")
        case "uncertain":
            return Words("conversation.sending_uncertain", {"reason": sending.failure or ""}, "amber")
        case state:
            return Words(f"conversation.sending_{state}")


def _arrived(sending: Sending) -> Words:
    if sending.told in {"delivered", "read"}:
        return Words(f"conversation.sending_{sending.told}")
    return Words(
        "conversation.sending_template" if sending.way == "template" else "conversation.sending_sent"
    )


def left(contact: Contact, now: datetime) -> Words | None:
    """Return how long a window stays open; None where it is closed or there is none."""
    if contact.window_ends is None or contact.window_ends <= now:
        return None
    rest = contact.window_ends - now
    minutes = max(int(rest.total_seconds()) // 60, 1)
    key, count = ("hours", minutes // 60) if minutes >= 60 else ("minutes", minutes)
    return Words(f"conversation.window_{key}", {"n": count}, "amber" if rest < SOON else "")


def is_window_closed(contact: Contact, now: datetime) -> bool:
    """Tell whether only what the person writes next lets us say anything."""
    return contact.has_window and (contact.window_ends is None or contact.window_ends <= now)


def size(count: int) -> Words:
    """Return a number of bytes as a person says it."""
    if count < 1000:
        return Words("conversation.size_bytes", {"n": count})
    if count < 1_000_000:
        return Words("conversation.size_kb", {"n": round(count / 1000)})
    return Words("conversation.size_mb", {"n": f"{count / 1_000_000:.1f}"})


MOMENTS = frozenset({"due"})
DAYS = frozenset({"came_on", "answered_on"})
"""What of a ticket's history is a moment, or a day, as ISO 8601 has it."""


def happened_key(what: str, known: frozenset[str]) -> str:
    """Return the key of something that happened; one that nobody has words for yet is still shown."""
    key = f"conversation.happened_{what}"
    return key if key in known else "conversation.happened_other"


def actor_key(happened: Happened) -> str:
    """Return the key of who did something when it has no name."""
    known = {"bot", "system", "citizen", "officer"}
    return f"conversation.who_{happened.actor if happened.actor in known else 'system'}"


TONES = {"ok": "", "near": "amber", "missed": "red", "paused": "", "none": ""}
"""The tone of a ticket's deadline by `handoff.deadline.Standing.state`."""
