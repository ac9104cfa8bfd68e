"""The simulator: a phone and a mail client in the browser, with everything behind them real.

The phone posts signed webhooks to the product and takes what the product's twilio client sends to the
stand-in; the mail client speaks SMTP with a real server on loopback whose other side is the IMAP mailbox
the product listens to. It exists only when `pst run` has neither Twilio nor mail settings.
"""

from __future__ import annotations

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
from .line import Line
from .mailclient import MailClient, Thread
from .mailserver import Envelope, MailServers
from .pages import Pages
from .settings import SimulatedClock, SimulatorSettings
from .view import BASE
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
        self.almanac, self.notices = Almanac(settings.timezone), Noticeboard()
        self.letters, self.line = MailClient(clock.now), Line(settings, clock.now, self.notices.tell)
        self.phone, self.twilio = self.line.phone, self.line.twilio
        self.mail = MailServers(
            settings.imap_url, settings.smtp_url, now=clock.now, office_mail=settings.office_mail
        )
        self.mail.on_mail.append(self._on_mail)

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
        await self.line.stop()
        await self.mail.stop()

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

    def _on_mail(self, raw: bytes, envelope: Envelope) -> None:
        for recipient in envelope.recipients:
            self.letters.keep(recipient, read(raw, self.clock.now()))
        self.notices.tell()
