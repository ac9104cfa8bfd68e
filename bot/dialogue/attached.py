"""What a message of attachments alone gets for an answer, by their kinds. Pure."""

from __future__ import annotations

from collections.abc import Collection

from bot.dialogue.state import Say

# Nothing for an officer to read: the one is a nod, the other does not say what is wanted there.
WORDLESS = frozenset({"sticker", "location"})
REASONS = {"voice": "voice", "audio": "voice", "image": "image", "video": "video", "contact": "contact"}
OTHER = "attachment"


def reason_of(kinds: Collection[str]) -> str | None:
    """Return why these attachments need an officer (a ticket's reason); None when they need none.

    `kinds` as in `channels.port.Attachment`. Several that differ are attachments, no more.
    """
    reasons = {REASONS.get(kind, OTHER) for kind in kinds if kind not in WORDLESS}
    return None if not reasons else reasons.pop() if len(reasons) == 1 else OTHER


def answer_to(kinds: Collection[str]) -> Say:
    """Return what is said to attachments which need no officer."""
    return Say("location" if "location" in kinds else "sticker")
