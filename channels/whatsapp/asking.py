"""Questions to Twilio that send nothing: one deadline for all of an answer, one error that says what happened."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from twilio.base.exceptions import TwilioException  # type: ignore[import-untyped]
from twilio.rest import Client  # type: ignore[import-untyped]

from channels.whatsapp.failures import FAILURES, AnswerLost, NotSent, SlowDown
from channels.whatsapp.http import TwilioHttp
from channels.whatsapp.options import Environment, Options

ANSWER_SECONDS = 60.0
"""How long an answer of several pages may take; each page has the deadline of the office besides."""
UNREADABLE = (KeyError, TypeError, AttributeError)
"""What the library raises over JSON that is not in Twilio's shape."""
# The library reads TWILIO_EDGE and TWILIO_REGION from the process unless it is given something else.
UNUSED = {"TWILIO_EDGE": ""}

_Answer = TypeVar("_Answer")


class NotTold(Exception):
    """Twilio did not answer a question. `reason` (Indonesian) holds no number, secret or words of Twilio's."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def client_for(options: Options, environment: Environment) -> Client | None:
    """Return a client of the office's account, None while it is not set. The caller closes its http_client."""
    sid, token = environment.twilio_account_sid, environment.twilio_auth_token
    if sid is None or token is None:
        return None
    http = TwilioHttp(timeout_seconds=options.send_timeout_seconds, api_url=environment.twilio_api_url)
    return Client(sid, token.get_secret_value(), http_client=http, environment=UNUSED)


async def asked(question: Awaitable[_Answer]) -> _Answer:
    """Return the answer of a call of Twilio's library. Raises `NotTold`, after `ANSWER_SECONDS` at the latest."""
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            return await question
    except TimeoutError:
        raise NotTold("Jawaban Twilio terlalu lama") from None
    except (*FAILURES, *UNREADABLE) as error:
        # Twilio's words may repeat a number: they must not come along in a traceback.
        raise NotTold(_reason(error)) from None


def _reason(error: Exception) -> str:
    if isinstance(error, NotSent):
        return "Twilio tidak dapat dihubungi"
    if isinstance(error, AnswerLost):
        return "Jawaban Twilio tidak sampai"
    status = 429 if isinstance(error, SlowDown) else _status(error)
    if status == 401:
        return "Twilio menolak PST_TWILIO_ACCOUNT_SID atau PST_TWILIO_AUTH_TOKEN"
    return f"Twilio menjawab HTTP {status}" if status else "Jawaban Twilio tidak terbaca"


def _status(error: Exception) -> int | None:
    """Return the HTTP status of a refusal; that of a list is with the response the library passes on."""
    status = getattr(error, "status", None)
    if status is None and isinstance(error, TwilioException):
        status = getattr(error.args[-1] if error.args else None, "status_code", None)
    return int(status) if isinstance(status, int | str) and str(status).isdecimal() else None
