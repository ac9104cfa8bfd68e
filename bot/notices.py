"""What to do with a message of ours that cannot go its way. Pure.

The keys are those of the texts, and of the section `templates` of WhatsApp in office.yml.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from channels.port import Cause

OFFICER_REPLIED = "officer_replied"
UNCLAIMED = "unclaimed"
SURVEY = "survey"
NOTICES = frozenset({"closing", "rating", SURVEY, "warning", OFFICER_REPLIED, UNCLAIMED})
"""What the system says of its own accord. Nobody who opted out or is not reachable gets it; an answer to
what somebody asks is no notice."""
OUTDATED_BY_CONTACT = frozenset({"warning", OFFICER_REPLIED, UNCLAIMED})
"""Notices that hold only until the citizen writes: once they did, there is nothing left to say."""

MAILS: Mapping[str, str] = {
    "closing": "mail_closing",
    "rating": "mail_rating",
    SURVEY: "mail_survey",
    "warning": "mail_warning",
    OFFICER_REPLIED: "mail_officer_replied",
    UNCLAIMED: "mail_unclaimed",
}
"""The text of the mail that takes a notice's place. An address typed in a chat is unverified, so none of
them holds anything of the conversation."""
MAIL_FOR_ANSWER = "mail_answer"


@dataclass(frozen=True, slots=True)
class Withheld:
    """The message is not even tried; `reason` is for officers."""

    reason: str
    cause: Cause | None


def withheld(
    key: str, *, kept_at: datetime, heard_at: datetime | None, has_opted_out: bool, is_unreachable: bool
) -> Withheld | None:
    """Return why a message is not to be tried at all, None when it is.

    `kept_at` is when it was kept, `heard_at` when the person last wrote on that channel.
    """
    if key not in NOTICES:
        return None
    if has_opted_out:
        return Withheld("Warga meminta tidak dikirimi pemberitahuan", Cause.OPTED_OUT)
    if is_unreachable:
        return Withheld("Alamat warga di saluran ini tidak dapat dihubungi", Cause.NOT_REACHABLE)
    if key in OUTDATED_BY_CONTACT and heard_at is not None and heard_at > kept_at:
        return Withheld("Tidak diperlukan lagi: warga sudah menulis", None)
    return None


@dataclass(frozen=True, slots=True)
class Detour:
    """The next step of a message for which the window is closed.

    `state` is what becomes of the message itself; `mail` is the key of the mail that is sent, if any;
    `announces`: the person is told, by a notice of its own, that an answer waits.
    """

    state: Literal["rerouted", "waiting", "failed"]
    mail: str | None = None
    announces: bool = False


def detour(key: str, author: str, *, has_address: bool) -> Detour:
    """Return what to do with a message that only the citizen's next one allows.

    `has_address`: the person left a mail address and the channel email is on. A mail takes the place of a
    notice. An answer waits, whatever is said about it elsewhere; an officer's is announced, at best by a template.
    """
    mail = MAILS.get(key, MAIL_FOR_ANSWER) if has_address else None
    if key in NOTICES:
        if mail is not None:
            return Detour("rerouted", mail)
        return Detour("failed" if key == OFFICER_REPLIED else "waiting")
    if author == "officer":
        return Detour("waiting", announces=True)
    return Detour("waiting", mail)
