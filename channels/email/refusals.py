"""What became of a mail that an SMTP server did not take, and in which words officers read it. Pure.

The server's own words are left out: they repeat the address.
"""

from __future__ import annotations

import re
import ssl
from typing import Literal

import aiosmtplib

from channels.port import Cause, SendFailed

Step = Literal["WAIT", "CONNECT", "MAIL", "RCPT", "DATA"]
"""How far an attempt has come; from DATA on the server may have taken the mail."""

_ENHANCED = re.compile(r"\b[245]\.\d{1,3}\.\d{1,3}\b")
# 530 and 535 at any step are about our login (RFC 4954 section 6), not about the message.
_LOGIN_CODES = {530, 534, 535, 538}
# RFC 3463 section 3.2, RFC 5321 section 4.2.3, RFC 7505 section 4.2. Nobody is there and nobody will be soon.
_NOBODY = re.compile(r"[45]\.1\.(?:0?[1236]|10)|[45]\.2\.1")
_WORDS = (
    (_NOBODY, "alamat penerima tidak ada atau tidak aktif"),
    (re.compile(r"[45]\.2\.2"), "kotak surat penerima penuh"),
    (re.compile(r"[45]\.(?:3\.4|2\.3)"), "surat terlalu besar"),
    (re.compile(r"[45]\.7\.\d+"), "ditolak aturan server"),
)


def failed(error: Exception, step: Step) -> SendFailed:
    """Translate what went wrong at a step."""
    if isinstance(error, aiosmtplib.SMTPResponseException):
        return _refused(error.code, error.message, step)
    if isinstance(error, ssl.SSLCertVerificationError) or isinstance(
        error.__cause__, ssl.SSLCertVerificationError
    ):
        return SendFailed("Sertifikat server surat tidak dipercaya", permanent=False)
    if step == "WAIT":
        return SendFailed("Semua sambungan ke server surat sedang terpakai", permanent=False)
    what = "memutus atau menolak sambungan"
    if isinstance(error, TimeoutError):
        what = "tidak menjawab tepat waktu"
    elif isinstance(error, UnsupportedServer):
        return SendFailed(f"Server surat tidak mendukung {error.what}", permanent=False)
    return SendFailed(f"Server surat {what} ({step})", permanent=False, uncertain=step == "DATA")


class UnsupportedServer(aiosmtplib.SMTPException):
    """The server lacks what we insist on, in words for officers; whoever runs it can mend that."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


def told(code: int, message: str) -> str:
    """Return the reply code, and the enhanced one (RFC 3463) where there is one."""
    enhanced = _ENHANCED.search(message)
    return f"{code} {enhanced[0]}" if enhanced else str(code)


def _refused(code: int, message: str, step: Step) -> SendFailed:
    """Tell a refusal of this message (5xx, RFC 5321 section 4.2.1) from trouble with the server."""
    about_us = step == "CONNECT" or code in _LOGIN_CODES
    permanent = 500 <= code < 600 and not about_us
    numbers = told(code, message)
    nobody = permanent and step == "RCPT" and _NOBODY.search(numbers)
    why = "" if about_us else _in_words(code, numbers)
    return SendFailed(
        f"Server surat menolak pada langkah {step} ({numbers}){why}",
        permanent=permanent,
        # -1 is aiosmtplib's code for an answer that cannot be read.
        uncertain=step == "DATA" and not 400 <= code < 600,
        cause=Cause.NOT_REACHABLE if nobody else None,
    )


def _in_words(code: int, numbers: str) -> str:
    for shape, words in _WORDS:
        if shape.search(numbers):
            return f": {words}"
    if code == 552:  # RFC 5321 section 4.2.3; RFC 1870 section 6.1 at MAIL
        return ": surat terlalu besar"
    return ": server sedang sibuk atau menunda" if 400 <= code < 500 else ""
