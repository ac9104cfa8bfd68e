"""What the bot would see in a raw mail and what it would take it for: `pst email inspect`."""

from __future__ import annotations

from typing import Any

from channels.email.address import Sender
from channels.email.parse import parse


def inspect(data: bytes, file: str, own: str | None = None) -> dict[str, Any]:
    """Return one JSON-able row about a raw mail; `own` is the office's own address. Never raises."""
    mail = parse(data, Sender("", own.lower()) if own else None)
    return {
        "file": file,
        "message_id": mail.message_id,
        "from": mail.from_address,
        "subject": mail.subject,
        "kind": mail.kind,
        "text": mail.text,
        "quoted": mail.quoted,
        "attachments": [
            {"name": one.name, "type": one.content_type, "size": one.size} for one in mail.attachments
        ],
    }
