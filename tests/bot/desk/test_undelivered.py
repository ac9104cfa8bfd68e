"""An officer's reply that does not arrive is owed again, however late that comes out."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from bot.assembly import steps
from bot.rehearsal import MemoryChannel
from bot.report import Reporting
from channels.port import Outbound, Receipt, Report, ReportState, SendFailed
from tests.bot.desk.floor import Floor


class Refusing(MemoryChannel):
    """Refuses what it is told to."""

    def __init__(self, failure: SendFailed) -> None:
        super().__init__("whatsapp")
        self.failure = failure

    async def send(self, message: Outbound) -> Receipt:
        raise self.failure


async def refused(floor: Floor, message_id: int, *, uncertain: bool = False) -> None:
    channel = Refusing(SendFailed("ditolak", permanent=True, uncertain=uncertain))
    await steps.delivering(floor.stage.core, {"whatsapp": channel}).deliver(message_id)


async def told(floor: Floor, message_id: int, state: ReportState) -> None:
    row = await floor.row("SELECT uid, external_id FROM message WHERE id = :id", id=message_id)
    core = floor.stage.core
    await Reporting(core.database, core.queue, core.clock)(
        Report(
            channel="whatsapp",
            external_id=row.external_id or f"sid-{message_id}",
            state=state,
            at=floor.stage.clock.now(),
            message=UUID(str(row.uid)),
            reason="nomor tidak terdaftar" if state == "failed" else "",
            attempt=1,
        )
    )


@pytest.mark.parametrize("uncertain", [False, True], ids=["failed", "uncertain"])
async def test_a_reply_that_did_not_arrive_is_owed_since_the_citizen_asked(
    floor: Floor, uncertain: bool
) -> None:
    sari = await floor.officer("Sari")
    conversation_id, _ = await floor.asked()
    asked_at = (await floor.row("SELECT created_at FROM message")).created_at
    floor.stage.clock.advance(timedelta(hours=2))
    message_id = await floor.reply(sari, conversation_id)
    assert (await floor.conversation(conversation_id)).owed_since is None
    await refused(floor, message_id, uncertain=uncertain)
    held = await floor.conversation(conversation_id)
    assert (held.owed_since, held.holder_id) == (asked_at, sari.id)


async def test_a_failure_that_is_told_days_later_counts_as_well(floor: Floor) -> None:
    sari = await floor.officer("Sari")
    conversation_id, _ = await floor.asked()
    message_id = await floor.reply(sari, conversation_id)
    await floor.stage.deliver_all()
    floor.stage.clock.advance(timedelta(days=2))
    await told(floor, message_id, "failed")
    assert (await floor.conversation(conversation_id)).owed_since is not None


@pytest.mark.parametrize("is_late", [False, True], ids=["told before", "told after"])
async def test_what_the_bot_has_answered_since_is_owed_no_more(floor: Floor, is_late: bool) -> None:
    sari = await floor.officer("Sari")
    floor.stage.model.teach("alamat kantor di mana?", "alamat")
    await floor.stage.answering.answer(await floor.stage.hear("alamat kantor di mana?"))
    conversation_id = (await floor.row("SELECT id FROM conversation")).id
    await floor.desk.claim(sari, conversation_id)
    message_id = await floor.reply(sari, conversation_id, "Ada yang bisa kami bantu?")
    await floor.desk.hand_back(sari, conversation_id)
    await floor.stage.deliver_all()
    if not is_late:
        await told(floor, message_id, "failed")
        assert (await floor.conversation(conversation_id)).owed_since is not None
    await floor.stage.answering.answer(await floor.stage.hear("alamat kantor di mana?"))
    if is_late:
        await told(floor, message_id, "failed")
    assert (await floor.conversation(conversation_id)).owed_since is None
    assert (await floor.row("SELECT kind FROM event WHERE kind = 'not_delivered'")).kind == "not_delivered"


async def test_what_turns_out_to_have_arrived_is_owed_no_more(floor: Floor) -> None:
    sari = await floor.officer("Sari")
    conversation_id, _ = await floor.asked()
    message_id = await floor.reply(sari, conversation_id)
    await refused(floor, message_id, uncertain=True)
    assert (await floor.conversation(conversation_id)).owed_since is not None
    await told(floor, message_id, "delivered")
    assert (await floor.conversation(conversation_id)).owed_since is None


async def test_what_the_citizen_wrote_since_stays_owed_though_the_reply_has_arrived(floor: Floor) -> None:
    sari = await floor.officer("Sari")
    conversation_id, _ = await floor.asked()
    message_id = await floor.reply(sari, conversation_id)
    await refused(floor, message_id, uncertain=True)
    await floor.goes_on("Halo, ada orang?")
    await told(floor, message_id, "delivered")
    assert (await floor.conversation(conversation_id)).owed_since is not None


async def test_an_end_that_the_citizen_never_heard_of_is_none(floor: Floor) -> None:
    sari = await floor.officer("Sari")
    conversation_id, ticket = await floor.asked()
    message_id = await floor.reply(sari, conversation_id, "Selesai.", then="close")
    assert not (await floor.ticket(ticket.id)).is_open
    await refused(floor, message_id)
    known, held = await floor.ticket(ticket.id), await floor.conversation(conversation_id)
    assert (known.state, known.assignee_id) == ("work", sari.id)
    assert (held.closed_at, held.holder_id) == (None, sari.id)
    assert held.owed_since is not None
    last = await floor.rows("SELECT what, actor FROM ticket_change ORDER BY id DESC LIMIT 2")
    assert [tuple(row) for row in last] == [("state", "system"), ("not_delivered", "system")]


async def test_what_the_bot_could_not_say_owes_nothing_of_an_officer(floor: Floor) -> None:
    await floor.stage.hear("halo")
    await floor.stage.answering.answer(await floor.newest())
    message_id = await floor.newest()
    await refused(floor, message_id)
    assert (await floor.row("SELECT state FROM delivery")).state == "failed"
    assert (await floor.row("SELECT owed_since FROM conversation")).owed_since is None


async def test_what_the_citizen_ended_stays_ended(floor: Floor) -> None:
    sari = await floor.officer("Sari")
    conversation_id, ticket = await floor.asked()
    message_id = await floor.reply(sari, conversation_id)
    await floor.stage.deliver_all()
    floor.stage.clock.advance(timedelta(hours=1))
    async with floor.stage.core.database.transaction() as tx:
        await floor.casework.cancel(tx, ticket.id)
    await told(floor, message_id, "failed")
    assert (await floor.ticket(ticket.id)).state == "cancelled"
