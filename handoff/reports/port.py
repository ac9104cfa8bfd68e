"""Where reports come from, for the pages that show them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Protocol

from handoff.reports.document import Document
from handoff.reports.figures import Figures, Period, Scope
from handoff.reports.sayings import SayingPage, Sayings
from handoff.reports.timeline import Step


@dataclass(frozen=True, slots=True)
class Month:
    """A month that can be reported: `made_at` when its report was made, None while its figures still change."""

    first: date
    made_at: datetime | None


class FigureRoom(Protocol):
    """The door of figures as they are now."""

    async def figures(self, period: Period, scope: Scope) -> Figures:
        """Return everything of a period within a scope, as a report of the same days counts it."""
        ...

    async def timeline(self, period: Period, scope: Scope) -> Sequence[Step]:
        """Return the conversations that came in by steps of time and channel."""
        ...

    async def said(
        self, period: Period, scope: Scope, which: Sayings, *, topic: str = "", after: str = ""
    ) -> SayingPage:
        """Return a page of the messages behind a figure; `topic` is a title of `Figures.topics`.

        An `after` that is none of ours begins anew.
        """
        ...


class ReportRoom(Protocol):
    """The door of reports."""

    async def months(self) -> Sequence[Month]:
        """Return the months since the office began, the newest first."""
        ...

    async def month(self, year: int, month: int) -> Document:
        """Return the report of a month. Raises `NotFound` where it has not begun, ValueError for one that is none."""
        ...

    async def survey(self, survey_id: int) -> Document:
        """Return the report of a satisfaction survey. Raises `NotFound`."""
        ...

    async def year_made(self, year: int) -> datetime | None:
        """Return when the evaluation of a year was made, None while its figures still change."""
        ...

    async def indices(self, surveys: Sequence[int]) -> Mapping[int, Decimal]:
        """Return the index of each of these surveys that has one: every element was answered."""
        ...

    async def year(self, year: int) -> Document:
        """Return the evaluation of a year. Raises as `month` does."""
        ...
