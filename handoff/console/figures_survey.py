"""The satisfaction survey of the days that the dashboard shows: index, grade, elements. Values for its template."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from handoff.console.survey_results import shown
from handoff.ports.surveys import Campaign, Surveys
from handoff.reports.figures import Period, Scope
from handoff.reports.outcome import outcome


@dataclass(frozen=True, slots=True)
class Satisfaction:
    """Reads surveys."""

    surveys: Surveys

    async def shown(self, period: Period, scope: Scope, language: str) -> dict[str, Any] | None:
        """Return the results of the newest survey of these days, of one service or channel where it is asked for.

        None where no survey ran then, and of an officer: a questionnaire is about the office.
        """
        campaign = await self._newest(period)
        if campaign is None or scope.officer_id is not None:
            return None
        filled = [
            sheet
            for sheet in await self.surveys.filled(campaign.id)
            if scope.channel in {None, sheet.channel} and scope.kind in {None, sheet.service}
        ]
        found = outcome(await self.surveys.instrument(campaign.id), filled)
        return {"campaign": campaign, **shown(campaign, found, language)}

    async def _newest(self, period: Period) -> Campaign | None:
        return next(
            (
                each
                for each in await self.surveys.campaigns()
                if each.opens_on <= period.last and each.closes_on >= period.first
            ),
            None,
        )
