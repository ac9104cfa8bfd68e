"""Webhooks as Twilio posts them when somebody writes on WhatsApp: the form and its signature.

Source: https://www.twilio.com/docs/messaging/guides/webhook-request. The signature is made by Twilio's own
library, so that the webhook's check is held against it and not against itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from secrets import token_hex

from twilio.request_validator import RequestValidator  # type: ignore[import-untyped]


def sign_webhook(auth_token: str, url: str, form: Mapping[str, str]) -> dict[str, str]:
    """Return the headers Twilio sends along with that form to that (public) URL."""
    return {
        "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
        "I-Twilio-Idempotency-Token": token_hex(16),
        "User-Agent": "TwilioProxy/1.1",
        "X-Twilio-Signature": RequestValidator(auth_token).compute_signature(url, dict(form)),
    }


def webhook_form(
    *,
    account_sid: str,
    sender: str,
    recipient: str,
    body: str,
    profile_name: str = "",
    message_sid: str | None = None,
    media: Sequence[tuple[str, str]] = (),
    replied_sid: str | None = None,
    extra: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """Return the form of an incoming message.

    `sender` is the citizen and `recipient` the office's number (`whatsapp:+...`); `media` are (URL,
    content type); `replied_sid` the message it answers; `extra` are parameters added or replaced. A new
    MessageSid is made up unless one is given.
    """
    sid = message_sid or f"SM{token_hex(16)}"
    form = {
        "SmsMessageSid": sid,
        "NumMedia": str(len(media)),
        "ProfileName": profile_name,
        "MessageType": _kind(media),
        "SmsSid": sid,
        "SmsStatus": "received",
        "Body": body,
        "To": recipient,
        "NumSegments": "1",
        "ReferralNumMedia": "0",
        "MessageSid": sid,
        "AccountSid": account_sid,
        "From": sender,
        "ApiVersion": "2010-04-01",
    }
    if sender.startswith("whatsapp:+"):
        form["WaId"] = sender.removeprefix("whatsapp:+")
    for number, (url, content_type) in enumerate(media):
        form[f"MediaUrl{number}"] = url
        form[f"MediaContentType{number}"] = content_type
    if replied_sid:
        form |= {"OriginalRepliedMessageSid": replied_sid, "OriginalRepliedMessageSender": recipient}
    return form | dict(extra or {})


def tapped_button(title: str, identifier: str) -> dict[str, str]:
    """Return what a tapped quick reply adds to the form of an incoming message."""
    return {"MessageType": "button", "ButtonText": title, "ButtonPayload": identifier}


def tapped_entry(title: str, identifier: str, description: str = "") -> dict[str, str]:
    """Return what a chosen entry of a list adds to the form of an incoming message."""
    entry = {"MessageType": "interactive", "ListTitle": title, "ListId": identifier}
    return entry | ({"ListDescription": description} if description else {})


def location(latitude: float, longitude: float, label: str = "", address: str = "") -> dict[str, str]:
    """Return what a shared place adds to the form of an incoming message; degrees."""
    place = {"MessageType": "location", "Latitude": str(latitude), "Longitude": str(longitude)}
    named = {"Label": label, "Address": address}
    return place | {name: value for name, value in named.items() if value}


def reaction() -> dict[str, str]:
    """Return what makes a message whose body is an emoji a reaction to the message it refers to."""
    return {"MessageType": "reaction"}


def _kind(media: Sequence[tuple[str, str]]) -> str:
    """Twilio's MessageType: text, image, video, audio or document."""
    if not media:
        return "text"
    family = media[0][1].partition("/")[0]
    return family if family in {"image", "video", "audio"} else "document"
