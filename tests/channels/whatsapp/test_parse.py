from __future__ import annotations

import json
from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.port import Inbound
from channels.simulator.twilio import webhook_form
from channels.whatsapp.parse import parse
from channels.whatsapp.signature import form_pairs

NOW = datetime(2026, 3, 17, 9, 0, tzinfo=UTC)
SID = "SM" + "0" * 32
NAMES = [
    *("MessageSid", "SmsMessageSid", "From", "Body", "ProfileName", "NumMedia", "MediaUrl0", "MediaUrl7"),
    *("MediaContentType0", "ButtonText", "ListId", "OriginalRepliedMessageSid", "Latitude", "Longitude"),
]


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


def test_media_go_by_their_urls_whatever_their_number_claims() -> None:
    url = "https://api.twilio.com/2010-04-01/Accounts/AC/Messages/MM/Media/ME"
    message = read(
        incoming("", NumMedia="x", MediaUrl0=f"{url}0", MediaContentType0="Image/JPEG", MediaUrl1=f"{url}1")
    )
    assert [(a.name, a.content_type, a.url) for a in message.attachments] == [
        ("lampiran-1", "image/jpeg", f"{url}0"),
        ("lampiran-2", "application/octet-stream", f"{url}1"),
    ]
    assert message.text == ""


def test_an_earlier_message_and_a_button() -> None:
    replied = "SM" + "9" * 32
    message = read(
        incoming("", ButtonText="Ya, petugas", ButtonPayload="yes", OriginalRepliedMessageSid=replied)
    )
    assert message.text == "Ya, petugas"
    assert message.replies_to == (replied,)
    assert read(incoming("2", ListId="konsultasi", ListTitle="Konsultasi")).text == "2"


def test_a_shared_place_is_something_that_came_along() -> None:
    (place,) = read(incoming("", Latitude="-7.7056", Longitude="110.6064")).attachments
    assert place.url == "geo:-7.7056,110.6064"
    assert read(incoming("", Latitude="here", Longitude="110.6")).attachments == ()


def test_everything_that_came_is_kept_in_order() -> None:
    message = parse(form_pairs(b"Body=a&Baru=1&Body=b&Kosong="), NOW)
    assert message.text == "a"
    assert json.loads(message.source or "") == [["Body", "a"], ["Baru", "1"], ["Body", "b"], ["Kosong", ""]]


def test_nul_and_broken_utf8_survive() -> None:
    message = parse(form_pairs(b"MessageSid=SM1&From=whatsapp%3A%2B62&Body=a%00b%FFc&ProfileName=%00"), NOW)
    assert message.text == "ab\ufffdc"
    assert message.sender_name is None


fields = st.tuples(
    st.one_of(st.sampled_from(NAMES).map(str.encode), st.binary(max_size=20)),
    st.binary(max_size=60),
)


@given(st.lists(fields, max_size=20))
def test_no_form_breaks_it_and_everything_fits_into_postgresql(pairs: list[tuple[bytes, bytes]]) -> None:
    message = parse(pairs, NOW)
    held = [
        message.external_id,
        message.sender,
        message.text,
        message.sender_name or "",
        message.source or "",
    ]
    held += [
        *message.replies_to,
        *(part for a in message.attachments for part in (a.content_type, a.url or "")),
    ]
    for text in held:
        assert "\x00" not in text
        text.encode()
    assert len(json.loads(message.source or "")) == len(pairs)
    assert "\\u0000" not in (message.source or "").replace("\\\\", "")


@pytest.mark.parametrize("name", ["SmsMessageSid", "SmsSid"])
def test_the_older_names_of_the_id_serve_too(name: str) -> None:
    assert parse([(name.encode(), b"SM1")], NOW).external_id == "SM1"
