"""What is said in one breath is answered at once: greetings before questions, albums, words after pictures."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.answer import AnswerLater
from channels.port import Attachment
from tests.fakes import Stage

Staged = Callable[[], AbstractAsyncContextManager[Stage]]
CITIZEN = "whatsapp:+628111111001"
BURST = timedelta(seconds=3)
PHOTO = Attachment("lampiran-1", "image/jpeg", url="https://media.example/1", kind="image")
WAITING = "SELECT count(*) FROM message WHERE answered_at IS NULL AND author = 'citizen'"


async def test_a_greeting_waits_for_the_question_that_follows_in_the_same_breath(staged: Staged) -> None:
    async with staged() as stage:
        answering = replace(stage.answering, burst=timedelta(seconds=3))
        stage.model.teach("halo", "salam")
        stage.model.teach("biaya konsultasi?", "biaya", service="konsultasi")
        stage.model.teach("halo\nbiaya konsultasi?", "biaya", 0.4, service="konsultasi")
        first = await stage.hear("halo")
        with pytest.raises(AnswerLater) as later:
            await answering.answer(first)
        assert 0 < later.value.seconds <= 3
        second = await stage.hear("biaya konsultasi?")
        stage.clock.advance(timedelta(seconds=3))
        await answering.answer(first)
        await answering.answer(second)
        await stage.deliver_all()
        [reply] = stage.memory["whatsapp"].take("whatsapp:+628111111001")
        assert "tidak dipungut biaya" in reply
        assert (
            await stage.scalar(
                "SELECT count(*) FROM message WHERE answered_at IS NULL AND author = 'citizen'"
            )
            == 0
        )


async def test_a_greeting_that_nothing_follows_is_answered_after_its_pause(staged: Staged) -> None:
    async with staged() as stage:
        answering = replace(stage.answering, burst=timedelta(seconds=3))
        stage.model.teach("halo", "salam")
        first = await stage.hear("halo")
        stage.clock.advance(timedelta(seconds=3))
        await answering.answer(first)
        await stage.deliver_all()
        assert "Halo!" in stage.memory["whatsapp"].take("whatsapp:+628111111001")[0]


async def test_a_clear_question_does_not_wait(staged: Staged) -> None:
    async with staged() as stage:
        answering = replace(stage.answering, burst=timedelta(seconds=3))
        stage.model.teach("biaya konsultasi?", "biaya", service="konsultasi")
        await answering.answer(await stage.hear("biaya konsultasi?"))
        assert await stage.scalar("SELECT count(*) FROM delivery") == 1


async def test_an_album_is_one_turn_with_one_ticket(staged: Staged) -> None:
    """Every picture is a webhook of its own, and so a message with a job of its own."""
    async with staged() as stage:
        answering = replace(stage.answering, burst=BURST)
        pictures = [await stage.hear("", attachments=(PHOTO,)) for _ in range(4)]
        with pytest.raises(AnswerLater) as later:
            await answering.answer(pictures[0])
        assert 0 < later.value.seconds <= BURST.total_seconds()
        stage.clock.advance(BURST)
        for each in pictures:
            await answering.answer(each)
        await stage.deliver_all()
        assert len(stage.memory["whatsapp"].take(CITIZEN)) == 1
        assert await stage.scalar("SELECT count(*) FROM ticket") == 1
        assert await stage.scalar(WAITING) == 0


async def test_words_that_follow_a_picture_are_about_it(staged: Staged) -> None:
    async with staged() as stage:
        answering = replace(stage.answering, burst=BURST)
        stage.model.teach("biaya konsultasi?", "biaya", service="konsultasi")
        picture = await stage.hear("", attachments=(PHOTO,))
        words = await stage.hear("biaya konsultasi?")
        stage.clock.advance(BURST)
        await answering.answer(picture)
        await answering.answer(words)
        await stage.deliver_all()
        [reply] = stage.memory["whatsapp"].take(CITIZEN)
        assert "tidak dipungut biaya" in reply
        assert await stage.scalar(WAITING) == 0


async def test_the_rest_of_an_album_belongs_to_the_picture_that_has_the_words(staged: Staged) -> None:
    async with staged() as stage:
        answering = replace(stage.answering, burst=BURST)
        stage.model.teach("mau bicara dengan petugas", "minta_petugas")
        first = await stage.hear("mau bicara dengan petugas", attachments=(PHOTO,))
        second = await stage.hear("", attachments=(PHOTO,))
        with pytest.raises(AnswerLater):
            await answering.answer(first)
        stage.clock.advance(BURST)
        await answering.answer(first)
        await answering.answer(second)
        assert await stage.scalar("SELECT count(*) FROM delivery") == 1
        assert await stage.scalar("SELECT count(*) FROM ticket") == 1


async def test_what_stands_by_itself_is_not_drawn_into_an_album(staged: Staged) -> None:
    async with staged() as stage:
        answering = replace(stage.answering, burst=BURST)
        picture = await stage.hear("", attachments=(PHOTO,))
        wish = await stage.hear("STOP")
        after = await stage.hear("", attachments=(PHOTO,))
        stage.clock.advance(BURST)
        await answering.answer(picture)
        assert await stage.scalar(WAITING) == 2
        await answering.answer(wish)
        await answering.answer(after)
        assert await stage.scalar(WAITING) == 0
        assert await stage.scalar("SELECT opted_out_at FROM contact") is not None


async def test_a_mail_with_an_attachment_does_not_wait(staged: Staged) -> None:
    async with staged() as stage:
        answering = replace(stage.answering, burst=BURST)
        mail = await stage.hear("", channel="email", sender="warga@contoh.example", attachments=(PHOTO,))
        await answering.answer(mail)
        assert await stage.scalar("SELECT count(*) FROM ticket") == 1


async def test_a_typed_number_does_not_wait_for_more(staged: Staged) -> None:
    async with staged() as stage:
        await stage.answered("anu itu lho")
        answering = replace(stage.answering, burst=BURST)
        await answering.answer(await stage.hear("1"))
        assert await stage.scalar(WAITING) == 0
