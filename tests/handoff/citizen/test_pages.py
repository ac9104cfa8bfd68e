"""The pages behind a rating link, as a citizen's phone shows them and as a stranger tries them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
import yaml
from playwright.async_api import Browser, Page
from sqlalchemy import text
from starlette.applications import Starlette

from bot.assembly import counter, personal
from bot.store import ratings
from handoff import instrument
from handoff.citizen.room import HEADERS, HERE
from handoff.citizen.words import Words
from tests.fakes import Stage
from tests.flow.processes import until
from tests.handoff.console.looking import is_too_wide, small_targets, violations
from tests.serving import serving

Staged = Callable[[], AbstractAsyncContextManager[Stage]]
QUESTIONS = yaml.safe_load((HERE.parent / "skm.yml").read_text(encoding="utf-8"))
TOKEN = "a-token-of-a-rating-link"
QUESTION = "berapa lama konsultasi online dilayani?"


@dataclass(frozen=True, slots=True)
class House:
    """The pages on a real port, and a consultation that may be rated."""

    stage: Stage
    url: str
    client: httpx.AsyncClient

    async def link(self) -> str:
        """Return the path of a link to a new consultation."""
        self.stage.model.teach(QUESTION, "jangka_waktu", service="konsultasi")
        await self.stage.answered(QUESTION)
        now = self.stage.clock.now()
        async with self.stage.core.database.transaction() as tx:
            conversation = (await tx.execute(text("SELECT max(id) FROM conversation"))).scalar_one()
            await tx.execute(text("UPDATE conversation SET closed_at = :now, state = 'closed'"), {"now": now})
            assert await ratings.ask(
                tx,
                conversation,
                officer_id=None,
                digest=ratings.digest(TOKEN),
                now=now,
                expires=now + timedelta(days=30),
            )
        return f"/nilai/{TOKEN}"

    async def survey(self) -> None:
        """Begin a survey that runs today."""
        async with self.stage.core.database.transaction() as tx:
            await tx.execute(
                text(
                    "INSERT INTO survey_instrument (version, content, made_at) VALUES (1, CAST(:c AS jsonb), now())"
                ),
                {"c": json.dumps(QUESTIONS)},
            )
            await tx.execute(
                text(
                    "INSERT INTO survey (title, version, opens_on, closes_on, made_at)"
                    " VALUES ('Survei Kepuasan Masyarakat', 1, current_date - 1, current_date + 9, now())"
                )
            )


@pytest.fixture
async def house(staged: Staged) -> AsyncIterator[House]:
    async with staged() as stage:
        app = Starlette(routes=counter.citizen(stage.core).routes())
        async with serving(app) as url, httpx.AsyncClient(base_url=url) as client:
            yield House(stage, url, client)


async def test_a_rating_and_a_word_on_it(house: House) -> None:
    link = await house.link()
    asked = await house.client.get(link)
    assert asked.status_code == 200
    assert "Seberapa puas Anda" in asked.text
    rated = await house.client.post(link, data={"score": "4"})
    assert (rated.status_code, rated.headers["location"]) == (303, f"{link}/kata")
    await house.client.post(f"{link}/kata", data={"comment": " agak lama "})
    thanks = await house.client.get(f"{link}/selesai")
    assert "Puas" in thanks.text
    assert (
        await house.stage.scalar("SELECT score || ' ' || comment || ' ' || way FROM rating")
        == "4 agak lama link"
    )


async def test_a_rating_can_be_changed_until_its_month_is_reported(house: House) -> None:
    link = await house.link()
    await house.client.post(link, data={"score": "2"})
    assert "mengadu" in (await house.client.get(f"{link}/selesai")).text
    await house.client.post(link, data={"score": "5"})
    assert await house.stage.scalar("SELECT score FROM rating") == 5
    async with house.stage.core.database.transaction() as tx:
        await tx.execute(
            text(
                "INSERT INTO report (kind, first, figures, made_at) SELECT 'month',"
                " CAST(date_trunc('month', rated_at AT TIME ZONE 'Asia/Jakarta') AS date), '{}', rated_at FROM rating"
            )
        )
    await house.client.post(link, data={"score": "1"})
    assert await house.stage.scalar("SELECT score FROM rating") == 5
    assert "tidak dapat diubah lagi" in (await house.client.get(link)).text


@pytest.mark.parametrize("score", ["", "0", "6", "-1", "4.5", "lima", "²", "9" * 400])
async def test_what_is_no_score_is_not_taken(house: House, score: str) -> None:
    link = await house.link()
    refused = await house.client.post(link, data={"score": score})
    assert refused.status_code == 400
    assert "Pilih salah satu" in refused.text
    assert await house.stage.scalar("SELECT score FROM rating") is None


async def test_strangers_and_latecomers_get_nothing(house: House) -> None:
    link = await house.link()
    for path in ("/nilai/another-token", "/nilai/another-token/kata", "/nilai/another-token/survei/1"):
        assert (await house.client.get(path)).status_code == 404
        assert (await house.client.post(path, data={"score": "1"})).status_code == 404
    house.stage.clock.advance(timedelta(days=31))
    late = await house.client.post(link, data={"score": "1"})
    assert late.status_code == 410
    assert "tidak berlaku" in late.text
    assert await house.stage.scalar("SELECT score FROM rating") is None


async def test_looking_at_a_link_rates_nothing_and_uses_nothing_up(house: House) -> None:
    """As a mail scanner, a messenger's preview or a browser that fetches ahead does."""
    link = await house.link()
    for path in (link, f"{link}?bahasa=en", f"{link}/kata", f"{link}/selesai", f"{link}?score=1"):
        for method in ("HEAD", "GET", "OPTIONS"):
            seen = await house.client.request(method, path, headers={"Purpose": "prefetch"})
            assert seen.status_code < 500
    assert await house.stage.scalar("SELECT score FROM rating") is None
    assert (await house.client.post(link, data={"score": "5"})).status_code == 303
    assert await house.stage.scalar("SELECT score FROM rating") == 5


@pytest.mark.parametrize("told", ["9" * 19, "9" * 5000, "٣", "²", "-1", "0", "6", "5.0", ""])
async def test_what_is_no_answer_is_asked_about_again(house: House, told: str) -> None:
    link = await house.link()
    assert (await house.client.post(link, data={"score": told})).status_code == 400
    assert await house.stage.scalar("SELECT score FROM rating") is None
    assert (await house.client.get(f"{link}/survei/{told or 'x'}")).status_code < 500


async def test_a_form_that_is_sent_twice_at_once_is_one_rating(house: House) -> None:
    link = await house.link()
    sent = await asyncio.gather(
        *(house.client.post(link, data={"score": score}) for score in ("4", "4", "2"))
    )
    assert {each.status_code for each in sent} == {303}
    assert await house.stage.scalar("SELECT count(*) FROM rating") == 1
    assert await house.stage.scalar("SELECT score IN (2, 4) AND changed_at IS NOT NULL FROM rating") is True


@pytest.mark.parametrize(
    "token",
    [
        TOKEN[:-1],
        TOKEN + "x",
        TOKEN.upper(),
        TOKEN + "%00",
        "%00",
        "..",
        "a" * 3_000,
        "%F0%9F%98%80",
        "' OR 1=1 --",
    ],
)
async def test_a_link_that_was_tampered_with_is_none(house: House, token: str) -> None:
    await house.link()
    for path in (f"/nilai/{token}", f"/nilai/{token}/kata"):
        assert (await house.client.get(path)).status_code == 404
        assert (await house.client.post(path, data={"score": "1", "comment": "x"})).status_code == 404
    assert await house.stage.scalar("SELECT score FROM rating") is None


async def test_what_is_reported_takes_no_other_comment_either(house: House) -> None:
    link = await house.link()
    await house.client.post(link, data={"score": "2"})
    await house.client.post(f"{link}/kata", data={"comment": "lama"})
    async with house.stage.core.database.transaction() as tx:
        await tx.execute(
            text(
                "INSERT INTO report (kind, first, figures, made_at) SELECT 'month',"
                " CAST(date_trunc('month', rated_at AT TIME ZONE 'Asia/Jakarta') AS date), '{}', rated_at FROM rating"
            )
        )
    told = await house.client.post(f"{link}/kata", data={"comment": "cepat"}, follow_redirects=True)
    assert "tidak dapat diubah lagi" in told.text
    assert await house.stage.scalar("SELECT comment FROM rating") == "lama"


async def test_who_was_forgotten_has_no_link_any_more_and_rates_nothing(house: House) -> None:
    link = await house.link()
    await house.client.post(link, data={"score": "4"})
    [person] = await house.stage.column("SELECT id FROM person")
    await personal.erasure(house.stage.core).erase(person)
    for method in ("GET", "POST"):
        gone = await house.client.request(method, link, data={"score": "1"})
        assert gone.status_code == 404
    await house.stage.hear("5")
    assert (
        await house.stage.scalar("SELECT score FROM rating") == 4
    )  # a figure of a report, of nobody in particular
    assert await house.stage.scalar("SELECT comment FROM rating") is None


async def test_a_comment_is_shown_harmlessly_and_bounded(house: House) -> None:
    link = await house.link()
    await house.client.post(link, data={"score": "3"})
    hostile = "</textarea><script>alert(1)</script>\x00" + "a" * 5_000
    assert (await house.client.post(f"{link}/kata", data={"comment": hostile})).status_code == 303
    page = await house.client.get(f"{link}/kata")
    assert "<script>" not in page.text
    assert await house.stage.scalar("SELECT length(comment) <= 2000 FROM rating") is True
    assert (await house.client.post(f"{link}/kata", content=b"comment=" + b"a" * 20_000)).status_code == 413


async def test_every_answer_has_strict_headers(house: House) -> None:
    link = await house.link()
    for path in (link, f"{link}/kata", "/nilai/unknown"):
        response = await house.client.get(path)
        assert {name: response.headers.get(name) for name in HEADERS} == HEADERS
        assert "set-cookie" not in response.headers


async def test_the_link_waits_for_what_is_said_in_the_chat(house: House) -> None:
    """Both hold the contact first: neither waits for the other in a circle."""
    link = await house.link()
    await house.survey()
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"

    async def somebody_waits() -> bool:
        return bool(await house.stage.scalar(waiting))

    async with house.stage.core.database.transaction() as tx:
        await tx.execute(text("SELECT id FROM contact FOR UPDATE"))
        await tx.execute(text("SELECT id FROM conversation FOR UPDATE"))
        page = asyncio.create_task(house.client.post(f"{link}/survei/1", data={"score": "4"}))
        await until(somebody_waits, within=10)
        assert await ratings.of(tx, 1, now=house.stage.clock.now(), zone="Asia/Jakarta") is not None
    assert (await page).status_code == 303
    assert await house.stage.scalar("SELECT scores ->> 'U1' FROM survey_sheet") == "4"


async def test_the_nine_questions_of_a_survey(house: House) -> None:
    link = await house.link()
    await house.survey()
    await house.client.post(link, data={"score": "5"})
    assert "sembilan pertanyaan" in (await house.client.get(f"{link}/selesai")).text
    for number in range(1, 10):
        page = await house.client.get(f"{link}/survei/{number}")
        assert f"Pertanyaan {number} dari 9" in page.text
        answer = {"skip": "1"} if number == 4 else {"score": "3"}
        await house.client.post(f"{link}/survei/{number}", data=answer)
    await house.client.post(f"{link}/survei/1", data={"score": "4"})  # once more: back and changed
    await house.client.post(f"{link}/profil", data={"kelamin": "p", "umur": "nonsense", "remark": "bagus"})
    done = await house.client.get(f"{link}/survei/1")
    assert done.headers["location"].endswith("/selesai")
    await house.client.post(f"{link}/survei/2", data={"score": "1"})
    assert await house.stage.scalar("SELECT count(*) FROM survey_sheet") == 1
    scores = await house.stage.scalar("SELECT scores FROM survey_sheet")
    assert scores == {f"U{n}": 4 if n == 1 else 3 for n in range(1, 10) if n != 4}
    assert await house.stage.scalar("SELECT profile FROM survey_sheet") == {"kelamin": "p"}
    assert await house.stage.scalar("SELECT service FROM survey_sheet") == "konsultasi"


async def test_without_a_survey_there_are_no_questions(house: House) -> None:
    link = await house.link()
    await house.client.post(link, data={"score": "5"})
    assert "sembilan" not in (await house.client.get(f"{link}/selesai")).text
    assert (await house.client.get(f"{link}/survei/1")).status_code == 303


async def test_in_english_by_the_link_or_by_the_citizens_language(house: House) -> None:
    link = await house.link()
    assert "How satisfied are you" in (await house.client.get(f"{link}?bahasa=en")).text
    async with house.stage.core.database.transaction() as tx:
        await tx.execute(text("UPDATE contact SET language = 'en'"))
    page = (await house.client.get(link)).text
    assert '<html lang="en">' in page
    assert "How satisfied are you" in page
    moved = await house.client.post(f"{link}?bahasa=id", data={"score": "5"})
    assert moved.headers["location"].endswith("?bahasa=id")


async def _walk(page: Page, link: str) -> list[str]:
    """Go through every screen, looking at each; return what is wrong."""
    found: list[str] = []

    async def look() -> None:
        found.extend(await violations(page))
        found.extend(await small_targets(page))
        assert not await is_too_wide(page)

    await page.goto(link)
    await look()
    await page.get_by_role("button", name="Puas", exact=False).first.click()
    await page.get_by_label("Apa yang perlu").fill("Petugasnya ramah.")
    await look()
    await page.get_by_role("button", name="Kirim").click()
    await page.get_by_role("link", name="Isi sembilan pertanyaan").wait_for()
    await look()
    await page.get_by_role("link", name="Isi sembilan pertanyaan").click()
    for number in range(1, 10):
        await page.get_by_text(f"Pertanyaan {number} dari 9").first.wait_for()
        if number == 1:
            await look()
        await page.get_by_role("button").nth(1).click()
    await page.wait_for_url("**/profil*")
    await look()
    await page.get_by_role("button", name="Kirim").click()
    await page.wait_for_url("**/selesai*")
    await look()
    assert "Terima kasih" in await page.inner_text("main")
    return found


@pytest.mark.parametrize("is_dark", [False, True])
async def test_on_a_phone_without_javascript(house: House, browser: Browser, is_dark: bool) -> None:
    link = await house.link()
    await house.survey()
    context = await browser.new_context(
        viewport={"width": 390, "height": 844},
        base_url=house.url,
        color_scheme="dark" if is_dark else "light",
        bypass_csp=True,  # for axe, which is a script
    )
    page = await context.new_page()
    assert await _walk(page, link) == []
    assert await house.stage.scalar("SELECT count(*) FROM survey_sheet WHERE finished_at IS NOT NULL") == 1
    await context.close()


def test_every_word_is_said_and_none_is_missing() -> None:
    words, said = Words(), set[str]()
    for file in (*HERE.glob("templates/*.html"), *HERE.glob("*.py")):
        content = file.read_text(encoding="utf-8")
        said |= {key for key in _keys() if f'"{key}"' in content or f'"{key}' in content}
    said |= {f"score_{n}" for n in range(1, 6)} | {"ended_text", "survey_ended_text", "unknown_text"}
    assert set(_keys()) - said == set()
    assert words.say("question", "en", n=1, all=9) == "Question 1 of 9"


def _keys() -> list[str]:
    return list(yaml.safe_load((HERE / "words.yml").read_text(encoding="utf-8")))


def test_the_instrument_is_whole(tmp_path: Path) -> None:
    read = instrument.read(QUESTIONS)
    assert read.codes == tuple(f"U{n}" for n in range(1, 10))
    assert all(len(question.answers) == 4 for question in read.questions)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda it: it["elements"].pop(), "expected 9, got 8"),
        (lambda it: it["elements"][2]["answers"].pop(), "elements: U3: answers: expected 4"),
        (
            lambda it: it["elements"][0]["question"].pop("en"),
            "elements: U1: question: expected words in id and en",
        ),
        (lambda it: it["elements"][1].update(code="U1"), "a code stands there twice"),
        (lambda it: it.pop("profile"), "profile: expected a list"),
        (lambda it: it["profile"][0]["options"][0].pop("key"), "each needs a key of its own"),
    ],
)
def test_what_is_missing_in_an_instrument_is_said(
    change: Callable[[dict[str, object]], object], said: str
) -> None:
    content = yaml.safe_load((HERE.parent / "skm.yml").read_text(encoding="utf-8"))
    change(content)
    with pytest.raises(ValueError, match=said):
        instrument.read(content)
