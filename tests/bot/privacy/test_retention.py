"""What is older than its retention goes, a day earlier it stays, and nothing of what is open is ever touched."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import timedelta

import pytest

from bot.office.retention import Retention as Rules
from bot.privacy.erase import Erasure
from bot.privacy.retention import Removed, Retention
from bot.schedule import EVERY_SECONDS
from bot.upkeep import DUTIES, Upkeep
from tests.bot.privacy.somebody import (
    NAME,
    TRACES,
    WHATSAPP,
    WORD,
    Somebody,
    close_all,
    contents,
    known,
    mail,
    run,
    scalar,
)
from tests.bot.privacy.traces import traces
from tests.fakes import Stage

Staged = Callable[[], AbstractAsyncContextManager[Stage]]
DAY = timedelta(days=1)
A_WHILE = timedelta(minutes=5)  # the stage's clock goes on by itself
NEVER = {
    f"{name}_days": "never"
    for name in "raw_mail media conversations people drafts events notices sessions audit".split()
}


def rules(**days: object) -> Rules:
    return Rules.model_validate({"night_hour": 3, **NEVER, **days})


def retention(stage: Stage, **days: object) -> Retention:
    erasure = Erasure(stage.core.database, stage.core.files, contents(stage), stage.clock)
    return Retention(erasure, rules(**days), "Asia/Jakarta")


async def removed(stage: Stage, **days: object) -> Removed:
    return await retention(stage, **days).run()


# Each class: its setting, rows of it that are left, counted from when they are as old as they are.
COUNTED = {
    "raw_mail_days": "SELECT count(*) FROM parcel WHERE data IS NOT NULL",
    "media_days": "SELECT count(*) FROM media WHERE file IS NOT NULL",
    "conversations_days": f"SELECT count(*) FROM message WHERE text LIKE '%{WORD}%'",
    "drafts_days": "SELECT count(*) FROM draft",
    "events_days": "SELECT count(*) FROM event",
    "notices_days": "SELECT count(*) FROM officer_mail",
    "sessions_days": "SELECT count(*) FROM officer_session",
    "audit_days": "SELECT count(*) FROM audit",
}


async def everything(stage: Stage) -> Somebody:
    """Have at least one row of each class, all as old as the stage's present moment."""
    somebody = await known(stage)
    values = {"conversation": somebody.conversation, "officer": somebody.officer, "now": stage.clock.now()}
    for query in (
        "INSERT INTO draft (conversation_id, officer_id, text, updated_at)"
        f" VALUES (:conversation, :officer, '{WORD}', :now)",
        "INSERT INTO event (kind, conversation_id, created_at) VALUES ('flood', :conversation, :now)",
        "INSERT INTO officer_mail (officer_id, channel, state, subject, text, created_at)"
        " VALUES (:officer, 'email', 'sent', '-', '-', :now)",
        "INSERT INTO officer_notice (officer_id, kind, mail_id, created_at)"
        " SELECT :officer, 'new', id, :now FROM officer_mail",
        "INSERT INTO officer_session (digest, officer_id, csrf, is_complete, created_at, seen_at, expires_at)"
        " VALUES ('a', :officer, '-', true, :now, :now, :now)",
        "INSERT INTO audit (at, officer_id, action) VALUES (:now, :officer, 'file.downloaded')",
    ):
        await run(stage, query, **{name: value for name, value in values.items() if f":{name}" in query})
    return somebody


@pytest.mark.parametrize("setting", COUNTED)
async def test_what_is_older_goes_and_what_is_not_stays(staged: Staged, setting: str) -> None:
    async with staged() as stage:
        await everything(stage)
        await close_all(stage)
        before = await scalar(stage, COUNTED[setting])
        assert before
        stage.clock.advance(10 * DAY - A_WHILE)
        await removed(stage, **{setting: 10})
        assert await scalar(stage, COUNTED[setting]) == before
        stage.clock.advance(A_WHILE)
        await removed(stage, **{setting: 10})
        assert await scalar(stage, COUNTED[setting]) == 0


@pytest.mark.parametrize("setting", COUNTED)
async def test_one_class_takes_nothing_of_another(staged: Staged, setting: str) -> None:
    """Only a conversation takes along what belongs to it."""
    async with staged() as stage:
        await everything(stage)
        await close_all(stage)
        others = {name: await scalar(stage, query) for name, query in COUNTED.items() if name != setting}
        stage.clock.advance(11 * DAY)
        await removed(stage, **{setting: 10})
        left = {name: await scalar(stage, COUNTED[name]) for name in others}
        if setting == "conversations_days":
            assert left["audit_days"] == others["audit_days"]
        else:
            assert left == others


@pytest.mark.parametrize(
    "still",
    [
        "UPDATE conversation SET closed_at = NULL, state = 'waiting'",
        "UPDATE ticket SET closed_at = NULL, state = 'work'",
        "UPDATE conversation SET owed_since = opened_at",
        "UPDATE conversation SET holder_id = (SELECT min(id) FROM officer)",
    ],
)
async def test_nothing_of_what_is_open_is_removed(staged: Staged, still: str) -> None:
    async with staged() as stage:
        somebody = await everything(stage)
        await close_all(stage)
        await run(
            stage,
            f"INSERT INTO ticket (number, kind, state, reason, conversation_id, opened_at, closed_at)"
            f" VALUES ('KST-1', 'konsultasi', 'done', 'asked', {somebody.mail_conversation}, now(), now())",
        )
        await run(stage, "DELETE FROM parcel WHERE message_id IS NULL")
        await run(stage, still)
        kept = ("raw_mail_days", "media_days", "conversations_days", "drafts_days", "events_days")
        before = {name: await scalar(stage, COUNTED[name]) for name in kept}
        assert all(before.values())
        stage.clock.advance(5000 * DAY)
        await removed(stage, **dict.fromkeys(kept, 1), people_days=1)
        assert {name: await scalar(stage, COUNTED[name]) for name in kept} == before
        assert await stage.scalar("SELECT max(name) FROM person") == NAME


async def test_who_was_not_heard_for_long_is_forgotten_with_the_last_conversation(staged: Staged) -> None:
    async with staged() as stage:
        await everything(stage)
        await close_all(stage)
        stage.clock.advance(20 * DAY)
        await removed(stage, people_days=10)
        assert NAME in str(await stage.scalar("SELECT string_agg(name, ',') FROM person"))
        await run(stage, "DELETE FROM parcel WHERE message_id IS NULL")
        await removed(stage, people_days=10, conversations_days=10)
        assert await traces(stage, TRACES) == []


async def test_who_still_writes_stays_known(staged: Staged) -> None:
    async with staged() as stage:
        await everything(stage)
        await close_all(stage)
        stage.clock.advance(20 * DAY)
        await stage.hear("saya lagi", sender=WHATSAPP)
        await removed(stage, people_days=10, conversations_days=10)
        assert await scalar(stage, f"SELECT count(*) FROM contact WHERE address = '{WHATSAPP}'") == 1
        assert await scalar(stage, "SELECT count(*) FROM message WHERE text = 'saya lagi'") == 1


async def test_a_mail_that_is_offered_again_is_not_kept_again(staged: Staged) -> None:
    async with staged() as stage:
        await everything(stage)
        await close_all(stage)
        stage.clock.advance(20 * DAY)
        await removed(stage, conversations_days=10, people_days=10)
        await run(stage, "UPDATE parcel SET epoch = 0")
        await run(stage, "DELETE FROM parcel WHERE message_id IS NULL")
        await mail(stage, 1, f"Pertanyaan {WORD}", f"Isi {WORD}")
        stage.clock.advance(20 * DAY)
        await removed(stage, raw_mail_days=365, people_days=10)
        assert await traces(stage, TRACES) == []


async def test_unread_and_unreadable_mail_waits_for_somebody(staged: Staged) -> None:
    async with staged() as stage:
        await everything(stage)
        await close_all(stage)
        await run(stage, "UPDATE parcel SET kind = 'quarantined' WHERE number = 1")
        await run(stage, "UPDATE parcel SET kind = NULL, read_at = NULL WHERE number = 2")
        stage.clock.advance(20 * DAY)
        await removed(stage, raw_mail_days=10)
        assert await scalar(stage, COUNTED["raw_mail_days"]) == 2


async def test_once_a_night_and_made_up_for_when_missed(staged: Staged) -> None:
    async with staged() as stage:
        nightly = retention(stage)
        assert await nightly.is_due()
        await nightly.run()
        due = []
        for _ in range(48):
            stage.clock.advance(timedelta(hours=1))
            due.append(await nightly.is_due())
            if due[-1]:
                await nightly.run()
        assert due.count(True) == 2
        stage.clock.advance(10 * DAY)
        assert await nightly.is_due()


async def test_in_portions_until_nothing_is_left(staged: Staged, monkeypatch: pytest.MonkeyPatch) -> None:
    async with staged() as stage:
        await everything(stage)
        await close_all(stage)
        monkeypatch.setattr("bot.privacy.retention.MOST", 1)
        monkeypatch.setattr("bot.privacy.retention.AT_ONCE", 1)
        stage.clock.advance(20 * DAY)
        nightly = retention(stage, conversations_days=10)
        assert not (await nightly.run()).is_complete
        assert await nightly.is_due()
        while not (await nightly.run()).is_complete:
            assert await nightly.is_due()
        assert await scalar(stage, COUNTED["conversations_days"]) == 0


async def test_it_is_one_of_the_clocks_duties(staged: Staged) -> None:
    async with staged() as stage:
        await everything(stage)
        await close_all(stage)
        stage.clock.advance(20 * DAY)
        upkeep = Upkeep(
            stage.core.database,
            stage.core.queue,
            stage.clock,
            timedelta(seconds=10),
            retention=retention(stage, conversations_days=10),
        )
        await DUTIES["retention"](upkeep)
        assert await scalar(stage, COUNTED["conversations_days"]) == 0
        assert EVERY_SECONDS["retention"] < DAY.total_seconds()
