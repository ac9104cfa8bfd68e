"""The typing indicator: the sender of a message sees that an answer is being prepared, and that it was read.

Source: https://www.twilio.com/docs/whatsapp/api/typing-indicators-resource (public beta): POST
/v2/Indicators/Typing.json with `channel` and `messageId`; it disappears with the answer or after 25 seconds.
"""

from __future__ import annotations

import asyncio

import structlog
from twilio.rest import Client  # type: ignore[import-untyped]

from channels.whatsapp.failures import FAILURES

SECONDS = 2.0
"""Later than this the sign is worth less than the time of who waits for it."""

log = structlog.get_logger()


async def show_typing(client: Client, message_sid: str) -> None:
    """Show it to the sender of that message. Best effort: a failure is a line in the log, by its kind."""
    try:
        async with asyncio.timeout(SECONDS):
            await client.messaging.v2.typing_indicator.create_async(
                channel="whatsapp", message_id=message_sid
            )
    except (*FAILURES, TimeoutError) as error:
        log.info("whatsapp.typing.not_shown", message=message_sid, error=type(error).__name__)
