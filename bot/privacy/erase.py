"""A person is forgotten: conversation by conversation, then raw mails, and who it was at the very end.

Until the end the person can still be found, so an erasure that was cut off is taken up by asking again. Files are
removed after the transaction that lets go of them; one that is left by a kill between the two is an orphan, which
the clock removes (`bot.upkeep`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import structlog

from bot.clock import Clock
from bot.files import Files, NoSuchFile
from bot.store.contents import ContentLost, Contents, Packed
from bot.store.database import Database, Transaction
from bot.store.desk import audit
from bot.store.privacy import forgetting, people
from bot.store.privacy.forgetting import Gone, Stray
from handoff.ports.privacy import StillOpen
from handoff.ports.values import NotFound

log = structlog.get_logger()

AT_ONCE = 100  # raw mails that are looked into between two transactions
ROUNDS = 3
"""How often the conversations are gone through: somebody may write while they are being forgotten."""


class WritesOn(Exception):
    """The person goes on writing while they are being forgotten: try again later."""


@dataclass(frozen=True, slots=True)
class Erasure:
    """Forgets people. Harmless when repeated."""

    database: Database
    files: Files
    contents: Contents
    clock: Clock

    async def erase(self, person_id: int, *, officer_id: int | None = None, is_forced: bool = False) -> Gone:
        """Forget a person. Raises `NotFound`, `StillOpen` for open tickets, `WritesOn`.

        With `is_forced` open tickets are cancelled. `officer_id` is whom the audit names; None: the program.
        """
        async with self.database.transaction() as tx:
            if not await people.exists(tx, person_id):
                raise NotFound
            numbers = await people.open_tickets(tx, person_id)
            addresses = await people.mail_addresses(tx, person_id)
        if numbers and not is_forced:
            raise StillOpen(numbers)
        gone = Gone()
        for _ in range(ROUNDS):
            gone.add(await self._conversations(person_id, officer_id, is_forced=is_forced))
            gone.add(await self._stray_mails(addresses))
            if await self._person(person_id, officer_id, gone):
                log.info("person forgotten", person=person_id, conversations=gone.conversations)
                return gone
        raise WritesOn

    async def conversation(
        self, conversation_id: int, *, officer_id: int | None = None, is_forced: bool = False
    ) -> Gone:
        """Forget what was said in one conversation. Raises `StillOpen`."""
        async with self.database.transaction() as tx:
            await forgetting.lock(tx, conversation_id)
            numbers = await forgetting.open_tickets(tx, conversation_id)
            if numbers and not is_forced:
                raise StillOpen(numbers)
            now = self.clock.now()
            await forgetting.cancel_tickets(tx, conversation_id, officer_id=officer_id, now=now)
            gone = await forgetting.conversation(tx, conversation_id, now=now)
            files = await forgetting.unused(tx, gone.files)
        await self.files.remove(*files)
        return gone

    async def _conversations(self, person_id: int, officer_id: int | None, *, is_forced: bool) -> Gone:
        async with self.database.statement() as tx:
            left = await people.unforgotten(tx, person_id)
        gone = Gone()
        for conversation_id in left:
            gone.add(await self.conversation(conversation_id, officer_id=officer_id, is_forced=is_forced))
        return gone

    async def _stray_mails(self, addresses: list[str]) -> Gone:
        """Empty bounces, automatic answers and unreadable mails that name one of the person's addresses."""
        gone, after = Gone(), 0
        if not addresses:
            return gone
        wanted = [address.encode() for address in addresses]
        while True:
            async with self.database.statement() as tx:
                strays = await forgetting.strays(tx, after=after, most=AT_ONCE)
            if not strays:
                return gone
            after = strays[-1].id
            named = [each for each in strays if await self._names(each, wanted)]
            if named:
                await self._empty(named, self.clock.now())
                gone.raw_mails += len(named)

    async def _names(self, stray: Stray, addresses: list[bytes]) -> bool:
        try:
            content = await self.contents.unpack(Packed(stray.data, stray.file, stray.packing))
        except (ContentLost, NoSuchFile):
            log.warning("raw mail lost", parcel=stray.id)
            return False
        plain = content.lower()
        return any(address in plain for address in addresses)

    async def _empty(self, strays: list[Stray], now: datetime) -> None:
        async with self.database.transaction() as tx:
            await forgetting.empty(tx, [each.id for each in strays], now=now)
        await self.files.remove(*(each.file for each in strays if each.file))

    async def _person(self, person_id: int, officer_id: int | None, gone: Gone) -> bool:
        """Forget who it was; False when there is a conversation again."""
        async with self.database.transaction() as tx:
            if not await people.lock(tx, person_id):
                raise NotFound  # joined into another one meanwhile
            if await people.unforgotten(tx, person_id):
                return False
            now = self.clock.now()
            await people.empty(tx, person_id, now=now)
            await self._account(tx, person_id, officer_id, gone, now)
        return True

    async def _account(
        self, tx: Transaction, person_id: int, officer_id: int | None, gone: Gone, now: datetime
    ) -> None:
        detail = {
            "conversations": gone.conversations,
            "messages": gone.messages,
            "raw_mails": gone.raw_mails,
            "files": len(gone.files),
        }
        await audit.note(
            tx,
            "person.erased",
            now=now,
            officer_id=officer_id,
            about=f"person:{person_id}",
            detail=detail,
        )
