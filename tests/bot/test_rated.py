"""What a citizen's reply rates: the consultation they were last asked about, while that is the newest question."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from bot.assembly import duties
from bot.closing import Closing
from tests.bot.dispatch import Desk
from tests.fakes import Stage

Staged = Callable[..., AbstractAsyncContextManager[Stage]]
NOON = datetime(2026, 11, 3, 12, tzinfo=ZoneInfo("Asia/Jakarta"))
QUESTION = "berapa lama konsultasi online dilayani?"
PERSON = "whatsapp:+628111111001"


class Scene(Desk):
    """A desk whose citizen was answered, and time that is tended."""

    closing: Closing

    async def later(self, **span: float) -> None:
        """Let time pass, and do what is due."""
        self.stage.clock.advance(timedelta(**span))
        await self.closing.run(most=100)
        await self.deliver_all()

    async def says(self, said: str, **named: object) -> list[str]:
        """Have the citizen write, and return what they get."""
        self.whatsapp.take(PERSON)
        await self.stage.answering.answer(await self.stage.hear(said, **named))
        await self.deliver_all()
        return self.whatsapp.take(PERSON)

    async def closed(self) -> None:
        """Have a question answered, and nobody go on with it until it is closed and a rating is asked for."""
        self.stage.model.teach(QUESTION, "jangka_waktu", service="konsultasi", mode="online")
        await self.says(QUESTION)
        await self.later(days=6)
        await self.later(days=1)

    async def rating(self) -> tuple[object, object]:
        """Return the newest request's score and comment."""
        row = "SELECT {} FROM rating ORDER BY conversation_id DESC LIMIT 1"
        return await self.stage.scalar(row.format("score")), await self.stage.scalar(row.format("comment"))

    async def conversations(self) -> object:
        return await self.stage.scalar("SELECT count(*) FROM conversation")

    async def reported(self) -> None:
        """Have the report of the rating's month made."""
        await self.execute(
            "INSERT INTO report (kind, first, figures, made_at) SELECT 'month',"
            " CAST(date_trunc('month', rated_at AT TIME ZONE 'Asia/Jakarta') AS date), '{}', rated_at FROM rating"
        )


TEMPLATES = dict.fromkeys(("warning", "closing", "rating"), "HX" + "0" * 32)


def set_up(stage: Stage, templates: dict[str, str]) -> Scene:
    made = Scene(stage, templates)
    made.closing = duties.closing(stage.core)
    return made


@pytest.fixture
async def scene(staged: Staged) -> AsyncIterator[Scene]:
    """An office whose templates are approved: the request reaches the citizen."""
    async with staged(NOON) as stage:
        made = set_up(stage, TEMPLATES)
        await made.closed()
        yield made


@pytest.fixture
async def bare(staged: Staged) -> AsyncIterator[Scene]:
    """An office without templates: the request waits for the citizen's next message."""
    async with staged(NOON) as stage:
        made = set_up(stage, {})
        await made.closed()
        yield made


async def test_another_figure_soon_after_takes_the_place_of_the_first(scene: Scene) -> None:
    await scene.says("2 tapi cepat")
    assert await scene.rating() == (2, "tapi cepat")
    [thanks] = await scene.says("4")
    assert "4 dari 5" in thanks
    assert await scene.rating() == (4, "tapi cepat")
    assert await scene.conversations() == 1


@pytest.mark.parametrize("said", ["bagus", "puas", "5 hari", "kurang jelas"])
async def test_words_after_a_rating_are_not_another_one(scene: Scene, said: str) -> None:
    await scene.says("5")
    await scene.says(said)
    assert await scene.rating() == (5, None)
    assert await scene.conversations() == 2


@pytest.mark.parametrize("said", ["5", "bagus", "kurang", "kurang jelas"])
async def test_hours_after_a_rating_it_is_a_new_question(scene: Scene, said: str) -> None:
    await scene.says("4")
    await scene.later(hours=2)
    await scene.says(said)
    assert await scene.rating() == (4, None)
    assert await scene.conversations() == 2


async def test_who_says_so_may_correct_a_rating_days_later(scene: Scene) -> None:
    await scene.says("1")
    await scene.later(days=3)
    [thanks] = await scene.says("maaf salah, maksud saya 5")
    assert "5 dari 5" in thanks
    assert await scene.rating() == (5, None)


async def test_what_is_reported_stays_and_the_citizen_is_told_so(scene: Scene) -> None:
    await scene.says("4")
    await scene.reported()
    [told] = await scene.says("ralat: 1")
    assert "4 dari 5" in told
    assert "tidak dapat diubah" in told
    [told] = await scene.says("2")
    assert "tidak dapat diubah" in told
    assert await scene.rating() == (4, None)
    assert await scene.conversations() == 1


async def test_what_is_unclear_is_asked_about_once(scene: Scene) -> None:
    [asked] = await scene.says("baik, terima kasih")
    assert "satu angka" in asked
    assert await scene.rating() == (None, None)
    [thanks] = await scene.says("5")
    assert "5 dari 5" in thanks
    assert await scene.conversations() == 1


async def test_who_stays_unclear_is_answered_as_everybody(scene: Scene) -> None:
    await scene.says("8/10")
    replies = await scene.says("9/10")
    assert replies
    assert not any("satu angka saja" in each for each in replies)
    assert await scene.rating() == (None, None)
    assert await scene.conversations() == 2


async def test_who_rates_and_asks_something_has_both_taken(scene: Scene) -> None:
    await scene.says("kurang puas, saya mau bicara dengan petugas")
    assert await scene.rating() == (2, "saya mau bicara dengan petugas")
    assert await scene.conversations() == 2
    assert await scene.stage.scalar("SELECT count(*) FROM message WHERE author = 'bot'") == 2


async def test_a_request_that_never_reached_the_citizen_is_answered_by_nothing(bare: Scene) -> None:
    assert await bare.stage.scalar("SELECT state FROM delivery WHERE key = 'rating'") == "waiting"
    await bare.says("5")
    assert await bare.rating() == (None, None)
    assert await bare.conversations() == 2


async def test_what_waited_for_the_next_contact_is_answered_by_what_comes_after_it(bare: Scene) -> None:
    said = await bare.says(QUESTION)
    assert ["Seberapa puas" in each for each in said] == [False, True, False]
    bare.stage.clock.advance(timedelta(minutes=1))
    [thanks] = await bare.says("5")
    assert "5 dari 5" in thanks
    assert await bare.rating() == (5, None)


async def test_what_waited_is_not_answered_by_words_that_may_mean_the_answer(bare: Scene) -> None:
    await bare.says(QUESTION)
    bare.stage.clock.advance(timedelta(minutes=1))
    await bare.says("bagus")
    assert await bare.rating() == (None, None)


async def test_what_waited_is_not_answered_when_something_else_was_asked_since(bare: Scene) -> None:
    said = await bare.says("anu itu lho")
    assert "1." in said[-1]
    bare.stage.clock.advance(timedelta(minutes=1))
    await bare.says("2")
    assert await bare.rating() == (None, None)


async def test_nor_when_more_was_said_since(bare: Scene) -> None:
    await bare.says(QUESTION)
    bare.stage.clock.advance(timedelta(minutes=1))
    await bare.says(QUESTION)
    bare.stage.clock.advance(timedelta(minutes=1))
    await bare.says("5")
    assert await bare.rating() == (None, None)


async def test_nobody_rates_what_an_officer_talks_about(scene: Scene) -> None:
    await scene.says(QUESTION)
    await scene.execute(
        "INSERT INTO officer (login, name, email, role, created_at)"
        " VALUES ('sari', 'Sari', 'sari@example.go.id', 'officer', now());"
        "UPDATE conversation SET state = 'officer', holder_id = (SELECT id FROM officer) WHERE closed_at IS NULL"
    )
    await scene.says("5")
    assert await scene.rating() == (None, None)


@pytest.mark.parametrize("said", ["4", "⭐⭐⭐⭐"])
async def test_what_an_officer_has_taken_up_again_is_rated_until_they_say_something(
    scene: Scene, said: str
) -> None:
    await scene.execute(
        "INSERT INTO officer (login, name, email, role, created_at)"
        " VALUES ('sari', 'Sari', 'sari@example.go.id', 'officer', now());"
        "UPDATE conversation SET state = 'officer', holder_id = (SELECT id FROM officer), closed_at = NULL"
    )
    assert await scene.says(said) == []  # the officer sees it, and owes nothing; the bot keeps silent
    assert await scene.stage.scalar("SELECT owed_since FROM conversation") is None
    assert await scene.rating() == (4, None)
    assert await scene.conversations() == 1
    request = await scene.stage.scalar(
        "SELECT external_id FROM message JOIN delivery ON message_id = message.id WHERE key = 'rating'"
    )
    await scene.says("Sangat puas", choice=5, replies_to=(str(request),))
    assert await scene.rating() == (5, None)
    await scene.reported()
    await scene.says("Tidak puas", choice=2, replies_to=(str(request),))
    await scene.says("ralat: 1")
    assert await scene.rating() == (5, None)
    await scene.execute("UPDATE rating SET score = NULL")
    scene.stage.clock.advance(timedelta(minutes=1))
    await scene.execute(f"UPDATE conversation SET last_outbound_at = '{scene.stage.clock.now()}'")
    await scene.says("2")
    assert await scene.rating() == (None, None)


async def test_who_rates_what_is_the_bots_again_is_thanked(scene: Scene) -> None:
    await scene.execute("UPDATE conversation SET state = 'bot', holder_id = NULL, closed_at = NULL")
    [thanks] = await scene.says("4")
    assert "4 dari 5" in thanks
    assert await scene.rating() == (4, None)
    scene.stage.clock.advance(timedelta(minutes=1))
    [told] = await scene.says("4")
    assert "4 dari 5" not in told, "it was answered: what is written next is no rating"


async def test_a_rating_with_a_remark_is_thanked_there_too(scene: Scene) -> None:
    await scene.execute("UPDATE conversation SET state = 'bot', holder_id = NULL, closed_at = NULL")
    [thanks] = await scene.says("4 tapi agak lama")
    assert "4 dari 5" in thanks
    assert await scene.rating() == (4, "tapi agak lama")


async def test_what_waited_offers_a_complaint_that_is_taken(bare: Scene) -> None:
    await bare.says(QUESTION)
    bare.stage.clock.advance(timedelta(minutes=1))
    [sorry] = await bare.says("1")
    assert "YA" in sorry
    bare.stage.clock.advance(timedelta(minutes=1))
    await bare.says("YA")
    assert await bare.stage.scalar("SELECT kind FROM ticket") == "pengaduan"


async def test_the_offer_holds_in_what_is_the_bots_again(scene: Scene) -> None:
    await scene.execute("UPDATE conversation SET state = 'bot', holder_id = NULL, closed_at = NULL")
    await scene.says("1")
    scene.stage.clock.advance(timedelta(minutes=1))
    await scene.says("YA")
    assert await scene.stage.scalar("SELECT kind FROM ticket") == "pengaduan"


async def test_the_offer_holds_while_another_conversation_is_open(scene: Scene) -> None:
    request = str(
        await scene.stage.scalar(
            "SELECT external_id FROM message JOIN delivery ON message_id = message.id WHERE key = 'rating'"
        )
    )
    await scene.says(QUESTION)
    scene.stage.clock.advance(timedelta(minutes=1))
    await scene.says("Tidak puas", choice=1, replies_to=(request,))
    scene.stage.clock.advance(timedelta(minutes=1))
    await scene.says("YA")
    assert await scene.stage.scalar("SELECT kind FROM ticket") == "pengaduan"


async def test_a_yes_to_what_was_said_after_the_offer_is_none_to_the_offer(bare: Scene) -> None:
    await bare.says(QUESTION)
    bare.stage.clock.advance(timedelta(minutes=1))
    await bare.says("1")
    bare.stage.clock.advance(timedelta(minutes=1))
    await bare.says(QUESTION)
    await bare.says("YA")
    assert await bare.stage.scalar("SELECT count(*) FROM ticket") == 0


async def test_a_letters_yes_hours_later_is_one_to_the_offer(staged: Staged) -> None:
    async with staged(NOON) as stage:
        desk = set_up(stage, {})
        stage.model.teach(QUESTION, "jangka_waktu", service="konsultasi", mode="online")
        sender = "sri@warga.example"
        await stage.answered(QUESTION, channel="email", sender=sender, subject="Satu")
        await desk.later(hours=1)
        await desk.later(days=6)
        await desk.later(days=1, hours=1)

        async def answered(key: str, words: str) -> None:
            external = str(
                await stage.scalar(
                    f"SELECT external_id FROM message JOIN delivery ON message_id = message.id WHERE key = '{key}'"
                )
            )
            letter = await stage.hear(
                words, channel="email", sender=sender, subject="Re: Satu", replies_to=(external,)
            )
            await stage.answering.answer(letter)
            await stage.deliver_all()

        await answered("rating", "1")
        stage.clock.advance(timedelta(hours=3))
        await answered("rating_sorry", "YA")
        assert await stage.scalar("SELECT kind FROM ticket") == "pengaduan"


async def test_a_survey_that_was_left_asks_nothing(bare: Scene) -> None:
    await bare.says(QUESTION)
    left = '{"filling": {"sheet": 1, "asking": null, "passed": [], "misses": 0, "asked_by": null}}'
    await bare.execute(f"UPDATE conversation SET context = context || '{left}' WHERE closed_at IS NULL")
    bare.stage.clock.advance(timedelta(minutes=1))
    await bare.says("5")
    assert await bare.rating() == (5, None)


async def test_a_button_rates_what_it_is_on(scene: Scene) -> None:
    request = str(
        await scene.stage.scalar(
            "SELECT external_id FROM message JOIN delivery ON message_id = message.id WHERE key = 'rating'"
        )
    )
    await scene.says(QUESTION)  # another conversation goes on
    [thanks] = await scene.says("Sangat puas", choice=5, replies_to=(request,))
    assert "5 dari 5" in thanks
    assert await scene.rating() == (5, None)
    await scene.later(days=1)
    await scene.says("Tidak puas", choice=2, replies_to=(request,))
    assert await scene.rating() == (2, None)
    await scene.reported()
    [told] = await scene.says("Sangat puas", choice=5, replies_to=(request,))
    assert "tidak dapat diubah" in told
    await scene.execute("DELETE FROM report")
    scene.stage.clock.advance(timedelta(days=31))
    await scene.says("Sangat puas", choice=5, replies_to=(request,))
    assert await scene.rating() == (2, None)


async def test_a_button_of_another_message_rates_nothing(scene: Scene) -> None:
    answer = str(await scene.stage.scalar("SELECT external_id FROM message WHERE author = 'bot' LIMIT 1"))
    await scene.says("Biaya", choice=5, replies_to=(answer,))
    assert await scene.rating() == (None, None)
    assert await scene.conversations() == 2


async def test_a_button_of_somebody_elses_request_rates_nothing(scene: Scene) -> None:
    request = str(
        await scene.stage.scalar(
            "SELECT external_id FROM message JOIN delivery ON message_id = message.id WHERE key = 'rating'"
        )
    )
    await scene.stage.hear("Sangat puas", sender="whatsapp:+628111111002", choice=5, replies_to=(request,))
    assert await scene.rating() == (None, None)


async def test_a_letter_rates_the_consultation_of_its_thread(staged: Staged) -> None:
    async with staged(NOON) as stage:
        desk = set_up(stage, {})
        stage.model.teach(QUESTION, "jangka_waktu", service="konsultasi", mode="online")
        sender = "sri@warga.example"
        for subject in ("Satu", "Dua"):
            await stage.answered(QUESTION, channel="email", sender=sender, subject=subject)
            await desk.later(hours=1)
        await desk.later(days=6)
        await desk.later(days=1, hours=1)
        requests = [
            str(each)
            for each in await stage.column(
                "SELECT external_id FROM message JOIN delivery ON message_id = message.id"
                " WHERE key = 'rating' ORDER BY message.id"
            )
        ]
        assert len(requests) == 2
        message = await stage.hear(
            "2", channel="email", sender=sender, subject="Re: Satu", replies_to=(requests[0],)
        )
        await stage.answering.answer(message)
        async with stage.core.database.transaction() as tx:
            rows = await tx.execute(text("SELECT score FROM rating ORDER BY conversation_id"))
            assert list(rows.scalars()) == [2, None]


@pytest.mark.parametrize("said", ["nilai 5 tahun terakhir", "5 kecamatan terpadat", "kurang datanya"])
async def test_a_question_is_none_whatever_number_is_in_it(scene: Scene, said: str) -> None:
    await scene.says(said)
    assert await scene.rating() == (None, None)
    assert await scene.conversations() == 2


@pytest.mark.parametrize("said", ["ya", "Iya kak", "YA", "saya mau mengadu", "mau"])
async def test_who_is_disappointed_and_says_yes_has_a_complaint_opened(scene: Scene, said: str) -> None:
    [sorry] = await scene.says("kecewa")
    assert "YA" in sorry
    [taken] = await scene.says(said)
    assert await scene.stage.scalar("SELECT kind FROM ticket") == "pengaduan"
    number = str(await scene.stage.scalar("SELECT number FROM ticket"))
    assert number in taken
    assert await scene.rating() == (1, None)


@pytest.mark.parametrize(("score", "hours"), [("5", 0), ("1", 2)])
async def test_a_yes_to_nothing_opens_no_complaint(scene: Scene, score: str, hours: int) -> None:
    await scene.says(score)
    await scene.later(hours=hours)
    await scene.says("ya")
    assert await scene.stage.scalar("SELECT count(*) FROM ticket") == 0


async def test_a_yes_to_what_was_asked_since_is_no_complaint(scene: Scene) -> None:
    await scene.says("1")
    await scene.says(QUESTION)
    await scene.says("ya")
    assert await scene.stage.scalar("SELECT count(*) FROM ticket") == 0
