"""One connection to the office's outgoing server: log in, hand over mails one after the other, say goodbye."""

from __future__ import annotations

import asyncio
import ssl
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import aiosmtplib
from aiosmtplib import SMTP

from channels.email.address import Server
from channels.email.compose import Letter
from channels.email.refusals import Step, UnsupportedServer, told
from channels.email.token import NoToken, read_token
from channels.port import SendFailed

REUSED_SECONDS = 5.0
"""How long a connection that was idle may owe its first answer: it may have been cut without a word."""
GOODBYE_SECONDS = 2.0
_WRONG_PASSWORD = {454, 535}  # RFC 4954 section 6
SLOWEST = 32_768
"""Bytes a second that an upload may come down to before it is given up."""


@dataclass(frozen=True, slots=True)
class Dialling:
    """How to reach the server: `timeout` in seconds counts for each step, `sender` is the envelope's."""

    server: Server
    tls: ssl.SSLContext | None
    sender: str
    timeout: float


class Session:
    """A connection that is logged in. One task at a time uses it."""

    def __init__(self, dialling: Dialling) -> None:
        server = dialling.server
        self._dialling = dialling
        self._client = SMTP(
            hostname=server.host,
            port=server.port,
            use_tls=server.security == "tls",
            # Asked for, it is insisted on: a server that does not offer it any more gets nothing (RFC 8314).
            start_tls=server.security == "starttls",
            tls_context=dialling.tls if server.security != "none" else None,
            # Not the machine's name: looking it up may take a DNS time-out (RFC 5321 section 4.1.3).
            local_hostname="[127.0.0.1]"
            if server.security == "none"
            else dialling.sender.rpartition("@")[2].lower(),
            timeout=dialling.timeout,
        )
        self.step: Step = "CONNECT"
        self.mails = 0

    @property
    def is_alive(self) -> bool:
        """Tell whether nobody has hung up, as far as we know."""
        return self._client.is_connected

    @property
    def extensions(self) -> list[str]:
        """Return what the server said it can, in order."""
        return sorted(self._client.esmtp_extensions)

    @property
    def largest(self) -> int | None:
        """Return how many bytes a mail may have, None where the server sets no limit (RFC 1870)."""
        told = self._client.esmtp_extensions.get("size", "").strip()
        return int(told) if told.isascii() and told.isdigit() and int(told) > 0 else None

    async def open(self) -> None:
        """Connect and log in. Raises `aiosmtplib.SMTPException` and `OSError`."""
        client, server = self._client, self._dialling.server
        try:
            await client.connect()
        except aiosmtplib.SMTPException as error:
            if type(error) is aiosmtplib.SMTPException:
                raise UnsupportedServer("STARTTLS") from error
            raise
        if client.is_ehlo_or_helo_needed:
            await client.ehlo()
        if server.token_file is not None and server.user is not None:
            await self._show_token(server.user, server.token_file)
        elif server.user is not None and server.password is not None:
            await self._log_in(server.user, server.password)

    async def hand_over(self, letter: Letter) -> str:
        """Give a mail to the server; return what officers should know of its copies.

        Raises `SendFailed` before anything is sent where the server cannot take such a mail, else
        `aiosmtplib.SMTPException` and `OSError`; `step` says how far it came.
        """
        client, first = self._client, None if self.mails == 0 else REUSED_SECONDS
        self.step = "MAIL"
        options, encoding = self._options(letter), "utf-8" if letter.needs_utf8 else "ascii"
        timeout = min(first or self._dialling.timeout, self._dialling.timeout)
        await client.mail(self._dialling.sender, options=options, encoding=encoding, timeout=timeout)
        self.step = "RCPT"
        await client.rcpt(letter.recipient, encoding=encoding)
        refused = [why for copy in letter.copies if (why := await self._refusal(copy, encoding))]
        self.step = "DATA"
        await client.data(letter.data, timeout=self._dialling.timeout + len(letter.data) / SLOWEST)
        # The server has taken it (RFC 5321 section 4.2.5).
        self.mails += 1
        if not refused:
            return ""
        return f"Tembusan ditolak untuk {len(refused)} alamat ({', '.join(sorted(set(refused)))})"

    async def say_goodbye(self) -> None:
        """Part as RFC 5321 section 4.1.1.10 wants it; whether it is heard matters no more."""
        with suppress(aiosmtplib.SMTPException, OSError):
            await self._client.quit(timeout=GOODBYE_SECONDS)
        self.drop()

    def drop(self) -> None:
        """Hang up."""
        self._client.close()

    async def _log_in(self, user: str, password: str) -> None:
        if not self._client.supports_extension("auth"):
            raise UnsupportedServer("masuk dengan kata sandi")
        client, refusal = self._client, None
        methods = {"plain": client.auth_plain, "login": client.auth_login, "cram-md5": client.auth_crammd5}
        for name, method in methods.items():
            if name not in client.server_auth_methods:
                continue
            try:
                await method(user, password)
            except aiosmtplib.SMTPAuthenticationError as error:
                # Where it is the password and not the method, another method counts as another wrong try.
                if error.code in _WRONG_PASSWORD or not client.is_connected:
                    raise
                refusal = error
            else:
                return
        raise refusal or UnsupportedServer("cara masuk yang kita kenal")

    async def _show_token(self, user: str, token_file: Path) -> None:
        if "xoauth2" not in self._client.server_auth_methods:
            raise UnsupportedServer("masuk dengan XOAUTH2")
        try:
            token = await asyncio.to_thread(read_token, token_file)
        except NoToken as error:
            raise SendFailed("Berkas token OAuth2 tidak dapat dibaca atau kosong", permanent=False) from error
        await self._client.auth_xoauth2(user, token)

    def _options(self, letter: Letter) -> list[str]:
        """Return the parameters of MAIL. Raises `SendFailed` where the server cannot take such a mail."""
        client, size = self._client, len(letter.data)
        if self.largest is not None and size > self.largest:
            raise SendFailed(
                f"Surat terlalu besar untuk server surat: {_megabytes(size)}, paling besar"
                f" {_megabytes(self.largest)}",
                permanent=True,
            )
        options = [f"SIZE={size}"] if client.supports_extension("size") else []
        if not letter.needs_utf8:
            return options
        if not client.supports_extension("smtputf8"):
            raise SendFailed(
                "Alamat penerima memakai huruf yang tidak dikenal server surat kantor", permanent=True
            )
        eight_bits = ["BODY=8BITMIME"] if client.supports_extension("8bitmime") else []
        return [*options, *eight_bits, "SMTPUTF8"]

    async def _refusal(self, copy: str, encoding: str) -> str:
        """Name one more recipient; return the numbers of a refusal. The citizen's own mail does not wait for it."""
        try:
            await self._client.rcpt(copy, encoding=encoding)
        except aiosmtplib.SMTPRecipientRefused as error:
            if error.code == 421:
                raise
            return told(error.code, error.message)
        return ""


def _megabytes(size: int) -> str:
    return f"{size / 1_048_576:.1f} MB".replace(".", ",")
