"""What Twilio posts when a citizen writes, as an `Inbound`. Pure, and total: it never raises.

Source: https://www.twilio.com/docs/messaging/guides/webhook-request; Twilio adds parameters without
notice, so whatever is unknown is kept in `source` and never fatal.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime

from channels.port import Attachment, Inbound
from channels.whatsapp.signature import Pairs

NAME = "whatsapp"
UNKNOWN_TYPE = "application/octet-stream"


def parse(pairs: Pairs, received_at: datetime) -> Inbound:
    """Return the message in these form pairs; `external_id` or `sender` is empty when they are missing.

    `sender` is Twilio's `From` as it is (`whatsapp:+62...`, or a name without a number): the channel's
    own id of the person and the address of every answer.
    """
    readable = [(_text(name), _text(value)) for name, value in pairs]
    form: dict[str, str] = {}
    for name, value in readable:
        form.setdefault(name, value)
    replied = form.get("OriginalRepliedMessageSid", "")
    return Inbound(
        channel=NAME,
        external_id=_first(form, "MessageSid", "SmsMessageSid", "SmsSid"),
        sender=form.get("From", ""),
        text=_first(form, "Body", "ButtonText", "ListTitle", "ButtonPayload", "ListId"),
        received_at=received_at,
        sender_name=form.get("ProfileName", "").strip() or None,
        replies_to=(replied,) if replied else (),
        attachments=_media(form) + _location(form),
        source=json.dumps(readable, ensure_ascii=False),
    )


def _text(value: bytes) -> str:
    """Broken UTF-8 becomes U+FFFD; NUL goes, since PostgreSQL's text and jsonb refuse it."""
    return value.decode("utf-8", "replace").replace("\x00", "")


def _first(form: Mapping[str, str], *names: str) -> str:
    return next((form[name] for name in names if form.get(name)), "")


def _media(form: Mapping[str, str]) -> tuple[Attachment, ...]:
    """Go by the URLs that are there, whatever NumMedia claims."""
    numbers = sorted(
        {int(found[1]) for name in form if (found := re.fullmatch(r"MediaUrl([0-9]{1,3})", name))}
    )
    return tuple(
        Attachment(
            name=f"lampiran-{number + 1}",
            content_type=form.get(f"MediaContentType{number}", "").strip().lower() or UNKNOWN_TYPE,
            url=form[f"MediaUrl{number}"],
        )
        for number in numbers
        if form.get(f"MediaUrl{number}")
    )


def _location(form: Mapping[str, str]) -> tuple[Attachment, ...]:
    """Return a shared place as a geo URI (RFC 5870), so that a message of nothing else is not empty."""
    latitude, longitude = form.get("Latitude", ""), form.get("Longitude", "")
    if not (_is_degrees(latitude) and _is_degrees(longitude)):
        return ()
    return (Attachment(name="lokasi", content_type="text/uri-list", url=f"geo:{latitude},{longitude}"),)


def _is_degrees(value: str) -> bool:
    return re.fullmatch(r"-?[0-9]{1,3}(\.[0-9]{1,20})?", value) is not None
