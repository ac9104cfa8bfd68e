"""Where reports come from, for the pages that show them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from handoff.reports.document import Document
from handoff.reports.figures import Figures, Period, Scope


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


class ReportRoom(Protocol):
    """The door of reports."""

    async def months(self) -> Sequence[Month]:
        """Return the months since the office began, the newest first."""
        ...

    async def month(self, year: int, month: int) -> Document:
        """Return the report of a month. Raises ValueError for one that is none."""
        ...

    async def survey(self, survey_id: int) -> Document:
        """Return the report of a satisfaction survey. Raises `NotFound`."""
        ...

    async def year(self, year: int) -> Document:
        """Return the evaluation of a year. Raises ValueError for one that is none."""
        ...
