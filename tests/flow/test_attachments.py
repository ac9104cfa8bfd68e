"""A file from the citizen's phone to the officer's folder: webhook, answer, fetching, with Twilio stood in for."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from urllib.parse import urlencode

import httpx
from starlette.applications import Starlette

from bot import jobs
from bot.assembly.core import Core, assemble
from bot.assembly.worker import staffed
from bot.clock import ManualClock
from bot.settings import Settings
from bot.store import media
from channels.port import Channel, Wiring
from channels.simulator.twilio import TwilioStandIn
from channels.simulator.twilio_webhook import sign_webhook, webhook_form
from channels.whatsapp import build
from tests.channels.whatsapp.conftest import CITIZEN, OFFICE, SID, TOKEN, environment, options
from tests.fakes import FakeInterpreter
from tests.serving import serving

PUBLIC = "https://bot.example.org"
WEBHOOK = f"{PUBLIC}/webhooks/twilio/whatsapp"
VOICE = b"OggS\0\x02" + bytes(22) + b"OpusHead"


async def test_a_voice_note_is_answered_and_kept_and_a_program_is_refused(
    settings: Settings, database_url: str
) -> None:
    clock = ManualClock()
    twilio = TwilioStandIn(account_sid=SID, auth_token=TOKEN, sender=OFFICE, now=clock.now)
    twilio.media.redirects = True
    async with serving(twilio.app) as api_url:

        def channels(_settings: Settings, wiring: Wiring) -> dict[str, Channel]:
            at_twilio = environment(twilio_api_url=api_url)
            public = Wiring(wiring.accept, wiring.report, wiring.depot, wiring.now, PUBLIC, "Kantor")
            channel = build(options(), at_twilio, public)
            assert channel is not None
            return {"whatsapp": channel}

        async with (
            assemble(settings, database_url, clock=clock, build=channels) as core,
            staffed(core, FakeInterpreter(), burst=timedelta()),
        ):
            worker = asyncio.create_task(jobs.work(core.queue, install_signal_handlers=False))
            web = Starlette(routes=core.channels["whatsapp"].routes())
            async with httpx.AsyncClient(transport=httpx.ASGITransport(web), base_url=PUBLIC) as client:
                for number, (kind, data) in enumerate((("audio/ogg", VOICE), ("audio/ogg", b"MZ\x90\0"))):
                    sid = f"MM{number:032x}"
                    form = webhook_form(
                        account_sid=SID,
                        sender=CITIZEN,
                        recipient=OFFICE,
                        body="",
                        message_sid=sid,
                        media=[(twilio.keep_media(sid, kind, data), kind)],
                    )
                    headers = sign_webhook(TOKEN, WEBHOOK, form)
                    answer = await client.post(WEBHOOK, content=urlencode(form), headers=headers)
                    assert answer.status_code == 200
            try:
                kept, refused = await _settled(core)
                async with asyncio.timeout(20):
                    while not twilio.messages:
                        await asyncio.sleep(0.01)
            finally:
                worker.cancel()
                await asyncio.gather(worker, return_exceptions=True)
            assert "Pesan suara" in twilio.messages[0].body
            assert (kept.state, kept.content_type, kept.kind) == ("kept", "audio/ogg", "voice")
            assert kept.file is not None
            assert b"".join([piece async for piece in core.files.read(kept.file)]) == VOICE
            assert (refused.state, refused.file) == ("refused", None)


async def _settled(core: Core) -> list[media.Enclosed]:
    """Wait until both files are settled; return them in the order in which they came."""
    async with asyncio.timeout(20):
        while True:
            async with core.database.transaction() as tx:
                found = [each for number in (1, 2) for each in await media.of_message(tx, number)]
            if len(found) == 2 and all(each.state != "waiting" for each in found):
                return found
            await asyncio.sleep(0.02)
