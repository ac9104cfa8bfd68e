"""What a failed request to Twilio means: try again or not, and whether the message may be out. Pure.

Reasons are for officers (Indonesian). They hold Twilio's error number and our own words: never
Twilio's text, which may repeat the citizen's number.
"""

from __future__ import annotations

from twilio.base.exceptions import (  # type: ignore[import-untyped]
    TwilioException,
    TwilioRestException,
    TwilioServiceException,
)

from channels.port import SendFailed


class NotSent(Exception):
    """No connection came about (refused, unknown host, TLS, time-out before it): nothing was transmitted."""


class AnswerLost(Exception):
    """The request was, or may have been, transmitted, but no complete answer came within the deadline."""


FAILURES = (TwilioException, NotSent, AnswerLost, ValueError)
"""Everything that a call of the library may raise; ValueError is an answer that is no JSON."""

# Refusals that pass: https://www.twilio.com/docs/api/errors
PASSING = frozenset(
    {
        14107,  # message rate limit exceeded
        20003,  # authentication: the office is exchanging its token
        20005,  # account not active: the office tops it up
        20429,  # too many requests
        21611,  # the sender's queue is full
        63018,  # rate limit of the WhatsApp channel
    }
)
PASSING_STATUS = frozenset({401, 408, 425, 429})


def failure_of(error: Exception) -> SendFailed:
    """Return what a failed POST of a message means for the message."""
    if isinstance(error, NotSent):
        return SendFailed("Twilio tidak dapat dihubungi", permanent=False)
    if isinstance(error, AnswerLost):
        return SendFailed("Jawaban Twilio tidak sampai", permanent=False, uncertain=True)
    if isinstance(error, TwilioRestException | TwilioServiceException):
        return _refusal(int(error.status), _number(error.code))
    return SendFailed("Jawaban Twilio tidak terbaca", permanent=False, uncertain=True)


def _refusal(status: int, code: int) -> SendFailed:
    reason = f"Twilio menolak pesan (kode {code})" if code >= 10_000 else f"Twilio menjawab HTTP {status}"
    if status >= 500:
        # An error may be answered after the message was taken, so it is looked for before it is repeated.
        return SendFailed(reason, permanent=False, uncertain=True)
    if 400 <= status < 500 and code >= 10_000 and code not in PASSING and status not in PASSING_STATUS:
        return SendFailed(reason, permanent=True)
    # Also a refusal without a Twilio number: that is a proxy's page, not Twilio's verdict.
    return SendFailed(reason, permanent=False)


def _number(code: object) -> int:
    """Twilio's numbers have five digits; where none came, the library puts the HTTP status."""
    return code if isinstance(code, int) else 0
