"""A tiny product on loopback: it checks webhooks with Twilio's own validator and answers nothing itself."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from urllib.parse import urlsplit

import aiosmtplib
import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from twilio.request_validator import RequestValidator  # type: ignore[import-untyped]

from channels.simulator.simulator import Simulator, SimulatorSettings

TOKEN = "0123456789abcdef0123456789abcdef"
ACCOUNT = "AC" + "0" * 32
OFFICE = "whatsapp:+6281111110000"
OFFICE_MAIL = "kantor@example.id"


class ManualClock:
    """A clock that stands still until it is skipped."""

    def __init__(self) -> None:
        self._now = datetime(2026, 11, 23, 3, 5, tzinfo=UTC)  # Monday, 10.05 WIB

    def now(self) -> datetime:
        return self._now

    def skip(self, days: int) -> None:
        self._now += timedelta(days=days)


class Product:
    """The simulator on a web app, with a webhook that notes what came and answers `status`."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.clock = ManualClock()
        self.status = 200
        self.forms: list[dict[str, str]] = []
        self.simulator = Simulator(
            SimulatorSettings(
                public_url=self.url,
                account_sid=ACCOUNT,
                auth_token=TOKEN,
                whatsapp_from=OFFICE,
                office_mail=OFFICE_MAIL,
                imap_url="imap://kantor:rahasia@127.0.0.1:0/INBOX",
                smtp_url="smtp://kantor:rahasia@127.0.0.1:0",
                office_name="BPS Kabupaten Contoh",
            ),
            clock=self.clock,
        )
        hook = Route("/webhooks/twilio/whatsapp", self._webhook, methods=["POST"])
        self.app = Starlette(routes=[hook, *self.simulator.routes()])

    async def _webhook(self, request: Request) -> Response:
        async with request.form() as form:
            told = {name: str(value) for name, value in form.items()}
        signature = request.headers.get("x-twilio-signature", "")
        if not RequestValidator(TOKEN).validate(f"{self.url}/webhooks/twilio/whatsapp", told, signature):
            return Response(status_code=403)
        self.forms.append(told)
        return Response(status_code=self.status)

    async def answer(self, text: str, to: str = "whatsapp:+6281111110001", **more: str) -> None:
        """Send a WhatsApp message as the product's twilio client does, and wait for what becomes of it."""
        form = {"From": OFFICE, "To": to} | ({"Body": text} if text else {}) | more
        async with httpx.AsyncClient(auth=(ACCOUNT, TOKEN)) as client:
            path = f"/simulator/twilio/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
            answer = await client.post(self.url + path, data=form)
        assert answer.status_code == 201
        await self.simulator.twilio.journeys.settled()

    async def type(self) -> None:
        """Show that an answer to the citizen's latest message is prepared, as the product does."""
        form = {"messageId": self.forms[-1]["MessageSid"], "channel": "whatsapp"}
        async with httpx.AsyncClient(auth=(ACCOUNT, TOKEN)) as client:
            answer = await client.post(f"{self.url}/simulator/twilio/v2/Indicators/Typing.json", data=form)
        assert answer.status_code == 200

    async def answer_mail(self, message_id: str, text: str, html: str | None = None) -> None:
        """Answer a mail of the citizen as the product does, over SMTP with its password."""
        message = EmailMessage()
        message["From"], message["To"] = f"BPS <{OFFICE_MAIL}>", "warga@example.org"
        message["Subject"], message["Message-ID"] = "Re: Tanya", "<jawaban@example.id>"
        message["In-Reply-To"] = message["References"] = message_id
        message.set_content(text)
        if html is not None:
            message.add_alternative(html, subtype="html")
        server = urlsplit(self.simulator.mail.smtp_url)
        await aiosmtplib.send(
            message,
            hostname=server.hostname,
            port=server.port,
            username=server.username,
            password=server.password,
            start_tls=False,
            timeout=5,
        )


@asynccontextmanager
async def running() -> AsyncIterator[Product]:
    """Serve a product on a free port of loopback."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()  # who comes before the server is up waits in the queue
        product = Product(listener.getsockname()[1])
        await product.simulator.start()
        config = uvicorn.Config(product.app, log_config=None, lifespan="off", timeout_graceful_shutdown=2)
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            yield product
        finally:
            await product.simulator.stop()
            server.should_exit = True
            await serving
