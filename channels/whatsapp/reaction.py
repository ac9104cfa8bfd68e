"""A reaction (an emoji put on a message of ours), in whatever shape Twilio posts it. Pure, and total.

Twilio's documents do not say how reactions arrive. MessageType is what tells kinds apart elsewhere; its
parameters are also repeated as JSON in ChannelMetadata; WhatsApp's own name for the kind is "reaction", with
the emoji and the message in it, and without an emoji when it is taken back. So each of these is understood.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

KINDS = frozenset({"reaction", "reactions"})
EMOJI = ("ReactionEmoji", "Reaction", "ReactionText", "Emoji")
REACTED_TO = ("OriginalRepliedMessageSid", "ReactionMessageSid", "ReactedMessageSid", "OriginalMessageSid")


def is_reaction(form: Mapping[str, str]) -> bool:
    """Tell whether these parameters are a reaction and not a message that has words of its own."""
    data = _metadata(form)
    if form.get("MessageType", "").lower() in KINDS or data.get("type") == "reaction" or "reaction" in data:
        return True
    emoji = emoji_of(form)
    return bool(emoji) and form.get("Body", "") in {"", emoji} and "MediaUrl0" not in form


def emoji_of(form: Mapping[str, str]) -> str:
    """Return the emoji under any of its names; empty without one, or when it was taken back."""
    return next((form[name] for name in EMOJI if form.get(name)), "")


def _metadata(form: Mapping[str, str]) -> Mapping[str, Any]:
    """Return `data` of ChannelMetadata; empty when it is not there or not readable."""
    try:
        told = json.loads(form.get("ChannelMetadata", "") or "{}")
    except (ValueError, RecursionError):
        return {}
    data = told.get("data") if isinstance(told, dict) else None
    return data if isinstance(data, dict) else {}
