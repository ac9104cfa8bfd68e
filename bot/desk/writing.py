"""The officers' acts that say something: to the citizen, to colleagues, in a ticket's last word."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Literal

from bot.desk.acting import Acting, by_officer
from bot.desk.enclosing import enclose, keep
from bot.desk.speaking import MAIL, Said
from bot.store import messages, tickets
from bot.store.database import Transaction
from bot.store.desk import desk as store
from bot.store.desk import thread
from bot.store.desk.desk import Held
from handoff import desk as rules
from handoff import invitation
from handoff.invitation import Meeting
from handoff.ports.desk import Reply, Unfit
from handoff.ports.values import NotAllowed, Officer, Stale, Taken

REFUSED = (Stale, Taken, Unfit, NotAllowed)
End = Literal["done", "cancelled"]


@dataclass(frozen=True, slots=True)
class Writing(Acting):
    """Replies, notes, invitations, and how a ticket ends. What is refused stays as a draft."""

    async def reply(self, officer: Officer, conversation_id: int, reply: Reply) -> int:
        """Keep a reply, to be delivered; return its message."""
        async with self._keeping(officer, conversation_id, reply.text):
            enclosures = await enclose(self.files, reply.files)
            async with self.locks.conversation(conversation_id) as (tx, held):
                words = rules.fit_text(reply.text)
                # A form that was sent twice says it once: nobody can have seen the first and mean a second.
                said_before = await store.repeated(tx, held, words, seen=reply.seen, officer_id=officer.id)
                if said_before is not None:
                    return said_before
                said = await self.speaking.say(
                    tx, held, officer, reply, enclosures, closes=reply.then == "close"
                )
                await self._answered(tx, held, officer, said, reply)
                await self._drop_draft(tx, held.id, officer)
        return said.message_id

    async def note(self, officer: Officer, conversation_id: int, text: str) -> int:
        """Keep a note for colleagues; return its message."""
        async with self._keeping(officer, conversation_id, text, is_note=True):
            words = rules.fit_text(text)
            async with self.locks.conversation(conversation_id) as (tx, held):
                now = self.clock.now()
                message_id = await messages.keep_note(tx, held.id, officer_id=officer.id, text=words, now=now)
                await self._drop_draft(tx, held.id, officer)
        return message_id

    async def close(
        self, officer: Officer, ticket_id: int, *, version: int, reply: Reply | None = None
    ) -> None:
        """Say that a ticket is done."""
        await self._end(officer, ticket_id, version, "done", reply)

    async def cancel(
        self, officer: Officer, ticket_id: int, *, version: int, reply: Reply | None = None
    ) -> None:
        """End a ticket that comes to nothing."""
        await self._end(officer, ticket_id, version, "cancelled", reply)

    async def invite(self, officer: Officer, conversation_id: int, meeting: Meeting, *, seen: int) -> int:
        """Invite the citizen to a video call or a visit; return the message."""
        rules.check_meeting(meeting)
        now = self.clock.now()
        if meeting.starts_at <= now:
            raise Unfit("meeting_past")
        uid = f"meeting-{conversation_id}-{int(now.timestamp() * 1000)}@{self.host.email.partition('@')[2]}"
        data = invitation.calendar_file(meeting, self.host, uid=uid, now=now)
        file = await keep(self.files, invitation.FILE_NAME, invitation.CONTENT_TYPE, data)
        async with self.locks.conversation(conversation_id) as (tx, held):
            text = invitation.letter(meeting, self.host, held.language)
            reply = Reply(text, seen=seen)
            said = await self.speaking.say(tx, held, officer, reply, (file,) if held.channel == MAIL else ())
            await self._answered(tx, held, officer, said, reply)
        return said.message_id

    @asynccontextmanager
    async def _keeping(
        self, officer: Officer, conversation_id: int, text: str | None, *, is_note: bool = False
    ) -> AsyncIterator[None]:
        """Keep what was written, if anything, as a draft when it is refused: nothing is lost."""
        try:
            yield
        except REFUSED:
            if text is None:
                raise
            async with self.database.transaction() as tx:
                await thread.keep_draft(
                    tx, conversation_id, officer.id, text, is_note=is_note, now=self.clock.now()
                )
            raise

    async def _drop_draft(self, tx: Transaction, conversation_id: int, officer: Officer) -> None:
        await thread.keep_draft(tx, conversation_id, officer.id, "", is_note=False, now=self.clock.now())

    async def _answered(
        self, tx: Transaction, held: Held, officer: Officer, said: Said, reply: Reply
    ) -> None:
        """Take over what nobody has, and let the tickets know that they were answered."""
        if held.closed_at is None:
            await self._taking.take(tx, held.id, officer)
        if said.conversation_id != held.id:
            await self._taking.take(tx, said.conversation_id, officer)
        concerned = await tickets.lock_concerned(tx, held.id)
        if not concerned and said.conversation_id != held.id:
            concerned = await tickets.lock_concerned(tx, said.conversation_id)
        waits = reply.then == "wait"
        answered = [
            await self._moves.replied(tx, each, said.message_id, by=by_officer(officer), waits=waits)
            for each in concerned
        ]
        if reply.then == "close":
            for each in answered:
                await self.casework.end(tx, each, "done", by=by_officer(officer), closes_conversation=True)
            await self._ending.close_empty(tx, held.id, said.conversation_id)

    async def _end(
        self, officer: Officer, ticket_id: int, version: int, state: End, reply: Reply | None
    ) -> None:
        place = await self.locks.place(ticket_id)
        async with self._keeping(officer, place, reply.text if reply else None):
            enclosures = await enclose(self.files, reply.files) if reply else ()
            async with self.locks.open_case(ticket_id, version) as case:
                known, places = case.ticket, {place}
                if reply is not None:
                    said = await self.speaking.say(
                        case.tx, case.held, officer, reply, enclosures, closes=True
                    )
                    known = await self._moves.replied(case.tx, known, said.message_id, by=by_officer(officer))
                    places.add(said.conversation_id)
                    await self._drop_draft(case.tx, place, officer)
                await self.casework.end(
                    case.tx, known, state, by=by_officer(officer), closes_conversation=True
                )
                await self._ending.close_empty(case.tx, *places)
