"""Whatever citizens and officers do, in whatever order: what is kept of it agrees with itself."""

from __future__ import annotations

import asyncio
import itertools
import os
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from bot.assembly import counter
from bot.store import tickets
from bot.store.tickets import Ticket
from handoff.deadline import Pause
from handoff.ports.desk import Reply, Unfit
from handoff.ports.values import NotAllowed, NotFound, Officer, Stale, Taken
from handoff.ticket import ENDS, KINDS, Kind
from tests.bot.desk.floor import Floor
from tests.fakes import Stage

EXAMPLES = int(os.environ.get("PSTTEST_EXAMPLES", "8"))
REFUSALS = (Stale, Taken, NotFound, NotAllowed, Unfit)
officers = st.integers(0, 2)
which = st.integers(0, 5)


def machine(floor: Floor, staff: list[Officer], run: Callable[[Coroutine[Any, Any, Any]], Any]) -> type:
    """Return the machine over one database; each of its runs has citizens of its own."""
    people = itertools.count()

    class Work(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            self.senders = [f"whatsapp:+6281111{next(people):07}" for _ in range(2)]
            self.known: dict[int, Ticket] = {}
            for sender in self.senders:
                run(floor.asked(sender=sender))
            self.look()

        def look(self) -> None:
            rows = run(
                floor.rows(
                    "SELECT ticket.id FROM ticket JOIN conversation ON conversation.id = conversation_id"
                    " JOIN contact ON contact.id = contact_id WHERE address = ANY(:senders) ORDER BY ticket.id",
                    senders=self.senders,
                )
            )
            self.ids = [row.id for row in rows]

        def ticket(self, n: int) -> Ticket:
            found: Ticket = run(floor.ticket(self.ids[n % len(self.ids)]))
            return found

        def attempt(self, act: Awaitable[Any]) -> None:
            async def do() -> None:
                try:
                    await act
                except REFUSALS:
                    return

            run(do())
            self.look()

        @rule(n=st.integers(0, 1), owes=st.booleans())
        def citizen_writes(self, n: int, owes: bool) -> None:
            self.attempt(floor.goes_on("halo", owes=owes, sender=self.senders[n]))

        @rule(hours=st.integers(1, 200))
        def time_passes(self, hours: int) -> None:
            floor.stage.clock.advance(timedelta(hours=hours))

        @rule(n=which, who=officers, act=st.sampled_from(["claim", "release", "hand_back"]))
        def held(self, n: int, who: int, act: str) -> None:
            self.attempt(getattr(floor.desk, act)(staff[who], self.ticket(n).conversation_id))

        @rule(n=which, who=officers, then=st.sampled_from(["stay", "wait", "close"]), seen=st.booleans())
        def reply(self, n: int, who: int, then: Any, seen: bool) -> None:
            newest = run(floor.newest()) if seen else 0
            place = self.ticket(n).conversation_id
            self.attempt(floor.desk.reply(staff[who], place, Reply("jawaban", seen=newest, then=then)))

        @rule(n=which, who=officers)
        def note(self, n: int, who: int) -> None:
            self.attempt(floor.desk.note(staff[who], self.ticket(n).conversation_id, "catatan"))

        @rule(
            n=which,
            who=officers,
            act=st.sampled_from(["wait", "resume", "clear", "unclear", "close", "cancel", "reopen"]),
        )
        def moved(self, n: int, who: int, act: str) -> None:
            known = self.ticket(n)
            self.attempt(getattr(floor.desk, act)(staff[who], known.id, version=known.version))

        @rule(n=which, who=officers, kind=st.sampled_from(KINDS), beside=st.booleans())
        def kind(self, n: int, who: int, kind: Kind, beside: bool) -> None:
            known = self.ticket(n)
            if beside and len(self.ids) < 6:
                act: Any = floor.desk.split(staff[who], known.id, kind, purpose="", version=known.version)
            else:
                act = floor.desk.change_kind(staff[who], known.id, kind, version=known.version)
            self.attempt(act)

        @rule(n=which, other=which, who=officers)
        def merge(self, n: int, other: int, who: int) -> None:
            known, into = self.ticket(n), self.ticket(other).number
            self.attempt(floor.desk.merge(staff[who], known.id, into, version=known.version))

        @rule(n=which, who=officers, to=st.one_of(st.none(), officers))
        def assign(self, n: int, who: int, to: int | None) -> None:
            known = self.ticket(n)
            wanted = None if to is None else staff[to].id
            self.attempt(floor.desk.assign(staff[who], known.id, wanted, version=known.version))

        @precondition(lambda self: any(known.version > 1 for known in self.known.values()))
        @rule(n=which, who=officers)
        def old_view(self, n: int, who: int) -> None:
            known = self.ticket(n)

            async def refused() -> bool:
                try:
                    await floor.desk.prioritise(
                        staff[who], known.id, is_urgent=known.priority == 0, version=known.version - 1
                    )
                except Stale:
                    return True
                return False

            assert run(refused())
            assert self.ticket(n) == known

        @invariant()
        def tickets_agree_with_their_history(self) -> None:
            for ticket_id in self.ids:
                known = run(floor.ticket(ticket_id))
                run(check_ticket(floor, known))
                before = self.known.get(ticket_id)
                if before is not None and before != known:
                    assert known.version > before.version
                    assert known.number == before.number
                self.known[ticket_id] = known

        @invariant()
        def conversations_agree_with_their_tickets(self) -> None:
            run(check_conversations(floor))

        @invariant()
        def notes_never_go_out_and_replies_always_do(self) -> None:
            wrong = run(
                floor.rows(
                    "SELECT message.id FROM message LEFT JOIN delivery ON delivery.message_id = message.id"
                    " WHERE author = 'officer' AND (kind = 'note') = (delivery.message_id IS NOT NULL)"
                )
            )
            assert wrong == []

    return Work


async def check_ticket(floor: Floor, known: Ticket) -> None:
    async with floor.stage.core.database.transaction() as tx:
        pauses = await tickets.pauses(tx, known.id)
    for earlier, later in itertools.pairwise(pauses):
        assert earlier.to_at is not None
        assert earlier.from_at <= earlier.to_at <= later.from_at
    assert (bool(pauses) and pauses[-1].to_at is None) == (known.state == "citizen")
    assert (known.closed_at is not None) == (known.state in ENDS)
    assert known.due_at == due(floor, known, pauses)
    lines = await floor.rows(
        "SELECT what, before, after FROM ticket_change WHERE ticket_id = :id ORDER BY id", id=known.id
    )
    assert lines[0].what == "opened"
    states = [line for line in lines if line.what == "state"]
    for one, next_one in itertools.pairwise(states):
        assert one.after == next_one.before
    assert not states or states[-1].after == known.state
    kinds = [line.after for line in lines if line.what in {"opened", "kind"}]
    assert kinds[-1] == known.kind


def due(floor: Floor, known: Ticket, pauses: list[Pause]) -> Any:
    return floor.casework.deadlines.due(known.kind, known.clear_at, pauses)


async def check_conversations(floor: Floor) -> None:
    rows = await floor.rows(
        """
        SELECT conversation.id, state, holder_id, owed_since, closed_at,
            (SELECT count(*) FROM ticket WHERE conversation_id = conversation.id AND ticket.closed_at IS NULL)
                AS open
        FROM conversation
        """
    )
    for row in rows:
        assert (row.state == "closed") == (row.closed_at is not None)
        assert (row.state == "officer") == (row.holder_id is not None)
        if row.closed_at is not None:
            assert (row.open, row.owed_since) == (0, None)


def test_whatever_happens_what_is_kept_agrees_with_itself(
    staged: Callable[[], AbstractAsyncContextManager[Stage]],
) -> None:
    loop = asyncio.new_event_loop()
    run = loop.run_until_complete

    async def floor_of(stage: Stage) -> tuple[Floor, list[Officer]]:
        desk = counter.desk(stage.core)
        floor = Floor(stage, desk, desk.casework)
        return floor, [
            await floor.officer("Sari"),
            await floor.officer("Budi"),
            await floor.officer("Wati", "supervisor"),
        ]

    making = staged()
    try:
        floor, staff = run(floor_of(run(making.__aenter__())))
        run_state_machine_as_test(
            machine(floor, staff, run),
            settings=settings(
                max_examples=EXAMPLES,
                stateful_step_count=20,
                deadline=None,
                phases=[Phase.generate],  # over a real database, shrinking would take longer than reading
                suppress_health_check=list(HealthCheck),
            ),
        )
        run(making.__aexit__(None, None, None))
    finally:
        run(loop.shutdown_asyncgens())
        loop.close()
