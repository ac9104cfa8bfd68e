"""Which conversation a letter belongs to: its own sender's, by thread, by ticket, by subject."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy import text

from bot.dialogue.subjects import is_new_subject
from tests.fakes import Stage

Staged = Callable[[], AbstractAsyncContextManager[Stage]]
SITI = "siti@contoh.example"
LAIN = "lain@contoh.example"
QUESTION = "biaya konsultasi?"
CONVERSATIONS = "SELECT count(*) FROM conversation"
STRANGERS = "SELECT count(*) FROM event WHERE kind = 'stranger_quotes'"


async def begin(stage: Stage, subject: str | None = "Tanya data") -> str:
    """Let Siti ask and be answered; return the id of the answer."""
    stage.model.teach(QUESTION, "biaya")
    await stage.answered(QUESTION, channel="email", sender=SITI, subject=subject)
    return stage.memory["email"].last_id[SITI]


async def open_ticket(stage: Stage, subject: str = "Tanya data") -> str:
    """Let Siti ask for an officer; return the ticket's number."""
    stage.model.teach("minta petugas", "minta_petugas")
    await stage.answered("minta petugas", channel="email", sender=SITI, subject=subject)
    return str(await stage.scalar("SELECT number FROM ticket"))


async def write(stage: Stage, *, sender: str = SITI, **named: object) -> int:
    """Let somebody write; return the conversation it went to."""
    message_id = await stage.hear("lalu?", channel="email", sender=sender, **named)
    found = await stage.scalar(f"SELECT conversation_id FROM message WHERE id = {message_id}")
    assert isinstance(found, int)
    return found


async def follows(stage: Stage, conversation: int) -> object:
    return await stage.scalar(f"SELECT follows_id FROM conversation WHERE id = {conversation}")


async def test_a_reply_joins_its_thread(staged: Staged) -> None:
    async with staged() as stage:
        ours = await begin(stage)
        await write(stage, replies_to=("<somebody@elsewhere.example>", ours), subject="Re: Tanya data")
        assert await stage.scalar(CONVERSATIONS) == 1


async def test_an_answer_to_a_message_whose_sending_is_not_noted_yet_joins_its_thread(staged: Staged) -> None:
    """SMTP took it, the answer was lost, and the person is faster than our next attempt."""
    async with staged() as stage:
        stage.model.teach(QUESTION, "biaya")
        await stage.answering.answer(
            await stage.hear(QUESTION, channel="email", sender=SITI, subject="Tanya")
        )
        uid = await stage.scalar("SELECT uid FROM message WHERE author = 'bot'")
        assert isinstance(uid, UUID)
        letter = stage.inbound("lalu?", channel="email", sender=SITI, subject="Re: Tanya")
        assert await stage.core.reception(replace(letter, ours=(uid,)))
        assert await stage.scalar(CONVERSATIONS) == 1


async def test_who_goes_on_from_a_mail_of_their_own_joins_its_thread(staged: Staged) -> None:
    async with staged() as stage:
        first = stage.inbound("biaya?", channel="email", sender=SITI, subject="Tanya")
        assert await stage.core.reception(first)
        assert first.reply_id is not None
        await write(stage, replies_to=(first.reply_id,), subject="Re: Tanya")
        assert await stage.scalar(CONVERSATIONS) == 1
        await write(stage, sender=LAIN, replies_to=(first.reply_id,), subject="Re: Tanya")
        assert await stage.scalar(CONVERSATIONS) == 2


async def test_a_reply_to_a_closed_conversation_begins_one_that_follows_it(staged: Staged) -> None:
    async with staged() as stage:
        ours = await begin(stage)
        await stage.close_all()
        conversation = await write(stage, replies_to=(ours,), subject="Re: Tanya data")
        closed = await stage.scalar("SELECT min(id) FROM conversation")
        assert await follows(stage, conversation) == closed
        assert await stage.scalar("SELECT closed_at IS NOT NULL FROM conversation ORDER BY id LIMIT 1")
        # Another one to the same closed conversation goes to where that person is now, and so after the next.
        assert await write(stage, replies_to=(ours,), subject="Re: Tanya data") == conversation
        await stage.close_all()
        third = await write(stage, replies_to=(ours,), subject="Re: Tanya data")
        assert await follows(stage, third) == conversation
        assert await write(stage, replies_to=(ours,), subject=None) == third


@pytest.mark.parametrize(
    "subject",
    ["Re: {}", "[{}] Tanya data", "Fwd: [EXTERNAL] {}", "{} bagaimana kelanjutannya?"],
)
async def test_the_number_of_ones_own_ticket_leads_to_it(staged: Staged, subject: str) -> None:
    async with staged() as stage:
        number = await open_ticket(stage)
        await write(stage, subject=subject.format(number))
        assert await stage.scalar(CONVERSATIONS) == 1
        assert await stage.scalar(STRANGERS) == 0


async def test_the_number_of_a_ticket_whose_conversation_is_closed_begins_one_that_follows(
    staged: Staged,
) -> None:
    async with staged() as stage:
        number = await open_ticket(stage)
        await stage.close_all()
        conversation = await write(stage, subject=f"Re: [{number}] Tanya data")
        assert await follows(stage, conversation) == await stage.scalar("SELECT min(id) FROM conversation")


@pytest.mark.parametrize("by", ["number", "thread", "uid"])
async def test_a_stranger_gets_a_conversation_of_his_own_and_officers_are_told(
    staged: Staged, by: str
) -> None:
    async with staged() as stage:
        number = await open_ticket(stage)
        letter = stage.inbound("mana jawabannya?", channel="email", sender=LAIN, subject="Halo")
        uid = await stage.scalar("SELECT uid FROM message WHERE author = 'bot'")
        assert isinstance(uid, UUID)
        told = {
            "number": replace(letter, subject=f"Re: [{number}] Tanya data"),
            "thread": replace(letter, replies_to=(stage.memory["email"].last_id[SITI],)),
            "uid": replace(letter, ours=(uid,)),
        }[by]
        assert await stage.core.reception(told)
        assert await stage.scalar(CONVERSATIONS) == 2
        newest = await stage.scalar("SELECT max(id) FROM conversation")
        assert isinstance(newest, int)
        assert await follows(stage, newest) is None
        event = "FROM event WHERE kind = 'stranger_quotes'"
        assert await stage.scalar(f"SELECT detail ->> 'ticket' {event}") == number
        assert await stage.scalar(f"SELECT conversation_id {event}") == newest
        # Whatever he says there is not said in the history of the other.
        assert await stage.scalar("SELECT count(*) FROM message WHERE text = 'mana jawabannya?'") == 1


async def test_a_number_that_nobody_has_is_no_strangers(staged: Staged) -> None:
    async with staged() as stage:
        await open_ticket(stage)
        await write(stage, subject="Re: [KST-2026-99999] Tanya data")
        assert await stage.scalar(CONVERSATIONS) == 2
        assert await stage.scalar(STRANGERS) == 0


async def test_a_ticket_of_a_chat_is_a_strangers_in_mail(staged: Staged) -> None:
    """People are joined across channels by verification or by an officer only."""
    async with staged() as stage:
        stage.model.teach("minta petugas", "minta_petugas")
        await stage.answered("minta petugas")
        number = await stage.scalar("SELECT number FROM ticket")
        await write(stage, subject=f"[{number}] lanjutan")
        assert await stage.scalar(CONVERSATIONS) == 2
        assert await stage.scalar(STRANGERS) == 1


@pytest.mark.parametrize(
    ("before", "subject", "is_new"),
    [
        ("Tanya data", "Re: Tanya data", False),
        ("Tanya data", "RE: RE: Fwd: tanya  data", False),
        ("Tanya data", "Balas: Tanya data", False),
        ("Tanya data", "Bls: Trs: Tanya data", False),
        ("Tanya data", "Tanggapan: [KST-2026-00042] Tanya data", False),
        ("Tanya data", "Re: [EXTERNAL] Re[2]: Tanya data", False),
        ("Re: Tanya data", "Tanya data", False),
        ("Tanya data", "", False),
        ("Tanya data", None, False),
        ("Tanya data", "Re:", False),
        (None, "Re: Pesan dari BPS Kabupaten Klaten", False),
        (None, "Data inflasi", True),
        ("Tanya data", "Data inflasi", True),
        ("Tanya data", "Re: Tanya data inflasi", True),
        ("Tanya data", "Re: [KST-2026-00042] Data inflasi", True),
        ("[Tanya data]", "Re: [Tanya data]", False),
        ("[Tanya data]", "[Lain lagi]", True),
        (
            "Permohonan data jumlah penduduk menurut kecamatan 2024",
            "Re: Permohonan data jumlah penduduk menurut ke",
            False,
        ),
    ],
)
def test_subjects(before: str | None, subject: str | None, is_new: bool) -> None:
    assert is_new_subject(subject, before) is is_new


async def test_another_subject_on_a_thread_is_another_question(staged: Staged) -> None:
    async with staged() as stage:
        ours = await begin(stage)
        conversation = await write(stage, replies_to=(ours,), subject="Data inflasi")
        assert await stage.scalar(CONVERSATIONS) == 2
        assert await follows(stage, conversation) is not None
        # What goes on with it goes on there, and what goes on with the old one does not.
        assert await write(stage, replies_to=(ours,), subject="Re: Data inflasi") == conversation
        assert await write(stage, replies_to=(ours,), subject="Re: Tanya data") != conversation
        # Without a subject it is about what it answers.
        assert await write(stage, replies_to=(ours,), subject=None) != conversation
        assert await stage.scalar(CONVERSATIONS) == 2


async def test_a_letter_without_an_id_is_a_letter_all_the_same(staged: Staged) -> None:
    async with staged() as stage:
        for subject in ("Satu", "Dua"):
            letter = stage.inbound("ada?", channel="email", sender=SITI, subject=subject)
            assert await stage.core.reception(replace(letter, reply_id=None, is_letter=True))
        assert await stage.scalar(CONVERSATIONS) == 2


async def test_a_letter_that_is_kept_twice_changes_nothing(staged: Staged) -> None:
    async with staged() as stage:
        number = await open_ticket(stage)
        letter = stage.inbound("saya?", channel="email", sender=LAIN, subject=number)
        assert await stage.core.reception(letter)
        assert not await stage.core.reception(letter)
        assert await stage.scalar(CONVERSATIONS) == 2
        assert await stage.scalar(STRANGERS) == 1


async def test_who_is_not_who_they_say_reaches_nothing_of_that_person(staged: Staged) -> None:
    async with staged() as stage:
        ours = await begin(stage)
        number = await open_ticket(stage, "Lain")
        async with stage.core.database.transaction() as tx:
            await tx.execute(
                text("UPDATE contact SET unreachable = 'x', has_waiting = true, last_inbound_at = NULL")
            )
        letter = stage.inbound(
            "ganti alamat saya", channel="email", sender=SITI, replies_to=(ours,), subject=f"[{number}]"
        )
        forged = replace(letter, trust="failed", distrust="DMARC")
        assert await stage.core.reception(forged)
        assert await stage.scalar(CONVERSATIONS) == 3
        newest = "FROM message ORDER BY id DESC LIMIT 1"
        assert await stage.scalar(f"SELECT conversation_id {newest}") == await stage.scalar(
            "SELECT max(id) FROM conversation"
        )
        assert await stage.scalar("SELECT follows_id FROM conversation ORDER BY id DESC LIMIT 1") is None
        assert await stage.scalar(f"SELECT trust {newest}") == "failed"
        event = "FROM event WHERE kind = 'mail_unauthenticated'"
        assert await stage.scalar(f"SELECT detail ->> 'reason' {event}") == "DMARC"
        assert await stage.scalar("SELECT unreachable FROM contact") == "x"
        assert await stage.scalar("SELECT last_inbound_at FROM contact") is None
        # The real one does.
        real = replace(forged, external_id="real", trust="passed", distrust="")
        assert await stage.core.reception(real)
        assert await stage.scalar(CONVERSATIONS) == 3
        assert await stage.scalar("SELECT unreachable FROM contact") is None


async def test_what_officers_may_want_to_see_is_kept(staged: Staged) -> None:
    async with staged() as stage:
        letter = stage.inbound("ada?", channel="email", sender=SITI, subject="Data")
        given = replace(letter, reply_to=LAIN, cc=("a@contoh.example", "b@contoh.example"))
        assert await stage.core.reception(given)
        assert await stage.scalar("SELECT reply_to FROM message") == LAIN
        assert await stage.scalar("SELECT cc FROM message") == ["a@contoh.example", "b@contoh.example"]
        await stage.answering.answer(int((await stage.column("SELECT id FROM message"))[0]))
        await stage.deliver_all()
        assert [(each.recipient, each.cc) for each in stage.memory["email"].sent] == [(SITI, ())]
