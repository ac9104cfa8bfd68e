"""Posts what the phone sends to the product's webhook over HTTP, as Twilio does, and says what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import aiohttp
import structlog

from .twilio import sign_webhook

PATH = "/webhooks/twilio/whatsapp"
# Twilio waits 15 s for a webhook (its documentation, "Webhooks: timeouts").
TIMEOUT_SECONDS = 15.0

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the webhook answered: `words` are for the person who holds the phone."""

    is_accepted: bool
    words: str


class Webhook:
    """The way from Twilio to the product. `public_url` is what the signature covers."""

    def __init__(self, public_url: str, auth_token: str) -> None:
        self._url = public_url.rstrip("/") + PATH
        self._auth_token = auth_token

    async def post(self, form: Mapping[str, str]) -> Verdict:
        """Post one message, once, within `TIMEOUT_SECONDS`; never raises for what the network does."""
        try:
            status = await self._post(self._url, form)
        except TimeoutError:
            return Verdict(False, f"Gagal: webhook tidak menjawab dalam {TIMEOUT_SECONDS:.0f} detik")
        except aiohttp.ClientError as error:
            log.warning("simulator.webhook_unreachable", error=type(error).__name__)
            return Verdict(False, "Gagal: webhook tidak dapat dihubungi. Apakah aplikasi masih berjalan?")
        log.info("simulator.webhook_posted", status=status)
        return _verdict(status)

    async def _post(self, url: str, form: Mapping[str, str]) -> int:
        headers = sign_webhook(self._auth_token, url, form)
        timeout = aiohttp.ClientTimeout(total=TIMEOUT_SECONDS)
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.post(url, data=dict(form), headers=headers, allow_redirects=False) as answer,
        ):
            return answer.status


def _verdict(status: int) -> Verdict:
    if 200 <= status < 300:
        return Verdict(True, "Diterima kantor")
    if status == 403:
        return Verdict(False, "Ditolak webhook (403): tanda tangan tidak cocok")
    if status == 413:
        return Verdict(False, "Ditolak webhook (413): pesan terlalu besar")
    return Verdict(False, f"Ditolak webhook ({status})")
