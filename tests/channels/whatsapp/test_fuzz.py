"""Ten thousand generated forms: nothing breaks, nothing unsigned is accepted, nothing that came is lost."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from urllib.parse import quote, urlencode

import httpx
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.applications import Starlette
from twilio.request_validator import RequestValidator  # type: ignore[import-untyped]

from channels.port import Inbound
from channels.whatsapp import build
from channels.whatsapp.parse import parse
from channels.whatsapp.signature import form_pairs, is_genuine
from channels.whatsapp.webhook import MESSAGE_PATH
from tests.channels.whatsapp.conftest import TOKEN, Clock, Kept, environment, options, wiring

NOW = datetime(2026, 3, 17, 9, 0, tzinfo=UTC)
URL = "https://bot.example.org" + MESSAGE_PATH
TOKENS = ("the-token-of-now", "the-former-token")
NAMES = [
    *("MessageSid", "SmsMessageSid", "SmsSid", "From", "To", "WaId", "ExternalUserId", "ProfileName", "Body"),
    *("MessageType", "NumMedia", "MediaUrl0", "MediaUrl1", "MediaUrl999", "MediaContentType0", "OptOutType"),
    *("ButtonText", "ButtonPayload", "ListTitle", "ListId", "OriginalRepliedMessageSid", "ReactionEmoji"),
    *("Latitude", "Longitude", "Label", "Address", "ChannelMetadata", "MessagingServiceSid", "Baru"),
]
VALUES = [
    *(
        "",
        "1",
        "10",
        "halo",
        "STOP",
        "reaction",
        "document",
        "sticker",
        "image/webp",
        "audio/ogg; codecs=opus",
    ),
    *("whatsapp:+628111111001", "whatsapp:ID.1A2B3C", "628111111001", "laporan.pdf", "-7.70", "110.6"),
    *('{"data": {"type": "reaction"}}', '{"data": ', "\u2b50\u2b50", "a\x00b", "\u0661", "\ufffd"),
]
names = st.one_of(st.sampled_from(NAMES), st.text(max_size=8)).map(
    lambda name: name.encode("utf-8", "replace")
)
values = st.one_of(
    st.sampled_from(VALUES).map(str.encode), st.text(max_size=20).map(str.encode), st.binary(max_size=20)
)
forms = st.lists(st.tuples(names, values), max_size=10)
texts = st.lists(
    st.tuples(
        st.one_of(st.sampled_from(NAMES), st.text(st.characters(codec="utf-8"), max_size=8)),
        st.one_of(st.sampled_from(VALUES), st.text(st.characters(codec="utf-8"), max_size=20)),
    ),
    max_size=10,
)


def examples(count: int) -> settings:
    return settings(
        max_examples=count, deadline=None, suppress_health_check=[HealthCheck.too_slow], database=None
    )


def body_of(form: Sequence[tuple[bytes, bytes]]) -> bytes:
    return "&".join(f"{quote(name)}={quote(value)}" for name, value in form).encode()


class Several(dict[str, list[str]]):
    """A form as Twilio's library is given one in which a name comes several times."""

    def getall(self, name: str) -> list[str]:
        return self[name]


def several(form: Sequence[tuple[str, str]]) -> Several:
    found = Several()
    for name, value in form:
        found.setdefault(name, []).append(value)
    return found


def twilios(form: Sequence[tuple[str, str]], token: str) -> str:
    return str(RequestValidator(token).compute_signature(URL, several(form)))


def every_text(message: Inbound) -> list[str]:
    files = [part for each in message.attachments for part in (each.name, each.content_type, each.url or "")]
    return [
        *(message.external_id, message.sender, message.text, message.source or "", message.kind),
        *(message.sender_name or "", message.phone or "", message.alias or "", *message.replies_to, *files),
    ]


@examples(4500)
@given(forms)
def test_every_form_is_read_and_all_of_it_kept(form: list[tuple[bytes, bytes]]) -> None:
    pairs = form_pairs(body_of(form))
    assert pairs == [(name, value) for name, value in form]
    message = parse(pairs, NOW)
    for text in every_text(message):
        assert "\x00" not in text
        text.encode()  # no halves of surrogate pairs: PostgreSQL takes it
    source = json.loads(message.source or "")
    readable = [
        [part.decode("utf-8", "replace").replace("\x00", "") for part in (name, value)]
        for name, value in form
    ]
    assert source == readable
    assert message.choice is None or 1 <= message.choice <= 10
    assert message.phone is None or message.phone[1:].isascii()
    assert message.kind in {"message", "reaction", "stop", "start"}


@examples(5000)
@given(texts, st.sampled_from(TOKENS))
def test_what_twilios_library_signs_is_taken_and_what_it_does_not_is_refused(
    form: list[tuple[str, str]], token: str
) -> None:
    pairs = form_pairs(urlencode(form).encode())
    signature = twilios(form, token)
    assert RequestValidator(token).validate(URL, several(form), signature)
    assert is_genuine(TOKENS, [URL], pairs, signature)
    assert not is_genuine(TOKENS, [URL + "?x=1"], pairs, signature)
    assert not is_genuine(("another",), [URL], pairs, signature)
    added = (b"Added", b"later")
    assert not is_genuine(TOKENS, [URL], [*pairs, added], signature) or added in pairs


@examples(500)
@given(form=texts, signature=st.one_of(st.none(), st.text("abcdefXYZ+/=0123456789", max_size=40)))
async def test_nothing_unsigned_comes_in(form: list[tuple[str, str]], signature: str | None) -> None:
    kept = Kept()
    channel = build(options(max_form_bytes=65536), environment(), wiring(kept, Clock()))
    assert channel is not None
    transport = httpx.ASGITransport(Starlette(routes=list(channel.routes())))
    headers = {"content-type": "application/x-www-form-urlencoded"}
    async with httpx.AsyncClient(transport=transport, base_url="http://10.0.0.1:8000") as web:
        given = headers if signature is None else headers | {"x-twilio-signature": signature}
        refused = await web.post(MESSAGE_PATH, content=urlencode(form), headers=given)
        assert (refused.status_code, refused.content, kept.messages) == (403, b"", [])
        signed = headers | {"x-twilio-signature": twilios(form, TOKEN)}
        taken = await web.post(MESSAGE_PATH, content=urlencode(form), headers=signed)
    read = parse(form_pairs(urlencode(form).encode()), Clock()())
    is_whole = bool(read.external_id and read.sender)
    assert taken.status_code == (200 if is_whole else 400)
    assert kept.messages == ([read] if is_whole else [])
