"""Step 2: understood, decided, and every effect kept exactly once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import pytest

from channels.port import Attachment
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


async def test_a_mail_is_answered_in_its_thread(staged: Staged) -> None:
    async with staged() as stage:
        stage.model.teach(HOW_LONG, "jangka_waktu", service="konsultasi")
        await stage.answered(HOW_LONG, channel="email", sender="warga@contoh.example", subject="Tanya")
        asked = await stage.scalar("SELECT reply_id FROM message WHERE author = 'citizen'")
        reply = await stage.scalar("SELECT reply_id FROM message WHERE author = 'bot'")
        assert reply == asked
        assert await stage.scalar("SELECT reference_ids[1] FROM message WHERE author = 'bot'") == asked


async def test_to_english_the_answer_is_english(staged: Staged) -> None:
    async with staged() as stage:
        stage.model.teach("how much does the consultation cost?", "biaya", service="konsultasi")
        [reply] = await stage.answered("how much does the consultation cost?")
        assert "Source:" in reply
        assert "Sumber:" not in reply
