"""What becomes of a message that cannot go its way: a mail, the next contact, or an officer who sees it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from bot import notices
from bot.sending import SendLater
from bot.upkeep import Upkeep
from channels.port import Cause, Outbound, Receipt, SendFailed
from tests.bot.dispatch import Desk
from tests.fakes import Stage

Staged = Callable[[], AbstractAsyncContextManager[Stage]]
PERSON = "whatsapp:+628111111001"
DAY = timedelta(days=1)


@pytest.mark.parametrize("key", ["closing", "rating", "warning"])
async def test_a_notice_outside_the_window_goes_by_mail_without_its_content(staged: Staged, key: str) -> None:
    async with staged() as stage:
        desk = Desk(stage)
        await desk.met("sri@warga.example")
        stage.clock.advance(DAY)
        notice = await desk.keep(key, said="rahasia percakapan")
        await desk.deliver_all()
        assert await desk.state(notice) == "rerouted"
        (mail,) = desk.mail.sent
        assert (mail.recipient, mail.key) == ("sri@warga.example", f"mail_{key}")
        assert "rahasia" not in mail.text + str(mail.subject)
        assert "WhatsApp" in mail.text
        assert desk.whatsapp.sent == []
        assert await desk.events() == ["rerouted"]


async def test_an_invitation_to_a_survey_takes_its_link_along(staged: Staged) -> None:
    async with staged() as stage:
        desk = Desk(stage)
        await desk.met("sri@warga.example")
        stage.clock.advance(DAY)
        link = "https://pst.example.go.id/survei/contoh"
        notice = await desk.keep(
            "survey", arguments={"link": link, "date": "30 November 2026", "office": "X"}
        )
        await desk.deliver_all()
        assert await desk.state(notice) == "rerouted"
        (mail,) = desk.mail.sent
        assert mail.key == "mail_survey"
        assert link in mail.text
        assert "30 November 2026" in mail.text


async def test_who_opted_out_is_not_invited(staged: Staged) -> None:
    async with staged() as stage:
        desk = Desk(stage)
        await desk.met()
        await desk.execute("UPDATE contact SET opted_out_at = now()")
        notice = await desk.keep("survey")
        await desk.deliver_all()
        assert await desk.state(notice) == "failed"
        assert desk.whatsapp.sent == []


@pytest.mark.parametrize("has_mail", [True, False])
async def test_without_an_address_or_without_mail_it_waits_and_an_officer_sees_it(
    staged: Staged, has_mail: bool
) -> None:
    async with staged() as stage:
        desk = Desk(stage, has_mail=has_mail)
        await desk.met(None if has_mail else "sri@warga.example")
        stage.clock.advance(DAY)
        notice = await desk.keep("closing")
        await desk.deliver_all()
        assert await desk.state(notice) == "waiting"
        assert await desk.events() == ["waits_for_contact"]
        assert desk.mail.sent == []


async def test_with_a_template_it_goes_out_as_one_and_is_no_answer(staged: Staged) -> None:
    async with staged() as stage:
        desk = Desk(stage, {"closing": "HX" + "0" * 32})
        await desk.met("sri@warga.example")
        stage.clock.advance(DAY)
        notice = await desk.keep("closing")
        await desk.deliver_all()
        assert await desk.state(notice) == "sent"
        assert await stage.scalar("SELECT way FROM delivery") == "template"
        assert await stage.scalar("SELECT last_outbound_at FROM conversation") is None
        assert desk.mail.sent == []


@pytest.mark.parametrize("templates", [{}, {"officer_replied": "HX" + "0" * 32}])
async def test_an_officers_reply_waits_and_is_announced_once(
    staged: Staged, templates: dict[str, str]
) -> None:
    async with staged() as stage:
        desk = Desk(stage, templates)
        await desk.met("sri@warga.example")
        stage.clock.advance(DAY)
        replies = [await desk.keep("officer", author="officer", said=f"jawaban {n}") for n in range(2)]
        await desk.deliver_all()
        assert [await desk.state(reply) for reply in replies] == ["waiting", "waiting"]
        told = desk.whatsapp.sent if templates else desk.mail.sent
        assert [message.key for message in told] == [
            "officer_replied" if templates else "mail_officer_replied"
        ]
        assert not any("jawaban 0" in message.text for message in desk.mail.sent)
        if templates:
            assert told[0].arguments["office"] == "BPS Kabupaten Klaten"


async def test_an_officers_reply_that_nobody_can_be_told_of_waits_alone(staged: Staged) -> None:
    async with staged() as stage:
        desk = Desk(stage)
        await desk.met()
        stage.clock.advance(DAY)
        reply = await desk.keep("officer", author="officer")
        await desk.deliver_all()
        assert await desk.state(reply) == "waiting"
        assert await desk.state(await _newest(stage)) == "failed"
        assert await desk.events() == ["waits_for_contact", "announced"]


async def test_what_waited_comes_first_and_in_order_when_the_citizen_writes_again(staged: Staged) -> None:
    async with staged() as stage:
        desk = Desk(stage)
        await desk.met()
        stage.clock.advance(DAY)
        replies = [await desk.keep("officer", author="officer", said=f"jawaban {n}") for n in range(3)]
        await desk.deliver_all()
        stage.clock.advance(DAY)
        stage.model.teach("biaya?", "biaya", service="konsultasi")
        await stage.answering.answer(await stage.hear("biaya?"))
        await desk.deliver_all()
        said = desk.whatsapp.take(PERSON)
        assert said[:3] == ["jawaban 0", "jawaban 1", "jawaban 2"]
        assert len(said) == 4
        # The queue, too, has them in this order, before the answer and under one lock.
        newest = (await stage.column("SELECT max(id) FROM conversation"))[0]
        order = await _jobs_under(stage, f"deliver:{newest}:whatsapp")
        assert order[-4:] == [*replies, await _newest(stage)]
        assert await stage.scalar("SELECT has_waiting FROM contact") is False


async def test_what_waited_in_a_closed_conversation_is_sent_in_the_order_of_the_new_one(
    staged: Staged,
) -> None:
    async with staged() as stage:
        desk = Desk(stage)
        await desk.met()
        stage.clock.advance(DAY)
        closing = await desk.keep("closing")
        await desk.deliver_all()
        await desk.execute("UPDATE conversation SET state = 'closed', closed_at = now()")
        await stage.hear("saya lagi")
        lock = await stage.scalar(
            f"SELECT lock FROM procrastinate_jobs WHERE (args ->> 'message_id')::bigint = {closing}"
        )
        newest = await stage.scalar("SELECT max(id) FROM conversation")
        assert lock == f"deliver:{newest}:whatsapp"
        async with stage.core.queue.opened():
            stage.clock.advance(timedelta(minutes=2))
            await _sweep(stage)
        assert len(await stage.column("SELECT 1 FROM procrastinate_jobs WHERE task_name = 'deliver'")) == 1
        await desk.deliver_all()
        assert desk.whatsapp.take(PERSON) == ["isi closing"]


async def _newest(stage: Stage) -> int:
    return (await stage.column("SELECT max(message_id) FROM delivery"))[0]


async def _jobs_under(stage: Stage, lock: str) -> list[int]:
    async with stage.core.database.transaction() as tx:
        query = (
            "SELECT (args ->> 'message_id')::bigint FROM procrastinate_jobs WHERE lock = :lock ORDER BY id"
        )
        return list((await tx.execute(text(query), {"lock": lock})).scalars())


async def _sweep(stage: Stage) -> None:
    await Upkeep(stage.core.database, stage.core.queue, stage.clock, timedelta(seconds=10)).sweep()


async def test_what_waited_long_has_all_the_channels_patience_again(staged: Staged) -> None:
    async with staged() as stage:
        desk = Desk(stage)
        await desk.met()
        stage.clock.advance(DAY)
        reply = await desk.keep("officer", author="officer")
        await desk.deliver_all()
        stage.clock.advance(10 * DAY)
        await stage.hear("halo lagi")
        desk.whatsapp.refusals = [SendFailed("sibuk", permanent=False)]
        with pytest.raises(SendLater):
            await desk.delivering.deliver(reply)
        assert await desk.state(reply) == "kept"
        await desk.delivering.deliver(reply)
        assert await desk.state(reply) == "sent"


async def test_a_warning_that_waited_is_not_said_any_more(staged: Staged) -> None:
    async with staged() as stage:
        desk = Desk(stage)
        await desk.met()
        stage.clock.advance(DAY)
        warning = await desk.keep("warning")
        await desk.deliver_all()
        stage.clock.advance(DAY)
        await stage.hear("saya masih di sini")
        await desk.deliver_all()
        assert await desk.state(warning) == "failed"
        assert desk.whatsapp.sent == []


async def test_the_other_side_knows_better_that_the_window_is_closed(staged: Staged) -> None:
    async with staged() as stage:
        desk = Desk(stage, {"rating": "HX" + "0" * 32})
        await desk.met()
        notice = await desk.keep("rating")
        desk.whatsapp.refusals = [SendFailed("63016", permanent=True, cause=Cause.WINDOW_CLOSED)]
        with pytest.raises(SendLater):
            await desk.delivering.deliver(notice)
        await desk.delivering.deliver(notice)
        assert desk.whatsapp.ways == ["Content"]
        stage.clock.advance(timedelta(minutes=1))
        await stage.hear("halo lagi")
        await desk.keep("rating")
        await desk.deliver_all()
        assert desk.whatsapp.ways == ["Content", "FreeText"]


async def test_a_citizen_who_writes_at_that_moment_is_not_kept_waiting(staged: Staged) -> None:
    async with staged() as stage:
        desk = Desk(stage)
        await desk.met()
        stage.clock.advance(DAY)
        reply = await desk.keep("officer", author="officer")
        refuse = desk.whatsapp.send

        async def write_meanwhile(message: Outbound) -> Receipt:
            desk.whatsapp.send = refuse  # type: ignore[method-assign]
            await stage.hear("halo lagi")
            return await refuse(message)

        desk.whatsapp.send = write_meanwhile  # type: ignore[method-assign]
        with pytest.raises(SendLater):
            await desk.delivering.deliver(reply)
        await desk.delivering.deliver(reply)
        assert await desk.state(reply) == "sent"


@pytest.mark.parametrize(
    ("cause", "column", "kind"),
    [
        (Cause.OPTED_OUT, "opted_out_at", "opted_out"),
        (Cause.NOT_REACHABLE, "unreachable", "not_reachable"),
    ],
)
async def test_who_does_not_want_or_cannot_get_messages_is_marked_and_gets_no_notices(
    staged: Staged, cause: Cause, column: str, kind: str
) -> None:
    async with staged() as stage:
        desk = Desk(stage, dict.fromkeys(notices.NOTICES, "HX" + "0" * 32))
        await desk.met("sri@warga.example")
        desk.whatsapp.refusals = [SendFailed("ditolak", permanent=True, cause=cause)]
        await desk.keep("closing")
        await desk.deliver_all()
        assert await stage.scalar(f"SELECT {column} IS NOT NULL FROM contact")
        assert await desk.events() == [kind]
        for key in sorted(notices.NOTICES):
            assert await desk.state(await desk.keep(key)) == "kept"
        await desk.deliver_all()
        assert desk.whatsapp.sent == []
        assert desk.mail.sent == []
        answer = await desk.keep("answer", author="bot")
        await desk.deliver_all()
        assert await desk.state(answer) == "sent"


async def test_who_writes_again_is_reachable_again(staged: Staged) -> None:
    async with staged() as stage:
        desk = Desk(stage)
        await desk.met()
        desk.whatsapp.refusals = [SendFailed("63024", permanent=True, cause=Cause.NOT_REACHABLE)]
        await desk.keep("answer", author="bot")
        await desk.deliver_all()
        await stage.hear("halo lagi")
        assert await stage.scalar("SELECT unreachable FROM contact") is None


async def test_what_stays_unknown_is_shown_and_never_sent_again(staged: Staged) -> None:
    async with staged() as stage:
        desk = Desk(stage)
        await desk.met()
        answer = await desk.keep("answer", author="bot")
        desk.whatsapp.refusals = [SendFailed("tanpa jawaban", permanent=True, uncertain=True)]
        await desk.deliver_all()
        assert await desk.state(answer) == "uncertain"
        assert await desk.events() == ["uncertain"]
        await desk.delivering.deliver(answer)
        await stage.hear("halo lagi")
        await desk.deliver_all()
        assert await desk.state(answer) == "uncertain"
        assert desk.whatsapp.sent == []


KEYS = st.sampled_from([*sorted(notices.NOTICES), "answer", "officer"])


@given(key=KEYS, author=st.sampled_from(["bot", "officer", "system"]), has_address=st.booleans())
def test_an_answer_is_never_replaced_by_a_mail_and_no_notice_is_lost_unseen(
    key: str, author: str, has_address: bool
) -> None:
    step = notices.detour(key, author, has_address=has_address)
    assert (step.mail is not None) <= has_address
    if key not in notices.NOTICES:
        assert step.state == "waiting"
    else:
        assert (step.state == "rerouted") == has_address
