"""The office's reports: a period is counted and put into the office's own words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from bot.clock import Clock
from bot.desk.figures import Counting
from bot.dialogue.shelf import Shelf
from bot.dialogue.state import Subject
from bot.office import Office
from bot.store.database import Transaction
from bot.store.desk import reports as rows
from bot.store.desk import surveys as survey_rows
from bot.store.desk.survey_results import means
from handoff import instrument
from handoff.ikm import index_of
from handoff.ports.values import NotFound
from handoff.reports import kept
from handoff.reports.document import Document, Letterhead
from handoff.reports.figures import Figures, Period
from handoff.reports.monthly import monthly
from handoff.reports.outcome import Outcome, outcome
from handoff.reports.port import Month
from handoff.reports.survey import survey_report
from handoff.reports.yearly import Evaluation, Survey, yearly
from handoff.ticket import KINDS

MOST = 120  # months


@dataclass(frozen=True, slots=True)
class Reports:
    """Makes reports from what is counted now."""

    counting: Counting
    office: Office
    clock: Clock

    async def month(self, year: int, month: int) -> Document:
        """Return the report of a month: as it was made once, else of what there is of it so far.

        Raises `NotFound` for one that has not begun, ValueError for one that is none.
        """
        period = self._begun(month_of(year, month))
        made = await self._made("month", period)
        if made is None:
            return self.monthly(await self.counting.figures(period))
        made_on = self.counting.deadlines.calendar.day_of(made.made_at)
        return self.monthly(kept.read(made.figures), made_on=made_on)

    async def figures(self, period: Period) -> Figures:
        """Return the figures of a month, kept ones where its report was made: they change no more."""
        made = await self._made("month", period)
        return kept.read(made.figures) if made else await self.counting.figures(period)

    async def _made(self, kind: rows.Kind, period: Period) -> rows.Made | None:
        async with self.counting.database.statement() as tx:
            return await rows.made(tx, kind, period.first)

    def _begun(self, period: Period) -> Period:
        if period.first > self._today():
            raise NotFound
        return period

    def monthly(self, figures: Figures, made_on: date | None = None) -> Document:
        """Return the report of a month that is counted, made today unless it was before."""
        return monthly(
            figures,
            letterhead=self._letterhead(),
            basis=self.office.reports.basis,
            signed_by=self._signed_by(),
            made_on=made_on or self._today(),
        )

    async def months(self) -> list[Month]:
        """Return the months since the first conversation, the newest first; always the running one."""
        calendar = self.counting.deadlines.calendar
        async with self.counting.database.transaction() as tx:
            began = await rows.began(tx)
            made = {
                each.first: each.made_at for each in await rows.every(tx, most=MOST) if each.kind == "month"
            }
        first = self._today().replace(day=1)
        found = [Month(first, made.get(first))]
        while began is not None and found[-1].first > calendar.day_of(began) and len(found) < MOST:
            first = (first - timedelta(days=1)).replace(day=1)
            found.append(Month(first, made.get(first)))
        return found

    async def year(self, year: int) -> Document:
        """Return the evaluation of a year, of what there is of it so far.

        Raises `NotFound` for one that has not begun, ValueError for one that is none.
        """
        period = self._begun(Period(date(year, 1, 1), date(year, 12, 31)))
        made = await self._made("year", period)
        if made is None:
            return await self.yearly(await self.counting.figures(period))
        made_on = self.counting.deadlines.calendar.day_of(made.made_at)
        return await self.yearly(kept.read(made.figures), made_on=made_on)

    async def year_made(self, year: int) -> datetime | None:
        """Return when the evaluation of a year was made, None while its figures still change."""
        made = await self._made("year", Period(date(year, 1, 1), date(year, 12, 31)))
        return None if made is None else made.made_at

    async def yearly(self, whole: Figures, made_on: date | None = None) -> Document:
        """Return the evaluation of a year that is counted, made today unless it was before."""
        year = whole.period.first.year
        begun = [each for each in (month_of(year, n) for n in range(1, 13)) if each.first <= self._today()]
        months = [await self.figures(each) for each in begun]
        said = self.office.reports.evaluation
        return yearly(
            whole,
            months,
            evaluation=Evaluation(
                aim=said.aim,
                target=said.target,
                scope=said.scope,
                carried_out_by=tuple(said.carried_out_by),
                basis=self.office.reports.basis,
                suggestions=tuple(said.suggestions),
            ),
            surveys=await self._surveys(year),
            letterhead=self._letterhead(),
            signed_by=self._signed_by(),
            made_on=made_on or self._today(),
        )

    async def survey(self, survey_id: int) -> Document:
        """Return the report of a satisfaction survey. Raises `NotFound`."""
        async with self.counting.database.transaction() as tx:
            campaign = await survey_rows.one(tx, survey_id)
            found = await self._outcome(tx, survey_id)
        if campaign is None:
            raise NotFound
        return survey_report(
            campaign,
            found,
            letterhead=self._letterhead(),
            basis=self.office.reports.basis,
            guideline=self.office.newer.skm,
            signed_by=self._signed_by(),
            made_on=self._today(),
        )

    async def indices(self, surveys: Sequence[int]) -> Mapping[int, Decimal]:
        """Return the index of each of these surveys in which every element was answered."""
        async with self.counting.database.statement() as tx:
            found = await means(tx, surveys)
        indices = {
            number: index_of(each) for number, each in found.items() if len(each) == instrument.ELEMENTS
        }
        return {number: index for number, index in indices.items() if index is not None}

    async def _surveys(self, year: int) -> list[Survey]:
        """Return the surveys that ended within a year, before today."""
        last = min(date(year, 12, 31), self._today() - timedelta(days=1))
        surveys = []
        async with self.counting.database.transaction() as tx:
            for campaign in await survey_rows.ended(tx, date(year, 1, 1), last):
                found = await self._outcome(tx, campaign.id)
                surveys.append(Survey(campaign.title, found.whole, found.instrument.names()))
        return surveys

    async def _outcome(self, tx: Transaction, survey_id: int) -> Outcome:
        content = await survey_rows.content(tx, survey_id)
        if content is None:
            raise NotFound
        return outcome(instrument.read(content), await survey_rows.filled(tx, survey_id))

    def _letterhead(self) -> Letterhead:
        return letterhead_of(self.office)

    def _signed_by(self) -> tuple[str, str]:
        return self.office.reports.signed_by.function, self.office.reports.signed_by.name

    def _today(self) -> date:
        return self.counting.deadlines.calendar.day_of(self.clock.now())


def letterhead_of(office: Office) -> Letterhead:
    """Return the office as it stands at the head of what it reports."""
    card = office.office
    contact = " · ".join(each for each in (card.phone, card.email, card.website) if each)
    return Letterhead(card.name, card.address, contact, office.reports.place)


def month_of(year: int, month: int) -> Period:
    """Return the days of a month. Raises ValueError for one that is none."""
    first = date(year, month, 1)
    after = date(year + month // 12, month % 12 + 1, 1)
    return Period(first, after - timedelta(days=1))


@dataclass(frozen=True, slots=True)
class TopicTitles:
    """Names topics by the labels that are kept with what was understood (`Subject.label`)."""

    shelf: Shelf

    def __call__(self, label: str) -> str | None:
        """Return a topic's title in Indonesian, with its service; None for talk and what is known no more."""
        first, _, second = label.partition("/")
        if first in KINDS and second:
            title = self.shelf.title(Subject(second, service=first), "id")
            return f"{title} ({first})" if title and first not in title.lower() else title
        return self.shelf.title(Subject(first, about=second or None), "id")
