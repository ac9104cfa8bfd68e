"""What a citizen says of a ticket is understood, told to its owner only, and never said again and again."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from channels.port import Attachment
from tests.fakes import Stage

Staged = Callable[..., AbstractAsyncContextManager[Stage]]
OFFICER = "mau bicara dengan petugas"
MONDAY = datetime(2026, 11, 23, 3, tzinfo=UTC)
ALL = "Siti, siti@example.org, guru, bahan ajar"


async def registered(stage: Stage, sender: str = "whatsapp:+628111111001") -> str:
    """Let somebody have a complete ticket; return its number."""
    stage.model.teach(OFFICER, "minta_petugas")
    await stage.answered(OFFICER, sender=sender)
    await stage.answered(ALL, sender=sender)
    await stage.answered("tidak", sender=sender)
    return str(await stage.scalar("SELECT max(number) FROM ticket"))


async def change(stage: Stage, statement: str) -> None:
    async with stage.core.database.transaction() as tx:
        await tx.execute(text(statement))


async def officer(stage: Stage) -> None:
    """Let an officer take every conversation over."""
    await change(
        stage,
        "INSERT INTO officer (login, name, email, role, created_at)"
        " VALUES ('rina', 'Rina', 'rina@example.org', 'officer', now())",
    )
    await change(stage, "UPDATE conversation SET holder_id = (SELECT id FROM officer), state = 'officer'")


@pytest.mark.parametrize(
    "said", ["sampai mana tiket KST-2026-00001?", "status tiket saya", "KST-2026-00001", "tiket saya gimana?"]
)
async def test_the_owner_hears_state_and_day(staged: Staged, said: str) -> None:
    async with staged(MONDAY) as stage:
        assert await registered(stage) == "KST-2026-00001"
        [reply] = await stage.answered(said)
        assert "menunggu petugas" in reply
        assert "Kamis, 26 November 2026" in reply


@pytest.mark.parametrize(
    ("state", "word"),
    [("work", "dikerjakan"), ("citizen", "menunggu jawaban Anda"), ("requirements", "belum lengkap")],
)
async def test_each_state_is_said_in_plain_words(staged: Staged, state: str, word: str) -> None:
    async with staged(MONDAY) as stage:
        await registered(stage)
        await change(stage, f"UPDATE ticket SET state = '{state}'")
        [reply] = await stage.answered("status tiket saya")
        assert word in reply


async def test_of_a_ticket_that_has_ended_the_day_is_said(staged: Staged) -> None:
    async with staged(MONDAY) as stage:
        number = await registered(stage)
        await stage.answered("sudah cukup")
        [reply] = await stage.answered(f"sampai mana tiket {number.lower()}?")
        assert "selesai pada Senin, 23 November 2026" in reply


@pytest.mark.parametrize("number", ["KST-2026-00001", "KST-2026-00777"])
async def test_a_stranger_hears_the_same_of_somebody_elses_ticket_as_of_none(
    staged: Staged, number: str
) -> None:
    async with staged(MONDAY) as stage:
        await registered(stage)
        [reply] = await stage.answered(f"status tiket {number}", sender="whatsapp:+628111111002")
        assert f"tidak menemukan tiket *{number}* pada nama Anda" in reply
        [none] = await stage.answered("status tiket saya", sender="whatsapp:+628111111002")
        assert "tidak menemukan tiket" in none


async def test_a_joined_person_hears_of_their_ticket_on_another_channel(staged: Staged) -> None:
    async with staged(MONDAY) as stage:
        number = await registered(stage)
        mail = {"channel": "email", "sender": "siti@example.org"}
        stage.model.teach("halo", "salam")
        await stage.answered("halo", **mail)
        [before] = await stage.answered(f"status {number}", **mail)
        assert "tidak menemukan" in before
        await change(stage, "UPDATE contact SET person_id = (SELECT min(id) FROM person)")
        [after] = await stage.answered(f"status {number}", **mail)
        assert "menunggu petugas" in after


@pytest.mark.parametrize("said", ["sudah cukup, terima kasih", "masalah saya sudah selesai", "tutup tiket"])
async def test_enough_closes_the_ticket_without_asking(staged: Staged, said: str) -> None:
    async with staged() as stage:
        number = await registered(stage)
        [reply] = await stage.answered(said)
        assert number in reply
        assert "?" not in reply
        assert await stage.scalar("SELECT state FROM ticket") == "done"
        assert await stage.scalar("SELECT state || closed_how FROM conversation") == "closedcitizen"
        assert await stage.scalar("SELECT owed_since FROM conversation") is None


@pytest.mark.parametrize("said", ["sudah selesai belum?", "belum selesai", "kalau sudah selesai kabari ya"])
async def test_what_is_not_over_is_not_closed(staged: Staged, said: str) -> None:
    async with staged() as stage:
        await registered(stage)
        await stage.answered(said)
        assert await stage.scalar("SELECT closed_at FROM ticket") is None


async def test_before_anybody_works_on_it_a_ticket_is_cancelled_at_a_word(staged: Staged) -> None:
    async with staged() as stage:
        stage.model.teach(OFFICER, "minta_petugas")
        await stage.answered(OFFICER)
        [reply] = await stage.answered("batal")
        assert "dibatalkan" in reply
        assert await stage.scalar("SELECT state FROM ticket") == "cancelled"
        # The form is over: what looks like an answer to it is none.
        [other] = await stage.answered("Siti Aminah")
        assert "email" not in other
        assert await stage.scalar("SELECT name FROM person") is None


@pytest.mark.parametrize(("word", "state"), [("ya", "cancelled"), ("tidak", "work"), ("yang lain", "work")])
async def test_a_ticket_in_work_is_cancelled_after_a_yes(staged: Staged, word: str, state: str) -> None:
    async with staged() as stage:
        number = await registered(stage)
        await change(stage, "UPDATE ticket SET state = 'work'")
        [sure] = await stage.answered("batalkan tiket saya")
        assert number in sure
        assert await stage.scalar("SELECT state FROM ticket") == "work"
        await stage.answered(word)
        assert await stage.scalar("SELECT state FROM ticket") == state
        # A later yes is the answer to nothing.
        await stage.answered("ya")
        assert await stage.scalar("SELECT state FROM ticket") == state


async def test_an_addition_is_acknowledged_once_in_a_row(staged: Staged) -> None:
    async with staged() as stage:
        number = await registered(stage)
        [first] = await stage.answered("datanya per kecamatan, tahun 2020 sampai 2024")
        assert number in first
        assert await stage.answered("oh iya, yang format excel") == []
        assert await stage.answered("kalau bisa sampai desa") == []
        assert await stage.scalar("SELECT count(*) FROM ticket_change WHERE what = 'addition'") == 3
        stage.model.teach("alamat kantor di mana?", "alamat")
        await stage.answered("alamat kantor di mana?")
        [again] = await stage.answered("satu lagi, luas sawahnya")
        assert number in again


@pytest.mark.parametrize(
    ("said", "owes"),
    [("ok terima kasih", False), ("👍", False), ("tapi datanya belum lengkap", True), ("ya", True)],
)
async def test_thanks_create_no_debt(staged: Staged, said: str, owes: bool) -> None:
    async with staged() as stage:
        await registered(stage)
        await officer(stage)
        await change(stage, "UPDATE conversation SET owed_since = NULL")
        await stage.answered(said)
        assert (await stage.scalar("SELECT owed_since FROM conversation") is not None) is owes


async def test_while_an_officer_holds_the_conversation_the_bot_is_silent_and_keeps_what_it_understood(
    staged: Staged,
) -> None:
    async with staged() as stage:
        await registered(stage)
        await officer(stage)
        stage.model.teach("berapa biaya konsultasi?", "biaya", service="konsultasi")
        assert await stage.answered("berapa biaya konsultasi?") == []
        assert (
            await stage.scalar(
                "SELECT understood ->> 'topics' FROM message WHERE author = 'citizen' ORDER BY id DESC LIMIT 1"
            )
            == '["konsultasi/biaya"]'
        )
        assert await stage.answered("", attachments=(Attachment("a.pdf", "application/pdf"),)) == []
        assert await stage.answered("batal") == []
        stage.model.is_down = True
        assert await stage.answered("halo?") == []
        unanswered = "SELECT count(*) FROM message WHERE author = 'citizen' AND answered_at IS NULL"
        assert await stage.scalar(unanswered) == 0
        assert await stage.scalar("SELECT state FROM conversation") == "officer"
        assert await stage.scalar("SELECT closed_at FROM ticket") is None


async def test_the_bot_is_silent_when_the_officer_was_quicker_than_its_answer(staged: Staged) -> None:
    """The message was read by the model before the officer came, and is settled after."""
    async with staged() as stage:
        await registered(stage)
        stage.model.teach("berapa biaya konsultasi?", "biaya", service="konsultasi")
        message_id = await stage.hear("berapa biaya konsultasi?")
        await officer(stage)
        before = await stage.scalar("SELECT count(*) FROM delivery")
        await stage.answering.answer(message_id)
        assert await stage.scalar("SELECT count(*) FROM delivery") == before


async def test_what_the_bot_had_asked_is_nobodys_question_after_an_officer_spoke(staged: Staged) -> None:
    async with staged() as stage:
        stage.model.teach(OFFICER, "minta_petugas")
        await stage.answered(OFFICER)
        await officer(stage)
        await stage.answered("Siti Aminah")
        await change(stage, "UPDATE conversation SET holder_id = NULL, state = 'waiting'")
        await stage.answered("Kecamatan Bayat")
        assert await stage.scalar("SELECT name FROM person") is None


async def test_stop_is_kept_and_not_answered_while_an_officer_holds_the_conversation(staged: Staged) -> None:
    async with staged() as stage:
        await registered(stage)
        await officer(stage)
        assert await stage.answered("STOP") == []
        assert await stage.scalar("SELECT opted_out_at FROM contact") is not None


@pytest.mark.parametrize(
    ("asked", "service", "prefix", "kind"),
    [
        ("syarat beli data?", "penjualan", "PJL", "penjualan"),
        ("syarat rekomendasi?", "rekomendasi", "RKM", "rekomendasi"),
        ("syarat perpustakaan?", "perpustakaan", "PUS", "perpustakaan"),
        ("syarat konsultasi?", "konsultasi", "KST", "konsultasi"),
    ],
)
async def test_the_service_talked_about_is_the_kind_of_the_ticket(
    staged: Staged, asked: str, service: str, prefix: str, kind: str
) -> None:
    async with staged() as stage:
        stage.model.teach(asked, "persyaratan", service=service)
        await stage.answered(asked)
        number = await registered(stage)
        assert number.startswith(prefix)
        assert await stage.scalar("SELECT kind FROM ticket") == kind
        starts_by_officer = kind in {"penjualan", "rekomendasi"}
        assert (await stage.scalar("SELECT clear_at FROM ticket") is None) is starts_by_officer


async def test_a_complaint_has_its_own_ticket_its_channels_and_asks_for_evidence(staged: Staged) -> None:
    async with staged() as stage:
        [reply] = await stage.answered("saya mau mengadu soal pelayanan kemarin")
        card = stage.core.settings.office.office
        assert "ADU-" in reply
        assert "bukti" in reply
        assert card.phone in reply
        assert card.service_link in reply
        assert await stage.scalar("SELECT reason FROM ticket") == "complaint"
        await stage.answered("Siti")
        [done] = await stage.answered("siti@example.org")
        assert "Petugas pengaduan" in done
        assert await stage.scalar("SELECT due_at FROM ticket") is None


async def test_of_a_complaint_that_is_not_complete_no_working_days_are_promised(staged: Staged) -> None:
    async with staged() as stage:
        await stage.answered("saya mau mengadu soal pelayanan kemarin")
        await stage.answered("LEWATI")
        await stage.answered("TIDAK PUNYA")
        [reply] = await stage.answered("pengaduan saya sampai mana")
        assert "menunggu petugas" in reply
        assert "hari kerja" not in reply


async def test_a_complaint_beside_an_open_ticket_is_another_one(staged: Staged) -> None:
    async with staged() as stage:
        await registered(stage)
        [reply] = await stage.answered("saya ingin menyampaikan pengaduan")
        assert "ADU-" in reply
        assert await stage.scalar("SELECT count(*) FROM ticket WHERE closed_at IS NULL") == 2


async def test_whoever_asks_how_one_complains_hears_it_and_may_do_it_here(staged: Staged) -> None:
    async with staged() as stage:
        stage.model.teach("mau komplain ke mana ya?", "pengaduan")
        [reply] = await stage.answered("mau komplain ke mana ya?")
        assert "Sumber:" in reply
        assert "MENGADU" in reply
        assert await stage.scalar("SELECT count(*) FROM ticket") == 0
        [opened] = await stage.answered("MENGADU")
        assert "ADU-" in opened


async def test_a_closed_ticket_is_not_told_of_as_open(staged: Staged) -> None:
    async with staged(MONDAY) as stage:
        await registered(stage)
        await stage.answered("masalah selesai")
        stage.clock.advance(timedelta(days=1))
        [reply] = await stage.answered("status tiket saya")
        assert "Senin, 23 November 2026" in reply


async def test_what_is_told_of_a_complaint_goes_to_it_and_is_not_answered_as_a_question(
    staged: Staged,
) -> None:
    async with staged() as stage:
        story = "kemarin saya datang jam 9 dan baru dilayani jam 12"
        stage.model.teach(story, "jam_layanan")
        await stage.answered("saya mau mengadu")
        [reply] = await stage.answered(story)
        assert "tambahkan ke tiket *ADU-" in reply
        assert reply.endswith("Siapa nama Anda?")
        assert "Sumber:" not in reply


async def test_more_data_that_are_not_found_go_to_the_open_ticket(staged: Staged) -> None:
    async with staged() as stage:
        number = await registered(stage)
        stage.model.teach("datanya per kecamatan", "minta_data")
        [reply] = await stage.answered("datanya per kecamatan")
        assert number in reply
        assert "Sumber:" not in reply


async def test_a_goodbye_ends_no_ticket_that_nobody_took_yet(staged: Staged) -> None:
    async with staged() as stage:
        await registered(stage)
        stage.model.teach("cukup sekian", "pamit")
        await stage.answered("cukup sekian")
        assert await stage.scalar("SELECT closed_at FROM ticket") is None
        await change(stage, "UPDATE ticket SET state = 'work'")
        await stage.answered("cukup sekian")
        assert await stage.scalar("SELECT closed_at FROM ticket") is not None


async def test_whoever_has_no_ticket_and_asks_when_they_are_answered_hears_the_rule(staged: Staged) -> None:
    async with staged() as stage:
        stage.model.teach("kapan pertanyaan saya dijawab?", "jangka_waktu", service="konsultasi")
        [reply] = await stage.answered("kapan pertanyaan saya dijawab?")
        assert "hari kerja" in reply
        assert "tidak menemukan" not in reply
