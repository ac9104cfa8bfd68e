"""How a message may go out at a moment: as free text, as an approved template, or not at all. Pure.

Source: https://www.twilio.com/docs/api/errors/63016: for 24 hours after the citizen's last message anything
may be said; later only a template that Meta has approved, without a Body.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from channels.port import Outbound
from channels.whatsapp.templates import fill

WINDOW = timedelta(hours=24)
MARGIN = timedelta(minutes=2)
"""How much earlier the window counts as closed: a message that is under way must not arrive too late."""


@dataclass(frozen=True, slots=True)
class FreeText:
    """The message goes out with its own words."""


@dataclass(frozen=True, slots=True)
class Content:
    """A Content template takes the place of the text: `sid` (HX...), and its `variables` "1", "2", ...

    `name` is what office.yml calls it, for officers.
    """

    name: str
    sid: str
    variables: dict[str, str]


@dataclass(frozen=True, slots=True)
class NotSendable:
    """Only the citizen's next message allows it; `reason` is for officers."""

    reason: str


Way = FreeText | Content | NotSendable


def way_of(message: Outbound, now: datetime, templates: Mapping[str, str]) -> Way:
    """Return how `message` may go out at `now`; `templates` are ContentSids by the key of the message.

    Which argument stands for which variable: `channels/whatsapp/templates.py`. An officer's own words have no
    template; that there are some is a message by itself (`officer_replied`).
    """
    if is_open(message.last_heard, now):
        return FreeText()
    sid = templates.get(message.key, "")
    if sid:
        return Content(message.key, sid, fill(message.key, message.arguments))
    if message.key in templates:
        return NotSendable(f"Di luar 24 jam, dan templat {message.key} belum ditetapkan di office.yml")
    return NotSendable("Di luar 24 jam sejak pesan terakhir warga (kode 63016)")


def is_open(last_heard: datetime | None, now: datetime) -> bool:
    """Tell whether free text sent at `now` still arrives in time."""
    return last_heard is not None and now - last_heard < WINDOW - MARGIN
