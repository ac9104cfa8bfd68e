"""The WhatsApp channel: what stands behind `channels.port.Channel` for Twilio."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from urllib.parse import urlsplit

from pydantic import SecretStr
from starlette.routing import BaseRoute
from twilio.rest import Client  # type: ignore[import-untyped]

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
    Wiring,
)
from channels.whatsapp.asking import client_for
from channels.whatsapp.failures import FAILURES, failure_of
from channels.whatsapp.media import MediaFetcher
from channels.whatsapp.options import Environment, Options
from channels.whatsapp.parse import NAME
from channels.whatsapp.sender import Sender
from channels.whatsapp.simulated import with_templates
from channels.whatsapp.typing import show_typing
from channels.whatsapp.webhook import Webhook
from channels.whatsapp.window import WINDOW


class WhatsApp:
    """A push channel: Twilio posts to `routes()`, `send` posts to Twilio."""

    name = NAME

    def __init__(
        self,
        client: Client,
        webhook: Webhook,
        sender: Sender,
        media: MediaFetcher,
        *,
        patience: timedelta,
        pace: Pace,
        file_types: frozenset[str],
    ) -> None:
        self.patience = patience
        self.settle = sender.settle
        self.window: timedelta | None = WINDOW
        self.pace: Pace | None = pace
        self._client = client
        self.file_types = file_types
        # Twilio takes files from a public address only (MediaUrl), and officers' files have none.
        self.max_file_bytes = 0
        self.silence: timedelta | None = None
        self.reply_limit: ReplyLimit | None = None
        self._webhook = webhook
        self._sender = sender
        self._media = media

    def routes(self) -> Sequence[BaseRoute]:
        """Return the routes Twilio calls."""
        return self._webhook.routes()

    async def listen(self) -> None:
        """Return at once: Twilio comes to us."""

    def read(self, parcel: Parcel) -> Inbound | Ignored:
        """Return `Ignored`: this channel fetches no parcels."""
        return Ignored("none", "WhatsApp is pushed to us; there are no parcels")

    async def send(self, message: Outbound) -> Receipt:
        """Send one message; see `Sender.send`. Raises `SendFailed`."""
        return await self._sender.send(message)

    async def find(self, message: Outbound) -> Receipt | None:
        """Look for an earlier attempt; see `Sender.find`. Raises `SendFailed`."""
        return await self._sender.find(message)

    async def fetch(self, attachment: Attachment) -> Fetched:
        """Fetch a file a citizen sent; see `MediaFetcher.fetch`. Raises `FetchFailed`."""
        return await self._media.fetch(attachment)

    def page(self, data: bytes) -> str:
        """Return nothing: there are no letters here."""
        return ""

    async def typing(self, external_id: str) -> None:
        """Show that an answer is being prepared; see `show_typing`."""
        await show_typing(self._client, external_id)

    async def check(self) -> Sequence[Finding]:
        """Fetch the account, within the deadline of every request to Twilio. Never raises."""
        try:
            account = await self._client.api.v2010.accounts(self._client.account_sid).fetch_async()
        except FAILURES as error:
            return [Finding("WhatsApp (Twilio)", holds=False, detail=failure_of(error).reason)]
        holds = account.status == "active"
        return [Finding("WhatsApp (Twilio)", holds=holds, detail=f"Akun Twilio: {account.status}")]

    async def close(self) -> None:
        """Close the connections to Twilio."""
        await self._media.close()
        await self._client.http_client.close()


def build(options: Options, environment: Environment, wiring: Wiring) -> WhatsApp | None:
    """Return the channel, or None when its settings are not all there (see `environment.missing()`)."""
    sid, token, number = (
        environment.twilio_account_sid,
        environment.twilio_auth_token,
        environment.twilio_from,
    )
    client = client_for(options, environment)
    if client is None or sid is None or token is None or number is None:
        return None
    if wiring.is_simulation:
        options = with_templates(options)
    secret = token.get_secret_value()
    webhook = Webhook(
        accept=wiring.accept,
        report=wiring.report,
        now=wiring.now,
        own=number,
        tokens=_tokens(secret, environment.twilio_auth_token_old),
        public_url=wiring.public_url,
        max_form_bytes=options.max_form_bytes,
    )
    sender = Sender(
        client,
        sender=number,
        status_base=status_base(wiring.public_url, environment.twilio_api_url),
        timeout_seconds=options.send_timeout_seconds,
        now=wiring.now,
        templates=options.templates.model_dump(),
        buttons=options.buttons,
    )
    media = MediaFetcher(
        sid,
        secret,
        max_bytes=options.media.max_bytes,
        timeout_seconds=options.media.timeout_seconds,
        api_url=environment.twilio_api_url,
    )
    return WhatsApp(
        client,
        webhook,
        sender,
        media,
        patience=timedelta(hours=options.retry_hours),
        pace=Pace(options.messages_per_second, options.messages_per_second_to_one),
        file_types=frozenset(options.media.types),
    )


def _tokens(current: str, old: SecretStr | None) -> tuple[str, ...]:
    """Return what a webhook may be signed with: while the token is exchanged, either of the two."""
    return (current,) if old is None else (current, old.get_secret_value())


def status_base(public_url: str, api_url: str | None) -> str | None:
    """Twilio refuses a callback it cannot reach (error 21609), so it is asked for where it can work."""
    reachable = urlsplit(public_url).scheme == "https" or api_url is not None
    return public_url.rstrip("/") if reachable else None
