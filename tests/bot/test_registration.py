"""Who asks for an officer has a ticket at once, and is asked for what the decree demands, once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta

import pytest

from bot.answer import AnswerLater
from channels.port import Attachment
from tests.fakes import Stage

Staged = Callable[..., AbstractAsyncContextManager[Stage]]
OFFICER = "mau bicara dengan petugas"
MAIL = {"channel": "email", "sender": "siti@example.org"}


def teach(stage: Stage) -> None:
    stage.model.teach(OFFICER, "minta_petugas")
    stage.model.teach("alamat kantor di mana?", "alamat")
    stage.model.teach("berapa biaya konsultasi?", "biaya", service="konsultasi")


async def person(stage: Stage) -> tuple[object, ...]:
    """Return what is kept of the only person: name, email, organisation."""
    columns = ("name", "email", "organisation")
    return tuple([await stage.scalar(f"SELECT {column} FROM person") for column in columns])


async def test_in_a_chat_one_thing_is_asked_at_a_time_and_the_end_says_by_when(staged: Staged) -> None:
    async with staged(datetime(2026, 11, 23, 3, tzinfo=UTC)) as stage:  # a Monday, 10.00 in Klaten
        teach(stage)
        [opened] = await stage.answered(OFFICER)
        assert "KST-2026-00001" in opened
        assert opened.endswith("Siapa nama Anda?")
        assert await stage.scalar("SELECT state FROM ticket") == "requirements"
        [second] = await stage.answered("nama saya Siti Aminah")
        assert "email" in second
        [third] = await stage.answered("siti@example.org")
        assert "pekerjaan" in third
        [fourth] = await stage.answered("mahasiswa UGM")
        assert "keperluan" in fourth
        [done] = await stage.answered("untuk skripsi")
        assert "KST-2026-00001" in done
        assert "paling lambat *Kamis, 26 November 2026*" in done
        assert "Siti Aminah, siti@example.org, mahasiswa UGM, skripsi" in done
        assert await person(stage) == ("Siti Aminah", "siti@example.org", "mahasiswa UGM")
        assert await stage.scalar("SELECT purpose FROM ticket") == "skripsi"
        assert await stage.scalar("SELECT state FROM ticket") == "new"
        assert await stage.scalar("SELECT clear_at FROM ticket") == stage.clock.now()


@pytest.mark.parametrize(
    "told",
    [
        "Budi, budi@example.org, mahasiswa UGM, untuk skripsi",
        "nama: Budi\nemail: budi@example.org\ninstansi: mahasiswa UGM\nkeperluan: skripsi",
        "Budi\nbudi@example.org\nmahasiswa UGM\nskripsi",
        "Name: Budi; email: budi@example.org; occupation: mahasiswa UGM; purpose: skripsi",
    ],
)
async def test_whoever_tells_everything_at_once_is_asked_nothing_more(staged: Staged, told: str) -> None:
    async with staged() as stage:
        teach(stage)
        await stage.answered(OFFICER)
        [done] = await stage.answered(told)
        assert await person(stage) == ("Budi", "budi@example.org", "mahasiswa UGM")
        assert await stage.scalar("SELECT purpose FROM ticket") == "skripsi"
        assert await stage.scalar("SELECT clear_at FROM ticket") is not None
        assert str(await stage.scalar("SELECT number FROM ticket")) in done


async def test_what_is_told_in_part_is_not_asked_again(staged: Staged) -> None:
    async with staged() as stage:
        teach(stage)
        await stage.answered(OFFICER)
        [asked] = await stage.answered("Budi Santoso, budi@example.org")
        assert "pekerjaan" in asked
        assert "nama Anda" not in asked
        [asked] = await stage.answered("Bappeda")
        assert "keperluan" in asked


async def test_with_the_first_message_the_form_may_be_filled_in(staged: Staged) -> None:
    async with staged() as stage:
        said = "mau bicara dengan petugas\nnama: Budi\nemail: budi@example.org"
        stage.model.teach(said, "minta_petugas")
        for line in said.splitlines():
            stage.model.teach(line, "minta_petugas")
        [opened] = await stage.answered(said)
        assert "pekerjaan" in opened
        assert await person(stage) == ("Budi", "budi@example.org", None)


async def test_whoever_goes_away_in_the_middle_has_a_ticket_and_what_they_told_is_kept(
    staged: Staged,
) -> None:
    async with staged() as stage:
        teach(stage)
        await stage.answered("anu itu lho")
        await stage.answered("yang anu itu")
        await stage.answered("Siti")
        stage.clock.advance(timedelta(days=2))
        assert await stage.scalar("SELECT reason FROM ticket") == "not_understood"
        assert await stage.scalar("SELECT closed_at FROM ticket") is None
        assert await stage.scalar("SELECT owed_since FROM conversation") is not None
        assert (await person(stage))[0] == "Siti"
        # The answer is taken days later, too.
        await stage.answered("siti@example.org")
        assert (await person(stage))[1] == "siti@example.org"


async def test_a_question_in_the_middle_is_answered_and_the_form_goes_on(staged: Staged) -> None:
    async with staged() as stage:
        teach(stage)
        await stage.answered(OFFICER)
        [reply] = await stage.answered("alamat kantor di mana?")
        assert "Merapi" in reply
        assert reply.endswith("Siapa nama Anda?")
        await stage.answered("Siti")
        [reply] = await stage.answered("berapa biaya konsultasi?")
        assert "tidak dipungut biaya" in reply
        assert "email" in reply.rpartition("\n\n")[2]
        assert await person(stage) == ("Siti", None, None)


async def test_what_is_offered_in_the_middle_is_chosen_by_number_and_then_the_form_goes_on(
    staged: Staged,
) -> None:
    async with staged() as stage:
        teach(stage)
        stage.model.teach("menu", "bisa_apa")
        await stage.answered(OFFICER)
        [menu] = await stage.answered("menu")
        assert "1. " in menu
        [chosen] = await stage.answered("2")
        assert "Sumber:" in chosen
        assert chosen.endswith("Siapa nama Anda?")
        [again] = await stage.answered("2")
        assert "Sumber:" not in again
        assert (await person(stage))[0] is None


async def test_somebody_without_a_mail_address_gets_an_officer_all_the_same(staged: Staged) -> None:
    async with staged() as stage:
        teach(stage)
        await stage.answered(OFFICER)
        await stage.answered("Mbah Karto")
        [asked] = await stage.answered("tidak punya email")
        assert "pekerjaan" in asked
        await stage.answered("petani")
        [done] = await stage.answered("lewati")
        assert "Tidak apa-apa" in done
        assert await stage.scalar("SELECT state FROM ticket") == "requirements"
        assert await stage.scalar("SELECT clear_at FROM ticket") is None
        assert await person(stage) == ("Mbah Karto", None, "petani")
        # Found one after all: the ticket is complete.
        [complete] = await stage.answered("karto@example.org")
        assert "paling lambat" in complete
        assert await stage.scalar("SELECT clear_at FROM ticket") is not None


async def test_only_the_address_is_insisted_on_and_that_once(staged: Staged) -> None:
    async with staged() as stage:
        teach(stage)
        await stage.answered(OFFICER)
        [asked] = await stage.answered("lewati")
        assert "email" in asked
        [needed] = await stage.answered("lewati")
        assert "Keputusan 16.2/2024" in needed
        [on] = await stage.answered("lewati")
        assert "pekerjaan" in on
        await stage.answered("skip")
        [done] = await stage.answered("tidak mau")
        assert "Tidak apa-apa" in done
        assert await person(stage) == (None, None, None)


@pytest.mark.parametrize(
    ("typed", "meant"), [("siti@gmial.com", "siti@gmail.com"), ("siti@yahoo.con", "siti@yahoo.com")]
)
async def test_a_slip_of_the_address_is_asked_about(staged: Staged, typed: str, meant: str) -> None:
    async with staged() as stage:
        teach(stage)
        await stage.answered(OFFICER)
        await stage.answered("Siti")
        [offer] = await stage.answered(typed)
        assert meant in offer
        [on] = await stage.answered("ya")
        assert "pekerjaan" in on
        assert (await person(stage))[1] == meant


@pytest.mark.parametrize("insists", ["siti@gmial.com", "tidak"])
async def test_no_address_is_refused_that_somebody_stands_by(staged: Staged, insists: str) -> None:
    async with staged() as stage:
        teach(stage)
        await stage.answered(OFFICER)
        await stage.answered("Siti")
        await stage.answered("siti@gmial.com")
        [on] = await stage.answered(insists)
        assert "pekerjaan" in on
        assert (await person(stage))[1] == "siti@gmial.com"


@pytest.mark.parametrize(
    ("typed", "word"), [("08111111001", "nomor telepon"), ("siti@", "belum lengkap"), ("siti", "contohnya")]
)
async def test_what_is_no_address_gets_a_helpful_word(staged: Staged, typed: str, word: str) -> None:
    async with staged() as stage:
        teach(stage)
        await stage.answered(OFFICER)
        await stage.answered("Siti")
        [again] = await stage.answered(typed)
        assert word in again.lower()
        assert (await person(stage))[1] is None


async def test_what_was_told_can_be_corrected_at_any_time(staged: Staged) -> None:
    async with staged() as stage:
        teach(stage)
        await stage.answered(OFFICER)
        await stage.answered("Siti")
        await stage.answered("siti@example.org")
        [fixed] = await stage.answered("salah, emailnya siti.aminah@example.org")
        assert "siti.aminah@example.org" in fixed
        assert "pekerjaan" in fixed
        [fixed] = await stage.answered("ralat nama: Siti Aminah")
        assert "pekerjaan" in fixed
        await stage.answered("guru")
        await stage.answered("bahan ajar")
        await stage.answered("ya")
        [fixed] = await stage.answered("ganti email siti@example.net")
        assert "siti@example.net" in fixed
        assert await person(stage) == ("Siti Aminah", "siti@example.net", "guru")


async def test_with_consent_the_next_ticket_asks_nothing_and_shows_what_is_known(staged: Staged) -> None:
    async with staged() as stage:
        teach(stage)
        await stage.answered(OFFICER)
        [done] = await stage.answered("Siti, siti@example.org, guru, bahan ajar")
        assert done.endswith("Balas YA atau TIDAK.")
        assert await stage.scalar("SELECT consented_at FROM person") is None
        await stage.answered("ya boleh")
        assert await stage.scalar("SELECT consented_at FROM person") is not None
        await stage.answered("masalah sudah selesai")
        [again] = await stage.answered(OFFICER)
        assert "KST-" in again
        assert "Siti, siti@example.org, guru" in again
        assert "paling lambat" in again
        assert "Siapa nama Anda?" not in again
        assert await stage.scalar("SELECT count(*) FROM ticket WHERE clear_at IS NULL") == 0
        [fixed] = await stage.answered("emailnya siti@example.net")
        assert "siti@example.net" in fixed


@pytest.mark.parametrize("word", ["tidak", "terima kasih"])
async def test_without_consent_nothing_is_remembered_for_the_next_ticket(staged: Staged, word: str) -> None:
    async with staged() as stage:
        teach(stage)
        stage.model.teach("terima kasih", "terima_kasih")
        await stage.answered(OFFICER)
        await stage.answered("Siti, siti@example.org, guru, bahan ajar")
        await stage.answered(word)
        assert await stage.scalar("SELECT consented_at FROM person") is None
        await stage.answered("masalah sudah selesai")
        [again] = await stage.answered(OFFICER)
        assert "siti@example.org" not in again
        assert again.endswith("Siapa nama Anda?")


async def test_a_letter_is_asked_for_all_at_once_and_its_sender_is_the_address(staged: Staged) -> None:
    async with staged() as stage:
        teach(stage)
        [opened] = await stage.answered(OFFICER, **MAIL)
        assert "Nama:" in opened
        assert "Keperluan:" in opened
        assert "siti@example.org" in opened
        assert "paling lambat" in opened
        assert (await person(stage))[1] == "siti@example.org"
        assert await stage.scalar("SELECT clear_at FROM ticket") is not None
        last = stage.memory["email"].last_id["siti@example.org"]
        filled = "Nama: Siti Aminah\nInstansi atau pekerjaan: guru\nKeperluan: bahan ajar\nBOLEH DISIMPAN"
        [noted] = await stage.answered(filled, replies_to=(last,), **MAIL)
        assert "Siti Aminah" in noted
        assert await person(stage) == ("Siti Aminah", "siti@example.org", "guru")
        assert await stage.scalar("SELECT purpose FROM ticket") == "bahan ajar"
        assert await stage.scalar("SELECT consented_at FROM person") is not None


async def test_a_file_in_the_middle_belongs_to_the_ticket_and_the_form_goes_on(staged: Staged) -> None:
    async with staged() as stage:
        teach(stage)
        await stage.answered(OFFICER)
        [reply] = await stage.answered("", attachments=(Attachment("a.pdf", "application/pdf"),))
        assert "tambahkan" in reply
        assert reply.endswith("Siapa nama Anda?")


async def test_while_the_model_is_away_the_form_goes_on(staged: Staged) -> None:
    async with staged() as stage:
        teach(stage)
        await stage.answered(OFFICER)
        stage.model.is_down = True
        [asked] = await stage.answered("Siti Aminah")
        assert "email" in asked


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ((), "hasil yang saya terima dari konsultasi itu apa"),
        ((), "produk 2024"),
        (("Siti Aminah",), "hasil yang saya terima dari konsultasi itu apa"),
        (("Siti Aminah",), "layanan konsultasi"),
        (("Siti Aminah", "siti@example.org"), "ada wifi ga sih"),
    ],
)
async def test_while_the_model_is_away_what_may_be_a_question_waits_for_it(
    staged: Staged, told: Sequence[str], said: str
) -> None:
    async with staged() as stage:
        teach(stage)
        await stage.answered(OFFICER)
        for each in told:
            await stage.answered(each)
        before = await person(stage)
        stage.model.is_down = True
        with pytest.raises(AnswerLater):
            await stage.answered(said)
        assert await person(stage) == before


async def test_the_form_speaks_english(staged: Staged) -> None:
    async with staged() as stage:
        said = "i would like to talk to an officer please"
        stage.model.teach(said, "minta_petugas")
        [opened] = await stage.answered(said)
        assert opened.endswith("What is your name?")
        [asked] = await stage.answered("my name is Jane Doe")
        assert "email address" in asked
        assert (await person(stage))[0] == "Jane Doe"


@pytest.mark.parametrize(
    ("at", "said"),
    [
        (datetime(2026, 11, 28, 3, tzinfo=UTC), "petugas kami bekerja lagi Senin, 30 November 2026."),
        (datetime(2026, 11, 23, 3, tzinfo=UTC), None),
        (datetime(2026, 11, 23, 16, tzinfo=UTC), None),  # no hours are set, so none are invented
    ],
)  # fmt: skip
async def test_on_a_day_off_the_citizen_hears_when_officers_work_again(
    staged: Staged, at: datetime, said: str | None
) -> None:
    async with staged(at) as stage:
        teach(stage)
        [opened] = await stage.answered(OFFICER)
        assert ("bekerja lagi" in opened) is (said is not None)
        assert said is None or said in opened


async def test_a_letter_from_nowhere_is_asked_for_its_address_too(staged: Staged) -> None:
    async with staged() as stage:
        teach(stage)
        mail = {"channel": "email", "sender": "tanpa-alamat"}
        [opened] = await stage.answered(OFFICER, **mail)
        assert "Email:" in opened
        assert await stage.scalar("SELECT clear_at FROM ticket") is None
        last = stage.memory["email"].last_id["tanpa-alamat"]
        [done] = await stage.answered("Budi, budi@example.org, guru", replies_to=(last,), **mail)
        assert "paling lambat" in done
        assert await person(stage) == ("Budi", "budi@example.org", "guru")
        assert await stage.scalar("SELECT clear_at FROM ticket") is not None


async def test_a_letter_that_asks_on_is_no_answer_to_the_form(staged: Staged) -> None:
    async with staged() as stage:
        teach(stage)
        await stage.answered(OFFICER, **MAIL)
        last = stage.memory["email"].last_id["siti@example.org"]
        [reply] = await stage.answered("berapa biaya konsultasi?", replies_to=(last,), **MAIL)
        assert "tidak dipungut biaya" in reply
        assert await person(stage) == (None, "siti@example.org", None)


async def test_thanks_in_the_middle_are_no_name(staged: Staged) -> None:
    async with staged() as stage:
        teach(stage)
        await stage.answered(OFFICER)
        [reply] = await stage.answered("makasih")
        assert reply == "Sama-sama.\n\nSiapa nama Anda?"
        [reply] = await stage.answered("ok")
        assert reply == "Siapa nama Anda?"
        assert await person(stage) == (None, None, None)


async def test_a_question_without_its_mark_is_no_answer_to_any_field(staged: Staged) -> None:
    async with staged() as stage:
        teach(stage)
        stage.model.teach("konsultasi tu bayar ga sih", "biaya", service="konsultasi")
        stage.model.teach("kantor bps klaten tu dmn sih lokasinya", "alamat")
        await stage.answered(OFFICER)
        for answer in ("Siti", "siti@example.org", "guru", "bahan ajar"):
            [reply] = await stage.answered("konsultasi tu bayar ga sih")
            assert "tidak dipungut biaya" in reply
            [reply] = await stage.answered("kantor bps klaten tu dmn sih lokasinya")
            assert "Merapi" in reply
            await stage.answered(answer)
        assert await person(stage) == ("Siti", "siti@example.org", "guru")
        assert await stage.scalar("SELECT purpose FROM ticket") == "bahan ajar"
