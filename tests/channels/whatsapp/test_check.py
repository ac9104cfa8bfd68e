"""`pst whatsapp check` says what is wrong at Twilio, and what to put there."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from twilio.rest import Client  # type: ignore[import-untyped]

from channels.port import Finding
from channels.simulator.twilio import WINDOW, Pauses, TwilioStandIn
from channels.whatsapp import check
from channels.whatsapp.asking import NotTold, client_for
from channels.whatsapp.check import OVERRIDES, SANDBOX, Place, check_account, check_sender, check_sending
from tests.channels.whatsapp.conftest import CITIZEN, OFFICE, environment, options

PUBLIC = "https://bot.example.org"
MESSAGE = f"{PUBLIC}/webhooks/twilio/whatsapp"
STATUS = f"{PUBLIC}/webhooks/twilio/status"
HERE = Place(OFFICE, PUBLIC)
TO = CITIZEN.removeprefix("whatsapp:")


@pytest.fixture
async def client(twilio_url: str) -> AsyncIterator[Client]:
    asking = client_for(options(), environment(twilio_api_url=twilio_url))
    assert asking is not None
    yield asking
    await asking.http_client.close()


async def found(client: Client, place: Place = HERE) -> dict[str, Finding]:
    return {each.name: each for each in await check_sender(client, place)}


async def test_an_active_account_holds(client: Client) -> None:
    assert await check_account(client) == Finding("akun Twilio", True, "aktif")


async def test_a_sender_with_webhooks_that_are_retried_holds_without_advice(
    twilio: TwilioStandIn, client: Client
) -> None:
    twilio.messaging.webhooks.callback_url = MESSAGE + OVERRIDES
    twilio.messaging.webhooks.status_callback_url = f"{STATUS}#rc=2&rp=all"
    assert list((await found(client)).values()) == [
        Finding("nomor pengirim", True, "ONLINE"),
        Finding("webhook pesan", True, MESSAGE),
        Finding("webhook status", True, STATUS),
    ]


@pytest.mark.parametrize("fragment", ["", "#rc=0&rp=5xx", "#rc=1&rp=all", "#rc=4", "#ct=2000"])
async def test_overrides_are_proposed_where_nothing_is_retried(
    twilio: TwilioStandIn, client: Client, fragment: str
) -> None:
    twilio.messaging.webhooks.callback_url = MESSAGE + fragment
    told = (await found(client))["webhook pesan"]
    assert told.holds
    assert told.detail.endswith(f"{MESSAGE}{OVERRIDES}")


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("", "kosong"),
        ("https://other.example.org/webhooks/twilio/whatsapp", "other.example.org"),
        (STATUS, "/webhooks/twilio/status"),
        (f"http{MESSAGE[5:]}", "http://"),
        (f"{MESSAGE}?x=1", "/webhooks/twilio/whatsapp"),
        ("https://[", "bukan alamat"),
    ],
)
async def test_a_webhook_that_leads_elsewhere_is_told_with_the_right_one(
    twilio: TwilioStandIn, client: Client, given: str, words: str
) -> None:
    twilio.messaging.webhooks.callback_url = given
    told = (await found(client))["webhook pesan"]
    assert not told.holds
    assert words in told.detail
    assert told.detail.endswith(f"isilah {MESSAGE}{OVERRIDES}")


async def test_an_address_is_shown_without_what_may_be_secret(twilio: TwilioStandIn, client: Client) -> None:
    twilio.messaging.webhooks.callback_url = "https://user:s3cret@other.example.org/hook?key=s3cret#s3cret"
    twilio.messaging.webhooks.status_callback_url = "https://user:s3cret@other.example.org/hook"
    for name, told in (await found(client)).items():
        assert "s3cret" not in told.detail
        assert ("https://other.example.org/hook" in told.detail) == (name != "nomor pengirim")
        assert told.holds == (name == "nomor pengirim")


async def test_an_empty_status_webhook_is_no_fault(client: Client) -> None:
    assert (await found(client))["webhook status"].holds


async def test_a_public_address_without_tls_is_a_fault(client: Client) -> None:
    told = (await found(client, Place(OFFICE, "http://bot.example.org")))["webhook pesan"]
    assert not told.holds
    assert "https://" in told.detail


async def test_a_sender_that_is_not_online_is_told(twilio: TwilioStandIn, client: Client) -> None:
    twilio.messaging.status = "OFFLINE"
    assert (await found(client))["nomor pengirim"] == Finding("nomor pengirim", False, "OFFLINE")


async def test_a_number_that_is_no_sender_is_told_without_it(client: Client) -> None:
    (told,) = await check_sender(client, Place("whatsapp:+628111111999", PUBLIC))
    assert not told.holds
    assert "PST_TWILIO_FROM" in told.detail
    assert "628111111999" not in told.detail


async def test_the_sandbox_is_known_and_what_to_set_there(client: Client) -> None:
    told = await check_sender(client, Place(SANDBOX, PUBLIC))
    assert all(each.holds for each in told)
    assert f"{MESSAGE}{OVERRIDES}" in told[-1].detail


async def test_whoever_cannot_be_asked_says_nothing() -> None:
    asking = client_for(options(), environment(twilio_api_url="http://127.0.0.1:9"))
    assert asking is not None
    with pytest.raises(NotTold, match="tidak dapat dihubungi"):
        await check_account(asking)
    with pytest.raises(NotTold, match="tidak dapat dihubungi"):
        await check_sender(asking, HERE)
    await asking.http_client.close()


async def test_a_message_is_sent_once_and_its_first_status_told(
    twilio: TwilioStandIn, client: Client
) -> None:
    twilio.journeys.pauses = Pauses()
    told = await check_sending(client, HERE, to=TO, text="Percobaan.")
    assert told.holds
    assert told.detail in ("sent", "delivered")
    (sent,) = twilio.messages
    assert (sent.recipient, sent.body, sent.status_callback) == (CITIZEN, "Percobaan.", None)


async def test_a_message_outside_the_window_is_told_as_such(twilio: TwilioStandIn, client: Client) -> None:
    twilio.journeys.pauses = Pauses()
    twilio.rules.window = WINDOW
    told = await check_sending(client, HERE, to=TO, text="Percobaan.")
    assert not told.holds
    assert "63016" in told.detail


async def test_a_message_that_is_refused_is_told_without_the_number(
    twilio: TwilioStandIn, client: Client
) -> None:
    told = await check_sending(client, Place("whatsapp:+628111111999", PUBLIC), to=TO, text="Percobaan.")
    assert not told.holds
    assert "63007" in told.detail
    assert "628111111" not in told.detail


async def test_a_message_that_stays_queued_is_not_waited_for_without_end(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(check, "FIRST_STATUS_SECONDS", 0.2)
    monkeypatch.setattr(check, "POLL_SECONDS", 0.05)
    told = await check_sending(client, HERE, to=TO, text="Percobaan.")
    assert not told.holds
    assert told.detail.startswith("masih queued setelah")
