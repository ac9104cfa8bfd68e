"""An office whose channel has everything that can be set."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from channels.simulator.twilio import TwilioStandIn
from channels.whatsapp import WhatsApp, build
from channels.whatsapp.buttons import KEYS, definition
from channels.whatsapp.templates import TEMPLATES
from tests.channels.whatsapp.conftest import Clock, Kept, environment, options, wiring


def sid_of(key: str) -> str:
    """Return the ContentSid of a key of `templates` or `buttons`."""
    return "HX" + key.encode().hex().ljust(32, "0")[:32]


def furnish(twilio: TwilioStandIn) -> None:
    """Have every template of the office at the stand-in."""
    for key, template in TEMPLATES.items():
        twilio.contents.keep({"twilio/text": {"body": template.body}}, sid=sid_of(key), name=template.name)
    for key in KEYS:
        told = definition(key)
        twilio.contents.keep(told["types"], sid=sid_of(key), name=told["friendly_name"], status="unsubmitted")


@asynccontextmanager
async def channel_at(url: str, clock: Clock, **changes: Any) -> AsyncIterator[WhatsApp]:
    """Have the channel whose requests to any of Twilio's hosts go to `url`."""
    everything = {
        "templates": {key: sid_of(key) for key in TEMPLATES},
        "buttons": {key: sid_of(key) for key in KEYS},
    }
    channel = build(options(**(everything | changes)), environment(twilio_api_url=url), wiring(Kept(), clock))
    assert channel is not None
    try:
        yield channel
    finally:
        await channel.close()
