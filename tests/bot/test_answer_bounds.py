"""Where answering ends: who wants no notices, floods, and machines that answer each other."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import timedelta

import pytest

from channels.port import ReplyLimit
from tests.fakes import Stage

Staged = Callable[[], AbstractAsyncContextManager[Stage]]
HOW_LONG = "berapa lama konsultasi online dilayani?"
CITIZEN = "whatsapp:+628111111001"
WAITING = "SELECT count(*) FROM message WHERE answered_at IS NULL AND author = 'citizen'"


async def test_stop_is_confirmed_once_and_questions_are_answered_all_the_same(staged: Staged) -> None:
    async with staged() as stage:
        stage.model.is_down = True  # it is not needed
        [stopped] = await stage.answered("STOP")
        assert "MULAI" in stopped
        assert "tetap kami jawab" in stopped
        opted_out_at = await stage.scalar("SELECT opted_out_at FROM contact")
        assert opted_out_at is not None
        stage.clock.advance(timedelta(days=1))
        await stage.answered("berhenti")
        assert await stage.scalar("SELECT opted_out_at FROM contact") == opted_out_at
        stage.model.is_down = False
        stage.model.teach(HOW_LONG, "jangka_waktu", service="konsultasi")
        [reply] = await stage.answered(HOW_LONG)
        assert "Sumber:" in reply
        [started] = await stage.answered("Mulai")
        assert "BERHENTI" in started
        assert await stage.scalar("SELECT opted_out_at FROM contact") is None
        assert await stage.scalar("SELECT count(*) FROM ticket") == 0
        assert stage.model.asked == [HOW_LONG]


async def test_what_a_messaging_service_says_of_opting_out_counts_in_any_words(staged: Staged) -> None:
    async with staged() as stage:
        [reply] = await stage.answered("sudah cukup ya", kind="stop")
        assert "pemberitahuan" in reply
        assert await stage.scalar("SELECT opted_out_at FROM contact") is not None


async def test_the_confirmation_speaks_the_language_of_the_conversation(staged: Staged) -> None:
    async with staged() as stage:
        stage.model.teach("how much does the consultation cost?", "biaya", service="konsultasi")
        await stage.answered("how much does the consultation cost?")
        [reply] = await stage.answered("BERHENTI")
        assert "notices" in reply


async def test_of_a_flood_the_citizen_hears_once_and_an_officer_of_everything(staged: Staged) -> None:
    async with staged() as stage:
        most, now = stage.core.settings.office.understanding.flood_messages, stage.clock.now()
        stage.model.teach("tanya", "salam")
        ids = [await stage.hear("tanya", at=now) for _ in range(most + 8)]
        for each in ids:
            await stage.answering.answer(each)
        await stage.deliver_all()
        replies = stage.memory["whatsapp"].take(CITIZEN)
        assert len(replies) == most + 1
        assert "Mohon tunggu" in replies[-1]
        assert not any("Mohon tunggu" in reply for reply in replies[:-1])
        assert await stage.scalar("SELECT reason FROM ticket") == "flood"
        assert await stage.scalar("SELECT count(*) FROM event WHERE kind = 'flood'") == 1
        assert await stage.scalar(WAITING) == 0
        assert await stage.scalar("SELECT count(*) FROM message WHERE understood ? 'flood'") == 8
        # Quiet again: another one is answered, and another flood is another event and no other ticket.
        later = now + timedelta(seconds=stage.core.settings.office.understanding.flood_seconds)
        ids = [await stage.hear("tanya", at=later) for _ in range(most + 1)]
        for each in ids:
            await stage.answering.answer(each)
        await stage.deliver_all()
        replies = stage.memory["whatsapp"].take(CITIZEN)
        assert len(replies) == most + 1
        assert str(await stage.scalar("SELECT number FROM ticket")) in replies[-1]
        assert await stage.scalar("SELECT count(*) FROM event WHERE kind = 'flood'") == 2


async def test_the_one_too_many_is_a_floods_also_when_it_is_answered_after_its_end(staged: Staged) -> None:
    async with staged() as stage:
        most, now = stage.core.settings.office.understanding.flood_messages, stage.clock.now()
        ids = [await stage.hear("tanya", at=now) for _ in range(most + 1)]
        later = now + timedelta(seconds=stage.core.settings.office.understanding.flood_seconds)
        await stage.hear("halo?", at=later)
        await stage.answering.answer(ids[-1])
        assert await stage.scalar("SELECT reason FROM ticket") == "flood"


@pytest.mark.parametrize(("limit", "one_thread"), [(ReplyLimit(9, 2), True), (ReplyLimit(2, 9), False)])
async def test_too_many_automatic_replies_end_in_silence_and_an_officer_knows(
    staged: Staged, limit: ReplyLimit, one_thread: bool
) -> None:
    """Two machines that answer each other, whatever marks they lack; a person's question is not lost."""
    who = {"channel": "email", "sender": "mesin@contoh.example"}
    async with staged() as stage:
        stage.model.teach("biaya konsultasi?", "biaya")
        answering = replace(stage.answering, reply_limits={"email": limit})

        async def exchange() -> int:
            last = stage.memory["email"].last_id.get(who["sender"])
            replies_to = (last,) if last and one_thread else ()
            await answering.answer(await stage.hear("biaya konsultasi?", replies_to=replies_to, **who))
            await stage.deliver_all()
            return len(stage.memory["email"].take(who["sender"]))

        assert [await exchange() for _ in range(4)] == [1, 1, 0, 0]
        assert (
            await stage.scalar(
                "SELECT count(*) FROM message WHERE answered_at IS NULL AND author = 'citizen'"
            )
            == 0
        )
        tickets = 1 if one_thread else 2
        assert await stage.scalar("SELECT count(*) FROM ticket WHERE reason = 'limit'") == tickets
        limits = "SELECT detail ->> 'limit' FROM event WHERE kind = 'mail_limit'"
        assert [str(each) for each in await stage.column(limits)] == [
            "thread" if one_thread else "day"
        ] * tickets
        # Others are answered; and so is this one the day after, in a conversation of its own.
        assert (
            len(await stage.answered("biaya konsultasi?", channel="email", sender="lain@contoh.example")) == 1
        )
        stage.clock.advance(timedelta(hours=24, seconds=1))
        one_thread = False
        assert await exchange() == 1
