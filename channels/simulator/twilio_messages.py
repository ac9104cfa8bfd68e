"""Messages as Twilio's API keeps them: what it refuses, how it shows and filters them.

Shapes: Twilio's OpenAPI description, api.v2010.account.message. Error numbers:
https://www.twilio.com/docs/api/errors.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from channels.simulator.twilio_account import VERSION, rfc2822
from channels.simulator.twilio_content import Content, Shown
from channels.simulator.twilio_problem import TwilioProblem

MAX_BODY = 1600


@dataclass(slots=True)
class SentMessage:
    """A message that the stand-in took. `date_sent` is None while it is queued, as at Twilio.

    `shown` is what the phone shows of a Content template, None for free text.
    """

    sid: str
    account_sid: str
    sender: str
    recipient: str
    body: str
    created_at: datetime
    status_callback: str | None = None
    content_sid: str | None = None
    content_variables: dict[str, str] = field(default_factory=dict)
    shown: Shown | None = None
    status: str = "queued"
    date_sent: datetime | None = None
    error_code: int | None = None


def validate(form: Mapping[str, str], sender: str) -> None:
    """Refuse what Twilio refuses before it takes a message. Raises `TwilioProblem`."""
    recipient, body = form.get("To", ""), form.get("Body", "")
    if not recipient:
        raise TwilioProblem(400, 21604, "A 'To' phone number is required.")
    if not re.fullmatch(r"whatsapp:\S+", recipient):
        raise TwilioProblem(400, 21211, f"The 'To' number {recipient} is not a valid phone number.")
    if form.get("From") != sender:
        raise TwilioProblem(400, 63007, "Twilio could not find a Channel with the specified From address")
    if not body and not form.get("ContentSid"):
        raise TwilioProblem(400, 21619, "A text message body or media urls must be specified.")
    if len(body) > MAX_BODY:
        raise TwilioProblem(400, 21617, "The concatenated message body exceeds the 1600 character limit.")


def chosen_content(form: Mapping[str, str], known: Mapping[str, Content]) -> Content | None:
    """Return the template of the form, None for free text. Raises `TwilioProblem` 21654, 21655.

    A Body beside a ContentSid is not sent: the template's words are.
    """
    sid = form.get("ContentSid")
    if not sid:
        if form.get("ContentVariables"):
            raise TwilioProblem(400, 21654, "ContentSid Required")
        return None
    if sid not in known:
        raise TwilioProblem(400, 21655, f"The ContentSid {sid} is Invalid")
    return known[sid]


def content_variables(form: Mapping[str, str]) -> dict[str, str]:
    """Return a template's variables. Raises `TwilioProblem` 21656 when they are no JSON object of texts, or
    when one is empty, or holds a line end, a tab or more than four spaces in a row."""
    try:
        variables = json.loads(form.get("ContentVariables") or "{}")
    except ValueError:
        variables = None
    if not isinstance(variables, dict) or not all(_is_fit(value) for value in variables.values()):
        raise TwilioProblem(400, 21656, "The ContentVariables Parameter is invalid.")
    return variables


def _is_fit(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip()) and not re.search(r"[\n\r\t]| {5}", value)


def matches(message: SentMessage, query: Mapping[str, str]) -> bool:
    """Tell whether Twilio's filters let the message through; a queued one has no date_sent to compare."""
    wanted = (query.get("To", message.recipient), query.get("From", message.sender))
    if wanted != (message.recipient, message.sender):
        return False
    dates = {name: query[name] for name in ("DateSent", "DateSent<", "DateSent>") if name in query}
    if message.date_sent is None:
        return not dates
    # Compared as ISO text at the precision that was asked for: a day, or a second.
    sent = message.date_sent.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    compare = {
        "DateSent": lambda value: sent[: len(value)] == value,
        "DateSent<": lambda value: sent[: len(value)] <= value,
        "DateSent>": lambda value: sent[: len(value)] >= value,
    }
    return all(compare[name](value) for name, value in dates.items())


def message_json(message: SentMessage) -> dict[str, object]:
    """Return the message as Twilio's API shows it."""
    uri = f"/{VERSION}/Accounts/{message.account_sid}/Messages/{message.sid}"
    return {
        "account_sid": message.account_sid,
        "api_version": VERSION,
        "body": message.body,
        "date_created": rfc2822(message.created_at),
        "date_sent": rfc2822(message.date_sent) if message.date_sent else None,
        "date_updated": rfc2822(message.date_sent or message.created_at),
        "direction": "outbound-api",
        "error_code": message.error_code,
        "error_message": None,
        "from": message.sender,
        "messaging_service_sid": None,
        "num_media": "0",
        "num_segments": "1",
        "price": None,
        "price_unit": None,
        "sid": message.sid,
        "status": message.status,
        "subresource_uris": {"media": f"{uri}/Media.json"},
        "to": message.recipient,
        "uri": f"{uri}.json",
    }
