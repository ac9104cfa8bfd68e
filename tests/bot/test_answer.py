"""Step 2: understood, decided, and every effect kept exactly once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import timedelta
from typing import cast

import pytest

from bot.answer import AnswerLater
from bot.presence import Presence
from channels.port import Attachment, Channel, ReplyLimit
from tests.fakes import Stage

Staged = Callable[[], AbstractAsyncContextManager[Stage]]
HOW_LONG = "berapa lama konsultasi online dilayani?"


async def test_an_answer_carries_the_rule_and_its_source(staged: Staged) -> None:
    async with staged() as stage:
        stage.model.teach(HOW_LONG, "jangka_waktu", service="konsultasi", mode="online")
        [reply] = await stage.answered(HOW_LONG)
        days = stage.core.settings.office.services.konsultasi.online_working_days
        assert f"{days} " in reply
        assert "hari kerja" in reply
        assert "Keputusan 16.2/2024, Konsultasi Statistik, Jangka Waktu" in reply


async def test_the_first_reply_introduces_the_bot_and_later_ones_do_not(staged: Staged) -> None:
    async with staged() as stage:
        stage.model.teach(HOW_LONG, "jangka_waktu", service="konsultasi", mode="online")
        [first] = await stage.answered(HOW_LONG)
        [second] = await stage.answered(HOW_LONG)
        assert "asisten otomatis" in first
        assert "disimpan" in first
        assert "PETUGAS" in first
        assert first.endswith(second)
        assert "asisten otomatis" not in second


async def test_whose_mail_was_too_large_is_told_and_answered_by_its_text(staged: Staged) -> None:
    files = (
        Attachment("data.zip", "application/zip"),
        Attachment("surat.eml", "message/rfc822", kind="too_large"),
    )
    async with staged() as stage:
        stage.model.teach(HOW_LONG, "jangka_waktu", service="konsultasi", mode="online")
        [reply] = await stage.answered(
            HOW_LONG, channel="email", sender="budi@example.org", attachments=files
        )
        assert "hari kerja" in reply
        assert "terlalu besar" in reply
        [other] = await stage.answered(
            HOW_LONG, channel="email", sender="siti@example.org", attachments=files[:1]
        )
        assert "terlalu besar" not in other


async def test_what_was_talked_about_is_carried_on(staged: Staged) -> None:
    async with staged() as stage:
        stage.model.teach("syarat konsultasi?", "persyaratan", service="konsultasi")
        stage.model.teach("kalau yang online?", "lanjutan", mode="online")
        stage.model.teach("kalau datang langsung?", "lanjutan", mode="kunjungan")
        stage.model.teach("bayar ga?", "biaya")
        await stage.answered("syarat konsultasi?")
        [online] = await stage.answered("kalau yang online?")
        [visit] = await stage.answered("kalau datang langsung?")
        [cost] = await stage.answered("bayar ga?")
        assert "akun" in online.lower()
        assert "buku tamu" not in online
        assert "buku tamu" in visit
        assert "tidak dipungut biaya" in cost.lower()


async def test_a_message_is_answered_once_however_often_its_job_runs(staged: Staged) -> None:
    async with staged() as stage:
        stage.model.teach(HOW_LONG, "jangka_waktu", service="konsultasi")
        message_id = await stage.hear(HOW_LONG)
        await asyncio.gather(*(stage.answering.answer(message_id) for _ in range(6)))
        assert await stage.scalar("SELECT count(*) FROM delivery") == 1
        assert await stage.scalar("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'deliver'") == 1


async def test_suggestions_are_chosen_by_number(staged: Staged) -> None:
    async with staged() as stage:
        [offer] = await stage.answered("anu itu lho")
        assert "1." in offer
        assert "2." in offer
        [reply] = await stage.answered("2")
        assert "Sumber:" in reply


async def test_a_number_that_is_no_choice_shows_the_choices_again(staged: Staged) -> None:
    async with staged() as stage:
        await stage.answered("anu itu lho")
        [again] = await stage.answered("9")
        assert "1." in again
        [reply] = await stage.answered("yang pertama")
        assert "Sumber:" in reply


async def test_not_understood_again_goes_to_an_officer_with_a_number(staged: Staged) -> None:
    async with staged() as stage:
        await stage.answered("anu itu lho")
        [handed] = await stage.answered("yang anu")
        year = stage.clock.now().year
        assert f"KST-{year}-00001" in handed
        assert await stage.scalar("SELECT reason FROM ticket") == "not_understood"
        assert await stage.scalar("SELECT state FROM conversation") == "waiting"
        [again] = await stage.answered("masih anu")
        assert "nama" in again
        assert await stage.scalar("SELECT count(*) FROM ticket") == 1


async def test_who_asks_for_an_officer_gets_a_ticket_at_once(staged: Staged) -> None:
    async with staged() as stage:
        stage.model.teach("mau bicara dengan petugas", "minta_petugas")
        [reply] = await stage.answered("mau bicara dengan petugas")
        [again] = await stage.answered("mau bicara dengan petugas")
        number = await stage.scalar("SELECT number FROM ticket")
        assert str(number) in reply
        assert str(number) in again
        assert "nama" in reply
        assert "nama" in again


async def test_ticket_numbers_have_no_gaps_and_no_doubles(staged: Staged) -> None:
    async with staged() as stage:
        stage.model.teach("petugas", "minta_petugas")
        ids = [await stage.hear("petugas", sender=f"whatsapp:+6281111110{n:02}") for n in range(12)]
        await asyncio.gather(*(stage.answering.answer(each) for each in ids))
        numbers = await stage.column("SELECT right(number, 5)::int FROM ticket ORDER BY 1")
        assert numbers == list(range(1, 13))


@pytest.mark.parametrize("intent", ["salam", "terima_kasih", "pamit"])
async def test_talk_is_answered_kindly_without_a_source(staged: Staged, intent: str) -> None:
    async with staged() as stage:
        stage.model.teach("halo pak", intent)
        [reply] = await stage.answered("halo pak")
        assert "belum punya jawaban" not in reply
        assert "Sumber:" not in reply
        assert await stage.scalar("SELECT count(*) FROM ticket") == 0


async def test_a_no_at_the_end_of_a_question_is_no_answer_to_anything(staged: Staged) -> None:
    async with staged() as stage:
        stage.model.teach("kalau mau ke sana bayar ga", "tidak")
        [reply] = await stage.answered("kalau mau ke sana bayar ga")
        assert "belum paham" in reply


async def test_out_of_scope_is_refused_politely_without_a_ticket(staged: Staged) -> None:
    async with staged() as stage:
        stage.model.teach("resep rendang dong", "di_luar_topik")
        [reply] = await stage.answered("resep rendang dong")
        assert "di luar layanan" in reply
        assert await stage.scalar("SELECT count(*) FROM ticket") == 0


async def test_an_attachment_alone_reaches_an_officer(staged: Staged) -> None:
    async with staged() as stage:
        [reply] = await stage.answered("", attachments=(Attachment("a.ogg", "audio/ogg", 9000),))
        assert "KST-" in reply
        assert stage.model.asked == []


async def test_a_service_is_answered_with_its_own_rule(staged: Staged) -> None:
    async with staged() as stage:
        stage.model.teach("syarat rekomendasi?", "persyaratan", service="rekomendasi")
        [reply] = await stage.answered("syarat rekomendasi?")
        assert "Rekomendasi Kegiatan Statistik, Persyaratan" in reply
        assert "Konsultasi Statistik" not in reply


async def test_a_topic_nobody_taught_is_not_answered(staged: Staged) -> None:
    async with staged() as stage:
        stage.model.teach("anu bagaimana?", "topik_baru")
        [reply] = await stage.answered("anu bagaimana?")
        assert "belum punya jawaban" in reply
        assert "Sumber:" not in reply


async def test_while_the_model_is_away_the_citizen_is_told_once_and_answered_later(staged: Staged) -> None:
    async with staged() as stage:
        limits = stage.core.settings.office.understanding
        stage.model.teach(HOW_LONG, "jangka_waktu", service="konsultasi")
        stage.model.is_down = True
        message_id = await stage.hear(HOW_LONG)
        with pytest.raises(AnswerLater):
            await stage.answering.answer(message_id)
        assert await stage.scalar("SELECT count(*) FROM delivery") == 0  # a hiccup is nobody's business
        stage.clock.advance(timedelta(seconds=limits.tell_after_seconds))
        for _ in range(3):
            with pytest.raises(AnswerLater):
                await stage.answering.answer(message_id)
        await stage.deliver_all()
        [told] = stage.memory["whatsapp"].take("whatsapp:+628111111001")
        assert "petugas akan melihat" in told
        stage.model.is_down = False
        await stage.answering.answer(message_id)
        await stage.deliver_all()
        [reply] = stage.memory["whatsapp"].take("whatsapp:+628111111001")
        assert "Sumber:" in reply


async def test_a_model_that_stays_away_hands_the_message_to_an_officer(staged: Staged) -> None:
    async with staged() as stage:
        limits = stage.core.settings.office.understanding
        stage.model.is_down = True
        message_id = await stage.hear(HOW_LONG)
        almost = timedelta(minutes=limits.hand_over_after_minutes) - timedelta(seconds=1)
        stage.clock.advance(almost)
        with pytest.raises(AnswerLater):
            await stage.answering.answer(message_id)
        assert await stage.scalar("SELECT count(*) FROM ticket") == 0
        stage.clock.advance(timedelta(seconds=1))
        await stage.answering.answer(message_id)
        assert await stage.scalar("SELECT reason FROM ticket") == "unavailable"
        assert (
            await stage.scalar(
                "SELECT count(*) FROM message WHERE answered_at IS NULL AND author = 'citizen'"
            )
            == 0
        )


async def test_a_mail_is_answered_in_its_thread(staged: Staged) -> None:
    async with staged() as stage:
        stage.model.teach(HOW_LONG, "jangka_waktu", service="konsultasi")
        await stage.answered(HOW_LONG, channel="email", sender="warga@contoh.example", subject="Tanya")
        asked = await stage.scalar("SELECT reply_id FROM message WHERE author = 'citizen'")
        reply = await stage.scalar("SELECT reply_id FROM message WHERE author = 'bot'")
        assert reply == asked
        assert await stage.scalar("SELECT reference_ids[1] FROM message WHERE author = 'bot'") == asked


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


async def test_to_english_the_answer_is_english(staged: Staged) -> None:
    async with staged() as stage:
        stage.model.teach("how much does the consultation cost?", "biaya", service="konsultasi")
        [reply] = await stage.answered("how much does the consultation cost?")
        assert "Source:" in reply
        assert "Sumber:" not in reply


CITIZEN = "whatsapp:+628111111001"
BURST = timedelta(seconds=3)
PHOTO = Attachment("lampiran-1", "image/jpeg", url="https://media.example/1", kind="image")
WAITING = "SELECT count(*) FROM message WHERE answered_at IS NULL AND author = 'citizen'"


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


async def offered(stage: Stage, sender: str = CITIZEN) -> list[str]:
    """Let the bot offer something to choose from, and return the titles in the order of their numbers."""
    await stage.answered("anu itu lho", sender=sender)
    return list(stage.memory["whatsapp"].sent[-1].choices)


async def test_a_tapped_button_is_the_number_it_bears_whatever_its_words_may_mean(staged: Staged) -> None:
    async with staged() as stage:
        titles = await offered(stage)
        assert len(titles) >= 2
        stage.model.teach(titles[1], "di_luar_topik")
        [tapped] = await stage.answered(titles[1], choice=2)
        other = "whatsapp:+628111111002"
        await offered(stage, other)
        [typed] = await stage.answered("2", sender=other)
        assert "Sumber:" in tapped
        assert tapped == typed


@pytest.mark.parametrize("shown", ["whole", "cut", "number"])
async def test_a_button_may_show_the_beginning_of_a_title(staged: Staged, shown: str) -> None:
    async with staged() as stage:
        title = (await offered(stage))[0]
        said = {"whole": title, "cut": title[:6] + "\u2026", "number": "1"}[shown]
        stage.model.teach(said, "di_luar_topik")
        [reply] = await stage.answered(said, choice=1)
        assert "Sumber:" in reply


async def test_a_tap_on_a_list_that_is_gone_is_what_it_says(staged: Staged) -> None:
    async with staged() as stage:
        stage.model.teach("Alamat kantor", "alamat")
        [first] = await stage.answered("Alamat kantor", choice=2)
        assert "Merapi" in first
        await offered(stage)
        [again] = await stage.answered("Alamat kantor", choice=2)
        assert again in first


async def test_a_tap_works_while_the_model_is_away(staged: Staged) -> None:
    async with staged() as stage:
        titles = await offered(stage)
        stage.model.is_down = True
        [reply] = await stage.answered(titles[0], choice=1)
        assert "Sumber:" in reply


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


class Watched:
    """A channel that notes for which messages it was to show that somebody is typing."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self.typed: list[str] = []

    def __getattr__(self, name: str) -> object:
        return getattr(self._channel, name)

    async def typing(self, external_id: str) -> None:
        self.typed.append(external_id)


async def test_who_has_to_wait_sees_once_that_somebody_is_typing(staged: Staged) -> None:
    async with staged() as stage:
        watched = Watched(stage.memory["whatsapp"])
        presence = Presence({"whatsapp": cast("Channel", watched)})
        answering = replace(stage.answering, burst=BURST, presence=presence)
        stage.model.teach("biaya konsultasi?", "biaya", service="konsultasi")
        await answering.answer(await stage.hear("biaya konsultasi?"))
        assert watched.typed == []  # answered at once
        stage.model.is_down = True
        message_id = await stage.hear("biaya konsultasi?", external_id="SM7")
        for _ in range(3):
            with pytest.raises(AnswerLater):
                await answering.answer(message_id)
        assert watched.typed == ["SM7"]


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
