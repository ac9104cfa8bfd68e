"""The Content templates of the office's Twilio account, with WhatsApp's approval of each.

Source: https://www.twilio.com/docs/content/content-api-resources (ContentAndApprovals).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from twilio.rest import Client  # type: ignore[import-untyped]

from channels.whatsapp.asking import asked
from channels.whatsapp.templates import variables_of

PAGE = 100
MOST = 2000
"""Templates read at most; Meta allows an account a few hundred to several thousand."""

APPROVED = "approved"


@dataclass(frozen=True, slots=True)
class Content:
    """A template as the account has it. `status` is WhatsApp's: unsubmitted, received, pending, approved,
    rejected, paused or disabled. `types` are its parts by type, e.g. "twilio/text"."""

    sid: str
    name: str
    language: str
    types: Mapping[str, Any]
    status: str
    category: str
    rejection: str

    @property
    def variables(self) -> frozenset[str]:
        """Return the names of the variables in its texts."""
        return frozenset(name for parts in self.types.values() for name in _names(parts))


async def contents(client: Client) -> list[Content]:
    """Return the account's templates, page by page, at most `MOST`. Raises `NotTold`."""
    listed = await asked(client.content.v1.content_and_approvals.list_async(limit=MOST, page_size=PAGE))
    return [_read(each) for each in listed if isinstance(each.sid, str)]


def _read(found: Any) -> Content:
    approval = found.approval_requests if isinstance(found.approval_requests, dict) else {}
    return Content(
        sid=found.sid,
        name=_line(found.friendly_name),
        language=_line(found.language),
        types=found.types if isinstance(found.types, dict) else {},
        status=_line(approval.get("status")).lower() or "unsubmitted",
        category=_line(approval.get("category")),
        rejection=_line(approval.get("rejection_reason")),
    )


def _names(parts: object) -> frozenset[str]:
    """Return the variables in every text of a structure."""
    if isinstance(parts, str):
        return variables_of(parts)
    inside: Sequence[object] = (
        tuple(parts.values()) if isinstance(parts, dict) else parts if isinstance(parts, list) else ()
    )
    return frozenset(name for each in inside for name in _names(each))


def _line(value: object) -> str:
    """Return words of the other side's in one printable line."""
    words = " ".join(value.split()) if isinstance(value, str) else ""
    return "".join(letter for letter in words if letter.isprintable())
