"""Every request that our channel makes and every answer of the stand-in, held against Twilio's documents.

What the documents cover goes through Prism and must be valid in both directions; the rest (typing
indicator, senders, the files themselves) is held against the stand-in alone.
"""

from __future__ import annotations

import httpx
import pytest

from channels.port import Attachment, SendFailed
from channels.simulator.twilio import Fault, TwilioStandIn
from channels.whatsapp import WhatsApp
from channels.whatsapp.asking import client_for
from channels.whatsapp.buttons import KEYS
from channels.whatsapp.check import Place, check_account, check_sender, check_sending
from channels.whatsapp.content import contents
from channels.whatsapp.templates import TEMPLATES
from tests.channels.whatsapp.conftest import (
    CITIZEN,
    OFFICE,
    SID,
    TOKEN,
    Clock,
    environment,
    options,
    outbound,
)
from tests.contract.office import channel_at, furnish, sid_of
from tests.contract.recorder import Recorder

MESSAGES = f"/2010-04-01/Accounts/{SID}/Messages.json"
TITLES = tuple(f"Pilihan {number}" for number in range(1, 11))
ARGUMENTS = {
    "office": "BPS Kabupaten Contoh",
    "ticket": "KST-2026-00017",
    "days": "7",
    "date": "24 Maret 2026",
}


async def test_free_text_and_its_parts(channel: WhatsApp, recorder: Recorder, twilio: TwilioStandIn) -> None:
    await channel.send(outbound("Tiga hari kerja, *gratis*. 🙂"))
    receipt = await channel.send(outbound("kata " * 800))
    await twilio.journeys.settled()
    assert len(receipt.parts) > 1
    assert recorder.covered == [("POST", MESSAGES, 201)] * (1 + len(receipt.parts))
    assert recorder.wrong == []


@pytest.mark.parametrize("key", TEMPLATES)
async def test_a_template_outside_the_window(
    channel: WhatsApp, recorder: Recorder, twilio: TwilioStandIn, key: str
) -> None:
    furnish(twilio)
    await channel.send(outbound("Tutup", key=key, arguments=ARGUMENTS, last_heard=None))
    assert recorder.covered == [("POST", MESSAGES, 201)]
    assert twilio.messages[0].content_sid == sid_of(key)
    assert recorder.wrong == []


@pytest.mark.parametrize(("key", "count"), [(key, count) for key, (_, count) in KEYS.items()])
async def test_choices_as_buttons(
    channel: WhatsApp, recorder: Recorder, twilio: TwilioStandIn, key: str, count: int
) -> None:
    furnish(twilio)
    titles = TITLES[:count]
    listed = "\n".join(f"{number}. {title}" for number, title in enumerate(titles, 1))
    await channel.send(outbound(f"Mana?\n\n{listed}\n\nBalas angkanya.", choices=titles))
    shown = twilio.messages[0].shown
    assert shown is not None
    assert [tap.id for tap in shown.taps] == [str(number) for number in range(1, count + 1)]
    assert twilio.messages[0].content_sid == sid_of(key)
    assert recorder.wrong == []


async def test_looking_for_an_attempt_whose_answer_was_lost(
    channel: WhatsApp, recorder: Recorder, twilio: TwilioStandIn
) -> None:
    message = outbound()
    for _ in range(3):
        await channel.send(message)
    twilio.faults.plan(Fault(status=500, code=20500, accepted=True))
    with pytest.raises(SendFailed):
        await channel.send(message)
    found = await channel.find(message)
    assert found is not None
    assert found.external_id == twilio.messages[-1].sid
    assert recorder.covered[-1] == ("GET", MESSAGES, 200)
    assert recorder.wrong == []


async def test_a_refusal_is_understood(channel: WhatsApp, recorder: Recorder) -> None:
    with pytest.raises(SendFailed) as refused:
        await channel.send(outbound(recipient="+628111111001"))
    assert "21211" in refused.value.reason
    assert recorder.covered == [("POST", MESSAGES, 400)]
    assert recorder.wrong == []


async def test_the_account_the_sender_and_a_first_message(recorder: Recorder, clock: Clock) -> None:
    client = client_for(options(), environment(twilio_api_url=recorder.url))
    assert client is not None
    place = Place(OFFICE, "https://bot.example.org", is_stand_in=True)
    try:
        assert (await check_account(client)).holds
        assert (await check_sender(client, place))[0].holds
        to = CITIZEN.removeprefix("whatsapp:")
        assert (await check_sending(client, place, to=to, text="Percobaan")).holds
    finally:
        await client.http_client.close()
    assert recorder.covered[0] == ("GET", f"/2010-04-01/Accounts/{SID}.json", 200)
    assert ("POST", MESSAGES, 201) in recorder.covered
    assert recorder.covered[-1][:2] == ("GET", recorder.covered[-1][1])
    assert recorder.covered[-1][1].startswith(MESSAGES.removesuffix(".json") + "/SM")
    assert [each.path for each in recorder.exchanges if not each.is_covered] == ["/v2/Channels/Senders"]
    assert recorder.wrong == []


async def test_the_templates_of_the_account_page_by_page(recorder: Recorder, twilio: TwilioStandIn) -> None:
    furnish(twilio)
    for number in range(150):
        status = ("approved", "unsubmitted", "pending", "rejected")[number % 4]
        twilio.contents.keep({"twilio/text": {"body": "Halo {{1}}"}}, variables={"1": "Sri"}, status=status)
    client = client_for(options(), environment(twilio_api_url=recorder.url))
    assert client is not None
    try:
        listed = await contents(client)
    finally:
        await client.http_client.close()
    assert [each.sid for each in listed] == list(twilio.contents.known)
    assert recorder.covered == [("GET", "/v1/ContentAndApprovals", 200)] * 2
    assert recorder.wrong == []


async def test_what_the_stand_in_has_besides(recorder: Recorder, twilio: TwilioStandIn) -> None:
    """Resources of the documents that our channel does not ask for, but people and tests do."""
    sid = twilio.contents.keep({"twilio/text": {"body": "Halo"}})
    media = twilio.keep_media("MM" + "0" * 32, "image/png", b"\x89PNG")
    path = media.removeprefix("https://api.twilio.com")
    paths = [
        "/v1/Content",
        f"/v1/Content/{sid}",
        f"/v1/Content/{sid}/ApprovalRequests",
        path.rpartition("/")[0] + ".json",
        f"{path}.json",
    ]
    told = {"friendly_name": "tutup", "language": "id", "types": {"twilio/text": {"body": "Selesai"}}}
    async with httpx.AsyncClient(base_url=recorder.url, auth=(SID, TOKEN)) as api:
        assert [(await api.get(each)).status_code for each in paths] == [200] * len(paths)
        made = (await api.post("/v1/Content", json=told)).json()["sid"]
        approval = {"name": "tutup", "category": "UTILITY"}
        await api.post(f"/v1/Content/{made}/ApprovalRequests/whatsapp", json=approval)
    assert [status for _, _, status in recorder.covered] == [200] * len(paths) + [201, 201]
    assert recorder.wrong == []


async def test_what_no_document_covers(channel: WhatsApp, recorder: Recorder, twilio: TwilioStandIn) -> None:
    await channel.typing("SM" + "1" * 32)
    # Text: Prism passes bodies on as UTF-8, whatever they are.
    url = twilio.keep_media("MM" + "0" * 32, "text/csv", b"tahun;jiwa")
    fetched = await channel.fetch(Attachment("tabel", "text/csv", url=url))
    assert fetched.data == b"tahun;jiwa"
    assert twilio.messaging.typed == ["SM" + "1" * 32]
    assert recorder.covered == []


async def test_prism_sees_what_is_wrong(recorder: Recorder) -> None:
    """Else everything above would hold of a proxy that looks at nothing."""
    wrong = {"To": CITIZEN, "From": OFFICE, "Body": "halo", "SendAt": "besok", "ContentSid": "HX1"}
    async with httpx.AsyncClient(base_url=recorder.url, auth=(SID, TOKEN)) as api:
        await api.post(MESSAGES, data=wrong)
        await api.get("/v1/Content", params={"PageSize": 5000})
    assert any("SendAt" in each for each in recorder.wrong)
    assert any("ContentSid" in each for each in recorder.wrong)
    assert any("pagesize" in each for each in recorder.wrong)


async def test_twilios_own_examples_are_understood(mocks: dict[str, str], clock: Clock) -> None:
    """What Prism answers out of the documents: it refuses (422) what they do not allow."""
    async with channel_at(mocks["/2010-04-01/"], clock) as channel:
        receipt = await channel.send(outbound())
        assert receipt.external_id == "SM" + "a" * 32
        assert (await channel.find(outbound(attempted_at=clock() - channel.settle))) is None
    client = client_for(options(), environment(twilio_api_url=mocks["/v1/"]))
    assert client is not None
    try:
        listed = await contents(client)
    finally:
        await client.http_client.close()
    assert all(each.sid.startswith("HX") for each in listed)
