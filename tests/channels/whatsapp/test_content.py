"""What the office's account has at Twilio is read whole, and held against office.yml."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from twilio.rest import Client  # type: ignore[import-untyped]

from channels.simulator.twilio import TwilioStandIn
from channels.whatsapp.asking import NotTold, client_for
from channels.whatsapp.buttons import KEYS, definition
from channels.whatsapp.content import Content, contents
from channels.whatsapp.options import Buttons, Templates
from channels.whatsapp.review import Verdict, review, status_in_words
from channels.whatsapp.templates import TEMPLATES
from tests.channels.whatsapp.conftest import TOKEN, environment, options
from tests.serving import serving

HX = "HX" + "1" * 32
BODY = TEMPLATES["closing"].body
Ask = Callable[..., Client]


@pytest.fixture
async def ask(twilio_url: str) -> AsyncIterator[Ask]:
    made: list[Client] = []

    def client(api_url: str = twilio_url, *, token: str = TOKEN, seconds: float = 5) -> Client:
        asking = client_for(
            options(send_timeout_seconds=seconds),
            environment(twilio_api_url=api_url, twilio_auth_token=token),
        )
        assert asking is not None
        made.append(asking)
        return asking

    yield client
    for each in made:
        await each.http_client.close()


def text(body: str = BODY) -> dict[str, dict[str, Any]]:
    return {"twilio/text": {"body": body}}


async def test_every_page_is_read(twilio: TwilioStandIn, ask: Ask) -> None:
    kept = [twilio.contents.keep(text(f"Templat {{{{1}}}} nomor {n} ini."), name=f"t{n}") for n in range(230)]
    found = await contents(ask())
    assert [content.sid for content in found] == kept
    assert {content.variables for content in found} == {frozenset({"1"})}


async def test_a_template_comes_with_its_approval(twilio: TwilioStandIn, ask: Ask) -> None:
    reason = "INVALID_FORMAT.\nLebih jelas\x1b[31m lagi"
    sid = twilio.contents.keep(text(), name="pst_x", status="rejected", rejection_reason=reason)
    (content,) = await contents(ask())
    assert (content.sid, content.name, content.language) == (sid, "pst_x", "id")
    assert status_in_words(content) == "ditolak Meta: INVALID_FORMAT. Lebih jelas[31m lagi"


async def test_variables_are_found_in_titles_and_items_too(twilio: TwilioStandIn, ask: Ask) -> None:
    twilio.contents.keep(definition("list")["types"])
    (content,) = await contents(ask())
    assert content.variables == set(definition("list")["variables"])


async def test_an_account_without_templates_has_none(ask: Ask) -> None:
    assert await contents(ask()) == []


async def test_a_wrong_token_is_said_without_it(ask: Ask) -> None:
    with pytest.raises(
        NotTold, match="Twilio menolak PST_TWILIO_ACCOUNT_SID atau PST_TWILIO_AUTH_TOKEN"
    ) as told:
        await contents(ask(token="wrong-and-secret"))
    assert "wrong-and-secret" not in str(told.value)
    assert told.value.__cause__ is None


async def test_nobody_there_is_said(ask: Ask) -> None:
    with pytest.raises(NotTold, match="tidak dapat dihubungi"):
        await contents(ask("http://127.0.0.1:9"))


def answering(answer: Callable[[], Awaitable[Response]]) -> Starlette:
    async def endpoint(_request: object) -> Response:
        return await answer()

    return Starlette(routes=[Route("/v1/ContentAndApprovals", endpoint)])


async def _silent() -> Response:
    await asyncio.sleep(2)
    return Response()


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (JSONResponse({"code": 20500}, status_code=500), "HTTP 500"),
        (JSONResponse({"code": 20429}, status_code=429, headers={"Retry-After": "1"}), "HTTP 429"),
        (Response("<html>Proxy</html>"), "tidak terbaca"),
        (JSONResponse([1]), "tidak terbaca"),
        (JSONResponse({"contents": 5, "meta": {"key": "contents"}}), "tidak terbaca"),
        (JSONResponse({"contents": ["x"], "meta": {"key": "contents"}}), "tidak terbaca"),
        (None, "tidak sampai"),
    ],
    ids=["500", "429", "no JSON", "a list", "no contents", "no objects", "silence"],
)
async def test_an_answer_that_is_none_is_said(ask: Ask, answer: Response | None, words: str) -> None:
    async def given() -> Response:
        return answer if answer is not None else await _silent()

    async with serving(answering(given)) as url:
        with pytest.raises(NotTold, match=words):
            await contents(ask(url, seconds=0.3))


def account(**changes: Any) -> Content:
    values: dict[str, Any] = {
        "sid": HX, "name": "pst_x", "language": "id", "types": text(), "status": "approved", "category": "UTILITY",
        "rejection": "",
    }  # fmt: skip
    return Content(**(values | changes))


def verdict(key: str, *found: Content, sid: str = HX) -> Verdict:
    room, _, name = key.partition(".")
    templates = Templates(**{name: sid}) if room == "templates" else Templates()
    buttons = Buttons(**{name: sid}) if room == "buttons" else Buttons()
    return {each.key: each for each in review(found, templates, buttons)}[key]


def test_an_approved_template_with_our_variables_is_ready() -> None:
    found = verdict("templates.closing", account())
    assert (found.state, found.content, found.approval) == ("ready", {}, {})


@pytest.mark.parametrize(
    ("content", "state", "words"),
    [
        (None, "unknown", "tidak ada di akun"),
        (account(status="rejected", rejection="X"), "unapproved", "ditolak Meta: X"),
        (account(status="unsubmitted"), "unapproved", "belum diajukan"),
        (account(status="paused"), "unapproved", "dijeda"),
        (account(types=text("Halo {{1}} dari kami.")), "different", "variabelnya 1; yang diisi 1, 2, 3"),
        (account(types=text("Halo.")), "different", "variabelnya tidak ada"),
    ],
)
def test_what_a_template_lacks_is_told_with_a_text_to_submit(
    content: Content | None, state: str, words: str
) -> None:
    found = verdict("templates.closing", *([content] if content else []))
    assert found.state == state
    assert words in found.detail
    assert found.content["types"]["twilio/text"]["body"] == BODY
    assert found.approval == {"name": "pst_konsultasi_ditutup", "category": "UTILITY"}


def test_a_key_without_a_sid_gets_a_text_to_submit() -> None:
    found = verdict("templates.rating", sid="")
    assert (found.state, found.detail) == ("unset", "belum diisi")
    assert found.content["language"] == "id"


@pytest.mark.parametrize("status", ["pending", "received"])
def test_what_meta_looks_at_is_not_to_be_submitted_again(status: str) -> None:
    found = verdict("templates.closing", account(status=status))
    assert (found.state, found.content) == ("unapproved", {})


@pytest.mark.parametrize("key", KEYS)
def test_a_button_template_as_proposed_is_ready_without_approval(key: str) -> None:
    proposed = definition(key)
    found = verdict(f"buttons.{key}", account(types=proposed["types"], status="unsubmitted"))
    assert found.state == "ready"


@pytest.mark.parametrize(
    "types", [definition("three")["types"], text(), {"twilio/quick-reply": {"actions": "x"}}]
)
def test_another_template_in_the_place_of_buttons_is_told(types: dict[str, Any]) -> None:
    found = verdict("buttons.two", account(types=types))
    assert found.state == "different"
    assert found.content == definition("two")
    assert not found.approval


async def test_what_is_proposed_can_be_created_and_is_found_ready_once_approved(
    twilio: TwilioStandIn, ask: Ask
) -> None:
    sids = {
        each.key: twilio.contents.keep(each.content["types"], name=each.content["friendly_name"])
        for each in review([], Templates(), Buttons())
    }
    templates = Templates(**{key.partition(".")[2]: sid for key, sid in sids.items() if key.startswith("t")})
    buttons = Buttons(**{key.partition(".")[2]: sid for key, sid in sids.items() if key.startswith("b")})
    assert all(each.holds for each in review(await contents(ask()), templates, buttons))
