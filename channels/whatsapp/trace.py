"""Finds out from Twilio's list of messages whether an attempt arrived there.

A POST has no idempotency key, and a list does not show the address of our callback: what became of an attempt
without an answer is found by its words among the latest messages to that person.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from twilio.rest import Client  # type: ignore[import-untyped]

from channels.port import Outbound, SendFailed
from channels.whatsapp.failures import FAILURES
from channels.whatsapp.format import is_same

SKEW = timedelta(seconds=30)
"""How far Twilio's clock may be behind ours; its dates have whole seconds only."""
LISTED = 100
"""Messages looked at, newest first: one page."""
SHORTEST_WORDS = 4
"""A template's variable of fewer characters tells nothing apart."""
LOST = frozenset({"failed", "undelivered", "canceled"})
"""What became of a message that is sent again, as a message of its own."""


@dataclass(frozen=True, slots=True)
class _Listed:
    sid: str
    body: str
    created_at: datetime


class Trace:
    """Looks for our messages from one WhatsApp number."""

    def __init__(self, client: Client, *, sender: str) -> None:
        self._client = client
        self._sender = sender

    async def of_text(self, message: Outbound, bodies: Sequence[str]) -> list[str]:
        """Return the SIDs of the leading parts that Twilio has, in order.

        A message in one part is looked for since its latest attempt; parts may be of any attempt. Raises
        `SendFailed` when Twilio cannot be asked, or lists so many that the missing one may be beyond them.
        """
        began = message.attempted_at if len(bodies) == 1 else None
        listed = await self._recent(message.recipient, since=(began or message.created_at) - SKEW)
        sids: list[str] = []
        for body in bodies:
            same = (each.sid for each in listed if each.sid not in sids and is_same(each.body, body))
            sid = next(same, None)
            if sid is None:
                break
            sids.append(sid)
        if len(sids) < len(bodies) and len(listed) == LISTED:
            raise SendFailed("Terlalu banyak pesan baru untuk dicocokkan", permanent=False, uncertain=True)
        return sids

    async def of_content(self, message: Outbound, variables: Sequence[str]) -> str | None:
        """Return the SID of the message whose words hold all that a template was filled with, or None.

        The words of a template are Meta's copy, not ours. Raises `SendFailed` when Twilio cannot be asked, or
        when something is there of which nobody can tell.
        """
        began = (message.attempted_at or message.created_at) - SKEW
        listed = await self._recent(message.recipient, since=began)
        telling = [_plain(value) for value in variables if len(value) >= SHORTEST_WORDS]
        for each in listed:
            if telling and all(value in _plain(each.body) for value in telling):
                return each.sid
        if len(listed) == LISTED or any(not telling or not each.body for each in listed):
            raise SendFailed("Belum pasti apakah templat sampai di Twilio", permanent=False, uncertain=True)
        return None

    async def _recent(self, recipient: str, since: datetime) -> list[_Listed]:
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
            _Listed(each.sid, each.body or "", each.date_created)
            for each in listed
            if each.date_created is not None and each.date_created >= since and each.status not in LOST
        ]


def _plain(text: str) -> str:
    return " ".join(text.split())
