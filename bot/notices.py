"""What to do with a message of ours that cannot go its way. Pure.

The keys are those of the texts, and of the section `templates` of WhatsApp in office.yml.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from channels.port import Cause

OFFICER_REPLIED = "officer_replied"
UNCLAIMED = "unclaimed"
SURVEY = "survey"
NOTICES = frozenset({"closing", "rating", SURVEY, "warning", OFFICER_REPLIED, UNCLAIMED})
"""What the system says of its own accord. Nobody who opted out or is not reachable gets it; an answer to
what somebody asks is no notice."""
OUTDATED_BY_RESPONSE = frozenset({"warning", UNCLAIMED})
"""Notices that hold only until the citizen writes in that conversation: then there is nothing left to say."""
OUTDATED_BY_CONTACT = frozenset({OFFICER_REPLIED, "closing"})
"""Those that hold only until the citizen writes at all on that channel: what waited is sent then, and to tell of an
end in the middle of what follows it would be taken for the end of that."""
AT_CONTACT = timedelta(minutes=10)
"""For so long after the citizen wrote, what waited for it may be said by night, too."""

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
_OF_MAIL = {mail: key for key, mail in MAILS.items()}


def notice_of(key: str) -> str | None:
    """Return the notice that a text is, or takes the place of as a mail; None: it is no notice."""
    return key if key in NOTICES else _OF_MAIL.get(key)


@dataclass(frozen=True, slots=True)
class Meanwhile:
    """What has come of things since a notice was kept, at `kept_at`; it could be sent `since`, later when it waited.

    `heard_at` is when the person last wrote on that channel, `responded_at` in that conversation, which was closed at
    `closed_at`. `is_letter`: it goes
    into a thread of its own, which tells what it is about. `is_pointless`: what it says, or asks for, is not so any
    more (the conversation will not be closed, the ticket was taken up, the rating was given).
    """

    kept_at: datetime
    since: datetime
    heard_at: datetime | None = None
    responded_at: datetime | None = None
    closed_at: datetime | None = None
    has_opted_out: bool = False
    is_unreachable: bool = False
    is_letter: bool = False
    is_pointless: bool = False

    @property
    def is_at_contact(self) -> bool:
        """Tell whether it waited for the person's next message, and that has come."""
        return self.heard_at is not None and self.kept_at < self.since <= self.heard_at


@dataclass(frozen=True, slots=True)
class Withheld:
    """The message is not even tried; `reason` is for officers."""

    reason: str
    cause: Cause | None


def withheld(key: str, meanwhile: Meanwhile) -> Withheld | None:
    """Return why a message is not to be tried at all, None when it is."""
    notice = notice_of(key)
    if notice is None:
        return None
    if meanwhile.has_opted_out:
        return Withheld("Warga meminta tidak dikirimi pemberitahuan", Cause.OPTED_OUT)
    if meanwhile.is_unreachable:
        return Withheld("Alamat warga di saluran ini tidak dapat dihubungi", Cause.NOT_REACHABLE)
    if _is_outdated(notice, meanwhile):
        return Withheld("Tidak diperlukan lagi: warga sudah menulis", None)
    if meanwhile.is_pointless:
        return Withheld("Tidak diperlukan lagi: keadaannya sudah berubah", None)
    return None


def _is_outdated(notice: str, meanwhile: Meanwhile) -> bool:
    if notice in OUTDATED_BY_RESPONSE:
        return meanwhile.responded_at is not None and meanwhile.responded_at > meanwhile.kept_at
    if notice not in OUTDATED_BY_CONTACT or (notice == "closing" and meanwhile.is_letter):
        return False
    # What was closed by night is told of in the morning.
    since = meanwhile.closed_at if notice == "closing" and meanwhile.closed_at else meanwhile.kept_at
    has_written = meanwhile.heard_at is not None and meanwhile.heard_at > since
    return has_written and not (notice == "closing" and meanwhile.is_at_contact)


def is_for_daytime(key: str, meanwhile: Meanwhile, *, now: datetime) -> bool:
    """Tell whether a message may go out in daytime only: a notice, unless the person is just writing."""
    if notice_of(key) is None:
        return False
    is_writing = meanwhile.heard_at is not None and now - meanwhile.heard_at <= AT_CONTACT
    return not (meanwhile.is_at_contact and is_writing)


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
