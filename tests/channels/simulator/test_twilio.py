from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount
from twilio.request_validator import RequestValidator  # type: ignore[import-untyped]

from channels.simulator.twilio import Fault, SentMessage, TwilioStandIn, sign_webhook, webhook_form

SID = "AC" + "0123456789abcdef" * 2
TOKEN = "a-token-of-the-simulation"
OFFICE = "whatsapp:+628111111000"
CITIZEN = "whatsapp:+628111111001"
ACCOUNT = f"/2010-04-01/Accounts/{SID}"
MESSAGES = f"{ACCOUNT}/Messages.json"
START = datetime(2026, 3, 17, 23, 59, 58, tzinfo=UTC)
TEMPLATE = "HX" + "1" * 32


class Clock:
    time = START

    def __call__(self) -> datetime:
        return self.time


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def twilio(clock: Clock) -> TwilioStandIn:
    return TwilioStandIn(account_sid=SID, auth_token=TOKEN, sender=OFFICE, now=clock)


@pytest.fixture
async def api(twilio: TwilioStandIn) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(twilio.app)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://127.0.0.1", auth=(SID, TOKEN)
    ) as client:
        yield client


def form(**changes: str) -> dict[str, str]:
    return {"To": CITIZEN, "From": OFFICE, "Body": "halo"} | changes


async def test_a_message_is_taken_shown_and_told(twilio: TwilioStandIn, api: httpx.AsyncClient) -> None:
    seen: list[SentMessage] = []
    twilio.on_message(seen.append)
    answer = await api.post(MESSAGES, data=form(StatusCallback="http://127.0.0.1/status?m=1"))
    shown = answer.json()
    assert answer.status_code == 201
    assert (shown["to"], shown["from"], shown["body"], shown["status"]) == (CITIZEN, OFFICE, "halo", "queued")
    assert shown["sid"].startswith("SM")
    assert len(shown["sid"]) == 34
    assert parsedate_to_datetime(shown["date_created"]) == START
    assert seen == twilio.messages
    assert seen[0].status_callback == "http://127.0.0.1/status?m=1"
    assert (await api.get(f"{ACCOUNT}/Messages/{shown['sid']}.json")).json() == shown
    assert (await api.get(f"{ACCOUNT}/Messages/SM{'0' * 32}.json")).json()["code"] == 20404


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"To": ""}, 21604),
        ({"To": "+628111111001"}, 21211),
        ({"From": "whatsapp:+628111111009"}, 63007),
        ({"Body": ""}, 21619),
        ({"Body": "x" * 1601}, 21617),
        ({"Body": "", "ContentSid": "HX1"}, 21655),
        ({"Body": "", "ContentSid": TEMPLATE, "ContentVariables": "no json"}, 21656),
        ({"Body": "", "ContentSid": TEMPLATE, "ContentVariables": '{"1": 5}'}, 21656),
        ({"Body": "", "ContentSid": TEMPLATE, "ContentVariables": '{"1": ""}'}, 21656),
        ({"Body": "", "ContentSid": TEMPLATE, "ContentVariables": '{"1": "dua\\nbaris"}'}, 21656),
        ({"ContentVariables": '{"1": "Sri"}'}, 21654),
    ],
)
async def test_what_twilio_refuses(
    twilio: TwilioStandIn, api: httpx.AsyncClient, changes: dict[str, str], code: int
) -> None:
    twilio.contents.keep({"twilio/text": {"body": "Halo {{1}}"}}, sid=TEMPLATE)
    answer = await api.post(MESSAGES, data=form(**changes))
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert twilio.messages == []


async def test_the_longest_body_and_a_template_are_taken(
    twilio: TwilioStandIn, api: httpx.AsyncClient
) -> None:
    assert (await api.post(MESSAGES, data=form(Body="x" * 1600))).status_code == 201
    twilio.contents.keep({"twilio/text": {"body": "Halo {{1}}"}}, sid=TEMPLATE)
    template = form(Body="tidak dikirim", ContentSid=TEMPLATE, ContentVariables='{"1": "Sri"}')
    assert (await api.post(MESSAGES, data=template)).status_code == 201
    assert twilio.messages[1].content_variables == {"1": "Sri"}
    assert twilio.messages[1].body == "Halo Sri"


async def test_more_than_the_rate_is_told_to_come_again(
    twilio: TwilioStandIn, api: httpx.AsyncClient
) -> None:
    twilio.rules.per_second = 3
    answers = [await api.post(MESSAGES, data=form()) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [201, 201, 201, 429]
    assert answers[3].json()["code"] == 20429
    assert int(answers[3].headers["retry-after"]) >= 1
    assert len(twilio.messages) == 3


async def test_who_sent_stop_gets_nothing_until_start(twilio: TwilioStandIn, api: httpx.AsyncClient) -> None:
    twilio.heard(CITIZEN, " Stop ")
    assert (await api.post(MESSAGES, data=form())).status_code == 201
    twilio.rules.honours_stop = True
    answer = await api.post(MESSAGES, data=form())
    assert (answer.status_code, answer.json()["code"]) == (400, 21610)
    twilio.heard(CITIZEN, "START")
    assert (await api.post(MESSAGES, data=form())).status_code == 201


@pytest.mark.parametrize("auth", [(SID, "wrong"), ("AC1", TOKEN)])
async def test_wrong_credentials(
    twilio: TwilioStandIn, api: httpx.AsyncClient, auth: tuple[str, str]
) -> None:
    for path in (MESSAGES, f"{ACCOUNT}.json", f"{ACCOUNT}/Messages/SM1.json"):
        answer = await api.get(path, auth=auth)
        assert (answer.status_code, answer.json()["code"]) == (401, 20003)
    assert (await api.post(MESSAGES, data=form(), auth=auth)).status_code == 401
    assert twilio.messages == []


async def listed(api: httpx.AsyncClient, **filters: Any) -> list[str]:
    answer = await api.get(MESSAGES, params=filters)
    return [shown["body"] for shown in answer.json()["messages"]]


async def test_lists_are_filtered_newest_first_and_paged(api: httpx.AsyncClient) -> None:
    for number in range(5):
        await api.post(MESSAGES, data=form(Body=str(number)))
    await api.post(MESSAGES, data=form(Body="other", To="whatsapp:+628111111002"))
    assert await listed(api, To=CITIZEN, From=OFFICE) == ["4", "3", "2", "1", "0"]
    page = (await api.get(MESSAGES, params={"To": CITIZEN, "PageSize": "2"})).json()
    bodies = [shown["body"] for shown in page["messages"]]
    while page["next_page_uri"]:
        page = (await api.get(page["next_page_uri"])).json()
        bodies += [shown["body"] for shown in page["messages"]]
    assert bodies == ["4", "3", "2", "1", "0"]


async def test_pages_go_on_from_twilios_root_wherever_it_is_mounted(twilio: TwilioStandIn) -> None:
    transport = httpx.ASGITransport(Starlette(routes=[Mount("/simulator/twilio", twilio.app)]))
    base = "http://127.0.0.1/simulator/twilio"
    async with httpx.AsyncClient(transport=transport, auth=(SID, TOKEN)) as api:
        for number in range(3):
            await api.post(base + MESSAGES, data=form(Body=str(number)))
        page = (await api.get(base + MESSAGES, params={"PageSize": "2"})).json()
        rest = (await api.get(base + page["next_page_uri"])).json()
    assert [shown["body"] for shown in rest["messages"]] == ["0"]


async def test_dates_filter_by_day_and_pass_over_what_is_queued(
    twilio: TwilioStandIn, api: httpx.AsyncClient
) -> None:
    for number in range(3):
        await api.post(MESSAGES, data=form(Body=str(number)))
    twilio.messages[0].date_sent = START
    twilio.messages[1].date_sent = START + timedelta(seconds=4)
    assert await listed(api, **{"DateSent>": "2026-03-17"}) == ["1", "0"]
    assert await listed(api, **{"DateSent>": "2026-03-18"}) == ["1"]
    assert await listed(api, **{"DateSent<": "2026-03-17"}) == ["0"]
    assert await listed(api, DateSent="2026-03-18") == ["1"]
    assert await listed(api, **{"DateSent>": "2026-03-17T23:59:59Z"}) == ["1"]


async def test_faults_come_as_often_as_planned(twilio: TwilioStandIn, api: httpx.AsyncClient) -> None:
    twilio.faults.plan(Fault(status=429, code=20429), times=2)
    twilio.faults.plan(Fault(status=500, accepted=True))
    codes = [(await api.post(MESSAGES, data=form())).status_code for _ in range(4)]
    assert codes == [429, 429, 500, 201]
    assert len(twilio.messages) == 2
    twilio.faults.plan(Fault(status=503), method="GET", times=9)
    assert (await api.get(MESSAGES)).status_code == 503
    twilio.faults.clear()
    assert (await api.get(MESSAGES)).status_code == 200


async def test_the_account_and_media_behind_the_same_credentials(
    twilio: TwilioStandIn, api: httpx.AsyncClient
) -> None:
    assert (await api.get(f"{ACCOUNT}.json")).json()["status"] == "active"
    url = twilio.keep_media("MM" + "0" * 32, "image/png", b"\x89PNG")
    path = url.removeprefix("https://api.twilio.com")
    answer = await api.get(path)
    assert (answer.content, answer.headers["content-type"]) == (b"\x89PNG", "image/png")
    assert (await api.get(path, auth=("x", "y"))).status_code == 401
    assert (await api.get(path[:-1])).status_code == 404
    [shown] = (await api.get(f"{ACCOUNT}/Messages/MM{'0' * 32}/Media.json")).json()["media_list"]
    assert (await api.get(f"{path}.json")).json() == shown
    assert shown["content_type"] == "image/png"


async def test_a_file_may_lie_behind_a_redirect_that_wants_no_password(
    twilio: TwilioStandIn, api: httpx.AsyncClient
) -> None:
    twilio.media.redirects = True
    url = twilio.keep_media("MM" + "0" * 32, "image/png", b"\x89PNG")
    answer = await api.get(url.removeprefix("https://api.twilio.com"))
    assert answer.status_code == 307
    store = httpx.URL(answer.headers["location"])
    assert store.host.endswith(".twiliocdn.com")
    assert (await api.get(store.path, auth=("x", "y"))).content == b"\x89PNG"


def test_a_webhook_is_shaped_and_signed_like_twilios() -> None:
    image = ("https://api.twilio.com/x/Media/ME1", "image/jpeg")
    incoming = webhook_form(
        account_sid=SID, sender=CITIZEN, recipient=OFFICE, body="", media=[image], replied_sid="SM9"
    )
    assert incoming["WaId"] == "628111111001"
    assert (incoming["NumMedia"], incoming["MediaUrl0"], incoming["MessageType"]) == ("1", image[0], "image")
    assert incoming["OriginalRepliedMessageSid"] == "SM9"
    assert incoming["MessageSid"] == incoming["SmsMessageSid"]
    url = "http://127.0.0.1:8000/webhooks/twilio/whatsapp"
    signature = sign_webhook(TOKEN, url, incoming)["X-Twilio-Signature"]
    assert RequestValidator(TOKEN).validate(url, incoming, signature)


def test_a_person_without_a_number_has_no_waid() -> None:
    incoming = webhook_form(account_sid=SID, sender="whatsapp:sri", recipient=OFFICE, body="halo")
    assert "WaId" not in incoming
    assert incoming["NumMedia"] == "0"
