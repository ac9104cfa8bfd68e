from __future__ import annotations

import json
from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest

from channels.port import Inbound
from channels.simulator.twilio import webhook_form
from channels.whatsapp.parse import parse
from channels.whatsapp.signature import form_pairs

NOW = datetime(2026, 3, 17, 9, 0, tzinfo=UTC)
SID = "SM" + "0" * 32


def read(form: dict[str, str]) -> Inbound:
    return parse(form_pairs(urlencode(form).encode()), NOW)


def incoming(body: str = "halo", **extra: str) -> dict[str, str]:
    return webhook_form(
        account_sid="AC" + "0" * 32,
        sender="whatsapp:+628111111001",
        recipient="whatsapp:+628111111000",
        body=body,
        profile_name="Sri",
        message_sid=SID,
        extra=extra,
    )


def test_a_text_message() -> None:
    message = read(incoming("berapa lama?\nterima kasih + salam"))
    assert (message.channel, message.external_id) == ("whatsapp", SID)
    assert message.sender == "whatsapp:+628111111001"
    assert message.sender_name == "Sri"
    assert message.text == "berapa lama?\nterima kasih + salam"
    assert message.received_at == NOW
    assert message.attachments == ()
    assert message.replies_to == ()


def test_a_person_may_come_without_a_number() -> None:
    message = read(incoming(From="whatsapp:sri.lestari"))
    assert message.sender == "whatsapp:sri.lestari"


MEDIA = "https://api.twilio.com/2010-04-01/Accounts/AC/Messages/MM/Media/ME"


def test_media_go_by_their_urls_whatever_their_number_claims() -> None:
    message = read(
        incoming("", NumMedia="x", MediaUrl0=MEDIA, MediaContentType0="Image/JPEG", MediaUrl1=f"{MEDIA}1")
    )
    assert [(a.name, a.content_type, a.url) for a in message.attachments] == [
        ("lampiran-1", "image/jpeg", MEDIA),
        ("lampiran-2", "application/octet-stream", f"{MEDIA}1"),
    ]
    assert message.text == ""


@pytest.mark.parametrize(
    ("message_type", "content_type", "kind"),
    [
        ("image", "image/jpeg", "image"),
        ("audio", "audio/ogg", "voice"),
        ("audio", "audio/ogg; codecs=opus", "voice"),
        ("voice", "audio/amr", "voice"),
        ("audio", "audio/mpeg", "audio"),
        ("video", "video/mp4", "video"),
        ("sticker", "image/webp", "sticker"),
        ("", "image/webp", "sticker"),
        ("image", "image/webp", "image"),
        ("contacts", "text/vcard", "contact"),
        ("text", "text/x-vcard; charset=utf-8", "contact"),
        ("document", "application/pdf", "document"),
        ("document", "image/jpeg", "document"),
        ("", "", "document"),
    ],
)
def test_what_came_along_is_what_it_is_to_a_person(message_type: str, content_type: str, kind: str) -> None:
    form = incoming("", MessageType=message_type, MediaUrl0=MEDIA, MediaContentType0=content_type)
    assert [each.kind for each in read(form).attachments] == [kind]


def test_a_document_has_the_name_it_came_under_and_says_nothing() -> None:
    pdf = {"MessageType": "document", "MediaUrl0": MEDIA, "MediaContentType0": "application/pdf"}
    message = read(incoming("Surat permohonan 2026.pdf", **pdf))
    assert [each.name for each in message.attachments] == ["Surat permohonan 2026.pdf"]
    assert message.text == ""
    captioned = read(incoming("Mohon dicek, apakah syaratnya lengkap?", **pdf))
    assert [each.name for each in captioned.attachments] == ["lampiran-1"]
    assert captioned.text == "Mohon dicek, apakah syaratnya lengkap?"
    assert read(incoming("laporan.pdf")).text == "laporan.pdf"


def test_an_earlier_message_and_a_button_that_is_not_ours() -> None:
    replied = "SM" + "9" * 32
    message = read(
        incoming("", ButtonText="Ya, petugas", ButtonPayload="yes", OriginalRepliedMessageSid=replied)
    )
    assert (message.text, message.choice) == ("Ya, petugas", None)
    assert message.replies_to == (replied,)


@pytest.mark.parametrize("number", [1, 10])
def test_a_tap_on_a_button_or_list_of_ours_is_its_number_and_its_title(number: int) -> None:
    tapped = {"MessageType": "interactive", "ButtonText": "Biaya", "ButtonPayload": str(number)}
    listed = {"MessageType": "interactive", "ListTitle": "Biaya", "ListId": str(number)}
    numbered = tapped | {"ButtonText": f"{number}. Biaya"}
    for form in (
        incoming(**numbered),
        incoming("Biaya", **tapped),
        incoming("Biaya\nRp", **listed),
        incoming("", **listed),
    ):
        message = read(form)
        assert (message.text, message.choice, message.kind) == ("Biaya", number, "message")


@pytest.mark.parametrize("payload", ["0", "11", "01", "\u0661", "1.", "", "konsultasi"])
def test_what_is_no_number_of_ours_is_no_choice(payload: str) -> None:
    assert read(incoming("", ButtonText="Biaya", ButtonPayload=payload)).choice is None


def test_a_shared_place_is_something_that_came_along_under_its_name() -> None:
    where = {"MessageType": "location", "Latitude": "-7.7056", "Longitude": "110.6064"}
    (place,) = read(incoming("", **where)).attachments
    assert (place.url, place.kind, place.name) == ("geo:-7.7056,110.6064", "location", "lokasi")
    (named,) = read(incoming("", **where, Label="Alun-alun", Address="Jl. Pemuda, Klaten")).attachments
    assert named.name == "Alun-alun, Jl. Pemuda, Klaten"
    assert read(incoming("", Latitude="here", Longitude="110.6")).attachments == ()


METADATA = '{"type": "whatsapp", "data": {"type": "reaction", "reaction": {"emoji": "\U0001f44d"}}}'


@pytest.mark.parametrize(
    "extra",
    [
        {"MessageType": "reaction", "Body": "\U0001f44d"},
        {"MessageType": "reaction", "ReactionEmoji": "\U0001f44d"},
        {"MessageType": "", "ReactionEmoji": "\U0001f44d", "Body": "\U0001f44d"},
        {"MessageType": "text", "ChannelMetadata": METADATA, "Body": "\U0001f44d"},
    ],
)
def test_a_reaction_in_any_shape(extra: dict[str, str]) -> None:
    replied = "MM" + "8" * 32
    message = read(incoming("", OriginalRepliedMessageSid=replied, **extra))
    assert (message.kind, message.text, message.replies_to) == ("reaction", "\U0001f44d", (replied,))


def test_a_reaction_that_is_taken_back_is_one_too() -> None:
    message = read(incoming("", MessageType="reaction", ReactionMessageSid="SM8"))
    assert (message.kind, message.text, message.replies_to) == ("reaction", "", ("SM8",))


def test_an_emoji_as_an_answer_is_no_reaction() -> None:
    """Four stars in reply to a question of ours are an answer."""
    message = read(incoming("\u2b50\u2b50\u2b50\u2b50", OriginalRepliedMessageSid="SM8"))
    assert message.kind == "message"


@pytest.mark.parametrize("metadata", ["{", "[" * 60_000, '"x"', '{"data": 1}', "1" * 5_000])
def test_metadata_that_cannot_be_read_is_kept_and_not_fatal(metadata: str) -> None:
    message = read(incoming("halo", ChannelMetadata=metadata))
    assert (message.kind, message.text) == ("message", "halo")
    assert metadata in dict(json.loads(message.source or ""))["ChannelMetadata"]


@pytest.mark.parametrize(("told", "kind"), [("STOP", "stop"), ("START", "start"), ("HELP", "message")])
def test_what_a_messaging_service_says_of_opting_out(told: str, kind: str) -> None:
    form = incoming("berhenti", OptOutType=told, MessagingServiceSid="MG" + "1" * 32, To="+628111111009")
    assert read(form).kind == kind


def test_the_number_is_told_where_there_is_one() -> None:
    assert read(incoming(WaId="628111111001")).phone == "+628111111001"
    assert read(incoming(WaId="")).phone == "+628111111001"
    hidden = read(incoming(From="whatsapp:ID.1A2B3C", ExternalUserId="whatsapp:ID.1A2B3C", WaId="ID.1A2B3C"))
    assert (hidden.sender, hidden.phone, hidden.alias) == ("whatsapp:ID.1A2B3C", None, None)
    both = read(incoming(ExternalUserId="whatsapp:ID.1A2B3C"))
    assert (both.sender, both.alias) == ("whatsapp:+628111111001", "whatsapp:ID.1A2B3C")


def test_everything_that_came_is_kept_in_order() -> None:
    message = parse(form_pairs(b"Body=a&Baru=1&Body=b&Kosong="), NOW)
    assert message.text == "a"
    assert json.loads(message.source or "") == [["Body", "a"], ["Baru", "1"], ["Body", "b"], ["Kosong", ""]]


def test_nul_and_broken_utf8_survive() -> None:
    message = parse(form_pairs(b"MessageSid=SM1&From=whatsapp%3A%2B62&Body=a%00b%FFc&ProfileName=%00"), NOW)
    assert message.text == "ab\ufffdc"
    assert message.sender_name is None


@pytest.mark.parametrize("name", ["SmsMessageSid", "SmsSid"])
def test_the_older_names_of_the_id_serve_too(name: str) -> None:
    assert parse([(name.encode(), b"SM1")], NOW).external_id == "SM1"
