"""Content templates: what is kept of them, and what a phone shows of one. Pure.

Types: https://www.twilio.com/docs/content/content-types-overview.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

# Types that cannot begin a conversation, approved or not (error 63016).
IN_SESSION_ONLY = frozenset({"twilio/list-picker", "twilio/location"})
# In the order of what WhatsApp is sent when a template has several: the richest.
RICHEST_FIRST = (
    "whatsapp/card",
    "twilio/card",
    "twilio/list-picker",
    "twilio/call-to-action",
    "twilio/quick-reply",
    "twilio/text",
)


@dataclass(frozen=True, slots=True)
class Tap:
    """Something to tap: its title, and the id that comes back with it. `url`: it opens a page instead."""

    title: str
    id: str = ""
    description: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """What a phone shows of a template, variables filled in. `list_title` opens the taps of a list."""

    text: str
    taps: tuple[Tap, ...] = ()
    list_title: str = ""
    footer: str = ""


@dataclass(slots=True)
class Content:
    """A template. `types` as in the Content API; `status` is WhatsApp's approval: unsubmitted, received,
    pending, approved, rejected, paused or disabled."""

    sid: str
    friendly_name: str
    types: dict[str, dict[str, Any]]
    created_at: datetime
    language: str = "id"
    variables: dict[str, str] = field(default_factory=dict)
    status: str = "approved"
    category: str = "UTILITY"
    name: str = ""
    rejection_reason: str = ""

    @property
    def may_begin(self) -> bool:
        """Tell whether it is delivered outside the window."""
        return self.status == "approved" and not IN_SESSION_ONLY & self.types.keys()


def show(content: Content, variables: Mapping[str, str]) -> Shown:
    """Return what a phone shows; a variable that is not given has the template's own sample value."""
    kind = next((kind for kind in RICHEST_FIRST if kind in content.types), "")
    parts = content.types.get(kind, {})
    values = {**content.variables, **variables}

    def text(name: str, given: Mapping[str, Any] = parts) -> str:
        return filled(str(given.get(name) or ""), values)

    taps = tuple(
        Tap(
            title=text("title", each) or text("item", each),
            id=text("id", each),
            description=text("description", each),
            url=text("url", each),
        )
        for each in (*parts.get("actions", ()), *parts.get("items", ()))
    )
    return Shown(text("body") or text("title"), taps, text("button"), text("footer") or text("subtitle"))


def filled(template: str, values: Mapping[str, str]) -> str:
    """Return the text with each {{name}} replaced; what has no value stays as it is."""
    return re.sub(r"{{\s*(\w+)\s*}}", lambda found: values.get(found[1], found[0]), template)
