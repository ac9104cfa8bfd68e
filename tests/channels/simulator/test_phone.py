"""The simulated phone: what it posts to the product, and what it shows."""

from __future__ import annotations

import httpx
import pytest

from channels.simulator.phone import Phone
from tests.channels.simulator.product import ACCOUNT, OFFICE, TOKEN, ManualClock, Product

MINE = {"nomor": "+62 811-1111-0001", "nama": "Warga Contoh"}


async def test_a_message_is_posted_as_twilio_does_and_signed(
    product: Product, browser: httpx.AsyncClient
) -> None:
    page = await browser.post("/simulator/phone", data=MINE | {"teks": "berapa lama?\r\nyang online ✓"})

    [form] = product.forms  # the product keeps only what Twilio's validator found genuine
    assert form["From"] == "whatsapp:+6281111110001"
    assert form["To"] == OFFICE
    assert form["Body"] == "berapa lama?\nyang online ✓"
    assert form["ProfileName"] == "Warga Contoh"
    assert form["WaId"] == "6281111110001"
    assert form["NumMedia"] == "0"
    assert "berapa lama?" in page.text
    assert "Diterima kantor" in page.text


async def test_each_message_has_a_sid_of_its_own(product: Product, browser: httpx.AsyncClient) -> None:
    for _ in range(2):
        await browser.post("/simulator/phone", data=MINE | {"teks": "halo"})
    first, second = product.forms
    assert first["MessageSid"] != second["MessageSid"]


async def test_dots_are_shown_from_the_offices_sign_until_the_answer_is_there(
    product: Product, browser: httpx.AsyncClient
) -> None:
    sent = await browser.post("/simulator/phone", data=MINE | {"teks": "berapa lama?"})
    await product.type()
    typing = await browser.get("/simulator")
    await product.answer("*3 hari kerja*, lihat https://pst.bps.go.id/a_b_c.")
    answered = await browser.get("/simulator")

    assert 'class="typing"' not in sent.text
    assert 'class="typing"' in typing.text
    assert "Dibaca kantor" in typing.text
    assert 'class="typing"' not in answered.text
    assert "<strong>3 hari kerja</strong>" in answered.text
    assert '<a href="https://pst.bps.go.id/a_b_c"' in answered.text


async def test_the_office_hears_that_a_message_was_read_once_it_is_looked_at(
    product: Product, browser: httpx.AsyncClient
) -> None:
    await product.answer("jawaban")
    twilio = product.simulator.twilio
    assert twilio.messages[0].status == "delivered"
    await browser.get("/simulator", params={"nomor": "+6281111110002"})
    await browser.get("/simulator", params={"tab": "email"})
    assert twilio.messages[0].status == "delivered"
    await browser.get("/simulator")
    await twilio.journeys.settled()
    assert twilio.messages[0].status == "read"


BUTTONS = {"body": "{{1}}", "actions": [{"title": "1. Ya", "id": "1"}, {"title": "2. Tidak", "id": "2"}]}
LIST = {
    "body": "Pilih",
    "button": "Lihat",
    "items": [{"id": "7", "item": "7. Lain", "description": "Lainnya"}],
}


async def test_a_tapped_button_is_posted_as_twilio_does(product: Product, browser: httpx.AsyncClient) -> None:
    twilio = product.simulator.twilio
    sid = twilio.contents.keep({"twilio/quick-reply": BUTTONS})
    await product.answer("", ContentSid=sid, ContentVariables='{"1": "Bantu?"}')
    tapped = {"sid": twilio.messages[0].sid, "pilihan": "2"}
    page = await browser.post("/simulator/phone/tap", data=MINE | tapped)
    form = product.forms[0]
    assert (form["Body"], form["ButtonText"], form["ButtonPayload"]) == ("2. Tidak", "2. Tidak", "2")
    assert form["OriginalRepliedMessageSid"] == twilio.messages[0].sid
    assert 'value="2" aria-pressed="true"' in page.text
    for wrong in ("0", "3", "x", ""):
        answer = await browser.post("/simulator/phone/tap", data=MINE | tapped | {"pilihan": wrong})
        assert answer.status_code == 404


async def test_a_chosen_entry_of_a_list_is_posted_as_twilio_does(
    product: Product, browser: httpx.AsyncClient
) -> None:
    twilio = product.simulator.twilio
    await browser.post("/simulator/phone", data=MINE | {"teks": "menu"})  # a list needs an open window
    await product.answer("", ContentSid=twilio.contents.keep({"twilio/list-picker": LIST}))
    await browser.post("/simulator/phone/tap", data=MINE | {"sid": twilio.messages[0].sid, "pilihan": "1"})
    form = product.forms[1]
    assert (form["ListTitle"], form["ListId"], form["ListDescription"]) == ("7. Lain", "7", "Lainnya")


async def test_a_reaction_refers_to_its_message(product: Product, browser: httpx.AsyncClient) -> None:
    await product.answer("jawaban")
    sid = product.simulator.twilio.messages[0].sid
    page = await browser.post("/simulator/phone/react", data=MINE | {"sid": sid, "emoji": "👍"})
    form = product.forms[0]
    assert (form["MessageType"], form["Body"], form["OriginalRepliedMessageSid"]) == ("reaction", "👍", sid)
    assert 'class="reaction"' in page.text
    for wrong in ({"sid": sid, "emoji": "x"}, {"sid": "SM0", "emoji": "👍"}):
        assert (await browser.post("/simulator/phone/react", data=MINE | wrong)).status_code == 404


async def test_a_place_and_a_voice_note(product: Product, browser: httpx.AsyncClient) -> None:
    await browser.post("/simulator/phone/place", data=MINE)
    voice = {"lampiran": ("suara.ogg", b"OggS" + bytes(60), "audio/ogg")}
    page = await browser.post("/simulator/phone", data=MINE | {"teks": ""}, files=voice)
    place, sound = product.forms
    assert (place["MessageType"], place["Label"], place["Body"]) == ("location", "Lokasi contoh", "")
    assert (sound["MessageType"], sound["MediaContentType0"]) == ("audio", "audio/ogg")
    assert "<audio controls" in page.text


async def test_a_refusal_is_said_in_words_and_can_be_sent_again(
    product: Product, browser: httpx.AsyncClient
) -> None:
    product.status = 500
    refused = await browser.post("/simulator/phone", data=MINE | {"teks": "halo"})
    assert "Ditolak webhook (500)" in refused.text
    assert 'class="typing"' not in refused.text

    product.status = 200
    sid = product.forms[0]["MessageSid"]
    again = await browser.post("/simulator/phone/again", data=MINE | {"sid": sid})

    assert [form["MessageSid"] for form in product.forms] == [sid, sid]
    assert "Ditolak" not in again.text


async def test_a_wrong_signature_is_told_from_other_refusals(
    product: Product, browser: httpx.AsyncClient
) -> None:
    product.status = 403
    page = await browser.post("/simulator/phone", data=MINE | {"teks": "halo"})
    assert "tanda tangan tidak cocok" in page.text


async def test_an_attachment_is_there_for_the_product_behind_twilios_password(
    product: Product, browser: httpx.AsyncClient
) -> None:
    picture = b"\x89PNG\r\n\x1a\n" + bytes(100)
    page = await browser.post(
        "/simulator/phone", data=MINE | {"teks": ""}, files={"lampiran": ("ktp.png", picture, "image/png")}
    )

    [form] = product.forms
    assert (form["NumMedia"], form["MediaContentType0"]) == ("1", "image/png")
    media = form["MediaUrl0"].replace("https://api.twilio.com", f"{product.url}/simulator/twilio")
    fetched = await browser.get(media, auth=(ACCOUNT, TOKEN))
    assert fetched.content == picture
    assert (await browser.get(media)).status_code == 401
    assert 'alt="Lampiran ktp.png"' in page.text


async def test_a_template_is_marked_and_shows_its_words(product: Product, browser: httpx.AsyncClient) -> None:
    sid = product.simulator.twilio.contents.keep({"twilio/text": {"body": "Tiket {{1}} sudah dijawab."}})
    await product.answer("", ContentSid=sid, ContentVariables='{"1": "K-0007"}')
    page = await browser.get("/simulator")
    assert ">Templat<" in page.text
    assert "Tiket K-0007 sudah dijawab." in page.text


async def test_free_text_after_a_day_does_not_arrive_and_the_phone_says_why(
    product: Product, browser: httpx.AsyncClient
) -> None:
    await browser.post("/simulator/phone", data=MINE | {"teks": "halo"})
    product.clock.skip(1)
    await product.answer("rahasia besar")
    page = await browser.get("/simulator")
    assert "rahasia besar" not in page.text
    assert "lebih dari 24 jam" in page.text

    await browser.post("/simulator/phone", data=MINE | {"teks": "saya di sini"})
    await product.answer("nah")
    assert "nah" in (await browser.get("/simulator")).text


async def test_numbers_keep_their_messages_apart(product: Product, browser: httpx.AsyncClient) -> None:
    await browser.post(
        "/simulator/phone", data={"nomor": "0811-1111-0002", "nama": "Siti", "teks": "punya Siti"}
    )

    assert product.forms[0]["From"] == "whatsapp:+6281111110002"
    assert "punya Siti" not in (await browser.get("/simulator")).text
    assert "punya Siti" in (await browser.get("/simulator", params={"nomor": "+6281111110002"})).text


async def test_nothing_is_sent_when_nothing_was_typed(product: Product, browser: httpx.AsyncClient) -> None:
    page = await browser.post("/simulator/phone", data=MINE | {"teks": "  "})
    assert page.status_code == 422
    assert "Tulis pesan atau pilih lampiran" in page.text
    assert not product.forms


def test_an_answer_quicker_than_the_webhooks_acknowledgement_leaves_no_dots() -> None:
    phone = Phone(ManualClock().now)
    phone.wrote("+6281111110001", "SM1", "halo")
    phone.received("+6281111110001", "SM2", "jawaban")
    phone.accepted("SM1", "Diterima kantor")
    assert phone.chat("+6281111110001").seconds_of_typing == pytest.approx(0)
