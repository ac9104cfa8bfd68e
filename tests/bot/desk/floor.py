"""The desk over a real database, with officers, a citizen, and a look at what was kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, text

from bot.casework import Casework
from bot.desk.desk import StoredDesk
from bot.store import tickets
from bot.store.tickets import Ticket
from handoff.ports.desk import Reply
from handoff.ports.values import Officer, Role
from handoff.ticket import Kind
from tests.fakes import Stage

PHONE = "whatsapp:+628111111001"


@dataclass(frozen=True, slots=True)
class Floor:
    """What tests of the desk stand on."""

    stage: Stage
    desk: StoredDesk
    casework: Casework

    async def officer(self, name: str, role: Role = "officer") -> Officer:
        """Let somebody work here."""
        login = name.lower()
        async with self.stage.core.database.transaction() as tx:
            made = await tx.execute(
                text(
                    "INSERT INTO officer (login, name, email, role, created_at)"
                    " VALUES (:login, :name, :email, :role, :now) RETURNING id"
                ),
                {
                    "login": login,
                    "name": name,
                    "email": f"{login}@example.go.id",
                    "role": role,
                    "now": self.stage.clock.now(),
                },
            )
            return Officer(int(made.scalar_one()), login, name, f"{login}@example.go.id", role)

    async def written(self, said: str = "Mohon data PDRB 2024", **named: Any) -> tuple[int, int]:
        """Let a citizen write; return (conversation, message). The bot does not answer."""
        message_id = await self.stage.hear(said, **named)
        await self.run("UPDATE message SET answered_at = created_at WHERE id = :id", id=message_id)
        row = await self.row("SELECT conversation_id FROM message WHERE id = :id", id=message_id)
        return row.conversation_id, message_id

    async def asked(
        self, said: str = "Mohon data PDRB 2024", *, kind: Kind = "konsultasi", **named: Any
    ) -> tuple[int, Ticket]:
        """Let a citizen write and open a ticket, its form complete; return (conversation, ticket)."""
        conversation_id, _ = await self.written(said, **named)
        return conversation_id, await self.opened(conversation_id, kind)

    async def opened(self, conversation_id: int, kind: Kind = "konsultasi") -> Ticket:
        """Open a ticket as a citizen who has filled in the form does."""
        async with self.stage.core.database.transaction() as tx:
            told = await self.casework.open(tx, conversation_id, kind=kind, reason="asked", is_complete=True)
        return await self.ticket(told.ticket_id)

    async def goes_on(self, said: str, *, owes: bool = True, **named: Any) -> int:
        """Let a citizen write to what is open, and take it there as the answering step does."""
        conversation_id, message_id = await self.written(said, **named)
        async with self.stage.core.database.transaction() as tx:
            await self.casework.heard(
                tx, conversation_id, message_id=message_id, at=self.stage.clock.now(), owes=owes
            )
        return message_id

    async def ticket(self, ticket_id: int) -> Ticket:
        """Return a ticket as it is now."""
        async with self.stage.core.database.transaction() as tx:
            known = await tickets.read(tx, ticket_id)
        assert known is not None
        return known

    async def history(self, ticket_id: int) -> list[str]:
        """Return what happened to a ticket, a word each."""
        rows = await self.rows(
            "SELECT what FROM ticket_change WHERE ticket_id = :id ORDER BY id", id=ticket_id
        )
        return [row.what for row in rows]

    async def conversation(self, conversation_id: int) -> Row[Any]:
        """Return a conversation's row."""
        columns = "state, holder_id, owed_since, closed_at, follows_id, last_outbound_at"
        return await self.row(f"SELECT {columns} FROM conversation WHERE id = :id", id=conversation_id)

    async def newest(self) -> int:
        """Return the newest message, as a page that shows all does."""
        return int((await self.row("SELECT coalesce(max(id), 0) AS id FROM message")).id)

    async def reply(
        self, officer: Officer, conversation_id: int, said: str = "Berikut datanya.", **named: Any
    ) -> int:
        """Reply as an officer who has seen everything."""
        seen = named.pop("seen", None)
        reply = Reply(said, seen=await self.newest() if seen is None else seen, **named)
        return await self.desk.reply(officer, conversation_id, reply)

    async def row(self, query: str, **named: Any) -> Row[Any]:
        """Return a query's only row."""
        (row,) = await self.rows(query, **named)
        return row

    async def rows(self, query: str, **named: Any) -> list[Row[Any]]:
        """Return a query's rows."""
        async with self.stage.core.database.transaction() as tx:
            return list(await tx.execute(text(query), named))

    async def run(self, query: str, **named: Any) -> None:
        """Change something behind everybody's back."""
        async with self.stage.core.database.transaction() as tx:
            await tx.execute(text(query), named)
