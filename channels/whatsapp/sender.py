"""Sends a reply through Twilio's Messages API, and finds out whether one arrived.

Source: https://www.twilio.com/docs/messaging/api/message-resource. Inside the 24 hours a reply goes out with
its own words, or with buttons; outside as an approved template, with no Body (`window.py` decides).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

import structlog
from twilio.rest import Client  # type: ignore[import-untyped]

from channels.port import Cause, Outbound, Receipt, SendFailed
from channels.whatsapp.buttons import content_for
from channels.whatsapp.failures import FAILURES, failure_of
from channels.whatsapp.format import parts
from channels.whatsapp.options import Buttons
from channels.whatsapp.status import callback
from channels.whatsapp.trace import Trace
from channels.whatsapp.window import Content, NotSendable, way_of

MARGIN = timedelta(seconds=5)
"""How long after our deadline Twilio may still be taking a message whose answer was lost."""

log = structlog.get_logger()


class Sender:
    """Sends from one WhatsApp number.

    `status_base` is our public URL, or None to ask for no callbacks. `templates` are ContentSids by
    the key of the message they carry outside the window, empty where the office has none.
    """

    def __init__(
        self,
        client: Client,
        *,
        sender: str,
        status_base: str | None,
        timeout_seconds: float,
        now: Callable[[], datetime],
        templates: Mapping[str, str],
        buttons: Buttons,
    ) -> None:
        self._client = client
        self._sender = sender
        self._trace = Trace(client, sender=sender)
        self._status_base = status_base
        self._deadline = timedelta(seconds=timeout_seconds)
        self._now = now
        self._templates = templates
        self._buttons = buttons

    @property
    def settle(self) -> timedelta:
        """How long after an attempt its single message may still be arriving at Twilio."""
        return self._deadline + MARGIN

    async def send(self, message: Outbound) -> Receipt:
        """Send the message and return the ids of its parts. Raises `SendFailed`.

        With cause WINDOW_CLOSED nothing was sent, or Twilio refused it for that reason.
        """
        if message.attachments:
            raise SendFailed(
                "WhatsApp belum dapat mengirim berkas: kirim lewat email, atau tulis tautannya",
                permanent=True,
            )
        way = way_of(message, self._now(), self._templates)
        if isinstance(way, NotSendable):
            raise SendFailed(way.reason, permanent=True, cause=Cause.WINDOW_CLOSED)
        if isinstance(way, Content):
            sid = await self._post_content(message, way)
            return Receipt(sid, parts=(sid,), way="template")
        return await self._with_buttons(message) or await self._in_words(message)

    async def find(self, message: Outbound) -> Receipt | None:
        """Return the receipt when an attempt arrived whole, None when sending (again) is right.

        Raises `SendFailed` (not permanent) when Twilio cannot be asked, or when the attempt is so young
        that it may still be arriving. The newest message of the same words counts, so the caller has to
        take a receipt that already belongs to another reply of ours for None.
        """
        if message.attempted_at is None:
            return None
        bodies = parts(message.text)
        sids = await self._trace.of_text(message, bodies) if bodies else []
        if bodies and len(sids) == len(bodies):
            return Receipt(sids[-1], parts=tuple(sids))
        receipt = await self._found_content(message, message.attempted_at)
        if receipt is not None:
            return receipt
        if self._now() < message.attempted_at + self._deadline * max(len(bodies), 1) + MARGIN:
            raise SendFailed("Belum pasti apakah pesan sampai di Twilio", permanent=False, uncertain=True)
        return None

    async def _found_content(self, message: Outbound, attempted_at: datetime) -> Receipt | None:
        """Look for a message that went out, then, as a template or with buttons."""
        way = way_of(message, attempted_at, self._templates)
        content = way if isinstance(way, Content) else self._choices(message)
        if content is None or isinstance(way, NotSendable):
            return None
        # What is listed of buttons is what stands above them; the choices may stand on the buttons only.
        values = list(content.variables.values())
        is_template = content is way
        sid = await self._trace.of_content(message, values if is_template else values[:1])
        if sid is None:
            return None
        return Receipt(sid, parts=(sid,), way="template" if is_template else "buttons")

    async def _with_buttons(self, message: Outbound) -> Receipt | None:
        """Send choices as buttons or a list, None where there is no template for them, or it was refused."""
        content = self._choices(message)
        if content is None:
            return None
        try:
            sid = await self._post_content(message, content)
        except SendFailed as refusal:
            if not refusal.permanent or refusal.cause is not None:
                raise
            # Nothing is out; the same choices by number say as much.
            log.warning("whatsapp.buttons.refused", message=str(message.id), reason=refusal.reason)
            return None
        return Receipt(sid, parts=(sid,), way="buttons")

    def _choices(self, message: Outbound) -> Content | None:
        found = content_for(message, self._buttons) if message.choices else None
        return Content("buttons", *found) if found else None

    async def _in_words(self, message: Outbound) -> Receipt:
        """Send the text, over Twilio's limit in parts.

        Parts of an earlier attempt that arrived are found and not sent again, so that repeating after a
        failure in the middle carries on there. A first attempt has none: what looks the same then is an
        earlier reply with the same words.
        """
        bodies = parts(message.text)
        if not bodies:
            raise SendFailed("Pesan tanpa teks tidak dapat dikirim lewat WhatsApp", permanent=True)
        is_repeated = len(bodies) > 1 and message.attempt > 1
        sids = await self._trace.of_text(message, bodies) if is_repeated else []
        for number, body in enumerate(bodies[len(sids) :], len(sids) + 1):
            sids.append(await self._post(message, part=number, of=len(bodies), body=body))
        return Receipt(sids[-1], parts=tuple(sids))

    async def _post_content(self, message: Outbound, content: Content) -> str:
        variables = json.dumps(content.variables, ensure_ascii=False)
        return await self._post(
            message, template=content.name, content_sid=content.sid, content_variables=variables
        )

    async def _post(
        self, message: Outbound, *, part: int = 1, of: int = 1, template: str | None = None, **what: str
    ) -> str:
        if self._status_base:
            what["status_callback"] = callback(self._status_base, message, part, of)
        try:
            sent = await self._client.messages.create_async(to=message.recipient, from_=self._sender, **what)
        except FAILURES as error:
            # Twilio's words may repeat the number: they must not come along in a traceback.
            raise failure_of(error, template=template) from None
        if not isinstance(sent.sid, str) or not sent.sid:
            raise SendFailed("Jawaban Twilio tanpa nomor pesan", permanent=False, uncertain=True)
        return sent.sid
