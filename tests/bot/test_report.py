"""What is told later about a message of ours: in any order, twice, before the answer, for parts, too late."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from bot.assembly import steps
from bot.deliver import Delivering
from bot.rehearsal import MemoryChannel
from bot.report import Reporting
from bot.store import deliveries, notices
from channels.port import Cause, Outbound, Receipt, Report, ReportState, SendFailed
from tests.fakes import Stage

Staged = Callable[[], AbstractAsyncContextManager[Stage]]
WINDOW_CLOSED: dict[str, Any] = {"code": 63016, "cause": Cause.WINDOW_CLOSED, "reason": "63016"}
ROW = """
    SELECT delivery.state, delivery.cause, delivery.way, delivery.failure, delivery.attempts,
        delivery.past_attempts, delivery.sent_at, message.external_id, conversation.last_outbound_at,
        contact.window_closed_at, contact.opted_out_at, contact.unreachable
    FROM delivery JOIN message ON message.id = delivery.message_id
    JOIN conversation ON conversation.id = message.conversation_id
    JOIN contact ON contact.id = conversation.contact_id
    WHERE delivery.message_id = {message}
"""
numbers = count(100)


START = datetime(2026, 3, 17, 9, 0, tzinfo=UTC)


class Still:
    """A time that stands still: what differs between two orders is not the clock."""

    def now(self) -> datetime:
        return START


class Telephone:
    """One message of ours to somebody new, and what is told of it."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.reporting = Reporting(stage.core.database, stage.core.queue, Still())
        self.sender = f"whatsapp:+62811111{next(numbers):04}"
        self.message = 0
        self.uid = UUID(int=0)
        self.prefix = uuid4().hex

    async def call(self) -> Telephone:
        """Have somebody write, and an answer kept that has its job."""
        await self.stage.hear("biaya?", sender=self.sender)
        async with self.stage.core.database.transaction() as tx:
            conversation = (await tx.execute(text("SELECT max(id) FROM conversation"))).scalar_one()
            self.message = await notices.keep(
                tx,
                conversation_id=conversation,
                channel="whatsapp",
                key="answer",
                text="Gratis.",
                now=self.stage.clock.now(),
                language="id",
            )
            kept = "UPDATE message SET author = 'bot' WHERE id = :id RETURNING uid"
            self.uid = (await tx.execute(text(kept), {"id": self.message})).scalar_one()
            await self.stage.core.queue.deliver(
                tx, self.message, conversation_id=conversation, channel="whatsapp"
            )
        return self

    async def attempt(self) -> None:
        """Record an attempt, as right before the POST."""
        async with self.stage.core.database.transaction() as tx:
            due = await deliveries.due(tx, self.message)
            assert due is not None
            assert await deliveries.attempt(tx, due, now=START, limit=None)

    async def tell(self, state: ReportState, *, part: int = 1, attempt: int = 1, **changes: Any) -> None:
        await self.reporting(self.report(state, part=part, attempt=attempt, **changes))

    def report(self, state: ReportState, *, part: int = 1, attempt: int = 1, **changes: Any) -> Report:
        values: dict[str, Any] = {"message": self.uid, "part": part, "attempt": attempt} | changes
        return Report(
            channel="whatsapp",
            external_id=f"{self.prefix}-{attempt}-{part}",
            state=state,
            at=START,
            **values,
        )

    async def row(self) -> dict[str, Any]:
        async with self.stage.core.database.transaction() as tx:
            row = (await tx.execute(text(ROW.format(message=self.message)))).one()
        return {
            name: str(value).removeprefix(self.prefix) if name == "external_id" and value else value
            for name, value in row._mapping.items()
        }

    async def state(self) -> object:
        return (await self.row())["state"]

    async def ends(self) -> dict[str, Any]:
        """Return everything that may differ: the row, the reports, the events and the jobs."""
        query = f"FROM {{}} WHERE {{}} = {self.message} ORDER BY 1"
        return (await self.row()) | {
            "reports": await self.stage.column(
                "SELECT part || state || coalesce(code, 0) " + query.format("delivery_report", "message_id")
            ),
            "events": await self.stage.column("SELECT kind " + query.format("event", "message_id")),
            "jobs": len(
                await self.stage.column(
                    "SELECT id " + query.format("procrastinate_jobs", "(args ->> 'message_id')::bigint")
                )
            ),
        }


GOOD: list[tuple[ReportState, dict[str, Any]]] = [
    ("queued", {}),
    ("sent", {}),
    ("delivered", {}),
    ("read", {}),
]
BAD: dict[str, list[tuple[ReportState, dict[str, Any]]]] = {
    name: [("queued", {}), ("sent", {}), ("failed", failure)]
    for name, failure in {
        "window": WINDOW_CLOSED,
        "opted out": {"code": 21610, "cause": Cause.OPTED_OUT, "reason": "21610"},
        "not reachable": {"code": 63024, "cause": Cause.NOT_REACHABLE, "reason": "63024"},
        "busy": {"code": 63018, "is_passing": True, "reason": "63018"},
        "policy": {"code": 63013, "reason": "63013"},
    }.items()
}
STORIES = [GOOD, *BAD.values()]


async def _tell_all(
    stage: Stage, told: Sequence[tuple[ReportState, dict[str, Any]]], *, answered_after: int
) -> dict[str, Any]:
    """Tell the reports in that order; the answer to the POST comes after so many of them."""
    phone = await Telephone(stage).call()
    await phone.attempt()
    async with stage.core.database.transaction() as tx:
        due = await deliveries.due(tx, phone.message)
    assert due is not None
    for position in range(len(told) + 1):
        if position == answered_after:
            async with stage.core.database.statement() as tx:
                await deliveries.sent(tx, due, external_id=f"{phone.prefix}-1-1", way="text", now=START)
        if position < len(told):
            state, changes = told[position]
            await phone.tell(state, **changes)
    ends = await phone.ends()
    del ends["way"]  # the answer knows it, a report does not
    return ends


@pytest.fixture
async def stage(staged: Staged) -> AsyncIterator[Stage]:
    async with staged() as made:
        yield made


@settings(
    max_examples=200,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(story=st.integers(0, len(STORIES) - 1), data=st.data())
async def test_in_whatever_order_and_however_often_it_ends_the_same(
    stage: Stage, story: int, data: st.DataObject
) -> None:
    told = STORIES[story]
    doubled = [*told, *data.draw(st.lists(st.sampled_from(told), max_size=4))]
    order = data.draw(st.permutations(doubled))
    answered_after = data.draw(st.integers(0, len(order)))
    expected = await _tell_all(stage, told, answered_after=0)
    assert await _tell_all(stage, order, answered_after=answered_after) == expected


async def test_a_callback_before_the_answer_to_the_post_finds_its_message(staged: Staged) -> None:
    async with staged() as stage:
        phone = await Telephone(stage).call()
        await phone.attempt()
        await phone.tell("sent")
        row = await phone.row()
        assert (row["state"], row["external_id"]) == ("sent", "-1-1")
        assert row["last_outbound_at"] == row["sent_at"] == START


async def test_an_attempt_whose_answer_was_lost_is_made_good_by_a_callback(staged: Staged) -> None:
    async with staged() as stage:
        phone = await Telephone(stage).call()
        channel = Lost()
        for failure in (False, True):
            channel.is_permanent = failure
            await _deliver(steps.delivering(stage.core, {"whatsapp": channel}), phone.message)
        assert await phone.state() == "uncertain"
        assert await stage.scalar("SELECT seen_at FROM event WHERE kind = 'uncertain'") is None
        await phone.tell("delivered")
        assert await phone.state() == "sent"
        assert await stage.scalar("SELECT seen_at FROM event WHERE kind = 'uncertain'") == START


class Lost(MemoryChannel):
    """Takes everything and loses the answer; whether it arrived cannot be told."""

    def __init__(self) -> None:
        super().__init__("whatsapp")
        self.is_permanent = False

    async def send(self, message: Outbound) -> Receipt:
        raise SendFailed("tanpa jawaban", permanent=False, uncertain=True)

    async def find(self, message: Outbound) -> Receipt | None:
        raise SendFailed("tidak dapat dibaca", permanent=self.is_permanent)


async def _deliver(delivering: Delivering, message: int) -> None:
    from bot.sending import SendLater  # noqa: PLC0415

    try:
        await delivering.deliver(message)
    except SendLater:
        return


async def test_a_message_in_parts_is_sent_when_all_of_them_are(staged: Staged) -> None:
    async with staged() as stage:
        phone = await Telephone(stage).call()
        await phone.attempt()
        await phone.tell("delivered", part=3, parts=3)
        await phone.tell("sent", part=1, parts=3)
        assert await phone.state() == "sending"
        await phone.tell("queued", part=2, parts=3)
        row = await phone.row()
        assert (row["state"], row["external_id"]) == ("sent", "-1-3")


async def test_parts_of_two_attempts_make_a_whole(staged: Staged) -> None:
    async with staged() as stage:
        phone = await Telephone(stage).call()
        await phone.attempt()
        await phone.tell("sent", part=1, parts=2)
        await phone.attempt()
        await phone.tell("sent", part=2, parts=2, attempt=2)
        assert (await phone.row())["external_id"] == "-2-2"


async def test_the_closed_window_that_is_told_late_leads_to_the_next_contact(staged: Staged) -> None:
    async with staged() as stage:
        phone = await Telephone(stage).call()
        delivering = steps.delivering(stage.core, {"whatsapp": Closing()})
        await delivering.deliver(phone.message)
        assert await phone.state() == "sent"
        for part in (1, 2):  # of a text in two parts, both fail
            await phone.tell("failed", part=part, parts=2, **WINDOW_CLOSED)
        row = await phone.row()
        assert (row["state"], row["sent_at"], row["last_outbound_at"]) == ("kept", None, None)
        jobs = "SELECT id FROM procrastinate_jobs WHERE task_name = 'deliver'"
        assert len(await stage.column(jobs)) == 2  # the first one and one more
        await delivering.deliver(phone.message)
        assert await phone.state() == "waiting"
        assert await stage.scalar("SELECT kind FROM event") == "waits_for_contact"
        stage.clock.advance(timedelta(minutes=1))
        await stage.hear("masih ada?", sender=phone.sender)
        await delivering.deliver(phone.message)
        assert await phone.state() == "sent"
        await phone.tell("failed", attempt=1, **WINDOW_CLOSED)  # told of the first attempt once more
        assert await phone.state() == "sent"


class Closing(MemoryChannel):
    """Takes what it may, and says that the window is closed when nobody was heard."""

    window: timedelta | None = timedelta(hours=24)

    def __init__(self) -> None:
        super().__init__("whatsapp")
        self.taken = 0

    async def send(self, message: Outbound) -> Receipt:
        if message.last_heard is None:
            raise SendFailed("di luar 24 jam", permanent=True, cause=Cause.WINDOW_CLOSED)
        self.taken += 1
        return Receipt(f"taken-{message.id}-{message.attempt}")


async def test_what_the_citizen_wrote_since_keeps_the_window_open(staged: Staged) -> None:
    async with staged() as stage:
        phone, channel = await Telephone(stage).call(), Closing()
        delivering = steps.delivering(stage.core, {"whatsapp": channel})
        await delivering.deliver(phone.message)
        stage.clock.advance(timedelta(seconds=5))
        await stage.hear("halo?", sender=phone.sender)
        await phone.tell("failed", **WINDOW_CLOSED)
        await delivering.deliver(phone.message)
        assert (await phone.state(), channel.taken) == ("sent", 2)


async def test_a_template_that_is_refused_too_ends_the_attempts(staged: Staged) -> None:
    class Templated(Closing):
        async def send(self, message: Outbound) -> Receipt:
            self.taken += 1
            way = "text" if message.last_heard else "template"
            return Receipt(f"taken-{message.id}-{message.attempt}", way=way)

    async with staged() as stage:
        phone, channel = await Telephone(stage).call(), Templated()
        delivering = steps.delivering(stage.core, {"whatsapp": channel})
        for attempt in (1, 2):
            await delivering.deliver(phone.message)
            await phone.tell("failed", attempt=attempt, **WINDOW_CLOSED)
        await delivering.deliver(phone.message)
        assert (await phone.state(), channel.taken) == ("waiting", 2)


async def test_what_was_too_much_at_that_moment_is_sent_again_and_not_for_ever(staged: Staged) -> None:
    async with staged() as stage:
        phone, channel = await Telephone(stage).call(), Closing()
        delivering = steps.delivering(stage.core, {"whatsapp": channel})
        for attempt in (1, 2):
            await delivering.deliver(phone.message)
            await phone.tell("failed", attempt=attempt, code=63018, is_passing=True, reason="63018")
        scheduled = await stage.column(
            "SELECT 1 FROM procrastinate_jobs WHERE task_name = 'deliver' AND scheduled_at > now()"
        )
        assert len(scheduled) == 2
        stage.clock.advance(channel.patience + timedelta(seconds=1))
        await delivering.deliver(phone.message)
        assert (await phone.state(), channel.taken) == ("failed", 2)


async def test_the_answer_that_was_given_before_is_the_last_one_again(staged: Staged) -> None:
    async with staged() as stage:
        first = await Telephone(stage).call()
        await stage.deliver_all()
        before = (await first.row())["last_outbound_at"]
        second = Telephone(stage)
        second.sender = first.sender
        await second.call()
        await stage.deliver_all()
        assert (await first.row())["last_outbound_at"] > before
        await second.tell("failed", code=63013, reason="63013")
        assert (await first.row())["last_outbound_at"] == before


async def test_a_phone_that_has_it_outweighs_another_that_lost_it(staged: Staged) -> None:
    async with staged() as stage:
        for order in (("failed", "delivered"), ("delivered", "failed")):
            phone = await Telephone(stage).call()
            await phone.attempt()
            await phone.tell("sent")
            for state in order:
                await phone.tell(state, **(WINDOW_CLOSED if state == "failed" else {}))
            assert await phone.state() == "sent"


@pytest.mark.parametrize("state", ["queued", "read", "failed"])
async def test_what_is_not_ours_is_dropped(staged: Staged, state: ReportState) -> None:
    async with staged() as stage:
        phone = await Telephone(stage).call()
        await phone.tell(state, message=uuid4())
        await phone.tell(state, message=None)
        assert await stage.scalar("SELECT count(*) FROM delivery_report") == 0
        assert await phone.state() == "kept"


async def test_without_our_id_the_sid_tells_whose_it_is(staged: Staged) -> None:
    async with staged() as stage:
        phone = await Telephone(stage).call()
        await stage.deliver_all()
        sid = str(await stage.scalar(f"SELECT external_id FROM message WHERE id = {phone.message}"))
        await phone.reporting(
            Report("whatsapp", sid, "failed", stage.clock.now(), code=63013, reason="63013")
        )
        assert await phone.state() == "failed"
        assert await stage.scalar("SELECT kind FROM event") == "not_delivered"
