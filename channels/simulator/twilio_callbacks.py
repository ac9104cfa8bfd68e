"""Status callbacks: what Twilio posts when a message of the office comes further, or does not.

Source: https://www.twilio.com/docs/messaging/guides/outbound-message-status-in-status-callbacks. None is
sent for the first state, `queued`. They are posted to loopback only: a stand-in must never call somebody.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from ipaddress import ip_address
from urllib.parse import urlsplit

import aiohttp
import structlog

from channels.simulator.twilio_account import VERSION, Account
from channels.simulator.twilio_messages import SentMessage
from channels.simulator.twilio_webhook import sign_webhook

TIMEOUT_SECONDS = 15.0
ATTEMPTS = 3
PAUSE_SECONDS = 0.2
EVENTS = {"delivered": "DELIVERED", "read": "READ", "undelivered": "UNDELIVERED", "failed": "FAILED"}
WORDS = {
    63003: "Channel could not find To address",
    63016: "Failed to send freeform message because you are outside the allowed window. "
    "If you are using WhatsApp, please use a Message Template.",
    63024: "Invalid message recipient",
}

log = structlog.get_logger()


class Callbacks:
    """Posts callbacks, signed for the URL that the product named.

    `tunnel` leads from a public address to the loopback one behind it ("https://bot.example.org" to
    "http://127.0.0.1:8000"), as a proxy does. `times` is how often each callback is posted.
    """

    def __init__(self, account: Account) -> None:
        self._account = account
        self.tunnel: dict[str, str] = {}
        self.times = 1

    async def post(self, session: aiohttp.ClientSession, url: str | None, form: Mapping[str, str]) -> None:
        """Post a form to the URL that the product asked for, if any.

        Tried a few times; a product that does not listen is no fault of Twilio's.
        """
        if url is None:
            return
        target = self._behind(url)
        if not is_loopback(target):
            log.info("simulator.callback_elsewhere", status=form["MessageStatus"])
            return
        headers = sign_webhook(self._account.auth_token, url, form)
        for _ in range(self.times):
            await self._insist(session, target, form, headers)

    async def _insist(
        self, session: aiohttp.ClientSession, target: str, form: Mapping[str, str], headers: Mapping[str, str]
    ) -> None:
        for attempt in range(1, ATTEMPTS + 1):
            try:
                async with session.post(
                    target, data=dict(form), headers=dict(headers), allow_redirects=False
                ) as answer:
                    status = answer.status
            except (TimeoutError, aiohttp.ClientError) as error:
                log.warning("simulator.callback_failed", error=type(error).__name__, attempt=attempt)
            else:
                log.info("simulator.callback_posted", status=status, attempt=attempt)
                if status < 500:
                    return
            if attempt < ATTEMPTS:
                await asyncio.sleep(PAUSE_SECONDS * attempt)

    def _behind(self, url: str) -> str:
        for public, local in self.tunnel.items():
            if url.startswith(f"{public}/"):
                return local + url.removeprefix(public)
        return url


def callback_form(message: SentMessage) -> dict[str, str]:
    """Return the form of a callback for the message as it is now."""
    form = {
        "AccountSid": message.account_sid,
        "ApiVersion": VERSION,
        "ChannelInstallSid": "XE" + "0" * 32,
        "ChannelPrefix": "whatsapp",
        "ChannelToAddress": message.recipient.removeprefix("whatsapp:"),
        "From": message.sender,
        "MessageSid": message.sid,
        "MessageStatus": message.status,
        "SmsSid": message.sid,
        "SmsStatus": message.status,
        "StructuredMessage": "true" if message.content_sid else "false",
        "To": message.recipient,
    }
    if message.status in EVENTS:
        form["EventType"] = EVENTS[message.status]
    if message.error_code is not None:
        form["ErrorCode"] = str(message.error_code)
        form["ChannelStatusMessage"] = WORDS.get(message.error_code, "")
    return form


def is_loopback(url: str) -> bool:
    """Tell whether a URL is http on this machine."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme != "http":
        return False
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
