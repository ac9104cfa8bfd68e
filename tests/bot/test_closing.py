"""Silence: one warning, one end, one request for a rating, and never while the office owes an answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from bot.assembly import counter, duties
from bot.closing import Closing
from bot.desk.desk import StoredDesk
from bot.store import silence
from handoff.dates import long_day
from handoff.ports.desk import Reply
from handoff.ports.values import Officer
from tests.fakes import Stage

Staged = Callable[[], AbstractAsyncContextManager[Stage]]
QUESTION = "berapa lama konsultasi online dilayani?"
PERSON = "whatsapp:+628111111001"
ZONE = ZoneInfo("Asia/Jakarta")
RATING_PAGE = "https://pst.example.go.id/nilai"


@dataclass(frozen=True, slots=True)
class Scene:
    """A stage on which time is tended."""

    stage: Stage
    closing: Closing

    async def later(self, **span: float) -> list[str]:
        """Let time pass, tend what is due as a tick does, and return what the citizen was sent."""
        self.stage.clock.advance(timedelta(**span))
        return await self.tick()

    async def tick(self) -> list[str]:
        """Tend until nothing is due any more."""
        for _ in range(10):
            due = await self.closing.due(most=100)
            if not due:
                break
            for conversation_id in due:
                await self.closing.tend(conversation_id)
        else:
            raise AssertionError("the same conversation is due again and again")
        await self.stage.deliver_all()
        return self.stage.memory["whatsapp"].take(PERSON)

    async def state(self) -> tuple[object, object]:
        """Return the newest conversation's state, and how it was closed."""
        row = "SELECT {} FROM conversation ORDER BY id DESC LIMIT 1"
        return await self.stage.scalar(row.format("state")), await self.stage.scalar(row.format("closed_how"))


@pytest.fixture
async def scene(staged: Staged) -> AsyncIterator[Scene]:
    async with staged() as stage:
        tomorrow = stage.clock.now().astimezone(ZONE).date() + timedelta(days=1)
        stage.clock.advance(datetime.combine(tomorrow, time(12), tzinfo=ZONE) - stage.clock.now())
        stage.model.teach(QUESTION, "jangka_waktu", service="konsultasi", mode="online")
        yield Scene(stage, replace(duties.closing(stage.core), rating_page=RATING_PAGE))


async def test_an_answer_that_nobody_goes_on_with_is_warned_of_closed_and_rated(scene: Scene) -> None:
    await scene.stage.answered(QUESTION)
    closes_on = scene.stage.clock.now().astimezone(ZONE).date() + timedelta(days=7)
    assert await scene.later(days=5, hours=23) == []
    [warning] = await scene.later(hours=1)
    assert long_day(closes_on, "id") in warning
    assert await scene.later(hours=23) == []
    assert (await scene.state())[0] != "closed"
    closing, rating = await scene.later(hours=1)
    assert "7 hari" in closing
    assert f"{RATING_PAGE}/" in rating
    assert await scene.state() == ("closed", "idle")
    assert await scene.later(days=30) == []


async def test_who_writes_after_the_warning_is_kept_and_warned_anew(scene: Scene) -> None:
    await scene.stage.answered(QUESTION)
    [_warning] = await scene.later(days=6)
    scene.stage.clock.advance(timedelta(hours=5))
    await scene.stage.answered(QUESTION)
    assert await scene.later(days=5, hours=23) == []
    assert len(await scene.later(hours=1)) == 1
    assert len(await scene.later(days=1)) == 2


async def test_nothing_is_closed_while_an_officers_answer_is_owed(scene: Scene) -> None:
    await scene.stage.answered("mau bicara dengan petugas")
    await scene.stage.answered("anu itu lho")
    await scene.stage.answered("yang anu")
    assert await scene.stage.scalar("SELECT count(*) FROM ticket") == 1
    assert await scene.later(days=40) == []
    assert (await scene.state())[0] != "closed"


async def test_an_answer_that_was_not_sent_is_owed(scene: Scene) -> None:
    await scene.stage.answering.answer(await scene.stage.hear(QUESTION))
    for conversation in await scene.stage.column("SELECT id FROM conversation"):
        await scene.closing.tend(conversation)
    scene.stage.clock.advance(timedelta(days=20))
    assert await scene.closing.due(most=10) == []
    # Sent at last, the silence begins then.
    await scene.stage.deliver_all()
    scene.stage.memory["whatsapp"].take(PERSON)
    assert await scene.later(days=5) == []
    assert len(await scene.later(days=1)) == 1


async def test_at_night_a_conversation_ends_and_its_notices_wait_for_the_morning(scene: Scene) -> None:
    scene.stage.clock.advance(timedelta(hours=11))  # 23.00
    await scene.stage.answered(QUESTION)
    assert await scene.later(days=6) == []
    [_warning] = await scene.later(hours=9)  # 08.00 on the next day
    assert await scene.later(hours=15) == []  # 23.00, seven days after the answer
    assert await scene.state() == ("closed", "idle")
    assert await scene.later(hours=8, minutes=59) == []
    assert len(await scene.later(minutes=1)) == 2


async def test_any_number_of_schedulers_do_it_once(scene: Scene) -> None:
    await scene.stage.answered(QUESTION)
    scene.stage.clock.advance(timedelta(days=6))
    [conversation] = await scene.closing.due(most=10)
    await asyncio.gather(*(scene.closing.tend(conversation) for _ in range(6)))
    assert len(await scene.tick()) == 1
    scene.stage.clock.advance(timedelta(days=1))
    await asyncio.gather(*(scene.closing.tend(conversation) for _ in range(6)))
    assert len(await scene.tick()) == 2


async def test_missed_ticks_are_caught_up_without_a_warning_that_comes_too_late(scene: Scene) -> None:
    await scene.stage.answered(QUESTION)
    said = await scene.later(days=12)
    assert [("kami tutup" in each) or ("Seberapa puas" in each) for each in said] == [True, True]


async def test_what_an_officer_holds_back_stays_open(scene: Scene) -> None:
    await scene.stage.answered(QUESTION)
    async with scene.stage.core.database.transaction() as tx:
        await tx.execute(text("UPDATE conversation SET kept_open_at = opened_at, kept_open_reason = 'uji'"))
    assert await scene.later(days=20) == []
    async with scene.stage.core.database.transaction() as tx:
        await tx.execute(
            text("UPDATE conversation SET kept_open_at = NULL, released_at = :now"),
            {"now": scene.stage.clock.now()},
        )
    assert await scene.tick() == []
    assert len(await scene.later(days=6)) == 1
    assert len(await scene.later(days=1)) == 2


async def test_what_is_held_back_no_longer_still_owes_an_answer_that_did_not_arrive(scene: Scene) -> None:
    await scene.stage.answered(QUESTION)
    now = scene.stage.clock.now()
    async with scene.stage.core.database.transaction() as tx:
        await tx.execute(text("UPDATE delivery SET state = 'failed', sent_at = NULL"))
        [place] = (await tx.execute(text("SELECT id FROM conversation"))).scalars()
        sari = await _officer(scene.stage)
        await silence.keep_open(tx, place, officer_id=sari.id, reason="uji", now=now)
        scene.stage.clock.advance(timedelta(days=2))
        assert await silence.let_close(tx, place, now=scene.stage.clock.now())
    assert await scene.later(days=20) == []
    assert (await scene.state())[0] != "closed"


async def closed_and_asked(scene: Scene) -> None:
    await scene.stage.answered(QUESTION)
    await scene.later(days=6)
    assert len(await scene.later(days=1)) == 2


async def test_a_form_that_nobody_goes_on_with_ends_and_its_ticket_stays(scene: Scene) -> None:
    stage = scene.stage
    await stage.answered("anu itu lho")
    await stage.answered("yang anu")
    assert await stage.scalar("SELECT state FROM ticket") == "requirements"
    await scene.later(days=2, hours=23)
    form = "SELECT count(*) FROM conversation WHERE jsonb_typeof(context -> 'form') = 'object'"
    assert await stage.scalar(form) == 1
    assert await scene.later(hours=2) == []
    assert await stage.scalar(form) == 0
    assert await stage.scalar("SELECT closed_at FROM ticket") is None
    stage.model.teach(QUESTION, "jangka_waktu", service="konsultasi", mode="online")
    [reply] = await stage.answered(QUESTION)
    assert "hari kerja" in reply


async def test_what_an_officer_says_needs_no_reply_ends_without_a_word(scene: Scene) -> None:
    await scene.stage.hear("Promo besar-besaran!")
    async with scene.stage.core.database.transaction() as tx:
        await tx.execute(text("UPDATE message SET answered_at = created_at"))
        await tx.execute(text("UPDATE conversation SET owed_since = opened_at"))
        await tx.execute(text("UPDATE conversation SET owed_since = NULL"))
    assert await scene.tick() == []
    assert await scene.later(days=6, hours=23) == []
    assert (await scene.state())[0] != "closed"
    assert await scene.later(hours=2) == []
    assert await scene.state() == ("closed", "idle")


async def test_another_kind_of_ticket_has_other_days(scene: Scene) -> None:
    await scene.stage.answered(QUESTION)
    async with scene.stage.core.database.transaction() as tx:
        await tx.execute(
            text(
                "INSERT INTO ticket (number, kind, state, reason, conversation_id, opened_at)"
                " SELECT 'PJL-2026-00001', 'penjualan', 'work', 'asked', id, opened_at FROM conversation"
            )
        )
    assert await scene.later(days=10) == []
    async with scene.stage.core.database.transaction() as tx:
        await tx.execute(text("UPDATE ticket SET kind = 'konsultasi'"))
        await tx.execute(
            text(
                "INSERT INTO ticket_change (ticket_id, at, actor, what, before, after)"
                " SELECT id, :now, 'officer', 'kind', 'penjualan', 'konsultasi' FROM ticket"
            ),
            {"now": scene.stage.clock.now()},
        )
    closes_on = scene.stage.clock.now().astimezone(ZONE).date() + timedelta(days=1)
    [warning] = await scene.tick()
    assert long_day(closes_on, "id") in warning
    assert await scene.later(hours=23) == []
    assert (await scene.state())[0] != "closed"
    assert len(await scene.later(hours=1)) == 2
    assert await scene.state() == ("closed", "idle")


async def test_a_rating_belongs_to_the_consultation_that_was_closed(scene: Scene) -> None:
    await closed_and_asked(scene)
    [thanks] = await scene.stage.answered("4 tapi agak lama")
    assert "4 dari 5" in thanks
    assert await scene.stage.scalar("SELECT count(*) FROM conversation") == 1
    assert await scene.stage.scalar("SELECT score || ' ' || comment FROM rating") == "4 tapi agak lama"
    assert await scene.state() == ("closed", "idle")
    assert await scene.later(days=30) == []


async def test_who_is_disappointed_is_told_how_to_complain(scene: Scene) -> None:
    await closed_and_asked(scene)
    [sorry] = await scene.stage.answered("kecewa")
    assert "mengadu" in sorry
    await scene.stage.answered("saya mau mengadu, petugasnya lama sekali membalas")
    assert await scene.stage.scalar("SELECT kind FROM ticket") == "pengaduan"


async def test_after_the_rating_a_number_is_a_new_question(scene: Scene) -> None:
    await closed_and_asked(scene)
    await scene.stage.answered("5")
    scene.stage.clock.advance(timedelta(hours=2))
    await scene.stage.answered("3")
    assert await scene.stage.scalar("SELECT score FROM rating") == 5
    assert await scene.stage.scalar("SELECT count(*) FROM conversation") == 2


async def test_two_ratings_at_once_are_one_and_the_later_counts(scene: Scene) -> None:
    await closed_and_asked(scene)
    first, second = await scene.stage.hear("2"), await scene.stage.hear("4")
    await scene.stage.answering.answer(first)
    await scene.stage.answering.answer(second)
    assert await scene.stage.scalar("SELECT score FROM rating") == 4
    assert await scene.stage.scalar("SELECT count(*) FROM conversation") == 1


async def test_a_question_after_the_closing_is_a_new_conversation(scene: Scene) -> None:
    await closed_and_asked(scene)
    [reply] = await scene.stage.answered(QUESTION)
    assert "hari kerja" in reply
    assert await scene.stage.scalar("SELECT count(*) FROM conversation") == 2
    assert await scene.stage.scalar("SELECT score FROM rating") is None


async def test_a_number_in_an_open_conversation_answers_what_was_asked_there(scene: Scene) -> None:
    await closed_and_asked(scene)
    [offer] = await scene.stage.answered("anu itu lho")
    assert "1." in offer
    [reply] = await scene.stage.answered("2")
    assert "Sumber:" in reply
    assert await scene.stage.scalar("SELECT score FROM rating") is None


async def test_who_has_enough_is_asked_at_once_and_thanks_are_no_answer_to_it(scene: Scene) -> None:
    stage = scene.stage
    await stage.answered("saya mau bicara dengan petugas")
    await stage.answered("anu itu lho")
    await stage.answered("yang anu")
    assert await stage.scalar("SELECT count(*) FROM ticket") == 1
    [gentle] = await stage.answered("masalah saya sudah selesai, sudah cukup")
    assert "KST-" in gentle
    assert await stage.scalar("SELECT state FROM ticket") == "done"
    await stage.answered("halo juga")  # a conversation of its own, answered before the request went out
    [rating] = await scene.tick()
    assert "Seberapa puas" in rating
    [thanks] = await stage.answered("5")
    assert "5 dari 5" in thanks
    assert await stage.scalar("SELECT score FROM rating") == 5


async def test_a_request_is_answered_in_its_time(scene: Scene) -> None:
    await closed_and_asked(scene)
    scene.stage.clock.advance(timedelta(days=scene.stage.core.settings.office.silence.rating_days, minutes=1))
    await scene.stage.answered("5")
    assert await scene.stage.scalar("SELECT score FROM rating") is None


async def test_what_was_being_answered_at_a_tick_and_needs_no_answer_is_looked_at_again(scene: Scene) -> None:
    await scene.stage.answered(QUESTION)
    await scene.tick()
    async with scene.stage.core.database.transaction() as tx:
        await tx.execute(
            text(
                "INSERT INTO officer (login, name, email, role, created_at)"
                " VALUES ('sari', 'Sari', 'sari@example.go.id', 'officer', :now)"
            ),
            {"now": scene.stage.clock.now()},
        )
        await tx.execute(
            text("UPDATE conversation SET state = 'officer', holder_id = (SELECT id FROM officer)")
        )
    scene.stage.clock.advance(timedelta(days=6))
    thanks = await scene.stage.hear("ok terima kasih")
    assert await scene.tick() == []
    await scene.stage.answering.answer(thanks)
    assert len(await scene.later(days=6, hours=1)) == 1
    assert len(await scene.later(days=1)) == 2
    assert await scene.state() == ("closed", "idle")


async def test_a_ticket_that_goes_on_in_another_conversation_is_not_silent(scene: Scene) -> None:
    stage, desk = scene.stage, counter.desk(scene.stage.core)
    await stage.answered("mau bicara dengan petugas")
    await stage.answered("anu itu lho")
    await stage.answered("yang anu")
    [here] = await stage.column("SELECT conversation_id FROM ticket")
    sari = await _officer(stage)
    await _reply(stage, desk, sari, here, "Data yang mana?")
    # The same person writes a mail, which the same officer has taken over.
    mail = {"channel": "email", "sender": "warga@example.org", "subject": "Data"}
    await stage.answered(QUESTION, **mail)
    [there] = await stage.column("SELECT max(id) FROM conversation")
    async with stage.core.database.transaction() as tx:
        await tx.execute(text("UPDATE contact SET person_id = (SELECT min(id) FROM person)"))
    await desk.claim(sari, there)
    stage.clock.advance(timedelta(days=4))
    await stage.answered("tahun 2020", **mail, replies_to=(stage.memory["email"].last_id[mail["sender"]],))
    assert await scene.later(days=30) == []
    assert await stage.scalar("SELECT closed_at FROM ticket") is None
    await _reply(stage, desk, sari, there, "Berikut datanya.")
    assert await scene.later(days=5, hours=23) == []
    # The warning and the end come where the ticket is, after the silence of both.
    assert len(await scene.later(hours=1)) == 1
    assert len(await scene.later(days=1)) == 2
    assert await stage.scalar("SELECT state FROM ticket") == "idle"


async def _officer(stage: Stage) -> Officer:
    async with stage.core.database.transaction() as tx:
        made = await tx.execute(
            text(
                "INSERT INTO officer (login, name, email, role, created_at)"
                " VALUES ('sari', 'Sari', 'sari@example.go.id', 'officer', :now) RETURNING id"
            ),
            {"now": stage.clock.now()},
        )
    return Officer(made.scalar_one(), "sari", "Sari", "sari@example.go.id", "officer")


async def _reply(stage: Stage, desk: StoredDesk, officer: Officer, place: int, words: str) -> None:
    [seen] = await stage.column("SELECT max(id) FROM message")
    await desk.reply(officer, place, Reply(words, seen=seen))
    await stage.deliver_all()
    stage.memory["whatsapp"].take(PERSON)


async def _asked_for(scene: Scene) -> tuple[StoredDesk, Officer, int]:
    """Have a ticket whose clock runs, and an officer."""
    stage, desk = scene.stage, counter.desk(scene.stage.core)
    for words in ("mau bicara dengan petugas", "anu itu lho", "yang anu"):
        await stage.answered(words)
    async with stage.core.database.transaction() as tx:
        await tx.execute(text("UPDATE ticket SET clear_at = opened_at"))
    stage.memory["whatsapp"].take(PERSON)
    return desk, await _officer(stage), int(str(await stage.scalar("SELECT conversation_id FROM ticket")))


async def test_a_deadline_waits_for_whoever_was_answered_and_says_nothing_more(scene: Scene) -> None:
    desk, sari, place = await _asked_for(scene)
    await _reply(scene.stage, desk, sari, place, "Berikut datanya.")
    await scene.later(days=6)
    await scene.later(days=1)
    assert await scene.stage.scalar("SELECT state FROM ticket") == "idle"
    assert await scene.stage.scalar("SELECT due_at > closed_at FROM ticket") is True


async def test_a_deadline_that_was_missed_before_the_answer_stays_missed(scene: Scene) -> None:
    desk, sari, place = await _asked_for(scene)
    scene.stage.clock.advance(timedelta(days=30))
    await _reply(scene.stage, desk, sari, place, "Berikut datanya.")
    await scene.later(days=6)
    await scene.later(days=1)
    assert await scene.stage.scalar("SELECT state FROM ticket") == "idle"
    assert await scene.stage.scalar("SELECT due_at < answered_at FROM ticket") is True


async def test_what_an_officer_adds_after_the_end_is_no_consultation_of_its_own(scene: Scene) -> None:
    desk, sari, place = await _asked_for(scene)
    [seen] = await scene.stage.column("SELECT max(id) FROM message")
    await desk.reply(sari, place, Reply("Berikut datanya.", seen=seen, then="close"))
    await scene.stage.deliver_all()
    assert any("Seberapa puas" in said for said in await scene.tick())
    scene.stage.clock.advance(timedelta(hours=1))
    await _reply(scene.stage, desk, sari, place, "Satu hal lagi: tabelnya diperbarui.")
    [warning] = await scene.later(days=6)
    [closing] = await scene.later(days=1)
    assert ("akan kami tutup" in warning, "kami tutup karena" in closing) == (True, True)
    assert await scene.stage.column("SELECT conversation_id FROM rating") == [place]


async def test_an_end_is_rated_once_the_answer_it_came_with_has_arrived(scene: Scene) -> None:
    stage, desk = scene.stage, counter.desk(scene.stage.core)
    sari = await _officer(stage)
    heard = await stage.hear("Selamat siang")
    place = int(str(await stage.scalar("SELECT id FROM conversation")))
    await desk.claim(sari, place)
    await stage.answering.answer(heard)
    [seen] = await stage.column("SELECT max(id) FROM message")
    await desk.reply(sari, place, Reply("Selamat siang, Ibu. Sampai jumpa.", seen=seen, then="close"))
    for conversation_id in await scene.closing.due(most=100):
        await scene.closing.tend(conversation_id)
    assert await stage.column("SELECT officer_id FROM rating") == []
    await stage.deliver_all()
    assert "Seberapa puas" in (await scene.later(minutes=5))[-1]
    assert await stage.column("SELECT officer_id FROM rating") == [sari.id]


async def test_what_ends_by_night_is_not_told_of_in_the_midst_of_what_the_citizen_then_begins(
    scene: Scene,
) -> None:
    scene.stage.clock.advance(timedelta(hours=11))  # 23.00
    await scene.stage.answered(QUESTION)
    await scene.later(days=6)
    await scene.later(hours=9)
    assert await scene.later(hours=15) == []  # 23.00, seven days after the answer
    assert await scene.state() == ("closed", "idle")
    scene.stage.clock.advance(timedelta(minutes=5))
    await scene.stage.answered(QUESTION)
    [rating] = await scene.later(hours=8, minutes=55)
    assert "Seberapa puas" in rating
    assert await scene.stage.scalar(
        "SELECT state || ': ' || failure FROM delivery WHERE key = 'closing'"
    ) == ("failed: Tidak diperlukan lagi: warga sudah menulis")
