"""The simulator: a phone and a mail client in the browser, with everything behind them real.

The phone posts signed webhooks to the product and takes what the product's twilio client sends to the
stand-in; the mail client speaks SMTP with a real server on loopback whose other side is the IMAP mailbox
the product listens to. It exists only when `pst run` has neither Twilio nor mail settings.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from secrets import token_hex
from urllib.parse import urlsplit

import aiosmtplib
import structlog
from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from .events import Noticeboard
from .guard import LoopbackOnly
from .letters import Draft, quoted, read, write
from .mailclient import MailClient, Thread
from .mailserver import Envelope, MailServers
from .pages import Pages
from .phone import File, Phone, Template
from .settings import SimulatedClock, SimulatorSettings
from .twilio import SentMessage, TwilioStandIn, webhook_form
from .view import BASE
from .webhook import Verdict, Webhook
from .words import Almanac

__all__ = ["SimulatedClock", "Simulator", "SimulatorSettings"]

SMTP_TIMEOUT_SECONDS = 10.0
STATIC = Path(__file__).parent / "static"

log = structlog.get_logger()


class Simulator:
    """Everything that stands on the citizen's side.

    `routes()` goes into the product's own web app; `start()` brings the mail servers up and `stop()`
    takes them down and ends the open pages' event streams, within two seconds. `twilio` and `mail`
    are the stand-in and the servers themselves, for tests.
    """

    def __init__(self, settings: SimulatorSettings, *, clock: SimulatedClock) -> None:
        self._settings = settings
        self.clock = clock
        self.office_name, self.office_mail = settings.office_name, settings.office_mail
        self.office_number = settings.whatsapp_from.removeprefix("whatsapp:")
        self.phone, self.letters = Phone(clock.now), MailClient(clock.now)
        self.almanac, self.notices = Almanac(settings.timezone), Noticeboard()
        self.twilio = TwilioStandIn(
            account_sid=settings.account_sid,
            auth_token=settings.auth_token,
            sender=f"whatsapp:{self.office_number}",
            now=clock.now,
        )
        self.twilio.on_message(self._on_whatsapp)
        self.mail = MailServers(
            settings.imap_url, settings.smtp_url, now=clock.now, office_mail=settings.office_mail
        )
        self.mail.on_mail.append(self._on_mail)
        self._webhook = Webhook(settings.public_url, settings.auth_token)
        self._forms: dict[str, dict[str, str]] = {}
        self._errands: set[asyncio.Task[None]] = set()

    def routes(self) -> Sequence[BaseRoute]:
        """Return the routes under `/simulator`; the stand-in for Twilio is at `/simulator/twilio`."""
        pages, guarded = Pages(self), [Middleware(LoopbackOnly)]
        return [
            Route(BASE, pages.show, middleware=guarded),
            Mount(
                BASE,
                routes=[
                    *pages.routes(),
                    Mount("/twilio", self.twilio.app),
                    Mount("/static", StaticFiles(directory=STATIC)),
                ],
                middleware=guarded,
            ),
        ]

    async def start(self) -> None:
        """Bring the mail servers up. Raises OSError when a port is taken."""
        await self.mail.start()

    def hang_up(self) -> None:
        """End the open pages' event streams, which would keep a web server from stopping; safe at any time."""
        self.notices.close()

    async def stop(self) -> None:
        """Take everything down."""
        self.hang_up()
        for errand in self._errands:
            errand.cancel()
        await asyncio.gather(*self._errands, return_exceptions=True)
        await self.mail.stop()

    async def write_whatsapp(self, number: str, name: str, text: str, files: Sequence[File] = ()) -> Verdict:
        """Send a message from the phone, and return what the product's webhook said."""
        sid = f"SM{token_hex(16)}"
        media = [
            (self.twilio.keep_media(sid, file.content_type, file.data), file.content_type) for file in files
        ]
        self._forms[sid] = webhook_form(
            account_sid=self._settings.account_sid,
            sender=f"whatsapp:{number}",
            recipient=f"whatsapp:{self.office_number}",
            body=text,
            profile_name=name,
            message_sid=sid,
            media=media,
        )
        self.phone.wrote(number, sid, text, files)
        self.notices.tell()
        return await self.post_again(sid)

    async def post_again(self, sid: str) -> Verdict:
        """Post a kept message (again), with the same MessageSid. Raises KeyError for an unknown one."""
        verdict = await self._webhook.post(self._forms[sid])
        if verdict.is_accepted:
            self.phone.accepted(sid, verdict.words)
        else:
            self.phone.refused(sid, verdict.words)
        self.notices.tell()
        return verdict

    async def write_mail(self, draft: Draft) -> Thread:
        """Send a mail to the office over SMTP; return its thread.

        Raises ValueError for what no header can hold, OSError or `aiosmtplib.SMTPException` when the
        server does not take it.
        """
        now, quotation = self.clock.now(), ""
        message_id = f"<{token_hex(12)}@{draft.sender.rpartition('@')[2]}>"
        if (answered := draft.answers) is not None:
            quotation = quoted(answered, self.almanac.day(answered.at), self.almanac.time(answered.at))
        raw = write(draft, message_id, now, quotation).as_bytes()
        letter = read(raw, now)
        letter.text, letter.is_mine = draft.text, True
        thread = self.letters.keep(draft.sender, letter)  # before it is sent: the answer may be quick
        try:
            await self._hand_in(raw, draft.sender)
        except (OSError, aiosmtplib.SMTPException):
            self.letters.drop(thread, letter)
            raise
        finally:
            self.notices.tell()
        return thread

    async def _hand_in(self, raw: bytes, sender: str) -> None:
        """Give a mail to the SMTP server as a stranger does: without logging in, for the office only."""
        server = urlsplit(self.mail.smtp_url)
        await aiosmtplib.send(
            raw,
            sender=sender,
            recipients=[self.office_mail],
            hostname=server.hostname,
            port=server.port,
            timeout=SMTP_TIMEOUT_SECONDS,
            start_tls=False,
        )

    def _on_whatsapp(self, message: SentMessage) -> None:
        number = message.recipient.removeprefix("whatsapp:")
        self.phone.received(number, message.sid, message.body, "Terkirim", _template(message))
        self.notices.tell()
        errand = asyncio.get_running_loop().create_task(self._arrive(message))
        self._errands.add(errand)
        errand.add_done_callback(self._errands.discard)

    async def _arrive(self, message: SentMessage) -> None:
        message.status, message.date_sent = "delivered", self.clock.now()
        self.phone.retold(message.sid, "Sampai")
        await self._webhook.report_delivered(message)
        self.notices.tell()

    def _on_mail(self, raw: bytes, envelope: Envelope) -> None:
        for recipient in envelope.recipients:
            self.letters.keep(recipient, read(raw, self.clock.now()))
        self.notices.tell()


def _template(message: SentMessage) -> Template | None:
    if message.content_sid is None:
        return None
    return Template(message.content_sid, tuple(message.content_variables.items()))
