"""Sends a reply through Twilio's Messages API, and finds out whether one arrived.

Source: https://www.twilio.com/docs/messaging/api/message-resource. A POST has no idempotency key: what
became of an attempt without an answer is found by listing the latest messages to that person.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote
from uuid import UUID

from twilio.rest import Client  # type: ignore[import-untyped]

from channels.port import Outbound, Receipt, SendFailed
from channels.whatsapp.failures import FAILURES, failure_of
from channels.whatsapp.format import is_same, parts

STATUS_PATH = "/webhooks/twilio/status"
SKEW = timedelta(seconds=30)
"""How far Twilio's clock may be behind ours; its dates have whole seconds only."""
MARGIN = timedelta(seconds=5)
"""How long after our deadline Twilio may still be taking a message whose answer was lost."""
LISTED = 100
"""Messages looked at, newest first: one page."""


@dataclass(frozen=True, slots=True)
class _Sent:
    sid: str
    body: str
    created_at: datetime


class Sender:
    """Sends from one WhatsApp number. `status_base` is our public URL, or None to ask for no callbacks."""

    def __init__(
        self,
        client: Client,
        *,
        sender: str,
        status_base: str | None,
        timeout_seconds: float,
        now: Callable[[], datetime],
    ) -> None:
        self._client = client
        self._sender = sender
        self._status_base = status_base
        self._deadline = timedelta(seconds=timeout_seconds)
        self._now = now

    @property
    def settle(self) -> timedelta:
        """How long after an attempt its single message may still be arriving at Twilio."""
        return self._deadline + MARGIN

    async def send(self, message: Outbound) -> Receipt:
        """Send the message and return the id of its last part. Raises `SendFailed`.

        A text over Twilio's limit goes out in parts. Parts of an earlier attempt that arrived are found
        and not sent again, so that repeating after a failure in the middle carries on there. A first
        attempt has none: what looks the same then is an earlier reply with the same words.
        """
        bodies = parts(message.text)
        if not bodies:
            raise SendFailed("Pesan tanpa teks tidak dapat dikirim lewat WhatsApp", permanent=True)
        sids = await self._arrived(message, bodies) if len(bodies) > 1 and message.attempt > 1 else []
        for body in bodies[len(sids) :]:
            sids.append(await self._post(message, body))
        return Receipt(external_id=sids[-1])

    async def find(self, message: Outbound) -> Receipt | None:
        """Return the receipt when an attempt arrived whole, None when sending (again) is right.

        Raises `SendFailed` (not permanent) when Twilio cannot be asked, or when the attempt is so young
        that it may still be arriving. The newest message of the same text counts, so the caller has to
        take a receipt that already belongs to another reply of ours for None.
        """
        bodies = parts(message.text)
        if message.attempted_at is None or not bodies:
            return None
        sids = await self._arrived(message, bodies)
        if len(sids) == len(bodies):
            return Receipt(external_id=sids[-1])
        if self._now() < message.attempted_at + self._deadline * len(bodies) + MARGIN:
            raise SendFailed("Belum pasti apakah pesan sampai di Twilio", permanent=False, uncertain=True)
        return None

    async def _post(self, message: Outbound, body: str) -> str:
        options = {"status_callback": self._callback(message.id)} if self._status_base else {}
        try:
            sent = await self._client.messages.create_async(
                to=message.recipient, from_=self._sender, body=body, **options
            )
        except FAILURES as error:
            # Twilio's words may repeat the number: they must not come along in a traceback.
            raise failure_of(error) from None
        if not isinstance(sent.sid, str) or not sent.sid:
            raise SendFailed("Jawaban Twilio tanpa nomor pesan", permanent=False, uncertain=True)
        return sent.sid

    def _callback(self, message_id: UUID) -> str:
        """Our message id comes back with every status, also when the answer to the POST is lost."""
        return f"{self._status_base}{STATUS_PATH}?m={quote(str(message_id))}"

    async def _arrived(self, message: Outbound, bodies: Sequence[str]) -> list[str]:
        """Return the SIDs of the leading parts that Twilio has, in order.

        A message in one part is looked for since its latest attempt; parts may be of any attempt. Raises
        `SendFailed` when Twilio cannot be asked, or lists so many that the missing one may be beyond them.
        """
        began = message.attempted_at if len(bodies) == 1 else None
        listed = await self._recent(message.recipient, since=(began or message.created_at) - SKEW)
        sids: list[str] = []
        for body in bodies:
            same = (sent.sid for sent in listed if sent.sid not in sids and is_same(sent.body, body))
            sid = next(same, None)
            if sid is None:
                break
            sids.append(sid)
        if len(sids) < len(bodies) and len(listed) == LISTED:
            raise SendFailed("Terlalu banyak pesan baru untuk dicocokkan", permanent=False, uncertain=True)
        return sids

    async def _recent(self, recipient: str, since: datetime) -> list[_Sent]:
        """Return our messages to that person created since then, newest first.

        Without Twilio's own date filter: it goes by date_sent, which is empty while a message is
        queued, and is documented for whole days (GMT) only.
        """
        try:
            listed = await self._client.messages.list_async(
                to=recipient, from_=self._sender, limit=LISTED, page_size=LISTED
            )
        except FAILURES:
            raise SendFailed("Daftar pesan Twilio tidak dapat dibaca", permanent=False) from None
        return [
            _Sent(each.sid, each.body or "", each.date_created)
            for each in listed
            if each.date_created is not None and each.date_created >= since
        ]
