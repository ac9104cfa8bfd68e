"""What officers do for a person's own data. Implements `handoff.ports.privacy.Privacy`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

import structlog

from bot.clock import Clock
from bot.privacy.copy import Copies
from bot.privacy.erase import Erasure, WritesOn
from bot.privacy.find import find
from bot.store.database import Database
from bot.store.desk import audit
from bot.store.privacy import joining, people
from bot.store.privacy.joining import Person
from handoff.ports.privacy import Forgotten, FoundPerson, Holdings, Verification
from handoff.ports.values import NotAllowed, NotFound, Officer

log = structlog.get_logger()

ONLY_SUPERVISORS = "Hanya penyelia atau admin yang boleh menghapus data seseorang."
NOT_CONFIRMED = "Yang diketik bukan nomor tiket atau nama orang ini. Tidak ada yang dihapus."
WRITES_ON = "Orang ini sedang menulis. Ulangi sebentar lagi; yang sudah terhapus tetap terhapus."
SAME = "Ini orang yang sama."
ERASED = "Data salah satu dari keduanya sudah dihapus."
ALREADY = "Salah satu dari keduanya sudah digabungkan dengan orang lain."
NO_NOTE = "Tulis bagaimana Anda memastikannya."


class StoredPrivacy:
    """Looks, hands out, forgets and joins; everything but looking stands in the audit."""

    def __init__(self, database: Database, clock: Clock, *, copies: Copies, erasure: Erasure) -> None:
        self._database = database
        self._clock = clock
        self._copies = copies
        self._erasure = erasure

    async def find(self, officer: Officer, words: str) -> Sequence[FoundPerson]:
        """Return persons by a number, an address, a ticket's number or the beginning of a name."""
        return await find(self._database, words)

    async def holdings(self, officer: Officer, person_id: int) -> Holdings:
        """Return what is kept about a person. Raises `NotFound`."""
        async with self._database.transaction() as tx:
            held = await people.holdings(tx, person_id)
        if held is None:
            raise NotFound
        return held

    async def copy(
        self, officer: Officer, person_id: int, *, with_notes: bool = True
    ) -> AsyncIterator[bytes]:
        """Return all that is kept as a ZIP, piece by piece. Raises `NotFound` at once."""
        await self.holdings(officer, person_id)
        return self._copies.of(person_id, with_notes=with_notes, officer_id=officer.id)

    async def erase(self, officer: Officer, person_id: int, *, confirmation: str) -> Forgotten:
        """Forget a person. Raises `NotFound`, `NotAllowed`, `StillOpen`."""
        if not officer.is_at_least("supervisor"):
            raise NotAllowed(ONLY_SUPERVISORS)
        if not _is_meant(await self.holdings(officer, person_id), confirmation):
            raise NotAllowed(NOT_CONFIRMED)
        try:
            gone = await self._erasure.erase(person_id, officer_id=officer.id)
        except WritesOn:
            raise NotAllowed(WRITES_ON) from None
        return Forgotten(gone.conversations, gone.messages, gone.raw_mails, len(gone.files))

    async def join(
        self, officer: Officer, person_id: int, other_id: int, *, verification: Verification, note: str
    ) -> None:
        """Make another person part of this one. Raises `NotFound`, `NotAllowed`."""
        if person_id == other_id:
            raise NotAllowed(SAME)
        if verification == "other" and not note.strip():
            raise NotAllowed(NO_NOTE)
        now = self._clock.now()
        async with self._database.transaction() as tx:
            both = await joining.lock(tx, person_id, other_id)
            if len(both) < 2:
                raise NotFound
            _insist_on_two(*both.values())
            await joining.join(
                tx,
                both[person_id],
                both[other_id],
                verification=verification,
                note=note.strip() or None,
                officer_id=officer.id,
                now=now,
            )
            detail = {"other": other_id, "verification": verification}
            await audit.note(
                tx,
                "person.joined",
                now=now,
                officer_id=officer.id,
                about=f"person:{person_id}",
                detail=detail,
            )
        log.info("persons joined", person=person_id, other=other_id)

    async def separate(self, officer: Officer, person_id: int, join_id: int) -> None:
        """Undo a join. Raises `NotFound` when there is none that holds."""
        now = self._clock.now()
        async with self._database.transaction() as tx:
            first = await joining.found(tx, person_id=person_id, join_id=join_id)
            if first is None:
                raise NotFound
            both = await joining.lock(tx, person_id, first.joined_id)
            # Under lock: a colleague may have been quicker, or have joined this person into another, who has all now.
            join = await joining.found(tx, person_id=person_id, join_id=join_id)
            if join is None or both[person_id].joined_into_id is not None:
                raise NotFound
            await joining.separate(tx, join, now=now)
            await audit.note(
                tx,
                "person.separated",
                now=now,
                officer_id=officer.id,
                about=f"person:{person_id}",
                detail={"other": join.joined_id},
            )
        log.info("persons separated", person=person_id, other=join.joined_id)


def _insist_on_two(*persons: Person) -> None:
    if any(each.erased_at is not None for each in persons):
        raise NotAllowed(ERASED)
    if any(each.joined_into_id is not None for each in persons):
        raise NotAllowed(ALREADY)


def _is_meant(held: Holdings, typed: str) -> bool:
    """Tell whether what was typed is one of the person's ticket numbers or one of their names."""
    names = {each for each in (held.name, *(contact.name for contact in held.contacts)) if each}
    accepted = {_plain(each) for each in (*names, *(ticket.number for ticket in held.tickets))}
    if not accepted:  # nothing is known but where they write from
        accepted = {_plain(contact.address) for contact in held.contacts}
    return _plain(typed) in accepted


def _plain(words: str) -> str:
    return " ".join(words.split()).casefold()
