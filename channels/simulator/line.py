"""The line between the simulated phone and the office: signed webhooks one way, Twilio's stand-in the other."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from secrets import token_hex
from typing import Any

from .phone import File, Phone, Place
from .settings import SimulatorSettings
from .twilio import WINDOW, Pauses, SentMessage, TwilioStandIn, webhook_form
from .twilio_webhook import reaction
from .webhook import PATH, Verdict, Webhook

# Long enough to be seen, short enough not to be waited for.
PAUSES = Pauses(sent=0.1, delivered=0.2)
# Why something of the office's never got to the phone, by Twilio's error number.
LOST = {
    63016: "Kantor mengirim pesan, tetapi WhatsApp menolaknya: sudah lebih dari 24 jam sejak pesan terakhir "
    "Anda (63016). Tulis sesuatu untuk membukanya lagi.",
}


class Line:
    """What the phone sends and what reaches it. `tell` is called after each change."""

    def __init__(
        self, settings: SimulatorSettings, now: Callable[[], datetime], tell: Callable[[], None]
    ) -> None:
        self.phone = Phone(now)
        self.twilio = TwilioStandIn(
            account_sid=settings.account_sid,
            auth_token=settings.auth_token,
            sender=f"whatsapp:{settings.whatsapp_from.removeprefix('whatsapp:')}",
            now=now,
        )
        self.twilio.rules.window, self.twilio.rules.knows_all = WINDOW, False
        self.twilio.journeys.pauses = PAUSES
        self.twilio.journeys.on_state(self._on_whatsapp)
        self.twilio.messaging.on_typing(self._on_typing)
        self.twilio.messaging.webhooks.callback_url = settings.public_url.rstrip("/") + PATH
        for template in settings.templates:
            self.twilio.contents.keep(**template)
        self._account_sid = settings.account_sid
        self._webhook = Webhook(settings.public_url, settings.auth_token)
        self._forms: dict[str, dict[str, str]] = {}
        self._tell = tell

    async def stop(self) -> None:
        """Leave what is on its way where it is."""
        await self.twilio.journeys.stop()

    async def write(
        self,
        number: str,
        name: str,
        text: str,
        files: Sequence[File] = (),
        *,
        place: Place | None = None,
        replied_sid: str | None = None,
        extra: Mapping[str, str] | None = None,
    ) -> Verdict:
        """Send a message from the phone, and return what the product's webhook said.

        `extra` are parameters of the webhook (see `twilio_webhook`), `replied_sid` the message it refers to.
        A reaction to it is sent by `react`.
        """
        sid = f"SM{token_hex(16)}"
        media = [
            (self.twilio.keep_media(sid, file.content_type, file.data), file.content_type) for file in files
        ]
        self._keep_form(sid, number, name, text, media=media, replied_sid=replied_sid, extra=extra)
        self.phone.wrote(number, sid, text, files, place)
        self._tell()
        return await self.post_again(sid)

    async def react(self, number: str, name: str, sid: str, emoji: str) -> Verdict:
        """React to a message of the office with an emoji. Raises KeyError when there is no such message."""
        self.phone.reacted(sid, emoji)
        form_sid = f"SM{token_hex(16)}"
        self._keep_form(form_sid, number, name, emoji, replied_sid=sid, extra=reaction())
        return await self.post_again(form_sid)

    def look_at(self, number: str) -> None:
        """The citizen sees the chat: what has arrived is read."""
        arrived = {bubble.sid for bubble in self.phone.chat(number).bubbles if bubble.ticks == 2}
        for message in self.twilio.messages:
            if message.sid in arrived:
                self.twilio.journeys.read(message)

    def _keep_form(self, sid: str, number: str, name: str, text: str, **more: Any) -> None:
        self.twilio.heard(f"whatsapp:{number}", text)
        self._forms[sid] = webhook_form(
            account_sid=self._account_sid,
            sender=f"whatsapp:{number}",
            recipient=self.twilio.sender,
            body=text,
            profile_name=name,
            message_sid=sid,
            **more,
        )

    async def post_again(self, sid: str) -> Verdict:
        """Post a kept message (again), with the same MessageSid. Raises KeyError for an unknown one."""
        verdict = await self._webhook.post(self._forms[sid])
        if verdict.is_accepted:
            self.phone.accepted(sid, verdict.words)
        else:
            self.phone.refused(sid, verdict.words)
        self._tell()
        return verdict

    def _on_whatsapp(self, message: SentMessage) -> None:
        """Show what became of a message of the office."""
        number = message.recipient.removeprefix("whatsapp:")
        if message.status == "delivered":
            self.phone.received(number, message.sid, message.body, message.shown)
        elif message.status == "read":
            self.phone.read(message.sid)
        elif message.error_code is not None:
            other = f"Kantor mengirim pesan, tetapi tidak sampai ({message.error_code})."
            self.phone.missed(number, message.sid, LOST.get(message.error_code, other))
        self._tell()

    def _on_typing(self, sid: str) -> None:
        self.phone.typing(sid)
        self._tell()
