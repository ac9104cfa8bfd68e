"""The channel: mailbox, reader and outbox behind the door of `channels.port`."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

from starlette.routing import BaseRoute

from channels.email import attached
from channels.email.address import Sender, imap_server, mail_from, smtp_server
from channels.email.connection import Connection, MailboxTrouble
from channels.email.mailbox import NAME, Mailbox
from channels.email.options import Environment, Options
from channels.email.page import html_of
from channels.email.read import read
from channels.email.sender import Outbox
from channels.email.session import Dialling
from channels.email.sessions import Sessions
from channels.port import (
    Attachment,
    Fetched,
    Finding,
    Ignored,
    Inbound,
    Outbound,
    Pace,
    Parcel,
    Receipt,
    ReplyLimit,
    SendFailed,
    Wiring,
)


class Email:
    """Email as a `Channel`: pulls from one mailbox, sends through one server."""

    name = NAME

    def __init__(
        self,
        mailbox: Mailbox,
        outbox: Outbox,
        own: Sender,
        *,
        patience: timedelta,
        reply_limit: ReplyLimit | None = None,
        authserv_id: str = "",
        pace: Pace | None = None,
    ) -> None:
        self.patience = patience
        self.reply_limit = reply_limit
        self.settle = outbox.settle
        self.window: timedelta | None = None
        self.pace = pace
        self.file_types = frozenset(mailbox.options.media.types)
        self.silence: timedelta | None = timedelta(minutes=mailbox.options.warn_after_minutes)
        self.max_file_bytes = outbox.max_file_bytes
        self._mailbox = mailbox
        self._outbox = outbox
        self._own = own
        self._authserv_id = authserv_id

    def routes(self) -> Sequence[BaseRoute]:
        """Return nothing: mail is fetched."""
        return ()

    async def listen(self) -> None:
        """Fetch until cancelled; see `Mailbox.listen`."""
        await self._mailbox.listen()

    def read(self, parcel: Parcel) -> Inbound | Ignored:
        """Understand a raw mail. Never raises."""
        return read(parcel, self._own, self._authserv_id)

    async def send(self, message: Outbound) -> Receipt:
        """Send one mail. Raises `SendFailed`."""
        return await self._outbox.send(message)

    async def find(self, message: Outbound) -> Receipt | None:
        """Return None: SMTP cannot be asked, and the same Message-ID again is right.

        Raises `SendFailed` while a large mail may still be under way.
        """
        began, now = message.attempted_at, self._mailbox.now()
        if began is not None and now - began < self._outbox.lasts(message):
            raise SendFailed("Surat besar mungkin masih dikirim", permanent=False)
        return None

    async def fetch(self, attachment: Attachment) -> Fetched:
        """Take a file out of the mail that is kept. Raises `FetchFailed`."""
        at, most = attached.position_of(attachment), self._mailbox.options.media.max_bytes
        attached.admit(attachment, most=most)
        data = await self._mailbox.depot.open(NAME, at.place, at.epoch, at.number)
        return await asyncio.to_thread(attached.content_of, data, attachment, at.file, most=most)

    def page(self, data: bytes) -> str:
        """Return the HTML of a raw mail, sanitised. Never raises."""
        return html_of(data)

    async def typing(self, external_id: str) -> None:
        """Mail shows nothing."""

    async def check(self) -> Sequence[Finding]:
        """Try both servers: log in, open the folder, greet."""
        return [await self._check_mailbox(), await self._check_outbox()]

    async def try_sending(self) -> Finding:
        """Send a mail to the office itself; when it comes back, it is recognised as its own. Never raises."""
        name = "SMTP percobaan"
        message = Outbound(
            id=uuid4(),
            channel=NAME,
            recipient=self._own.address,
            text="Surat percobaan dari sistem layanan ini kepada dirinya sendiri. Tidak perlu dibalas.",
            key="test",
            created_at=self._mailbox.now(),
            subject="Surat percobaan",
            author="system",
        )
        try:
            receipt = await self._outbox.send(message)
        except SendFailed as failure:
            return Finding(name, holds=False, detail=failure.reason)
        return Finding(name, holds=True, detail=f"diterima server, Message-ID {receipt.external_id}")

    async def close(self) -> None:
        """Part from the outgoing server; the mailbox's connection ends with `listen`."""
        await self._outbox.sessions.close()

    async def _check_mailbox(self) -> Finding:
        box = self._mailbox
        name = f"IMAP {box.server.host}:{box.server.port}"
        try:
            connection = await Connection.open(box.server, box.tls, box.options.imap_timeout_seconds)
            try:
                selected = await connection.select(box.server.folder)
                known = sorted(name.upper() for name in connection.capabilities)
            finally:
                await connection.close()
        except MailboxTrouble as trouble:
            return Finding(name, holds=False, detail=trouble.kind)
        newest = "?" if selected.uid_next is None else selected.uid_next - 1
        login = "sandi" if box.server.token_file is None else "XOAUTH2"
        idle = "IDLE" if "IDLE" in known else "tanpa IDLE"
        detail = f"masuk dengan {login}, folder {box.server.folder}, UID terbaru {newest}, {idle}; "
        if box.options.after_read == "move" and "MOVE" not in known:
            return Finding(name, holds=False, detail=f"{detail}server tidak dapat memindahkan surat (MOVE)")
        return Finding(name, holds=True, detail=f"{detail}{' '.join(known)}")

    async def _check_outbox(self) -> Finding:
        server = self._outbox.sessions.server
        name = f"SMTP {server.host}:{server.port}"
        try:
            extensions = await self._outbox.greet()
        except SendFailed as failure:
            return Finding(name, holds=False, detail=failure.reason)
        return Finding(name, holds=True, detail=", ".join(extensions) or "tersambung")


def build(options: Options, environment: Environment, wiring: Wiring) -> Email | None:
    """Make the channel, or None while one of its variables is missing (`Environment.missing`)."""
    if environment.imap_url is None or environment.smtp_url is None or environment.mail_from is None:
        return None
    ca_file = None if environment.mail_ca_file is None else str(environment.mail_ca_file)
    tls = ssl.create_default_context(cafile=ca_file)
    own = mail_from(environment.mail_from)
    token_file = environment.mail_oauth_token_file
    imap = imap_server(environment.imap_url.get_secret_value(), needs_password=token_file is None)
    smtp = smtp_server(environment.smtp_url.get_secret_value(), needs_password=token_file is None)
    dialling = Dialling(replace(smtp, token_file=token_file), tls, own.address, options.send_timeout_seconds)
    if wiring.is_simulation:
        # The mailbox is as new as the program: what is in it was written for us.
        options = options.model_copy(update={"first_start": "all"})
    mailbox = Mailbox(replace(imap, token_file=token_file), tls, options, wiring.depot, wiring.now)
    sessions = Sessions(
        dialling,
        most=options.smtp_connections,
        idle_seconds=options.smtp_idle_seconds,
        login_pause=options.smtp_login_pause_seconds,
    )
    outbox = Outbox(
        sessions,
        own,
        wiring.office_name,
        options.send_timeout_seconds,
        wiring.files,
        options.max_file_bytes,
    )
    return Email(
        mailbox,
        outbox,
        own,
        patience=timedelta(hours=options.retry_hours),
        reply_limit=ReplyLimit(options.answers_per_day, options.answers_per_thread),
        authserv_id=options.authserv_id,
        pace=Pace(options.messages_per_second, options.messages_per_second_to_one),
    )
