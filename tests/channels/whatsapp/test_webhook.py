from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from urllib.parse import urlencode

import httpx
import pytest
from starlette.applications import Starlette
from starlette.types import ASGIApp
from structlog.testing import capture_logs

from channels.simulator.twilio import sign_webhook, webhook_form
from channels.whatsapp import build
from tests.channels.whatsapp.conftest import (
    CITIZEN,
    OFFICE,
    SID,
    TOKEN,
    Clock,
    Kept,
    environment,
    options,
    wiring,
)

PUBLIC = "https://bot.example.org"
PATH = "/webhooks/twilio/whatsapp"
SECRET_TEXT = "berapa lama konsultasi"


def app(kept: Kept, clock: Clock, public_url: str = PUBLIC, **changes: str) -> ASGIApp:
    channel = build(options(), environment(**changes), wiring(kept, clock, public_url))
    assert channel is not None
    return Starlette(routes=list(channel.routes()))


@pytest.fixture
async def web(kept: Kept, clock: Clock) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app(kept, clock))
    # The address inside differs from the public one, as behind a proxy.
    async with httpx.AsyncClient(transport=transport, base_url="http://10.0.0.1:8000") as client:
        yield client


def incoming(**changes: str) -> dict[str, str]:
    form = webhook_form(
        account_sid=SID, sender=CITIZEN, recipient=OFFICE, body=SECRET_TEXT, profile_name="Sri"
    )
    return form | changes


async def post(
    web: httpx.AsyncClient, form: Mapping[str, str], *, path: str = PATH, token: str = TOKEN
) -> httpx.Response:
    headers = sign_webhook(token, PUBLIC + path, form)
    return await web.post(path, content=urlencode(form), headers=headers)


async def test_a_signed_message_is_handed_over_and_answered_with_empty_twiml(
    web: httpx.AsyncClient, kept: Kept, clock: Clock
) -> None:
    form = incoming()
    answer = await post(web, form)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/xml; charset=utf-8")
    assert answer.text.endswith("<Response/>")
    (message,) = kept.messages
    assert (message.external_id, message.sender, message.text) == (form["MessageSid"], CITIZEN, SECRET_TEXT)
    assert message.received_at == clock()


async def test_the_query_is_part_of_what_is_signed(web: httpx.AsyncClient, kept: Kept) -> None:
    form = incoming()
    assert (await post(web, form, path=PATH + "?a=1&b=%20x")).status_code == 200
    headers = sign_webhook(TOKEN, PUBLIC + PATH, form)
    assert (await web.post(PATH + "?a=1", content=urlencode(form), headers=headers)).status_code == 403
    assert len(kept.messages) == 1


async def test_a_public_url_with_a_path_and_a_port(kept: Kept, clock: Clock) -> None:
    public = "https://office.example.org:8443/pst/"
    transport = httpx.ASGITransport(app(kept, clock, public))
    form = incoming()
    headers = sign_webhook(TOKEN, "https://office.example.org:8443/pst" + PATH, form)
    async with httpx.AsyncClient(transport=transport, base_url="http://10.0.0.1") as web:
        assert (await web.post(PATH, content=urlencode(form), headers=headers)).status_code == 200
    assert len(kept.messages) == 1


@pytest.mark.parametrize("headers", [{}, {"X-Twilio-Signature": ""}, {"X-Twilio-Signature": "x" * 28}])
@pytest.mark.parametrize("path", [PATH, "/webhooks/twilio/status?m=1", PATH + "?who=628111111001"])
async def test_unsigned_is_refused_and_the_log_tells_only_the_url(
    web: httpx.AsyncClient, kept: Kept, headers: dict[str, str], path: str
) -> None:
    with capture_logs() as logs:
        answer = await web.post(path, content=urlencode(incoming()), headers=headers)
    assert answer.status_code == 403
    assert kept.messages == []
    (line,) = logs
    assert line["assumed_url"] == PUBLIC + path.partition("?")[0]
    assert line["query_characters"] == len(path.partition("?")[2])
    assert line["log_level"] == "warning"
    assert_nothing_private(logs)


async def test_another_token_and_a_changed_form_are_refused(web: httpx.AsyncClient, kept: Kept) -> None:
    form = incoming()
    assert (await post(web, form, token="another")).status_code == 403
    headers = sign_webhook(TOKEN, PUBLIC + PATH, form)
    changed = form | {"From": "whatsapp:+628111111999"}
    assert (await web.post(PATH, content=urlencode(changed), headers=headers)).status_code == 403
    assert kept.messages == []


async def test_while_the_token_is_exchanged_either_is_taken(kept: Kept, clock: Clock) -> None:
    transport = httpx.ASGITransport(app(kept, clock, twilio_auth_token_old="the-former-token"))
    async with httpx.AsyncClient(transport=transport, base_url="http://10.0.0.1") as web:
        assert (await post(web, incoming(), token=TOKEN)).status_code == 200
        assert (await post(web, incoming(), token="the-former-token")).status_code == 200
        assert (await post(web, incoming(), token="one-before")).status_code == 403
    assert len(kept.messages) == 2


async def test_what_comes_from_our_own_number_is_nobodys_message(web: httpx.AsyncClient, kept: Kept) -> None:
    with capture_logs() as logs:
        assert (await post(web, incoming(From=OFFICE, To=CITIZEN))).status_code == 200
    assert kept.messages == []
    assert [line["event"] for line in logs] == ["whatsapp.webhook.own"]
    assert_nothing_private(logs)


async def test_a_messaging_service_may_be_in_between(web: httpx.AsyncClient, kept: Kept) -> None:
    form = incoming(MessagingServiceSid="MG" + "1" * 32, To="+628111111009")
    assert (await post(web, form)).status_code == 200
    assert [message.sender for message in kept.messages] == [CITIZEN]


async def test_an_oversized_body_is_not_read_to_its_end(web: httpx.AsyncClient, kept: Kept) -> None:
    sent = 0

    async def far_too_much() -> AsyncIterator[bytes]:
        nonlocal sent
        for _ in range(100):
            sent += 1
            yield b"Body=" + b"x" * 1000

    answer = await web.post(PATH, content=far_too_much(), headers={"content-length": "10"})
    assert answer.status_code == 413
    assert sent < 10
    assert kept.messages == []


async def test_around_the_largest_body(web: httpx.AsyncClient, kept: Kept) -> None:
    form = incoming(Pad="")
    room = options().max_form_bytes - len(urlencode(form))
    assert (await post(web, form | {"Pad": "x" * room})).status_code == 200
    assert (await post(web, form | {"Pad": "x" * (room + 1)})).status_code == 413
    assert len(kept.messages) == 1


@pytest.mark.parametrize("gone", ["MessageSid", "From"])
async def test_signed_but_without_its_id_or_its_sender(web: httpx.AsyncClient, kept: Kept, gone: str) -> None:
    form = {
        name: value for name, value in incoming().items() if name not in {gone, "SmsMessageSid", "SmsSid"}
    }
    with capture_logs() as logs:
        assert (await post(web, form)).status_code == 400
    assert kept.messages == []
    assert_nothing_private(logs)


async def test_when_it_cannot_be_kept_the_sender_has_to_come_again(
    web: httpx.AsyncClient, kept: Kept
) -> None:
    kept.failing = RuntimeError(f"INSERT failed [parameters: ({SECRET_TEXT!r}, {CITIZEN!r})]")
    form = incoming()
    with capture_logs() as logs:
        assert (await post(web, form)).status_code == 503
    (line,) = logs
    assert (line["error"], line["message"]) == ("RuntimeError", form["MessageSid"])
    assert_nothing_private(logs)
    kept.failing = None
    assert (await post(web, form)).status_code == 200
    assert [message.external_id for message in kept.messages] == [form["MessageSid"]]


async def test_a_signed_status_is_taken(web: httpx.AsyncClient, kept: Kept) -> None:
    form = {"MessageSid": "SM" + "1" * 32, "MessageStatus": "delivered", "To": CITIZEN, "From": OFFICE}
    answer = await post(web, form, path="/webhooks/twilio/status?m=00000000-0000-4000-8000-000000000001")
    assert (answer.status_code, answer.content) == (204, b"")
    assert kept.messages == []


async def test_only_post_is_answered(web: httpx.AsyncClient) -> None:
    assert (await web.get(PATH)).status_code == 405


def assert_nothing_private(logs: object) -> None:
    written = repr(logs)
    assert SECRET_TEXT not in written
    assert "628111111" not in written
    assert TOKEN not in written
