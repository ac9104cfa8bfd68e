"""What Twilio posts when a citizen writes, as an `Inbound`. Pure, and total: it never raises.

Source: https://www.twilio.com/docs/messaging/guides/webhook-request; Twilio adds parameters without
notice, so whatever is unknown is kept in `source` and never fatal.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime

from channels.port import Inbound, InboundKind
from channels.whatsapp.attached import attachments, file_name
from channels.whatsapp.reaction import REACTED_TO, emoji_of, is_reaction
from channels.whatsapp.signature import Pairs

NAME = "whatsapp"
WISHES: Mapping[str, InboundKind] = {"STOP": "stop", "START": "start"}
"""OptOutType, which a Messaging Service with Advanced Opt-Out adds; HELP is a message like any other."""
CHOICE = re.compile(r"[1-9]|10")
DIGITS = re.compile(r"[1-9][0-9]{6,14}")  # E.164 without its plus


def parse(pairs: Pairs, received_at: datetime) -> Inbound:
    """Return the message in these form pairs; `external_id` or `sender` is empty when they are missing.

    `sender` is Twilio's `From` as it is (`whatsapp:+62...`, or `whatsapp:ID.12ab...` of somebody who hides
    the number): the channel's own id of the person and the address of every answer. `alias` is the id without
    a number (ExternalUserId), which comes along beside the number too.
    """
    readable = [(_text(name), _text(value)) for name, value in pairs]
    form: dict[str, str] = {}
    for name, value in readable:
        form.setdefault(name, value)
    kind = _kind(form)
    sender, alias = form.get("From", ""), form.get("ExternalUserId", "")
    replied = _first(form, *(REACTED_TO if kind == "reaction" else REACTED_TO[:1]))
    return Inbound(
        channel=NAME,
        external_id=_first(form, "MessageSid", "SmsMessageSid", "SmsSid"),
        sender=sender,
        text=_words(form, kind),
        received_at=received_at,
        sender_name=form.get("ProfileName", "").strip() or None,
        replies_to=(replied,) if replied else (),
        attachments=attachments(form),
        source=json.dumps(readable, ensure_ascii=False),
        kind=kind,
        choice=_choice(form),
        phone=_phone(form),
        alias=alias if alias and alias != sender else None,
    )


def _text(value: bytes) -> str:
    """Broken UTF-8 becomes U+FFFD; NUL goes, since PostgreSQL's text and jsonb refuse it."""
    return value.decode("utf-8", "replace").replace("\x00", "")


def _first(form: Mapping[str, str], *names: str) -> str:
    return next((form[name] for name in names if form.get(name)), "")


def _kind(form: Mapping[str, str]) -> InboundKind:
    if is_reaction(form):
        return "reaction"
    return WISHES.get(form.get("OptOutType", "").upper(), "message")


def _words(form: Mapping[str, str], kind: InboundKind) -> str:
    """Return what the person said: the title of what was tapped, else the text; a file's name is none."""
    if kind == "reaction":
        return emoji_of(form) or form.get("Body", "")
    if file_name(form):
        return ""
    number = _choice(form)
    said = _first(form, "ButtonText", "ListTitle", "Body", "ButtonPayload", "ListId")
    # Our labels have their number before them (see buttons.py), which is no part of what was meant.
    return said if number is None else said.removeprefix(f"{number}. ")


def _choice(form: Mapping[str, str]) -> int | None:
    """Return the number that our buttons and list entries carry; others' (an old template's) have none."""
    payload = _first(form, "ButtonPayload", "ListId").strip()
    return int(payload) if CHOICE.fullmatch(payload) else None


def _phone(form: Mapping[str, str]) -> str | None:
    """Return the number in E.164: of WaId, else of an address that is one."""
    told = (form.get("WaId", "").strip(), form.get("From", "").removeprefix("whatsapp:+"))
    return next((f"+{digits}" for digits in told if DIGITS.fullmatch(digits)), None)
