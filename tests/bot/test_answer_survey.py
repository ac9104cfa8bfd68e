"""The satisfaction survey in the chat: begun by a word, left, taken up by link or days later, handed in once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import text
from starlette.applications import Starlette

from bot.answer import AnswerLater
from bot.assembly import counter, duties
from bot.store import ratings
from bot.store.privacy import joining
from handoff.ports.values import Officer
from handoff.reports.figures import Period
from tests.bot.privacy.test_erase import erasure
from tests.fakes import Stage
from tests.handoff.citizen.test_survey import DAYS, invite, invited

Staged = Callable[[], AbstractAsyncContextManager[Stage]]
COST = "berapa biaya konsultasi?"
NINE = {f"U{n}": 4 for n in range(1, 10)}


@dataclass(frozen=True, slots=True)
class Scene:
    """Somebody who was invited, in a chat and behind the link."""

    stage: Stage
    client: httpx.AsyncClient
    words: str

    @property
    def link(self) -> str:
        """Return the path of the invitation's link."""
        return self.words[self.words.index("/survei/") :].split()[0]

    async def say(self, *said: str) -> str:
        """Say one thing after the other; return the answer to the last."""
        answers = [await self.stage.answered(each) for each in said]
        [last] = answers[-1]
        return last

    async def kept(self, column: str) -> object:
        """Return what is kept in the only sheet."""
        return await self.stage.scalar(f"SELECT {column} FROM survey_sheet")

    async def is_done(self) -> bool:
        """Tell whether the sheet was handed in."""
        return bool(await self.kept("finished_at IS NOT NULL"))


@pytest.fixture
async def scene(staged: Staged) -> AsyncIterator[Scene]:
    async with staged() as stage:
        words = await invited(stage)
        stage.model.teach(COST, "biaya", service="konsultasi")
        app = Starlette(routes=[*counter.invited(stage.core).routes(), *counter.citizen(stage.core).routes()])
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://pst.example") as client:
            yield Scene(stage, client, words)


async def asked_to_rate(stage: Stage) -> None:
    """Have the closed consultation's rating asked for, as after an officer's closing."""
    async with stage.core.database.transaction() as tx:
        await tx.execute(
            text("UPDATE conversation SET closed_how = 'officer', tend_at = :now"), {"now": stage.clock.now()}
        )
    await duties.closing(stage.core).run(most=10)
    await stage.deliver_all()
    [request] = stage.memory["whatsapp"].take("whatsapp:+628111111001")
    assert "Seberapa puas" in request


async def test_all_of_it_in_a_hurry(scene: Scene) -> None:
    assert "balas *SURVEI*" in scene.words
    first = await scene.say("SURVEI")
    assert "1 dari 9" in first
    assert "4. Sangat sesuai" in first
    assert await scene.kept("started_at IS NULL") is True, "only looked at"
    assert "2 dari 9" in await scene.say("4")
    assert "Jenis kelamin" in await scene.say(*("4" for _ in range(8)))
    assert await scene.kept("scores") == NINE
    assert "saran atau komentar" in await scene.say("2", "3", "S1", "mahasiswa")
    assert await scene.kept("profile") == {
        "kelamin": "p",
        "umur": "35",
        "pendidikan": "s1",
        "pekerjaan": "pelajar",
    }
    assert not await scene.is_done()
    thanks = await scene.say("petugasnya ramah, waktunya agak lama")
    assert "sudah kami terima" in thanks
    assert "tidak diisi" not in thanks
    assert await scene.is_done()
    assert await scene.kept("remark") == "petugasnya ramah, waktunya agak lama"
    assert await scene.stage.scalar("SELECT count(*) FROM conversation") == 2, "the consultation stays closed"
    assert await scene.stage.scalar("SELECT count(*) FROM ticket") == 0


async def test_skipped_back_and_what_is_missing(scene: Scene) -> None:
    await scene.say("isi di sini", "lewati")
    assert await scene.kept("scores") == {}
    assert "2 dari 9" in await scene.say("kembali", "kembali", "3")
    assert "1 dari 9" in await scene.say("kembali")
    assert "2 dari 9" in await scene.say("sangat sesuai")
    assert await scene.kept("scores") == {"U1": 4}
    await scene.say("lewati", *("3" for _ in range(7)))
    thanks = await scene.say("lewati", "kirim")
    assert "Yang tidak diisi: Sistem, mekanisme, dan prosedur, Jenis kelamin" in thanks
    assert await scene.kept("scores") == {"U1": 4} | {f"U{n}": 3 for n in range(3, 10)}
    assert await scene.is_done()


async def test_nothing_is_handed_in_when_nothing_was_answered(scene: Scene) -> None:
    told = await scene.say("SURVEI", *("lewati" for _ in range(14)))
    assert "tidak ada yang dikirim" in told
    assert not await scene.is_done()
    assert "1 dari 9" in await scene.say("lanjut survei")


async def test_a_question_in_the_middle_is_answered_and_the_survey_waits(scene: Scene) -> None:
    await scene.say("SURVEI", "4")
    reply = await scene.say(COST)
    assert "Sumber:" in reply
    assert "lanjut survei" in reply
    assert await scene.kept("scores") == {"U1": 4}
    assert "lanjut survei" not in await scene.say(COST), "said once"
    assert "Sumber:" not in await scene.say("4"), "no answer to a question that was left"
    assert await scene.kept("scores") == {"U1": 4}
    resumed = await scene.say("lanjut survei")
    assert "1 dari 9 pertanyaan sudah terjawab" in resumed
    assert "*2 dari 9.*" in resumed


async def test_what_is_not_understood_is_asked_again_twice_and_then_left(scene: Scene) -> None:
    await scene.say("SURVEI")
    for said in ("anu", "7"):
        again = await scene.say(said)
        assert "belum dapat saya catat" in again
        assert "*1 dari 9.*" in again
    left = await scene.say("anu itu")
    assert "lanjut survei" in left
    assert "1 dari 9" not in left
    assert await scene.kept("scores") == {}
    assert await scene.stage.scalar("SELECT count(*) FROM ticket") == 0
    assert "*1 dari 9.*" in await scene.say("lanjut")


async def test_left_for_days_and_taken_up_where_it_was(scene: Scene) -> None:
    await scene.say("SURVEI", "4", "3")
    assert "lanjut survei" in await scene.say("nanti dulu ya")
    scene.stage.clock.advance(timedelta(days=DAYS))
    await scene.stage.close_all()
    assert "*3 dari 9.*" in await scene.say("lanjut survei"), "in a new conversation, on the last day"
    await scene.say("2")
    assert await scene.kept("scores") == {"U1": 4, "U2": 3, "U3": 2}
    scene.stage.clock.advance(timedelta(days=1))
    assert "sudah berakhir pada" in await scene.say("2")
    assert await scene.kept("scores") == {"U1": 4, "U2": 3, "U3": 2}


async def test_begun_here_and_ended_by_the_link(scene: Scene) -> None:
    await scene.say("SURVEI", "4", "3")
    opened = await scene.client.get(scene.link)
    assert f'href="{scene.link}/survei/3?bahasa=id">Lanjutkan' in opened.text
    for number in range(3, 10):
        await scene.client.post(f"{scene.link}/survei/{number}", data={"score": "2"})
    await scene.client.post(f"{scene.link}/profil", data={"kelamin": "l", "remark": "baik"})
    assert await scene.is_done()
    assert "setiap orang mengisinya satu kali" in await scene.say("1")
    assert "setiap orang mengisinya satu kali" in await scene.say("lanjut survei")
    assert await scene.kept("scores") == {"U1": 4, "U2": 3} | {f"U{n}": 2 for n in range(3, 10)}
    assert await scene.kept("remark") == "baik"


async def test_begun_by_the_link_and_ended_here(scene: Scene) -> None:
    for number in range(1, 9):
        await scene.client.post(f"{scene.link}/survei/{number}", data={"score": "2"})
    assert "*9 dari 9.*" in await scene.say("SURVEI")
    await scene.say("4", "2")
    page = await scene.client.get(f"{scene.link}/profil")
    assert '<option value="p" selected>' in page.text, "what was told here is shown there"
    await scene.say("kirim")
    assert await scene.is_done()
    assert await scene.kept("profile") == {"kelamin": "p"}
    await scene.client.post(f"{scene.link}/survei/1", data={"score": "1"})
    await scene.client.post(f"{scene.link}/profil", data={"remark": "lagi"})
    assert await scene.kept("scores ->> 'U1'") == "2"
    assert await scene.kept("remark") is None


async def test_a_doubled_job_and_a_double_tap_answer_once(scene: Scene) -> None:
    await scene.say("SURVEI")
    message = await scene.stage.hear("4")
    await asyncio.gather(*(scene.stage.answering.answer(message) for _ in range(4)))
    await scene.stage.answering.answer(message)
    await scene.stage.deliver_all()
    assert await scene.kept("scores") == {"U1": 4}
    first, second = await scene.stage.hear("3"), await scene.stage.hear("3")
    await scene.stage.answering.answer(first)
    await scene.stage.answering.answer(second)
    assert await scene.kept("scores") == {"U1": 4, "U2": 3}, "nobody had seen the third question"
    await scene.stage.deliver_all()
    assert len(scene.stage.memory["whatsapp"].take("whatsapp:+628111111001")) == 3
    assert "*4 dari 9.*" in await scene.say("3")


async def test_a_tap_is_an_answer_and_one_on_an_older_question_is_none(scene: Scene) -> None:
    await scene.say("SURVEI")
    [second] = await scene.stage.answered("Sangat sesuai", choice=4)
    assert "*2 dari 9.*" in second
    [again] = await scene.stage.answered("Sesuai", choice=3)
    assert "*2 dari 9.*" in again
    assert await scene.kept("scores") == {"U1": 4}
    [third] = await scene.stage.answered("Mudah", choice=3)
    assert "*3 dari 9.*" in third
    assert await scene.kept("scores") == {"U1": 4, "U2": 3}


async def test_the_rating_goes_first(scene: Scene) -> None:
    await asked_to_rate(scene.stage)
    assert "4 dari 5" in await scene.say("4")
    scene.stage.clock.advance(timedelta(minutes=1))
    await scene.say("SURVEI", "3")
    assert await scene.stage.scalar("SELECT score FROM rating") == 4
    assert await scene.kept("scores") == {"U1": 3}


async def test_a_number_after_the_survey_asked_is_its_answer_and_no_rating(scene: Scene) -> None:
    await asked_to_rate(scene.stage)
    scene.stage.clock.advance(timedelta(minutes=1))
    await scene.say("SURVEI", "3")
    assert await scene.stage.scalar("SELECT score FROM rating") is None
    assert await scene.kept("scores") == {"U1": 3}


async def test_an_officer_silences_it_and_what_they_ask_is_theirs(scene: Scene) -> None:
    await scene.say("SURVEI", "4")
    async with scene.stage.core.database.transaction() as tx:
        await tx.execute(
            text(
                "UPDATE conversation SET holder_id = (SELECT id FROM officer LIMIT 1) WHERE closed_at IS NULL"
            )
        )
    assert await scene.stage.answered("4") == []
    async with scene.stage.core.database.transaction() as tx:
        await tx.execute(text("UPDATE conversation SET holder_id = NULL"))
    await scene.stage.answered("4")
    assert await scene.kept("scores") == {"U1": 4}
    assert "*2 dari 9.*" in await scene.say("lanjut survei")


async def test_not_while_a_form_goes_on(scene: Scene) -> None:
    await scene.say("SURVEI", "4")
    asks = await scene.say("saya mau mengadu, petugasnya lama sekali membalas")
    assert "nama" in asks.lower()
    later = await scene.say("survei")
    assert "sesudah formulir" in later
    assert "nama" in later.lower(), "the form goes on"
    await scene.say("Sari Wulandari")
    assert await scene.stage.scalar("SELECT name FROM person WHERE name IS NOT NULL") == "Sari Wulandari"
    assert await scene.kept("scores") == {"U1": 4}


async def test_who_was_not_invited_and_who_writes_letters_are_answered_as_ever(scene: Scene) -> None:
    stranger = "whatsapp:+628111111009"
    scene.stage.model.teach("survei", "tentang_konsultasi", service="rekomendasi")
    [reply] = await scene.stage.answered("survei", sender=stranger)
    assert "1 dari 9" not in reply
    [mail] = await scene.stage.answered("survei", sender="sari@example.org", channel="email")
    assert "1 dari 9" not in mail


async def test_in_english(scene: Scene) -> None:
    async with scene.stage.core.database.transaction() as tx:
        await tx.execute(text("UPDATE contact SET language = 'en'"))
    assert "*1 of 9.*" in await scene.say("SURVEY")
    assert "*2 of 9.*" in await scene.say("very well")
    assert "continue survey" in await scene.say("later")
    assert "*2 of 9.*" in await scene.say("continue survey")
    assert "Left out: " in await scene.say("skip", "send")
    assert await scene.kept("scores") == {"U1": 4}


async def test_who_was_joined_with_somebody_answers_once(scene: Scene) -> None:
    async with scene.stage.core.database.transaction() as tx:
        await tx.execute(
            text(
                "WITH other AS ("
                " INSERT INTO person (created_at, joined_into_id) SELECT now(), max(id) FROM person RETURNING id"
                ") INSERT INTO survey_sheet (survey_id, person_id, invited_at, scores, finished_at)"
                " SELECT survey.id, other.id, now(), '{\"U1\": 3}', now() FROM survey, other"
            )
        )
    assert "setiap orang mengisinya satu kali" in await scene.say("SURVEI")
    await scene.stage.answered("4")
    assert await scene.stage.scalar("SELECT count(*) FROM survey_sheet WHERE scores = '{}'") == 1


async def test_whoever_is_forgotten_in_the_middle_leaves_numbers_only(scene: Scene) -> None:
    await scene.say("SURVEI", "4")
    person = await scene.kept("person_id")
    assert isinstance(person, int)
    await erasure(scene.stage).erase(person)
    assert await scene.kept("person_id IS NULL AND digest IS NULL") is True
    assert await scene.stage.scalar("SELECT count(*) FROM conversation WHERE context <> '{}'") == 0
    assert "dari 9" not in await scene.say("lanjut survei")
    assert await scene.kept("scores") == {"U1": 4}


async def test_a_letter_invites_to_the_link_only(staged: Staged) -> None:
    async with staged() as stage:
        await invite(stage, sender="sari@example.org", channel="email")
        await stage.deliver_all()
        [words] = stage.memory["email"].take("sari@example.org")
        assert "/survei/" in words
        assert "SURVEI" not in words


async def test_an_invitation_that_comes_too_late_is_none(staged: Staged) -> None:
    async with staged() as stage:
        await invite(stage)
        stage.clock.advance(timedelta(days=DAYS + 1))
        await stage.deliver_all()
        assert stage.memory["whatsapp"].take("whatsapp:+628111111001") == []
        assert await stage.scalar("SELECT state FROM delivery ORDER BY message_id DESC LIMIT 1") == "failed"


async def test_an_answer_is_taken_at_once_and_the_last_word_may_have_several_lines(scene: Scene) -> None:
    waits = replace(scene.stage.answering, burst=timedelta(seconds=3))
    for said in ("SURVEI", "sesuai", "lewati", "sangat cepat"):
        await waits.answer(await scene.stage.hear(said))
    assert await scene.kept("scores") == {"U1": 3, "U3": 4}
    await scene.stage.deliver_all()
    scene.stage.memory["whatsapp"].take("whatsapp:+628111111001")
    assert "saran" in await scene.say(*("3" for _ in range(6)), *("lewati" for _ in range(4)))
    first, _ = await scene.stage.hear("petugasnya ramah"), await scene.stage.hear("tapi agak lama")
    with pytest.raises(AnswerLater):
        await waits.answer(first)
    scene.stage.clock.advance(timedelta(seconds=4))
    await waits.answer(first)
    assert await scene.kept("remark") == "petugasnya ramah\ntapi agak lama"


async def test_while_the_model_is_away_answers_are_taken(scene: Scene) -> None:
    await scene.say("SURVEI")
    scene.stage.model.is_down = True
    assert "*3 dari 9.*" in await scene.say("4", "sangat mudah")


async def test_a_survey_is_no_consultation(scene: Scene) -> None:
    """It ends in silence, without a word and without being asked how it was."""
    await scene.say("SURVEI", "4", "2")
    assert await scene.stage.scalar("SELECT count(*) FROM conversation WHERE owed_since IS NOT NULL") == 0
    scene.stage.clock.advance(timedelta(days=40))
    await duties.closing(scene.stage.core).run(most=10)
    await scene.stage.deliver_all()
    assert scene.stage.memory["whatsapp"].take("whatsapp:+628111111001") == []
    assert await scene.stage.scalar("SELECT count(*) FROM conversation WHERE closed_at IS NULL") == 0
    assert await scene.stage.scalar("SELECT count(*) FROM rating") == 0


async def test_a_question_in_the_same_conversation_makes_it_one(scene: Scene) -> None:
    await scene.say("SURVEI", "4", COST, "lanjut survei", "terima kasih")
    scene.stage.clock.advance(timedelta(days=40))
    await duties.closing(scene.stage.core).run(most=10)
    await scene.stage.deliver_all()
    closed, request = scene.stage.memory["whatsapp"].take("whatsapp:+628111111001")
    assert "kami tutup" in closed
    assert "Seberapa puas" in request


async def two_joined(stage: Stage) -> None:
    """Have an officer say that the first two persons are one."""
    async with stage.core.database.transaction() as tx:
        persons = await joining.lock(tx, 1, 2)
        await joining.join(
            tx,
            persons[1],
            persons[2],
            verification="phone",
            note=None,
            officer_id=1,
            now=stage.clock.now(),
        )


async def fill_in(scene: Scene, link: str, score: str) -> None:
    for number in range(1, 10):
        await scene.client.post(f"{link}/survei/{number}", data={"score": score})
    await scene.client.post(f"{link}/profil", data={})


async def test_who_was_joined_hands_in_one_by_whatever_link(scene: Scene) -> None:
    stage = scene.stage
    await stage.answered(COST, channel="email", sender="sri@warga.example", subject="Biaya")
    await stage.close_all()
    surveys = counter.surveys(stage.core)
    officer = Officer(1, "budi", "Budi", "budi@example.go.id", "supervisor", "id")
    survey = int(str(await stage.scalar("SELECT id FROM survey")))
    assert (await surveys.invite(officer, survey, surveys.today(), surveys.today())).count == 1
    await stage.deliver_all()
    mail = stage.memory["email"].take("sri@warga.example")[-1]
    await two_joined(stage)
    await fill_in(scene, scene.link, "4")
    await fill_in(scene, mail[mail.index("/survei/") :].split()[0], "1")
    assert await stage.scalar("SELECT count(finished_at) FROM survey_sheet") == 1
    assert await stage.scalar("SELECT scores FROM survey_sheet WHERE finished_at IS NOT NULL") == NINE


async def test_who_was_joined_and_answered_in_the_chat_hands_in_none_by_a_rating_link(scene: Scene) -> None:
    stage = scene.stage
    await scene.say("SURVEI", *("4" for _ in range(9)), "2", "3", "S1", "mahasiswa", "-")
    await stage.answered(COST, channel="email", sender="sri@warga.example", subject="Biaya")
    await stage.close_all()
    now = stage.clock.now()
    async with stage.core.database.transaction() as tx:
        newest = (await tx.execute(text("SELECT max(id) FROM conversation"))).scalar_one()
        digest, expires = ratings.digest("token"), now + timedelta(days=30)
        assert await ratings.ask(tx, newest, officer_id=None, digest=digest, now=now, expires=expires)
    await two_joined(stage)
    await fill_in(scene, "/nilai/token", "1")
    assert await stage.scalar("SELECT count(finished_at) FROM survey_sheet") == 1
    assert await stage.scalar("SELECT scores FROM survey_sheet WHERE finished_at IS NOT NULL") == NINE


async def test_a_sheet_without_any_answer_is_not_handed_in(scene: Scene) -> None:
    for number in range(1, 10):
        await scene.client.post(f"{scene.link}/survei/{number}", data={"skip": "1"})
    page = await scene.client.post(f"{scene.link}/profil", data={})
    assert "Jawablah sedikitnya satu pertanyaan" in page.text
    assert not await scene.is_done()


async def test_the_figures_stay_when_a_person_is_erased(scene: Scene) -> None:
    stage = scene.stage
    counting = duties.reports(stage.core).counting
    stage.clock.advance(timedelta(days=1))
    await scene.say("SURVEI", *("4" for _ in range(9)), "2", "3", "S1", "mahasiswa", "-")
    stage.clock.advance(timedelta(minutes=1))
    await scene.say("anu itu lho")
    stage.clock.advance(timedelta(minutes=1))
    day = counting.deadlines.calendar.day_of(stage.clock.now())
    period = Period(day - timedelta(days=40), day)
    before = await counting.figures(period)
    await erasure(stage).erase(int(str(await stage.scalar("SELECT min(id) FROM person"))), is_forced=True)
    after = await counting.figures(period)
    assert (before.questions, before.by_bot) != (0, 0)
    assert (after.conversations, after.by_bot, after.questions, after.not_understood) == (
        before.conversations,
        before.by_bot,
        before.questions,
        before.not_understood,
    )
