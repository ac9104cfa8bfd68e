"""The register of complaints. Implements `handoff.reports.register.Complaints`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import uuid4

from bot.clock import Clock
from bot.desk.locks import Case, Locks
from bot.desk.moves import Moves
from bot.desk.reports import letterhead_of
from bot.office import Office
from bot.store import complaints as rows
from bot.store import tickets
from bot.store.database import Database
from bot.store.desk import audit
from bot.store.desk import desk as store
from bot.store.tickets import By, Change, Ticket, officer
from handoff import desk as rules
from handoff.calendar import Calendar
from handoff.ports.desk import Registration, Unfit
from handoff.ports.values import AT_THE_OFFICE, NotFound, Officer
from handoff.reports.complaints import register
from handoff.reports.document import Document
from handoff.reports.register import (
    LONGEST_ANSWER,
    LONGEST_COMPLAINT,
    MOST,
    OLDEST,
    WAYS,
    WAYS_TO_THE_OFFICE,
    Arrival,
    Complaint,
    Entry,
    Wanted,
)

_FORM = re.compile("[0-9a-f]{12}")
NO_WAY_BACK = "dicatat petugas di kantor, bukan lewat saluran ini"


@dataclass(frozen=True, slots=True)
class StoredComplaints:
    """Reads the register, and keeps what officers write into it."""

    database: Database
    clock: Clock
    moves: Moves
    calendar: Calendar
    office: Office

    async def register(self, wanted: Wanted) -> Sequence[Complaint]:
        """Return complaints in the order in which they came."""
        after = wanted.until + timedelta(days=1) if wanted.until else None
        async with self.database.statement() as tx:
            found = await rows.register(
                tx,
                since=self._midnight(wanted.since),
                until=self._midnight(after),
                source=wanted.source,
                standing=wanted.standing,
                most=MOST,
            )
        return [self._complaint(row) for row in found]

    async def one(self, number: str) -> Complaint:
        """Return the complaint of that number. Raises `NotFound`."""
        async with self.database.statement() as tx:
            row = await rows.one(tx, number)
        if row is None:
            raise NotFound
        return self._complaint(row)

    async def take(self, by: Officer, arrival: Arrival) -> str:
        """Note a complaint that came to the office itself; return its number. Raises `Unfit`."""
        words = _fit(arrival)
        given = rules.fit_registration(Registration(name=arrival.name, email=arrival.email))
        name, email = given.get("name"), given.get("email")
        phone = rules.fit_line(arrival.phone, "line_too_long") if arrival.phone.strip() else None
        now, who = self.clock.now(), officer(by.id)
        oldest = self.calendar.day_of(now - OLDEST)
        came_at = self._moment(arrival.came_on, oldest=oldest, now=now, refusal="complaint_day")
        async with self.database.transaction() as tx:
            reference = arrival.form if _FORM.fullmatch(arrival.form) else uuid4().hex[:12]
            noted = await rows.noted(tx, reference)
            if noted is not None:
                return noted
            kept = await rows.arrive(
                tx, words, reference, name=name, phone=phone, reason=NO_WAY_BACK, now=now
            )
            await store.register(tx, kept.person_id, name=name, email=email, organisation=None)
            # Whoever wrote a letter is asked nothing more from here: it is complete as it came.
            told = await self.moves.casework.open(
                tx,
                kept.conversation_id,
                kind="pengaduan",
                reason="officer",
                by=who,
                is_complete=True,
                came_at=came_at,
            )
            (known,) = await tickets.lock(tx, told.ticket_id)
            await self.moves.tick(tx, known, "evidence", is_met=arrival.has_evidence, by=who)
            await rows.change(tx, known.id, source=arrival.source, came_by=arrival.came_by, answer="")
            await audit.note(tx, "complaint.taken", now=now, officer_id=by.id, about=f"ticket:{told.number}")
        return told.number

    async def enter(self, by: Officer, number: str, entry: Entry, *, version: int) -> None:
        """Change what the register says. Raises `NotFound`, `Stale`, `Unfit`."""
        answer = entry.answer.replace("\x00", "").strip()
        if entry.came_by not in WAYS:
            raise Unfit("complaint_way")
        if len(answer) > LONGEST_ANSWER:
            raise Unfit("too_long", str(LONGEST_ANSWER))
        async with self.database.statement() as tx:
            row = await rows.one(tx, number)
        if row is None:
            raise NotFound
        async with Locks(self.database).case(row.ticket_id, version) as case:
            who = officer(by.id)
            known = await self.moves.tick(case.tx, case.ticket, "evidence", is_met=entry.has_evidence, by=who)
            if row.channel == AT_THE_OFFICE:
                known = await self._came(case, known, entry.came_on, noted_at=row.noted_at, by=who)
                # Nobody can reply to it from here: what is entered is what was answered.
                known = await self._answered(case, known, entry.answered_on, has_words=bool(answer), by=who)
            known = await self.moves.note(case.tx, known, Change("complaint"), by=who)
            await rows.change(case.tx, known.id, source=entry.source, came_by=entry.came_by, answer=answer)
            await audit.note(
                case.tx,
                "complaint.entered",
                now=self.clock.now(),
                officer_id=by.id,
                about=f"ticket:{known.number}",
            )

    async def document(self, wanted: Wanted) -> Document:
        """Return the register with the office's letterhead."""
        signature = self.office.reports.signed_by
        return register(
            await self.register(wanted),
            since=wanted.since,
            until=wanted.until,
            letterhead=letterhead_of(self.office),
            signed_by=(signature.function, signature.name),
            made_on=self.calendar.day_of(self.clock.now()),
        )

    async def _came(
        self, case: Case, known: Ticket, came_on: date | None, *, noted_at: datetime, by: By
    ) -> Ticket:
        """Put right on which day something came to the office; its deadline goes with it."""
        before = self.calendar.day_of(known.opened_at)
        if came_on is None or came_on == before:
            return known
        oldest = self.calendar.day_of(noted_at - OLDEST)
        at = self._moment(came_on, oldest=oldest, now=noted_at, refusal="complaint_day")
        await tickets.owe_since(case.tx, case.held.id, at, instead_of=known.opened_at)
        change = Change("came_on", before.isoformat(), came_on.isoformat())
        return await self.moves.casework.came(case.tx, known, change, at=at, by=by)

    async def _answered(
        self, case: Case, known: Ticket, answered_on: date | None, *, has_words: bool, by: By
    ) -> Ticket:
        """Note on which day something that came to the office was answered, or put that day right."""
        before = self._day(known.answered_at)
        if before is None and not has_words:
            if answered_on is not None:
                raise Unfit("answer_empty")
            return known
        day = answered_on or before
        came_on = self.calendar.day_of(known.opened_at)
        at = self._moment(day, oldest=came_on, now=self.clock.now(), refusal="answer_day")
        if known.answered_at is not None and day == before:
            at = known.answered_at
        at = max(at, known.opened_at)
        if at == known.answered_at:
            return known
        if case.held.owed_since is not None and case.held.owed_since <= at:
            await tickets.owe_nothing(case.tx, case.held.id)
        change = Change(
            "answered_on", before.isoformat() if before else None, self.calendar.day_of(at).isoformat()
        )
        return await self.moves.note(case.tx, known, change, by=by, answered_at=at)

    def _complaint(self, row: Any) -> Complaint:
        return Complaint(
            number=row.number,
            version=row.version,
            conversation_id=row.conversation_id,
            channel=row.channel,
            came_on=self.calendar.day_of(row.opened_at),
            source="ombudsman" if row.source == "ombudsman" else "citizen",
            came_by=row.came_by,
            has_evidence=row.has_evidence,
            state=row.state,
            answered_on=self._day(row.answered_at),
            answer=row.answer,
            closed_on=self._day(row.closed_at),
            officer=row.officer,
        )

    def _moment(self, day: date | None, *, oldest: date, now: datetime, refusal: str) -> datetime:
        """Return when something happened on a day: noon of one before, whose hour nobody has noted; today, now."""
        today = self.calendar.day_of(now)
        if day is None or day == today:
            return now
        if not oldest <= day < today:
            raise Unfit(refusal)
        return self.calendar.at(day, time(12))

    def _day(self, at: datetime | None) -> date | None:
        return None if at is None else self.calendar.day_of(at)

    def _midnight(self, day: date | None) -> datetime | None:
        return None if day is None else self.calendar.at(day, time())


def _fit(arrival: Arrival) -> str:
    """Return what a complaint says. Raises `Unfit` (complaint_way, complaint_empty, too_long)."""
    if arrival.came_by not in WAYS_TO_THE_OFFICE:
        raise Unfit("complaint_way")
    words = arrival.text.replace("\x00", "").strip()
    if not words:
        raise Unfit("complaint_empty")
    if len(words) > LONGEST_COMPLAINT:
        raise Unfit("too_long", str(LONGEST_COMPLAINT))
    return words.encode("utf-8", "replace").decode("utf-8")
