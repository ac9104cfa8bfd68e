"""What we say of our own accord goes out by day, also by a retry, and after a night only if it still holds."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import notices
from bot.notices import Meanwhile
from bot.sending import SendLater
from channels.port import SendFailed
from tests.bot.dispatch import Desk
from tests.fakes import Stage

Staged = Callable[..., AbstractAsyncContextManager[Stage]]
ZONE = ZoneInfo("Asia/Jakarta")
EVENING = datetime(2026, 11, 3, 19, 59, tzinfo=ZONE)
PERSON = "whatsapp:+628111111001"
QUESTION = "biaya?"


@pytest.fixture
async def desk(staged: Staged) -> AsyncIterator[Desk]:
    """A desk at 19.59, within the window."""
    async with staged(EVENING) as stage:
        stage.model.teach(QUESTION, "biaya", service="konsultasi")
        made = Desk(stage)
        await made.met()
        assert stage.clock.now() == EVENING
        yield made


async def to(desk: Desk, hour: int, minute: int = 0) -> None:
    """Move the time to the next moment at which a clock in the office shows this."""
    now = desk.stage.clock.now().astimezone(ZONE)
    at = datetime.combine(now.date(), time(hour, minute), tzinfo=ZONE)
    desk.stage.clock.advance((at if at > now else at + timedelta(days=1)) - now)


async def refused(desk: Desk, message_id: int) -> None:
    """Have an attempt fail that may be made again."""
    desk.whatsapp.refusals = [SendFailed("sibuk", permanent=False)]
    with pytest.raises(SendLater):
        await desk.delivering.deliver(message_id)


async def put_off(desk: Desk, key: str) -> int:
    """Keep a notice whose first attempt fails in the last minute of the day, and try again by night."""
    notice = await desk.keep(key)
    await refused(desk, notice)
    await to(desk, 20, 1)
    await desk.delivering.deliver(notice)
    assert await desk.state(notice) == "kept"
    assert desk.whatsapp.sent == []
    return notice


async def why(desk: Desk, message_id: int) -> str:
    return str(await desk.stage.scalar(f"SELECT failure FROM delivery WHERE message_id = {message_id}"))


@pytest.mark.parametrize("key", sorted(notices.NOTICES - {"unclaimed", "warning"}))
async def test_a_retry_by_night_waits_for_the_morning_and_holds_nothing_up(desk: Desk, key: str) -> None:
    notice = await put_off(desk, key)
    with pytest.raises(SendLater) as later:
        await desk.delivering.deliver(notice)
    assert 0 < later.value.seconds <= 900
    answer = await desk.keep("answer", author="bot")
    await desk.delivering.deliver(answer)
    assert await desk.state(answer) == "sent"
    query = (
        "SELECT count(*) FROM procrastinate_jobs WHERE (args ->> 'message_id')::bigint = {} AND lock = '{}'"
    )
    assert await desk.stage.scalar(query.format(notice, f"deliver:{notice}")) == 1
    await to(desk, 7, 59)
    with pytest.raises(SendLater):
        await desk.delivering.deliver(notice)
    await to(desk, 8)
    await desk.delivering.deliver(notice)
    assert await desk.state(notice) == "sent"


async def test_a_worker_that_was_away_till_night_sends_nothing_then(desk: Desk) -> None:
    notice = await desk.keep("rating")
    await to(desk, 23)
    await desk.delivering.deliver(notice)
    assert await desk.state(notice) == "kept"
    await to(desk, 9)
    await desk.delivering.deliver(notice)
    assert await desk.state(notice) == "sent"


async def test_after_a_night_it_has_all_the_channels_patience_again(desk: Desk) -> None:
    notice = await put_off(desk, "rating")
    await desk.execute(f"UPDATE message SET created_at = created_at - interval '20 days' WHERE id = {notice}")
    await to(desk, 8)
    await refused(desk, notice)
    assert await desk.state(notice) == "kept"


async def test_an_attempt_whose_end_nobody_knows_is_not_repeated_by_night(desk: Desk) -> None:
    notice = await desk.keep("closing")
    desk.whatsapp.refusals = [SendFailed("tanpa jawaban", permanent=False, uncertain=True)]
    with pytest.raises(SendLater):
        await desk.delivering.deliver(notice)
    await to(desk, 20, 5)
    await desk.delivering.deliver(notice)
    assert desk.whatsapp.sent == []
    await to(desk, 8)
    await desk.delivering.deliver(notice)
    assert await desk.state(notice) == "sent"


async def test_a_warning_is_not_said_any_more_once_the_citizen_has_written(desk: Desk) -> None:
    warning = await put_off(desk, "warning")
    await desk.stage.hear("masih ada pertanyaan")
    await to(desk, 8)
    await desk.delivering.deliver(warning)
    assert await desk.state(warning) == "failed"
    assert "sudah menulis" in await why(desk, warning)


@pytest.mark.parametrize("what", ["closed_at", "owed_since", "kept_open_at"])
async def test_a_warning_is_not_said_of_what_will_not_be_closed(desk: Desk, what: str) -> None:
    warning = await put_off(desk, "warning")
    await desk.execute(f"UPDATE conversation SET {what} = opened_at")
    await to(desk, 8)
    await desk.delivering.deliver(warning)
    assert await desk.state(warning) == "failed"
    assert "keadaannya" in await why(desk, warning)


async def test_what_is_still_so_is_said_in_the_morning(desk: Desk) -> None:
    warning = await put_off(desk, "warning")
    await to(desk, 8)
    await desk.delivering.deliver(warning)
    assert await desk.state(warning) == "sent"


async def test_the_end_of_a_conversation_is_not_told_in_the_midst_of_the_next(desk: Desk) -> None:
    await desk.execute("UPDATE conversation SET state = 'closed', closed_at = opened_at")
    closing = await put_off(desk, "closing")
    await desk.stage.hear(QUESTION)
    await to(desk, 8)
    await desk.delivering.deliver(closing)
    assert await desk.state(closing) == "failed"
    assert desk.whatsapp.sent == []


async def test_the_end_of_a_mail_thread_is_told_in_it_whatever_else_was_written(staged: Staged) -> None:
    async with staged(EVENING) as stage:
        desk = Desk(stage)
        await stage.hear("halo", channel="email", sender="sri@warga.example", subject="Satu")
        closing = await desk.keep("closing", channel="email")
        stage.clock.advance(timedelta(minutes=30))
        await desk.delivering.deliver(closing)
        await stage.hear("lain", channel="email", sender="sri@warga.example", subject="Dua")
        await to(desk, 8)
        await desk.delivering.deliver(closing)
        assert await desk.state(closing) == "sent"


async def test_nobody_is_asked_for_a_rating_that_was_given_or_cannot_be_given_any_more(desk: Desk) -> None:
    request = await put_off(desk, "rating")
    await desk.execute(
        "INSERT INTO rating (conversation_id, digest, asked_at, expires_at, score, rated_at)"
        " SELECT id, 'x', opened_at, opened_at + interval '30 days', 5, opened_at FROM conversation"
    )
    await to(desk, 8)
    await desk.delivering.deliver(request)
    assert await desk.state(request) == "failed"
    await desk.execute("UPDATE rating SET score = NULL, rated_at = NULL")
    other, late = await desk.keep("rating"), await desk.keep("rating")
    await desk.delivering.deliver(other)
    assert await desk.state(other) == "sent"
    desk.stage.clock.advance(timedelta(days=31))
    desk.stage.by_day()
    await desk.delivering.deliver(late)
    assert await desk.state(late) == "failed"


async def test_nobody_is_told_that_nobody_takes_a_ticket_that_somebody_took(desk: Desk) -> None:
    await desk.execute(
        "INSERT INTO officer (login, name, email, role, created_at)"
        " VALUES ('sari', 'Sari', 'sari@example.go.id', 'officer', now());"
        "INSERT INTO ticket (number, kind, state, reason, conversation_id, opened_at)"
        " SELECT 'KST-2026-00001', 'konsultasi', 'new', 'asked', id, opened_at FROM conversation"
    )
    first, second = await desk.keep("unclaimed"), await desk.keep("unclaimed")
    await desk.delivering.deliver(first)
    assert await desk.state(first) == "sent"
    await desk.execute("UPDATE ticket SET assignee_id = (SELECT id FROM officer)")
    await desk.delivering.deliver(second)
    assert await desk.state(second) == "failed"


async def test_what_waited_for_the_citizens_next_message_goes_with_the_answer_to_it(desk: Desk) -> None:
    desk.stage.clock.advance(timedelta(days=1))
    await to(desk, 12)
    closing = await desk.keep("closing")
    await desk.deliver_all()
    assert await desk.state(closing) == "waiting"
    await to(desk, 23)
    await desk.stage.answering.answer(await desk.stage.hear(QUESTION))
    await desk.deliver_all()
    assert await desk.state(closing) == "sent"
    assert desk.whatsapp.sent[0].key == "closing"


async def test_what_waited_and_fails_again_by_night_is_put_off_too(desk: Desk) -> None:
    await to(desk, 12)
    desk.stage.clock.advance(timedelta(days=1))
    request = await desk.keep("rating")
    await desk.deliver_all()
    await to(desk, 23)
    await desk.stage.hear(QUESTION)
    await refused(desk, request)
    desk.stage.clock.advance(timedelta(minutes=11))
    await desk.delivering.deliver(request)
    assert desk.whatsapp.sent == []
    await to(desk, 8)
    await desk.delivering.deliver(request)
    assert await desk.state(request) == "sent"


async def test_a_mail_in_a_notices_place_keeps_to_the_day_and_to_what_is_so(desk: Desk) -> None:
    await desk.execute("UPDATE person SET email = 'sri@warga.example'")
    await to(desk, 19, 58)
    desk.stage.clock.advance(timedelta(days=1))
    for key in ("warning", "rating"):
        await desk.keep(key)
    first = await desk.stage.column("SELECT message_id FROM delivery WHERE state = 'kept' ORDER BY 1")
    for message_id in first:
        await desk.delivering.deliver(message_id)
    warning, request = await desk.stage.column(
        "SELECT message_id FROM delivery WHERE state = 'kept' ORDER BY 1"
    )
    await to(desk, 22)
    for mail in (warning, request):
        await desk.delivering.deliver(mail)
    assert desk.mail.sent == []
    await desk.execute("UPDATE conversation SET last_inbound_at = closed_at, kept_open_at = opened_at")
    await to(desk, 8)
    for mail in (warning, request):
        await desk.delivering.deliver(mail)
    assert [mail.key for mail in desk.mail.sent] == ["mail_rating"]


MOMENTS = st.integers(0, 10_000).map(
    lambda minutes: datetime(2026, 11, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)


@given(
    key=st.sampled_from(
        [*sorted(notices.NOTICES), *sorted(notices.MAILS.values()), "answer", "officer", "mail_answer"]
    ),
    kept=MOMENTS,
    since=MOMENTS,
    heard=st.none() | MOMENTS,
    now=MOMENTS,
    is_letter=st.booleans(),
)
def test_by_night_only_answers_and_what_waited_for_a_message_that_has_just_come(
    key: str, kept: datetime, since: datetime, heard: datetime | None, now: datetime, *, is_letter: bool
) -> None:
    meanwhile = Meanwhile(kept, max(kept, since), heard, heard, is_letter=is_letter)
    if notices.notice_of(key) is None:
        assert not notices.is_for_daytime(key, meanwhile, now=now)
        assert notices.withheld(key, meanwhile) is None
    elif not notices.is_for_daytime(key, meanwhile, now=now):
        assert heard is not None
        assert now - heard <= notices.AT_CONTACT
        assert kept < heard
