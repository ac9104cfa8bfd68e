"""The channel: mailbox, reader and outbox behind the door of `channels.port`."""

from __future__ import annotations

import ssl
from collections.abc import Sequence
from datetime import timedelta

from starlette.routing import BaseRoute

from channels.email.address import Sender, imap_server, mail_from, smtp_server
from channels.email.connection import Connection, MailboxTrouble
from channels.email.mailbox import NAME, Mailbox
from channels.email.options import Environment, Options
from channels.email.read import read
from channels.email.sender import Outbox
from channels.port import (
    Attachment,
    Fetched,
    FetchFailed,
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
    ) -> None:
        self.patience = patience
        self.reply_limit = reply_limit
        self.settle = outbox.settle
        self.window: timedelta | None = None
        self.pace: Pace | None = None
        self.file_types: frozenset[str] = frozenset()
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
        """Return None: SMTP cannot be asked, and the same Message-ID again is right."""
        return None

    async def fetch(self, attachment: Attachment) -> Fetched:
        """Refuse: what is attached to a mail comes with it."""
        raise FetchFailed("Lampiran surat ada di dalam suratnya", permanent=True)

    async def typing(self, external_id: str) -> None:
        """Mail shows nothing."""

    async def check(self) -> Sequence[Finding]:
        """Try both servers: log in, open the folder, greet."""
        return [await self._check_mailbox(), await self._check_outbox()]

    async def close(self) -> None:
        """Nothing to give back: every connection ends with its use."""

    async def _check_mailbox(self) -> Finding:
        box = self._mailbox
        name = f"IMAP {box.server.host}:{box.server.port}"
        try:
            connection = await Connection.open(box.server, box.tls, box.options.imap_timeout_seconds)
            try:
                selected = await connection.select(box.server.folder)
                idle = "IDLE" if "IDLE" in connection.capabilities else "tanpa IDLE"
            finally:
                await connection.close()
        except MailboxTrouble as trouble:
            return Finding(name, holds=False, detail=trouble.kind)
        newest = "?" if selected.uid_next is None else selected.uid_next - 1
        return Finding(name, holds=True, detail=f"folder {box.server.folder}, UID {newest}, {idle}")

    async def _check_outbox(self) -> Finding:
        name = f"SMTP {self._outbox.server.host}:{self._outbox.server.port}"
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
    imap = imap_server(environment.imap_url.get_secret_value())
    smtp = smtp_server(environment.smtp_url.get_secret_value())
    if wiring.is_simulation:
        # The mailbox is as new as the program: what is in it was written for us.
        options = options.model_copy(update={"first_start": "all"})
    mailbox = Mailbox(imap, tls, options, wiring.depot, wiring.now)
    outbox = Outbox(smtp, tls, own, wiring.office_name, options.send_timeout_seconds)
    return Email(
        mailbox,
        outbox,
        own,
        patience=timedelta(hours=options.retry_hours),
        reply_limit=ReplyLimit(options.answers_per_day, options.answers_per_thread),
        authserv_id=options.authserv_id,
    )
