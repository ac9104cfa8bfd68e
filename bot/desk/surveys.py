"""Satisfaction surveys as supervisors make and read them. Implements `Surveys`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from secrets import token_urlsafe
from typing import Any
from zoneinfo import ZoneInfo

import structlog
import yaml

from bot.clock import Clock
from bot.notices import SURVEY
from bot.queue import Queue
from bot.store import notices, ratings
from bot.store.database import Database, Transaction
from bot.store.desk import audit
from bot.store.desk import surveys as rows
from bot.store.desk.surveys import Served
from bot.texts import Texts
from handoff import instrument
from handoff.dates import long_day
from handoff.idle import Daytime
from handoff.instrument import Instrument
from handoff.ports.surveys import MOST_INVITED, Campaign, Filled, Invited, Plan, Refused, Version
from handoff.ports.values import NotFound, Officer

log = structlog.get_logger()

MOST = 200
"""Surveys that the list shows."""
FIRST = 1
"""The version that comes with the program."""
LONGEST_PERIOD = timedelta(days=731)
MOST_PEOPLE = 1_000_000_000


@dataclass(frozen=True, slots=True)
class StoredSurveys:
    """Keeps surveys and invites. `page` is the address of the pages behind survey links, without a token."""

    database: Database
    queue: Queue
    clock: Clock
    texts: Texts
    daytime: Daytime
    office: str
    page: str
    own_survey: str = ""

    def today(self) -> date:
        """Return the office's day."""
        return self.clock.now().astimezone(self.daytime.zone).date()

    async def campaigns(self) -> Sequence[Campaign]:
        """Return the surveys, the newest first."""
        async with self.database.statement() as tx:
            return await rows.every(tx, most=MOST)

    async def campaign(self, survey_id: int) -> Campaign:
        """Return one. Raises `NotFound`."""
        async with self.database.statement() as tx:
            found = await rows.one(tx, survey_id)
        if found is None:
            raise NotFound
        return found

    async def make(self, officer: Officer, plan: Plan) -> int:
        """Keep a survey; return its id. Raises `Refused`."""
        fit, now = _fit(plan), self.clock.now()
        async with self.database.transaction() as tx:
            version = await newest(tx, now)
            made = await rows.make(tx, fit, version=version.number, officer_id=officer.id, now=now)
            about = f"survey:{made}"
            await audit.note(tx, "survey.made", now=now, officer_id=officer.id, about=about)
        return made

    async def instrument(self, survey_id: int) -> Instrument:
        """Return a survey's questionnaire. Raises `NotFound`."""
        async with self.database.statement() as tx:
            content = await rows.content(tx, survey_id)
        if content is None:
            raise NotFound
        return instrument.read(content)

    async def filled(self, survey_id: int) -> Sequence[Filled]:
        """Return the finished questionnaires, the newest first."""
        async with self.database.statement() as tx:
            return await rows.filled(tx, survey_id)

    async def newest(self) -> Version:
        """Return the version that the next survey takes."""
        async with self.database.statement() as tx:
            return await rows.newest(tx) or Version(FIRST, program_content())

    async def reword(self, officer: Officer, version: Version) -> int:
        """Keep other words as a new version; return its number. Raises `Refused`."""
        try:
            instrument.read(version.content)
        except ValueError as error:
            raise Refused("unreadable") from error
        now = self.clock.now()
        async with self.database.transaction() as tx:
            known = await newest(tx, now)
            if known.number != version.number:
                raise Refused("newer_version")
            if known.content == version.content:
                return known.number
            number = known.number + 1
            if not await rows.keep_version(tx, number, version.content, officer_id=officer.id, now=now):
                raise Refused("newer_version")
            about = f"survey_instrument:{number}"
            await audit.note(tx, "survey.worded", now=now, officer_id=officer.id, about=about)
        return number

    async def invite(self, officer: Officer, survey_id: int, first: date, last: date) -> Invited:
        """Invite who was served in a period. Raises `NotFound`, `Refused`."""
        campaign, now = await self.campaign(survey_id), self.clock.now()
        if not campaign.opens_on <= self.today() <= campaign.closes_on:
            raise Refused("not_running")
        if last < first or last - first > LONGEST_PERIOD:
            raise Refused("period")
        if self.daytime.earliest(now) > now:
            raise Refused("night")
        zone = self.daytime.zone
        async with self.database.transaction() as tx:
            found = await rows.served(
                tx,
                survey_id,
                since=_begin(first, zone),
                until=_begin(last + timedelta(days=1), zone),
                most=MOST_INVITED + 1,
            )
            detail = {"first": first.isoformat(), "last": last.isoformat()}
            about = f"survey:{survey_id}"
            await audit.note(tx, "survey.invited", now=now, officer_id=officer.id, about=about, detail=detail)
        count = 0
        for who in found[:MOST_INVITED]:
            count += await self._invite(campaign, who)
        log.info("people invited to a survey", survey=survey_id, count=count)
        return Invited(count, has_more=len(found) > MOST_INVITED)

    async def _invite(self, campaign: Campaign, who: Served) -> bool:
        """Invite one, in a transaction of its own; not whom somebody else just did, or who just refused."""
        token, now = token_urlsafe(24), self.clock.now()
        async with self.database.transaction() as tx:
            if not await rows.hold(tx, who):
                return False
            if not await rows.invite(tx, campaign.id, who, digest=ratings.digest(token), now=now):
                return False
            await self._tell(tx, campaign, who, token, now)
        return True

    async def _tell(
        self, tx: Transaction, campaign: Campaign, who: Served, token: str, now: datetime
    ) -> None:
        day = long_day(campaign.closes_on, who.language)
        arguments = {"office": self.office, "link": f"{self.page}/{token}", "date": day}
        message_id = await notices.keep(
            tx,
            conversation_id=who.conversation_id,
            channel=who.channel,
            key=SURVEY,
            # In a chat the questions can be answered, too; in mail they cannot.
            text=self.texts.say("survey" if who.writes_letters else "survey_here", who.language, arguments),
            arguments=arguments,
            language=who.language,
            now=now,
        )
        await self.queue.deliver(tx, message_id, conversation_id=who.conversation_id, channel=who.channel)


@cache
def program_content() -> Mapping[str, Any]:
    """Return the questionnaire that comes with the program (`skm.yml`)."""
    file = Path(instrument.__file__).parent / "skm.yml"
    content: Mapping[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return content


async def newest(tx: Transaction, now: datetime) -> Version:
    """Return the newest version; the program's own is kept when it is first used."""
    known = await rows.newest(tx)
    if known is None:
        await rows.keep_version(tx, FIRST, program_content(), officer_id=None, now=now)
        known = await rows.newest(tx)
    if known is None:
        raise LookupError("the questionnaire's first version was not kept")
    return known


def _begin(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), tzinfo=zone)


def _fit(plan: Plan) -> Plan:
    """Return the plan as it is kept. Raises `Refused` (no_title, days, people)."""
    title = " ".join(plan.title.split())
    if not title or len(title) > 200:
        raise Refused("no_title")
    if not plan.opens_on <= plan.closes_on <= plan.opens_on + LONGEST_PERIOD:
        raise Refused("days")
    if any(not 1 <= each <= MOST_PEOPLE for each in (plan.population, plan.target) if each is not None):
        raise Refused("people")
    return Plan(title, plan.opens_on, plan.closes_on, plan.population, plan.target)
