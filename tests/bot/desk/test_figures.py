"""A month counted from what really happened, by hand."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from bot.desk.figures import Counting
from bot.working_days import rules_of
from handoff.reports.figures import Period, Promise
from tests.fakes import Stage

Staged = Callable[[], AbstractAsyncContextManager[Stage]]
ZONE = ZoneInfo("Asia/Jakarta")
MARCH = Period(date(2026, 3, 1), date(2026, 3, 31))
TITLES = {"konsultasi/biaya": "Biaya konsultasi", "arti/gini_ratio": "Gini rasio"}


def at(day: int, hour: int = 9, *, month: int = 3) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=ZONE)


class Office:
    """Rows as they would have come about."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.people = 0

    async def run(self, query: str, **values: object) -> int:
        async with self.stage.core.database.transaction() as tx:
            return int((await tx.execute(text(query), values)).scalar_one())

    async def officer(self, name: str) -> int:
        return await self.run(
            "INSERT INTO officer (login, name, email, role, created_at)"
            " VALUES (:login, :name, 'petugas@example.org', 'officer', now()) RETURNING id",
            login=name.lower(),
            name=name,
        )

    async def conversation(self, channel: str, opened: datetime, **more: object) -> int:
        self.people += 1
        person = await self.run("INSERT INTO person (created_at) VALUES (:at) RETURNING id", at=opened)
        contact = await self.run(
            "INSERT INTO contact (person_id, channel, address, created_at)"
            " VALUES (:person, :channel, :address, :at) RETURNING id",
            person=person,
            channel=channel,
            address=f"warga{self.people}@example.org",
            at=opened,
        )
        return await self.run(
            "INSERT INTO conversation (contact_id, state, opened_at, context)"
            " VALUES (:contact, 'bot', :at, CAST(:context AS jsonb)) RETURNING id",
            contact=contact,
            at=opened,
            context=more.get("context", "{}"),
        )

    async def said(self, conversation: int, author: str, when: datetime, **more: object) -> int:
        return await self.run(
            "INSERT INTO message (conversation_id, channel, author, text, created_at, kind, officer_id, understood)"
            " VALUES (:conversation, 'whatsapp', :author, '', :at, :kind, :officer, CAST(:understood AS jsonb))"
            " RETURNING id",
            conversation=conversation,
            author=author,
            at=when,
            kind=more.get("kind", "message"),
            officer=more.get("officer"),
            understood=more.get("understood"),
        )

    async def replied(self, conversation: int, when: datetime, key: str) -> None:
        message = await self.said(conversation, "bot", when)
        await self.run(
            "INSERT INTO delivery (message_id, state, key, sent_at) VALUES (:id, 'sent', :key, :at) RETURNING 1",
            id=message,
            key=key,
            at=when,
        )

    async def ticket(self, conversation: int, number: str, opened: datetime, **more: object) -> int:
        values = {
            "kind": "konsultasi", "state": "work", "assignee_id": None, "clear_at": opened, "due_at": None,
            "claimed_at": None, "answered_at": None, "closed_at": None, "merged_into_id": None, **more,
        }  # fmt: skip
        columns = ", ".join(values)
        return await self.run(
            f"INSERT INTO ticket (number, reason, conversation_id, opened_at, {columns})"
            f" VALUES (:number, 'asked', :conversation, :opened, {', '.join(f':{name}' for name in values)})"
            " RETURNING id",
            number=number,
            conversation=conversation,
            opened=opened,
            **values,
        )


@pytest.fixture
async def office(staged: Staged) -> AsyncIterator[Office]:
    async with staged() as stage:
        yield Office(stage)


def counting(office: Office) -> Counting:
    return Counting(office.stage.core.database, rules_of(office.stage.core.settings.office), TITLES.get)


async def test_an_empty_month_is_all_zero(office: Office) -> None:
    found = await counting(office).figures(MARCH)
    assert found.conversations == found.messages == found.handed_over == 0
    assert found.officers == ()
    assert found.promise == Promise()
    assert found.ratings.mean is None


async def test_a_month_is_counted_by_local_days(office: Office) -> None:
    await office.conversation("whatsapp", at(1, 0))
    await office.conversation("whatsapp", at(31, 23))
    await office.conversation("email", at(28, 23, month=2))
    await office.conversation("email", at(1, 0, month=4))
    found = await counting(office).figures(MARCH)
    assert dict(found.arrivals) == {("whatsapp", ""): 2}


async def test_a_surveys_answers_are_no_arrival_until_something_else_is_said(office: Office) -> None:
    survey, asked = '{"survey": true}', '{"topics": ["konsultasi/biaya"], "confidence": 0.9}'
    for more in (
        (),
        ((asked, "citizen"),),
        (('{"topics": ["terima_kasih"]}', "citizen"),),
        ((None, "officer"),),
    ):
        conversation = await office.conversation("whatsapp", at(5, 9))
        await office.said(conversation, "citizen", at(5, 9), understood=survey)
        await office.replied(conversation, at(5, 9), "survey_question")
        for understood, author in more:
            await office.said(conversation, author, at(5, 10), understood=understood)
    found = await counting(office).figures(MARCH)
    assert dict(found.arrivals) == {("whatsapp", ""): 2}, "a question, and an officer's word"


async def test_arrivals_have_the_service_of_their_ticket_or_of_what_was_asked(office: Office) -> None:
    asked = await office.conversation(
        "whatsapp", at(2), context='{"subject": {"topic": "biaya", "service": "penjualan"}}'
    )
    await office.replied(asked, at(2), "answer")
    handed = await office.conversation("email", at(3))
    await office.ticket(handed, "RKM-2026-00001", at(3), kind="rekomendasi")
    found = await counting(office).figures(MARCH)
    assert dict(found.arrivals) == {("whatsapp", "penjualan"): 1, ("email", "rekomendasi"): 1}
    assert (found.by_bot, found.handed_over) == (1, 1)


async def test_topics_are_told_by_title_and_talk_is_none(office: Office) -> None:
    talk = await office.conversation("whatsapp", at(2))
    for topics in ('["konsultasi/biaya"]', '["konsultasi/biaya", "arti/gini_ratio"]', '["salam"]', "[]"):
        await office.said(talk, "citizen", at(2), understood=f'{{"topics": {topics}, "confidence": 0.9}}')
    await office.said(talk, "citizen", at(2), understood='{"topics": [], "confidence": 0.1, "unclear": true}')
    await office.said(talk, "citizen", at(2), kind="reaction", understood='{"topics": [], "confidence": 0.0}')
    await office.replied(talk, at(2), "not_understood")
    found = await counting(office).figures(MARCH)
    assert found.topics == (("Biaya konsultasi", 2), ("Gini rasio", 1))
    assert (found.messages, found.questions, found.not_understood) == (5, 4, 1), (
        "an address told a form is none"
    )


async def test_tickets_deadlines_and_officers(office: Office) -> None:
    sri, budi = await office.officer("Sri"), await office.officer("Budi")
    one, two, three = [await office.conversation("whatsapp", at(2)) for _ in range(3)]
    # Monday 2 March: kept by Sri after 2 hours; answered after 30 minutes.
    kept = await office.ticket(
        one, "KST-2026-00001", at(2), state="done", assignee_id=sri, claimed_at=at(2), due_at=at(5),
        answered_at=at(2) + timedelta(minutes=30), closed_at=at(2, 11),
    )  # fmt: skip
    await office.ticket(two, "KST-2026-00002", at(2), assignee_id=budi, claimed_at=at(3), due_at=at(5))
    await office.ticket(
        three, "KST-2026-00003", at(2), state="cancelled", due_at=at(5), closed_at=at(4), merged_into_id=kept
    )
    await office.said(one, "officer", at(2, 10), officer=sri)
    await office.said(one, "officer", at(2, 10), officer=sri, kind="note")
    found = await counting(office).figures(MARCH)
    assert dict(found.opened) == {"konsultasi": 2}
    assert dict(found.done) == {"konsultasi": 1}
    assert dict(found.open_at_end) == {"konsultasi": 1}
    assert dict(found.promises) == {"konsultasi": Promise(kept=1, missed=1)}
    assert found.first_response["konsultasi"].median == 30
    assert found.resolution["konsultasi"].median == 120
    by_name = {each.name: each for each in found.officers}
    assert list(by_name) == ["Budi", "Sri"]
    assert (by_name["Sri"].taken, by_name["Sri"].replies, by_name["Sri"].closed) == (1, 1, 1)
    assert by_name["Budi"].promise == Promise(kept=0, missed=1)


async def test_ratings_count_where_they_were_given(office: Office) -> None:
    sri = await office.officer("Sri")
    for n, (score, asked, given) in enumerate([(5, 2, 3), (4, 30, 31), (None, 31, None)]):
        talk = await office.conversation("whatsapp", at(2))
        await office.run(
            "INSERT INTO rating (conversation_id, officer_id, digest, asked_at, expires_at, score, rated_at)"
            " VALUES (:conversation, :officer, :digest, :asked, :asked, :score, :given) RETURNING 1",
            conversation=talk,
            officer=sri if n == 0 else None,
            digest=bytes([n]),
            asked=at(asked),
            score=score,
            given=at(given) if given else None,
        )
    await office.said(talk, "officer", at(2), officer=sri)
    found = await counting(office).figures(MARCH)
    assert (found.ratings.counts, found.ratings.asked) == ((0, 0, 0, 1, 1), 3)
    [mine] = found.officers
    assert (mine.ratings.given, mine.ratings.asked) == (1, 1)


async def test_an_officer_is_told_of_a_rating_in_a_month_without_any_other_work(office: Office) -> None:
    sri = await office.officer("Sri")
    talk = await office.conversation("whatsapp", at(25, month=2))
    await office.run(
        "INSERT INTO rating (conversation_id, officer_id, digest, asked_at, expires_at, score, rated_at)"
        " VALUES (:conversation, :officer, 'x', :asked, :asked, 5, :given) RETURNING 1",
        conversation=talk,
        officer=sri,
        asked=at(28, month=2),
        given=at(2),
    )
    found = await counting(office).figures(MARCH)
    assert [(each.name, each.ratings.counts) for each in found.officers] == [("Sri", (0, 0, 0, 0, 1))]


async def test_what_an_officer_begins_to_go_on_with_is_no_arrival_and_what_one_answers_not_the_bots(
    office: Office,
) -> None:
    sri = await office.officer("Sri")
    bots, taken, sequel = [await office.conversation("whatsapp", at(2)) for _ in range(3)]
    for talk in (bots, taken):
        await office.said(talk, "citizen", at(2))
        await office.said(talk, "bot", at(2))
    await office.said(taken, "officer", at(2), officer=sri)
    await office.said(sequel, "officer", at(2), officer=sri, kind="note")
    await office.said(sequel, "officer", at(2), officer=sri)
    await office.said(sequel, "citizen", at(3))
    found = await counting(office).figures(MARCH)
    assert (sum(found.arrivals.values()), found.by_bot, found.handed_over) == (2, 1, 0)
