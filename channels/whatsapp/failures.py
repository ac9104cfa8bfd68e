"""What a refusal of Twilio's means: try again or not, and whether the message may be out. Pure.

The same numbers come as answers to a POST and, later, in status callbacks. Reasons are for officers
(Indonesian). They hold Twilio's error number and our own words: never Twilio's text, which may repeat the
citizen's number. Source: https://www.twilio.com/docs/api/errors.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from twilio.base.exceptions import (  # type: ignore[import-untyped]
    TwilioException,
    TwilioRestException,
    TwilioServiceException,
)

from channels.port import Cause, SendFailed


class NotSent(Exception):
    """No connection came about (refused, unknown host, TLS, time-out before it): nothing was transmitted."""


class AnswerLost(Exception):
    """The request was, or may have been, transmitted, but no complete answer came within the deadline."""


class SlowDown(Exception):
    """Twilio answered 429 and says for how many `seconds`; `code` is its number, 0 when it gave none."""

    def __init__(self, seconds: float, code: int) -> None:
        super().__init__(f"429, {seconds:.0f} s")
        self.seconds = seconds
        self.code = code


FAILURES = (TwilioException, NotSent, AnswerLost, SlowDown, ValueError)
"""Everything that a call of the library may raise; ValueError is an answer that is no JSON."""

LONGEST_PAUSE = 300.0
"""Seconds; a Retry-After beyond this is asked again after it."""

PASSING = frozenset(
    {
        14107,  # message rate limit exceeded
        20003,  # authentication: the office is exchanging its token
        20005,  # account not active: the office tops it up
        20429,  # too many requests; never processed
        21611,  # the sender's queue is full
        30001,  # the queue is full (told later)
        63018,  # rate limit of the WhatsApp channel
    }
)
PASSING_STATUS = frozenset({401, 408, 425, 429})

CAUSES: Mapping[int, Cause] = {
    63016: Cause.WINDOW_CLOSED,
    21610: Cause.OPTED_OUT,
    63014: Cause.OPTED_OUT,  # blocked by what the person did: blocked us, or took back the consent
    63003: Cause.NOT_REACHABLE,  # the channel could not find the address
    63024: Cause.NOT_REACHABLE,  # invalid recipient: nobody there has WhatsApp
}
# Not among them, since they are not about the person: 63013 (content against the channel's policy) and 63032
# (a limitation of WhatsApp's, e.g. somebody in one of its experiments; it ends by itself).

IN_WORDS: Mapping[int, str] = {
    63016: "Di luar 24 jam sejak pesan terakhir warga",
    21610: "Warga tidak ingin menerima pesan",
    63014: "Warga memblokir pesan kita",
    63003: "Alamat warga tidak ditemukan di WhatsApp",
    63024: "Nomor warga tidak ada di WhatsApp",
    63013: "Isi pesan melanggar aturan WhatsApp",
    63032: "WhatsApp sedang membatasi pesan ke warga ini",
}

# Numbers that are about a Content template, and what the office can do.
TEMPLATE_ERRORS: Mapping[int, str] = {
    21655: "ContentSid tidak dikenal akun Twilio ini",
    21656: "isian templat tidak sah",
    21658: "isian templat terlalu panjang",
    63021: "isi templat ditolak WhatsApp",
    63027: "templat tidak ada di WhatsApp untuk bahasa ini",
    63028: "jumlah isian templat tidak cocok",
    63040: "templat ditolak Meta",
    63041: "templat dijeda Meta",
    63042: "templat dinonaktifkan Meta",
    63054: "templat sedang tidak tersedia",
}


def failure_of(error: Exception, *, template: str | None = None) -> SendFailed:
    """Return what a failed POST means for the message; `template` is the key of the one it went with."""
    if isinstance(error, NotSent):
        return SendFailed("Twilio tidak dapat dihubungi", permanent=False)
    if isinstance(error, AnswerLost):
        return SendFailed("Jawaban Twilio tidak sampai", permanent=False, uncertain=True)
    if isinstance(error, SlowDown):
        return SendFailed(
            reason_of(error.code, 429), permanent=False, after=min(error.seconds, LONGEST_PAUSE)
        )
    if isinstance(error, TwilioRestException | TwilioServiceException):
        return _refusal(int(error.status), _number(error.code), template)
    return SendFailed("Jawaban Twilio tidak terbaca", permanent=False, uncertain=True)


def reason_of(code: int, status: int, template: str | None = None) -> str:
    """Return in words what went wrong, with the number."""
    if code in TEMPLATE_ERRORS and (template or code not in {63021}):
        return f"Templat {template or 'Content'}: {TEMPLATE_ERRORS[code]} (kode {code})"
    if code >= 10_000:
        return f"{IN_WORDS.get(code, 'Twilio menolak pesan')} (kode {code})"
    return f"Twilio menjawab HTTP {status}"


def _refusal(status: int, code: int, template: str | None) -> SendFailed:
    reason = reason_of(code, status, template)
    if status >= 500:
        # An error may be answered after the message was taken, so it is looked for before it is repeated.
        return SendFailed(reason, permanent=False, uncertain=True)
    if 400 <= status < 500 and code >= 10_000 and code not in PASSING and status not in PASSING_STATUS:
        return SendFailed(reason, permanent=True, cause=CAUSES.get(code))
    # Also a refusal without a Twilio number: that is a proxy's page, not Twilio's verdict.
    return SendFailed(reason, permanent=False)


def _number(code: object) -> int:
    """Twilio's numbers have five digits; where none came, the library puts the HTTP status."""
    return code if isinstance(code, int) else 0


def slow_down(status: int, headers: Mapping[str, str], text: str) -> SlowDown | None:
    """Return what a 429 with a Retry-After in seconds asks for, None for any other answer.

    The library's own exception has no headers. The other form of Retry-After, a date, is left to our back-off.
    """
    wanted = headers.get("Retry-After", "")
    if status != 429 or not (wanted.isascii() and wanted.isdecimal()):
        return None
    return SlowDown(float(wanted[:6]), _code_in(text))


def _code_in(text: str) -> int:
    try:
        answer = json.loads(text)
    except ValueError:
        return 0
    return _number(answer.get("code")) if isinstance(answer, dict) else 0
