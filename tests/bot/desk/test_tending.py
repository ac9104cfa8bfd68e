"""What time does to tickets: each warning once, at its moment, to whom it concerns; the citizen an honest word."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, time, timedelta

import pytest

from bot.assembly import counter, duties, steps
from bot.office import Office
from handoff.ports.values import Officer
from tests.bot.desk.floor import PHONE, Floor
from tests.bot.desk.timing import go_to, monday, tend, told
from tests.bot.dispatch import Windowed

DAY = timedelta(days=1)
BEFORE = timedelta(seconds=5)


async def staff(floor: Floor) -> tuple[Officer, Officer, Officer]:
    return (
        await floor.officer("Ani"),
        await floor.officer("Budi"),
        await floor.officer("Sari", "supervisor"),
    )


def at(begins: datetime, days: int, hour: time) -> datetime:
    return datetime.combine(begins.date() + days * DAY, hour, tzinfo=begins.tzinfo)


async def test_half_then_one_day_then_missed(floor: Floor) -> None:
    ani, _, _ = await staff(floor)
    begins = monday(floor)
    conversation, _ = await floor.asked()
    await floor.desk.claim(ani, conversation)
    await floor.reply(ani, conversation)
    half = at(begins, 2, time(9))  # of 10 h on Monday and 12 h on the three days after
    expected = [
        (half - BEFORE, []),
        (half, [("ani", "half")]),
        (at(begins, 2, time(23, 58)), [("ani", "half")]),
        (at(begins, 2, time(23, 59)), [("ani", "half"), ("ani", "one_day")]),
        (at(begins, 3, time(23, 58)), [("ani", "half"), ("ani", "one_day")]),
    ]
    for moment, said in expected:
        go_to(floor, moment)
        for _ in range(2):
            await tend(floor)
        assert await told(floor) == said
    go_to(floor, at(begins, 3, time(23, 59)))
    for _ in range(2):
        await tend(floor)
    assert (await told(floor))[2:] == [("ani", "missed"), ("sari", "missed")]


async def test_what_nobody_has_is_told_to_supervisors(floor: Floor) -> None:
    await staff(floor)
    begins = monday(floor)
    conversation, _ = await floor.asked()
    await floor.run("UPDATE ticket SET answered_at = opened_at")  # answered once, and given back
    await floor.desk.no_reply_needed(await floor.officer("Dewi"), conversation, seen=await floor.newest())
    go_to(floor, at(begins, 2, time(9)))
    await tend(floor)
    assert await told(floor) == [("sari", "half")]


async def test_while_nothing_ran_only_the_most_urgent_is_caught_up(floor: Floor) -> None:
    ani, _, _ = await staff(floor)
    begins = monday(floor)
    conversation, _ = await floor.asked()
    await floor.desk.claim(ani, conversation)
    await floor.reply(ani, conversation)
    go_to(floor, begins + 7 * DAY)
    for _ in range(3):
        await tend(floor)
    assert await told(floor) == [("ani", "missed"), ("sari", "missed")]


async def test_any_number_of_schedulers_tell_it_once(floor: Floor) -> None:
    ani, _, _ = await staff(floor)
    begins = monday(floor)
    for n in range(3):
        conversation, _ = await floor.asked(sender=f"whatsapp:+62811111101{n}")
        await floor.desk.claim(ani, conversation)
        await floor.reply(ani, conversation)
    go_to(floor, begins + 7 * DAY)
    await asyncio.gather(*(tend(floor) for _ in range(4)))
    assert sorted(await told(floor)) == [("ani", "missed")] * 3 + [("sari", "missed")] * 3


async def test_a_pause_moves_what_is_to_come_and_repeats_nothing(floor: Floor) -> None:
    ani, _, _ = await staff(floor)
    begins = monday(floor)
    conversation, ticket = await floor.asked()
    await floor.desk.claim(ani, conversation)
    go_to(floor, at(begins, 2, time(9)))
    await tend(floor)
    assert ("ani", "half") in await told(floor)
    await floor.reply(ani, conversation, "Tahun berapa?", then="wait")
    go_to(floor, at(begins, 4, time(9)))
    await tend(floor)
    assert {kind for _, kind in await told(floor)} <= {"half", "silent"}
    await floor.goes_on("Tahun 2024")
    due_at = (await floor.ticket(ticket.id)).due_at
    assert due_at is not None
    assert due_at.astimezone(begins.tzinfo) == at(
        begins, 7, time(23, 59)
    )  # Wednesday and Thursday ended paused
    go_to(floor, at(begins, 4, time(23, 59)))
    await tend(floor)
    kinds = [kind for _, kind in await told(floor) if kind != "silent"]
    assert kinds == ["half", "one_day"]


async def test_another_kind_has_a_half_of_its_own(floor: Floor) -> None:
    ani, _, _ = await staff(floor)
    begins = monday(floor)
    conversation, ticket = await floor.asked()
    await floor.desk.claim(ani, conversation)
    await floor.reply(ani, conversation)
    go_to(floor, at(begins, 2, time(9)))
    await tend(floor)
    version = (await floor.ticket(ticket.id)).version
    await floor.desk.change_kind(ani, ticket.id, "penjualan", version=version)
    await floor.desk.clear(ani, ticket.id, version=(await floor.ticket(ticket.id)).version)
    await tend(floor)
    assert await told(floor) == [("ani", "half")]
    go_to(floor, at(begins, 9, time(15)))
    await tend(floor)
    assert await told(floor) == [("ani", "half"), ("ani", "half")]


async def test_a_day_that_the_office_closes_moves_the_deadline(floor: Floor) -> None:
    """The calendar is the office's to change, while a ticket runs."""
    await staff(floor)
    begins = monday(floor)
    _, ticket = await floor.asked()
    await tend(floor)
    office = floor.stage.core.settings.office
    closed = {"date": begins.date() + DAY, "why": "Listrik padam"}
    calendar = type(office.calendar).model_validate(
        {"working_weekdays": [1, 2, 3, 4, 5], "notice_hours": "08.00-20.00", "closed": [closed]}
    )
    changed = office.model_copy(update={"calendar": calendar})
    await later(floor, changed, begins + timedelta(hours=2))
    due_at = (await floor.ticket(ticket.id)).due_at
    assert due_at is not None
    assert due_at.astimezone(begins.tzinfo) == at(begins, 4, time(23, 59))
    assert "due" in await floor.history(ticket.id)


async def later(floor: Floor, office: Office, moment: datetime) -> None:
    """Go on with a changed office, as after a restart."""
    go_to(floor, moment)
    core = replace(floor.stage.core, settings=replace(floor.stage.core.settings, office=office))
    await duties.tending(core).tend()


class TestUnclaimed:
    """Nobody has taken a ticket within `desk.claim_minutes` of working time."""

    async def test_supervisors_are_told_and_the_citizen_once(self, floor: Floor) -> None:
        await staff(floor)
        begins = monday(floor)
        _, ticket = await floor.asked()
        due = begins + timedelta(minutes=floor.stage.core.settings.office.desk.claim_minutes)
        go_to(floor, due - BEFORE)
        await tend(floor)
        assert await told(floor) == []
        go_to(floor, due)
        for _ in range(3):
            await tend(floor)
        assert await told(floor) == [("sari", "unclaimed")]
        await floor.stage.deliver_all()
        (word,) = floor.stage.memory["whatsapp"].take(PHONE)
        assert ticket.number in word
        assert "belum sempat diambil" in word
        assert (await floor.history(ticket.id)).count("told_unclaimed") == 1

    async def test_in_the_language_of_the_citizen(self, floor: Floor) -> None:
        begins = monday(floor)
        await floor.asked()
        await floor.run("UPDATE contact SET language = 'en'")
        go_to(floor, begins + timedelta(hours=3))
        await tend(floor)
        await floor.stage.deliver_all()
        assert "no officer has been able" in floor.stage.memory["whatsapp"].take(PHONE)[0]

    async def test_not_what_somebody_has_taken_or_answered(self, floor: Floor) -> None:
        ani, _, _ = await staff(floor)
        begins = monday(floor)
        claimed, _ = await floor.asked()
        await floor.desk.claim(ani, claimed)
        answered, _ = await floor.asked(sender="whatsapp:+628111111002")
        await floor.reply(ani, answered)
        await floor.desk.hand_back(ani, answered)
        go_to(floor, begins + timedelta(hours=3))
        await tend(floor)
        assert await told(floor) == []
        await floor.stage.deliver_all()
        assert floor.stage.memory["whatsapp"].take(PHONE) == []

    async def test_at_night_nobody_is_told_before_the_morning(self, floor: Floor) -> None:
        await staff(floor)
        begins = monday(floor, time(19, 30))
        await floor.asked()
        for moment, is_told in (
            (at(begins, 0, time(23)), False),
            (at(begins, 1, time(8, 29)), False),
            (at(begins, 1, time(8, 30)), True),
        ):
            go_to(floor, moment)
            await tend(floor)
            assert bool(await told(floor)) is is_told
            await floor.stage.deliver_all()
            assert bool(floor.stage.memory["whatsapp"].take(PHONE)) is is_told

    async def test_caught_up_on_a_weekend_the_citizen_hears_it_when_somebody_is_there(
        self, floor: Floor
    ) -> None:
        await staff(floor)
        begins = monday(floor)
        go_to(floor, at(begins, 4, time(16)))
        await floor.asked()
        go_to(floor, at(begins, 5, time(11)))  # a Saturday; nothing ran since Friday
        await tend(floor)
        assert await told(floor) == [("sari", "unclaimed")]
        assert await floor.rows("SELECT 1 FROM delivery") == []
        go_to(floor, at(begins, 7, time(8)))
        await tend(floor)
        assert len(await floor.rows("SELECT 1 FROM delivery WHERE key = 'unclaimed'")) == 1

    async def test_whoever_wants_no_notices_gets_none(self, floor: Floor) -> None:
        begins = monday(floor)
        await floor.asked()
        await floor.run("UPDATE contact SET opted_out_at = created_at")
        go_to(floor, begins + timedelta(hours=3))
        await tend(floor)
        await floor.stage.deliver_all()
        assert floor.stage.memory["whatsapp"].take(PHONE) == []
        (row,) = await floor.rows("SELECT state, cause FROM delivery")
        assert (row.state, row.cause) == ("failed", "opted_out")

    @pytest.mark.parametrize("address", [None, "siti@contoh.example"])
    async def test_after_a_weekend_the_window_is_closed(self, floor: Floor, address: str | None) -> None:
        stage = floor.stage
        begins = monday(floor)
        go_to(floor, at(begins, 4, time(19, 30)))
        await floor.asked()
        await floor.run("UPDATE person SET email = :address", address=address)
        go_to(floor, at(begins, 7, time(8, 31)))
        await tend(floor)
        channels = {"whatsapp": Windowed(stage.clock.now), "email": stage.memory["email"]}
        delivering = steps.delivering(stage.core, channels)
        for _ in range(2):
            for message_id in await stage.column("SELECT message_id FROM delivery WHERE state = 'kept'"):
                await delivering.deliver(message_id)
        states = [row.state for row in await floor.rows("SELECT state FROM delivery ORDER BY message_id")]
        assert states == (["waiting"] if address is None else ["rerouted", "sent"])
        if address is not None:
            (mail,) = stage.memory["email"].take(address)
            assert "belum sempat diambil" in mail
            assert "KST-" not in mail  # an address that was typed in a chat gets nothing of the conversation

    async def test_without_supervisors_admins_are_told(self, floor: Floor) -> None:
        await floor.officer("Ani")
        await floor.officer("Rani", "admin")
        begins = monday(floor)
        await floor.asked()
        go_to(floor, begins + timedelta(hours=3))
        await tend(floor)
        assert await told(floor) == [("rani", "unclaimed")]


class TestHolders:
    """Nobody loses a ticket by the clock; others are told."""

    async def test_whoever_lets_the_citizen_wait(self, floor: Floor) -> None:
        ani, _, _ = await staff(floor)
        begins = monday(floor)
        conversation, ticket = await floor.asked(kind="pengaduan")
        await floor.desk.claim(ani, conversation)
        go_to(floor, at(begins, 1, time(23, 58)))
        await tend(floor)
        assert await told(floor) == []
        go_to(floor, at(begins, 1, time(23, 59)))
        for _ in range(2):
            await tend(floor)
        assert await told(floor) == [("sari", "silent")]
        assert (await floor.ticket(ticket.id)).assignee_id == ani.id
        assert (await floor.row("SELECT holder_id FROM conversation WHERE id = :id", id=conversation))[
            0
        ] == ani.id

    async def test_what_was_answered_and_given_back_is_not_forgotten(self, floor: Floor) -> None:
        ani, _, _ = await staff(floor)
        begins = monday(floor)
        conversation, _ = await floor.asked(kind="pengaduan")
        await floor.desk.claim(ani, conversation)
        await floor.reply(ani, conversation)
        await floor.desk.release(ani, conversation)
        go_to(floor, at(begins, 1, time(10)))
        await floor.goes_on("Masih belum jelas")
        go_to(floor, at(begins, 2, time(23, 59)))
        await tend(floor)
        assert await told(floor) == [("sari", "silent")]

    async def test_what_was_taken_and_given_up_without_a_word_is_not_forgotten(self, floor: Floor) -> None:
        ani, _, _ = await staff(floor)
        begins = monday(floor)
        conversation, _ = await floor.asked(kind="pengaduan")
        go_to(floor, begins + timedelta(hours=2))
        await tend(floor)
        await floor.desk.claim(ani, conversation)
        await floor.desk.release(ani, conversation)
        go_to(floor, at(begins, 1, time(23, 59)))
        for _ in range(2):
            await tend(floor)
        assert await told(floor) == [("sari", "unclaimed"), ("sari", "silent")]

    async def test_an_account_that_was_disabled(self, floor: Floor) -> None:
        ani, _, _ = await staff(floor)
        begins = monday(floor)
        conversation, ticket = await floor.asked()
        await floor.desk.claim(ani, conversation)
        await floor.reply(ani, conversation)
        await tend(floor)
        await floor.run("UPDATE officer SET disabled_at = created_at WHERE id = :id", id=ani.id)
        go_to(floor, begins + timedelta(hours=2))
        for _ in range(2):
            await tend(floor)
        assert await told(floor) == [("sari", "orphaned")]
        go_to(floor, at(begins, 2, time(9)))
        await tend(floor)
        assert await told(floor) == [("sari", "orphaned"), ("sari", "half")]
        assert (await floor.ticket(ticket.id)).assignee_id == ani.id
        assert (await floor.row("SELECT holder_id FROM conversation WHERE id = :id", id=conversation))[
            0
        ] == ani.id


async def test_what_has_ended_is_left_alone(floor: Floor) -> None:
    ani, _, _ = await staff(floor)
    begins = monday(floor)
    conversation, ticket = await floor.asked()
    await floor.desk.claim(ani, conversation)
    async with floor.stage.core.database.transaction() as tx:
        await floor.casework.close(tx, ticket.id)
    go_to(floor, begins + 10 * DAY)
    await tend(floor)
    assert await told(floor) == []


async def test_nothing_due_is_not_even_looked_at(floor: Floor) -> None:
    await staff(floor)
    monday(floor)
    _, ticket = await floor.asked()
    await tend(floor)
    (before,) = await floor.rows("SELECT xmin::text, tend_at FROM ticket")
    await tend(floor)
    (after,) = await floor.rows("SELECT xmin::text, tend_at FROM ticket")
    assert before == after
    plan = "\n".join(
        str(row[0])
        for row in await floor.rows(
            "EXPLAIN SELECT id FROM ticket WHERE closed_at IS NULL AND tended_version <> version"
            " ORDER BY id LIMIT 500"
        )
    )
    assert "ticket_changed_idx" in plan
    assert (await floor.ticket(ticket.id)).version == ticket.version


async def test_one_ticket_that_cannot_be_tended_holds_up_no_other(floor: Floor) -> None:
    await staff(floor)
    begins = monday(floor)
    _, broken = await floor.asked()
    _, sound = await floor.asked(sender="whatsapp:+628111111002")
    # The database refuses what is to be kept of one of them.
    await floor.run(
        "ALTER TABLE officer_notice ADD CONSTRAINT refused CHECK (ticket_id <> %d) NOT VALID" % broken.id  # noqa: UP031
    )
    go_to(floor, begins + timedelta(hours=3))
    await tend(floor)
    rows = await floor.rows("SELECT ticket_id FROM officer_notice WHERE kind = 'unclaimed'")
    assert [row.ticket_id for row in rows] == [sound.id]


@pytest.mark.parametrize(("year", "is_doubted"), [("2026", False), ("2029", True)])
async def test_a_deadline_in_a_year_that_nobody_has_decreed_is_doubted(
    floor: Floor, year: str, *, is_doubted: bool
) -> None:
    await floor.asked()
    await floor.run("UPDATE ticket SET clear_at = CAST(:at AS timestamptz)", at=f"{year}-06-05 03:00Z")
    for _ in range(2):
        await tend(floor)
    rows = await floor.rows("SELECT detail FROM event WHERE kind = 'holidays_uncertain'")
    assert [row.detail["year"] for row in rows] == ([int(year)] if is_doubted else [])


async def test_what_somebody_held_without_a_ticket_is_given_back_when_they_go(floor: Floor) -> None:
    ani, _, _ = await staff(floor)
    begins = monday(floor)
    conversation, _ = await floor.written("Halo")
    await floor.desk.claim(ani, conversation)
    await floor.reply(ani, conversation, "Silakan, ada yang bisa dibantu?")
    await floor.stage.deliver_all()
    await tend(floor)
    assert (await floor.conversation(conversation)).holder_id == ani.id
    await counter.people(floor.stage.core).disable(ani.id, by=None)
    await floor.stage.answered("Saya perlu data kemiskinan 2024 untuk skripsi")
    assert (await floor.conversation(conversation)).owed_since is not None
    for _ in range(2):
        await tend(floor)
    held = await floor.conversation(conversation)
    assert (held.holder_id, held.state) == (None, "waiting")
    assert [row.assignee_id for row in await floor.rows("SELECT assignee_id FROM ticket")] == [None]
    go_to(floor, at(begins, 1, time(12)))
    await tend(floor)
    assert await told(floor) == [("sari", "unclaimed")]
    assert await floor.rows("SELECT 1 FROM officer_notice WHERE kind = 'new'"), (
        "as with every ticket that nobody has"
    )


async def test_what_owes_nothing_is_the_bots_again_when_they_go(floor: Floor) -> None:
    ani, _, _ = await staff(floor)
    conversation, _ = await floor.written("Halo")
    await floor.desk.claim(ani, conversation)
    await counter.people(floor.stage.core).disable(ani.id, by=None)
    await tend(floor)
    held = await floor.conversation(conversation)
    assert (held.holder_id, held.state) == (None, "bot")
    assert not await floor.rows("SELECT 1 FROM ticket")
