"""Mail on loopback: a real SMTP and a real IMAP server around one office mailbox.

Everybody's mail goes through SMTP. What is for the office lands in its IMAP mailbox, where the
product's IDLE sees it; what the office sends to others is shown to `on_mail`.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from datetime import datetime
from urllib.parse import SplitResult, quote, unquote, urlsplit

import structlog

from .imapd import ImapServer
from .smtpd import Envelope, SmtpServer

__all__ = ["Envelope", "MailServers"]

OnMail = Callable[[bytes, Envelope], None]

log = structlog.get_logger()


class MailServers:
    """SMTP and IMAP servers at the places the product's own settings name.

    `imap_url` is `imap://user:password@127.0.0.1:port/INBOX`, `smtp_url` `smtp://[user:password@]127.0.0.1:port`;
    port 0 takes a free one, and after `start()` the two attributes hold the URLs as they really are.
    `office_mail` is the office's address.
    Raises ValueError for another scheme, or a host that is not loopback.
    """

    def __init__(
        self, imap_url: str, smtp_url: str, *, now: Callable[[], datetime], office_mail: str
    ) -> None:
        self.imap_url, self.smtp_url = imap_url, smtp_url
        self.on_mail: list[OnMail] = []
        self._now = now
        self._office = office_mail.casefold()
        imap, smtp = _loopback(imap_url, "imap"), _loopback(smtp_url, "smtp")
        self._imap = ImapServer(imap.hostname or "", imap.port or 0, *_credentials(imap))
        self._smtp = SmtpServer(
            smtp.hostname or "",
            smtp.port or 0,
            *_credentials(smtp),
            is_local=self._is_office,
            take=self._take,
        )

    async def start(self) -> None:
        """Bring both servers up. Raises OSError when a port is taken; then neither is up."""
        imap_port = await self._imap.start()
        try:
            smtp_port = await self._smtp.start()
        except OSError:
            await self._imap.stop()
            raise
        self.imap_url = _with_port(self.imap_url, imap_port)
        self.smtp_url = _with_port(self.smtp_url, smtp_port)
        log.info("simulator.mail_started", imap_port=imap_port, smtp_port=smtp_port)

    async def stop(self) -> None:
        """Hang up on everybody and take both servers down, within about a second."""
        await self._smtp.stop()
        await self._imap.stop()

    async def deliver_to_office(self, raw: bytes) -> int:
        """Put a raw RFC 5322 message into the office's INBOX, waking IDLE; return its UID."""
        return await self._imap.append(raw, self._now())

    def _is_office(self, address: str) -> bool:
        return address.casefold() == self._office

    async def _take(self, raw: bytes, envelope: Envelope) -> None:
        others = tuple(address for address in envelope.recipients if not self._is_office(address))
        if len(others) < len(envelope.recipients):
            # RFC 5321, 4.4: who delivers finally notes the return path, by which reports are told apart.
            await self.deliver_to_office(f"Return-Path: <{envelope.sender}>\r\n".encode() + raw)
        if others:
            for observer in self.on_mail:
                observer(raw, Envelope(envelope.sender, others))


def _loopback(url: str, scheme: str) -> SplitResult:
    parts = urlsplit(url)
    if parts.scheme != scheme:
        raise ValueError(f"the simulator's mail wants {scheme}://, not {parts.scheme}://")
    host = parts.hostname or ""
    if host != "localhost" and not _is_loopback_address(host):
        raise ValueError(f"the simulator's mail listens on loopback only, not on {host!r}")
    return parts


def _is_loopback_address(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _credentials(parts: SplitResult) -> tuple[str, str]:
    return unquote(parts.username or ""), unquote(parts.password or "")


def _with_port(url: str, port: int) -> str:
    parts = urlsplit(url)
    user, password = _credentials(parts)
    login = f"{quote(user, safe='')}:{quote(password, safe='')}@" if user else ""
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    return parts._replace(netloc=f"{login}{host}:{port}").geturl()
