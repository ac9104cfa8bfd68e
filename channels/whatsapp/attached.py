"""What came along with a message (files, a contact, a place), by what Twilio tells of it. Pure, and total.

Source: https://www.twilio.com/docs/messaging/guides/webhook-request and the WhatsApp media guide beside it.
Nothing is fetched here; what a file is said to be is not to be trusted.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from channels.port import Attachment

UNKNOWN_TYPE = "application/octet-stream"
STICKER_TYPE = "image/webp"  # a picture sent as such is always turned into a JPEG
VOICE_TYPE = "audio/ogg"  # WhatsApp's voice notes are Opus in Ogg, and nothing else of it is
CONTACT_TYPES = frozenset({"text/vcard", "text/x-vcard", "text/directory"})
FAMILIES = frozenset({"image", "audio", "video"})
SPOKEN_OF = {"sticker": "sticker", "voice": "voice", "contacts": "contact", "contact": "contact"}
FILE_NAME = re.compile(r"[^\n/\\:*?\"<>|]{1,150}\.[A-Za-z0-9]{2,5}")


def attachments(form: Mapping[str, str]) -> tuple[Attachment, ...]:
    """Return everything that came along, in its order; `form` are Twilio's parameters."""
    return _media(form) + _place(form)


def file_name(form: Mapping[str, str]) -> str | None:
    """Return the name of the one document that came, which Twilio posts as the text; None without one."""
    body = form.get("Body", "").strip()
    is_document = form.get("MessageType", "document").lower() == "document"
    is_alone = "MediaUrl0" in form and "MediaUrl1" not in form
    return body if is_document and is_alone and FILE_NAME.fullmatch(body) else None


def _media(form: Mapping[str, str]) -> tuple[Attachment, ...]:
    """Go by the URLs that are there, whatever NumMedia claims."""
    numbers = sorted(
        {int(found[1]) for name in form if (found := re.fullmatch(r"MediaUrl([0-9]{1,3})", name))}
    )
    came = []
    for number in numbers:
        url = form.get(f"MediaUrl{number}")
        if not url:
            continue
        content_type = form.get(f"MediaContentType{number}", "").strip().lower() or UNKNOWN_TYPE
        kind = _kind(content_type, form.get("MessageType", "").lower())
        told = file_name(form) if kind == "document" else None
        came.append(Attachment(told or f"lampiran-{number + 1}", content_type, url=url, kind=kind))
    return tuple(came)


def _kind(content_type: str, message_type: str) -> str:
    """Return what a file is to a person. A picture sent as a file is a file."""
    essence = content_type.partition(";")[0].strip()
    if message_type in SPOKEN_OF:
        return SPOKEN_OF[message_type]
    if essence in CONTACT_TYPES:
        return "contact"
    if message_type == "document":
        return "document"
    if essence == STICKER_TYPE and message_type != "image":
        return "sticker"
    if essence == VOICE_TYPE:
        return "voice"
    family = essence.partition("/")[0]
    return family if family in FAMILIES else "document"


def _place(form: Mapping[str, str]) -> tuple[Attachment, ...]:
    """Return a shared place as a geo URI (RFC 5870) under its own name, so that it is not an empty message."""
    latitude, longitude = form.get("Latitude", "").strip(), form.get("Longitude", "").strip()
    if not (_is_degrees(latitude) and _is_degrees(longitude)):
        return ()
    told = (form.get(name, "").strip() for name in ("Label", "Address"))
    name = ", ".join(dict.fromkeys(part for part in told if part)) or "lokasi"
    return (Attachment(name, "text/uri-list", url=f"geo:{latitude},{longitude}", kind="location"),)


def _is_degrees(value: str) -> bool:
    return re.fullmatch(r"-?[0-9]{1,3}(\.[0-9]{1,20})?", value) is not None
