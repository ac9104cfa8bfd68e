"""Whether the office's WhatsApp is set up at Twilio as this program expects: account, sender, webhooks, a message.

Sources: https://www.twilio.com/docs/whatsapp/api/senders (Messaging API v2) and
https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urldefrag, urlsplit

from twilio.rest import Client  # type: ignore[import-untyped]

from channels.port import Finding
from channels.whatsapp.asking import NotTold, asked
from channels.whatsapp.failures import FAILURES, failure_of, reason_of
from channels.whatsapp.status import STATUS_PATH
from channels.whatsapp.webhook import MESSAGE_PATH

SANDBOX = "whatsapp:+14155238886"
"""Twilio's number for everybody's first tries; the Senders API does not list it."""
OVERRIDES = "#rc=5&rp=5xx,ct,rt&ct=2000&rt=5000"
"""Proposed behind each webhook address: up to 5 retries (default: 1) after an error of ours, no connection in
2 s or no answer in 5 s, all within Twilio's 15 s. The same message twice has one effect."""
MOST_SENDERS = 1000
FIRST_STATUS_SECONDS = 20.0
POLL_SECONDS = 1.0
WAITING = frozenset({"accepted", "scheduled", "queued", "sending"})
FAILED = frozenset({"failed", "undelivered", "canceled"})


@dataclass(frozen=True, slots=True)
class Place:
    """What is expected: the office's `sender` (whatsapp:+62...), the address Twilio calls, and whether a
    stand-in takes Twilio's place (which may call http)."""

    sender: str
    public_url: str
    is_stand_in: bool = False


async def check_account(client: Client) -> Finding:
    """Tell whether the account is active. Raises `NotTold` when Twilio cannot be asked."""
    account = await asked(client.api.v2010.accounts(client.account_sid).fetch_async())
    holds = account.status == "active"
    return Finding("akun Twilio", holds, "aktif" if holds else f"keadaannya {account.status}")


async def check_sender(client: Client, place: Place) -> list[Finding]:
    """Tell whether the sender is online and its webhooks lead here. Raises `NotTold`."""
    if place.sender == SANDBOX:
        return _sandbox(place)
    senders = client.messaging.v2.channels_senders
    listed = await asked(senders.list_async(channel="whatsapp", limit=MOST_SENDERS, page_size=100))
    ours = next((each for each in listed if each.sender_id == place.sender), None)
    if ours is None:
        return [Finding("nomor pengirim", False, "PST_TWILIO_FROM tidak terdaftar sebagai pengirim WhatsApp")]
    webhook = ours.webhook if isinstance(ours.webhook, dict) else {}
    return [_online(ours), _message_webhook(webhook, place), _status_webhook(webhook, place)]


async def check_sending(client: Client, place: Place, *, to: str, text: str) -> Finding:
    """Send `text` to a number (+62...) and tell its first status, after `FIRST_STATUS_SECONDS` at the latest.

    It is no message of a conversation: nothing is kept, and no callback is asked for.
    """
    name = "pesan percobaan"
    try:
        sent = await client.messages.create_async(to=f"whatsapp:{to}", from_=place.sender, body=text)
        status, code = await _first_status(client, sent)
    except FAILURES as error:
        return Finding(name, False, failure_of(error).reason)
    except NotTold as error:
        return Finding(name, False, f"diterima Twilio, tetapi keadaannya tidak terbaca: {error.reason}")
    if status in FAILED:
        return Finding(name, False, f"{status}: {reason_of(code, 0) if code else 'tanpa keterangan'}")
    if status in WAITING:
        return Finding(name, False, f"masih {status} setelah {FIRST_STATUS_SECONDS:.0f} detik")
    return Finding(name, True, status)


async def _first_status(client: Client, sent: Any) -> tuple[str, int]:
    loop = asyncio.get_running_loop()
    deadline = loop.time() + FIRST_STATUS_SECONDS
    while sent.status in WAITING and loop.time() < deadline:
        await asyncio.sleep(POLL_SECONDS)
        sent = await asked(client.messages(sent.sid).fetch_async())
    code = sent.error_code
    return str(sent.status), code if isinstance(code, int) else 0


def _online(sender: Any) -> Finding:
    reasons = sender.offline_reasons if isinstance(sender.offline_reasons, list) else []
    codes = [str(each.get("code")) for each in reasons if isinstance(each, dict)]
    told = f"{sender.status} (kode {', '.join(codes)})" if codes else str(sender.status)
    return Finding("nomor pengirim", sender.status in {"ONLINE", "ONLINE:UPDATING"}, told)


def _message_webhook(webhook: Mapping[str, object], place: Place) -> Finding:
    name, wanted = "webhook pesan", place.public_url + MESSAGE_PATH
    given = str(webhook.get("callback_url") or "")
    if urlsplit(place.public_url).scheme != "https" and not place.is_stand_in:
        return Finding(name, False, "PST_PUBLIC_URL harus https://, supaya isi pesan tidak terbaca di jalan")
    if urldefrag(given).url != wanted:
        return Finding(name, False, f"{_shown(given)}; isilah {wanted}{OVERRIDES}")
    if str(webhook.get("callback_method") or "POST").upper() != "POST":
        return Finding(name, False, "metodenya harus POST")
    return Finding(name, True, wanted + _advice(given, wanted))


def _status_webhook(webhook: Mapping[str, object], place: Place) -> Finding:
    """Every message carries the address for its own statuses, so an empty one is no fault."""
    name, wanted = "webhook status", place.public_url + STATUS_PATH
    given = str(webhook.get("status_callback_url") or "")
    if not given:
        return Finding(name, True, f"kosong; setiap pesan membawa alamatnya sendiri ({wanted})")
    if urldefrag(given).url != wanted:
        return Finding(name, False, f"{_shown(given)}; kosongkan atau isilah {wanted}{OVERRIDES}")
    return Finding(name, True, wanted + _advice(given, wanted))


def _advice(given: str, wanted: str) -> str:
    overrides = parse_qs(urldefrag(given).fragment)
    is_retried = overrides.get("rc", ["1"])[0] not in {"0", "1"} and "rp" in overrides
    return "" if is_retried else f"; disarankan dengan pengulangan: {wanted}{OVERRIDES}"


def _sandbox(place: Place) -> list[Finding]:
    address = f"{place.public_url}{MESSAGE_PATH}{OVERRIDES}"
    return [
        Finding("nomor pengirim", True, "nomor sandbox Twilio, hanya untuk percobaan"),
        Finding(
            "webhook pesan",
            True,
            f'tidak dapat diperiksa di sandbox; di konsol, "When a message comes in": {address}',
        ),
    ]


def _shown(url: str) -> str:
    """Return an address without what may be a secret in it: user, query and fragment."""
    if not url:
        return "kosong"
    try:
        parts = urlsplit(url)
        host = parts.netloc.rpartition("@")[2]
    except ValueError:
        return "bukan alamat"
    return f"mengarah ke {parts.scheme}://{host}{parts.path}"
