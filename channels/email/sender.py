"""Sends one mail by SMTP. Where it can be told, a failure says whether trying again helps.

Mail is sent at least once: after a lost answer the same mail goes out again, with the same
Message-ID, by which mail programs and servers know it.
"""

from __future__ import annotations

import asyncio
import re
import ssl
from dataclasses import dataclass
from datetime import timedelta

import aiosmtplib
from aiosmtplib import SMTP

from channels.email.address import Sender, Server
from channels.email.compose import UnusableAddress, compose
from channels.port import Outbound, Receipt, SendFailed

_ENHANCED = re.compile(r"\b[245]\.\d{1,3}\.\d{1,3}\b")
# 530 and 535 at any step are about our login (RFC 4954 section 6), not about the message.
_LOGIN_CODES = {530, 534, 535, 538}


@dataclass(frozen=True, slots=True)
class Outbox:
    """The office's outgoing server. `timeout` in seconds counts for each step, twice it for the whole."""

    server: Server
    tls: ssl.SSLContext | None
    sender: Sender
    office_name: str
    timeout: float

    @property
    def settle(self) -> timedelta:
        """How long an attempt can last."""
        return timedelta(seconds=2 * self.timeout)

    async def send(self, message: Outbound) -> Receipt:
        """Send one mail; the receipt is its Message-ID. Raises `SendFailed`, whose reason names nobody."""
        try:
            mail = compose(message, self.sender, self.office_name)
        except UnusableAddress as error:
            raise SendFailed(f"Alamat penerima tidak dapat dipakai ({error})", permanent=True) from error
        letter = _Letter(str(mail["To"].addresses[0].addr_spec), mail.as_bytes(), str(mail["Message-ID"]))
        client = self._client()
        step = _Step()
        try:
            async with asyncio.timeout(self.settle.total_seconds()):
                await self._deliver(client, letter, step)
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            raise _failed(error, step) from error
        finally:
            client.close()
        return Receipt(letter.message_id)

    async def greet(self) -> list[str]:
        """Connect, log in and say goodbye; return the server's extensions. Raises `SendFailed`."""
        client = self._client()
        try:
            async with asyncio.timeout(self.settle.total_seconds()):
                await self._connect(client)
                return sorted(client.esmtp_extensions)
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            raise _failed(error, _Step()) from error
        finally:
            client.close()

    def _client(self) -> SMTP:
        return SMTP(
            hostname=self.server.host,
            port=self.server.port,
            use_tls=self.server.security == "tls",
            start_tls=self.server.security == "starttls",
            tls_context=self.tls if self.server.security != "none" else None,
            # Not the machine's name: looking it up may take a DNS time-out (RFC 5321 section 4.1.3).
            local_hostname="[127.0.0.1]" if self.server.security == "none" else self.sender.domain,
            timeout=self.timeout,
        )

    async def _connect(self, client: SMTP) -> None:
        await client.connect()
        if client.is_ehlo_or_helo_needed:
            await client.ehlo()
        if self.server.user is not None and self.server.password is not None:
            await client.login(self.server.user, self.server.password)

    async def _deliver(self, client: SMTP, letter: _Letter, step: _Step) -> None:
        await self._connect(client)
        step.name = "MAIL"
        options = ["SMTPUTF8"] if not letter.recipient.isascii() else []
        if options and not client.supports_extension("smtputf8"):
            raise SendFailed(
                "Alamat penerima memakai huruf yang tidak dikenal server surat kantor", permanent=True
            )
        await client.mail(self.sender.address, options=options, encoding="utf-8" if options else "ascii")
        step.name = "RCPT"
        await client.rcpt(letter.recipient, encoding="utf-8" if options else "ascii")
        step.name = "DATA"
        await client.data(letter.data)
        # The server has taken it (RFC 5321 section 4.2.5); whether it hears our goodbye matters no more.


@dataclass(frozen=True, slots=True)
class _Letter:
    recipient: str
    data: bytes
    message_id: str


@dataclass(slots=True)
class _Step:
    """How far an attempt has come."""

    name: str = "CONNECT"


def _failed(error: Exception, step: _Step) -> SendFailed:
    """Translate what went wrong; the server's own words are left out, as they repeat the address."""
    if isinstance(error, aiosmtplib.SMTPResponseException):
        return _refused(error.code, error.message, step)
    if isinstance(error, ssl.SSLCertVerificationError) or isinstance(
        error.__cause__, ssl.SSLCertVerificationError
    ):
        return SendFailed("Sertifikat server surat tidak dipercaya", permanent=False)
    if isinstance(error, aiosmtplib.SMTPNotSupported):
        return SendFailed("Server surat tidak mendukung cara masuk atau STARTTLS", permanent=False)
    uncertain = step.name == "DATA"
    what = (
        "tidak menjawab tepat waktu" if isinstance(error, TimeoutError) else "memutus atau menolak sambungan"
    )
    return SendFailed(f"Server surat {what} ({step.name})", permanent=False, uncertain=uncertain)


def _refused(code: int, message: str, step: _Step) -> SendFailed:
    """Tell a refusal of this message (5xx, RFC 5321 section 4.2.1) from trouble with the server."""
    enhanced = _ENHANCED.search(message)
    numbers = f"{code} {enhanced[0]}" if enhanced else str(code)
    about_us = step.name == "CONNECT" or code in _LOGIN_CODES
    permanent = 500 <= code < 600 and not about_us
    # -1 is aiosmtplib's code for an answer that cannot be read.
    uncertain = step.name == "DATA" and not 400 <= code < 600
    return SendFailed(
        f"Server surat menolak pada langkah {step.name} ({numbers})", permanent=permanent, uncertain=uncertain
    )
