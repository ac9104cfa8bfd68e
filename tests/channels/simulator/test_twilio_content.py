from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import httpx
import pytest

from channels.simulator.twilio import Shown, TwilioStandIn
from channels.simulator.twilio_content import Content, Tap, show

SID = "AC" + "0123456789abcdef" * 2
TOKEN = "a-token-of-the-simulation"
START = datetime(2026, 3, 17, tzinfo=UTC)
BUTTONS: dict[str, object] = {
    "body": "{{1}}",
    "actions": [{"title": "{{2}}", "id": "1"}, {"title": "{{3}}", "id": "2"}],
}
LIST: dict[str, object] = {
    "body": "Pilih, {{name}}",
    "button": "Buka",
    "items": [{"item": "Konsultasi", "id": "1", "description": "Gratis"}],
}


@pytest.fixture
def twilio() -> TwilioStandIn:
    return TwilioStandIn(
        account_sid=SID, auth_token=TOKEN, sender="whatsapp:+628111111000", now=lambda: START
    )


@pytest.fixture
async def api(twilio: TwilioStandIn) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(twilio.app), base_url="http://127.0.0.1", auth=(SID, TOKEN)
    ) as client:
        yield client


def content(**types: dict[str, object]) -> Content:
    named = {f"twilio/{kind.replace('_', '-')}": parts for kind, parts in types.items()}
    return Content(
        "HX" + "1" * 32,
        "menu",
        named,
        START,
        variables={"1": "Pilih", "2": "Satu", "3": "Dua", "name": "Sri"},
    )


@pytest.mark.parametrize(
    ("template", "variables", "expected"),
    [
        (content(text={"body": "Halo {{1}}"}), {}, Shown("Halo Pilih")),
        (content(text={"body": "Halo {{9}}"}), {}, Shown("Halo {{9}}")),
        (
            content(quick_reply=BUTTONS, text={"body": "{{1}} 1 atau 2"}),
            {"1": "Bantu?", "3": "Tidak"},
            Shown("Bantu?", (Tap("Satu", "1"), Tap("Tidak", "2"))),
        ),
        (
            content(list_picker=LIST),
            {"name": "Budi"},
            Shown("Pilih, Budi", (Tap("Konsultasi", "1", "Gratis"),), "Buka"),
        ),
    ],
)
def test_a_phone_shows_the_richest_type_with_its_variables(
    template: Content, variables: dict[str, str], expected: Shown
) -> None:
    assert show(template, variables) == expected


async def test_templates_are_listed_in_pages_and_with_their_approval(
    twilio: TwilioStandIn, api: httpx.AsyncClient
) -> None:
    sids = [
        twilio.contents.keep({"twilio/text": {"body": "x"}}, name=f"satu_{n}", status=status)
        for n, status in enumerate(("approved", "unsubmitted", "rejected"))
    ]
    page = (await api.get("/v1/Content", params={"PageSize": "2"})).json()
    assert [each["sid"] for each in page["contents"]] == sids[:2]
    rest = (await api.get(page["meta"]["next_page_url"].removeprefix("https://content.twilio.com"))).json()
    assert [each["sid"] for each in rest["contents"]] == sids[2:]
    assert rest["meta"]["next_page_url"] is None
    whole = (await api.get("/v1/ContentAndApprovals")).json()
    assert [each["approval_requests"]["status"] for each in whole["contents"]] == [
        "approved",
        "unsubmitted",
        "rejected",
    ]
    approval = (await api.get(f"/v1/Content/{sids[0]}/ApprovalRequests")).json()
    assert approval["whatsapp"]["name"] == "satu_0"


async def test_a_template_is_made_and_submitted(twilio: TwilioStandIn, api: httpx.AsyncClient) -> None:
    told = {"friendly_name": "tutup", "language": "id", "types": {"twilio/text": {"body": "Selesai"}}}
    sid = (await api.post("/v1/Content", json=told)).json()["sid"]
    assert not twilio.contents.known[sid].may_begin
    path = f"/v1/Content/{sid}/ApprovalRequests/whatsapp"
    assert (await api.post(path, json={"name": "Tutup!", "category": "UTILITY"})).status_code == 400
    assert (await api.post(path, json={"name": "tutup", "category": "UTILITY"})).json()[
        "status"
    ] == "received"
    assert (await api.post("/v1/Content", content=b"no json")).status_code == 400
    assert (await api.get(f"/v1/Content/HX{'0' * 32}")).json()["code"] == 20404


@pytest.mark.parametrize("path", ["/v1/Content", "/v1/ContentAndApprovals", "/v2/Channels/Senders"])
async def test_nothing_without_the_password(api: httpx.AsyncClient, path: str) -> None:
    assert (await api.get(path, auth=(SID, "wrong"))).json()["code"] == 20003


async def test_the_sender_tells_where_it_posts_to(twilio: TwilioStandIn, api: httpx.AsyncClient) -> None:
    twilio.messaging.webhooks.callback_url = "https://bot.example.org/webhooks/twilio/whatsapp"
    page = (await api.get("/v2/Channels/Senders", params={"Channel": "whatsapp"})).json()
    [sender] = page["senders"]
    assert (sender["sender_id"], sender["status"]) == ("whatsapp:+628111111000", "ONLINE")
    assert sender["webhook"]["callback_url"] == "https://bot.example.org/webhooks/twilio/whatsapp"
    assert (await api.get(f"/v2/Channels/Senders/{sender['sid']}")).json() == sender
    assert (await api.get("/v2/Channels/Senders/XE0")).status_code == 404
    assert (await api.get("/v2/Channels/Senders", params={"Channel": "rcs"})).json()["senders"] == []


async def test_typing_is_told_for_a_message_of_whatsapp(
    twilio: TwilioStandIn, api: httpx.AsyncClient
) -> None:
    seen: list[str] = []
    twilio.messaging.on_typing(seen.append)
    sid = "SM" + "1" * 32
    path = "/v2/Indicators/Typing.json"
    answer = await api.post(path, data={"messageId": sid, "channel": "whatsapp"})
    assert (answer.status_code, answer.json()) == (200, {"success": True})
    assert seen == twilio.messaging.typed == [sid]
    assert (await api.post(path, data={"messageId": "x", "channel": "whatsapp"})).status_code == 400
    assert (await api.post(path, data={"messageId": sid})).status_code == 400
