"""Satisfaction surveys for supervisors: the list, a new one, its results, invitations, and the report as a file."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from handoff.address import COUNT_DIGITS, number_of
from handoff.console.forms import typed
from handoff.console.frame import Frame, Page, Visitor, url
from handoff.console.reports import TYPES, writer
from handoff.console.survey_results import shown
from handoff.console.survey_words import SurveyWords
from handoff.dates import plain_day
from handoff.ikm import grade, sample_size
from handoff.ports.surveys import Plan, Refused, Surveys
from handoff.ports.values import NotFound
from handoff.reports.outcome import FEW, outcome
from handoff.reports.port import ReportRoom
from handoff.reports.wording import figure

FIELDS = ("title", "opens_on", "closes_on", "population", "target")
USUAL_DAYS = 30
MOST_DIGITS = 9
REMARKS = 200

Done = Mapping[str, int | None]
NOTHING_DONE: Done = {"made": None, "invited": None, "more": None}


class SurveyRoom:
    """The pages /console/surveys."""

    def __init__(self, frame: Frame, surveys: Surveys, reports: ReportRoom) -> None:
        self._frame, self._surveys, self._reports = frame, surveys, reports
        self._words = SurveyWords(frame, surveys)

    def pages(self) -> Sequence[Page]:
        """Return the pages of this room."""
        return [
            Page("/surveys", self.all, ("GET", "POST"), role="supervisor", name="surveys"),
            *self._words.pages(),
            Page("/surveys/{survey:id}", self.one, role="supervisor", name="survey"),
            Page("/surveys/{survey:id}/invite", self.invite, ("POST",), role="supervisor"),
            Page("/surveys/{name}", self.file, role="supervisor", name="survey_file"),
        ]

    async def all(self, request: Request, visitor: Visitor) -> Response:
        """Show the surveys, or make one; with `propose` only the size of the sample is worked out."""
        if request.method == "GET":
            today = self._surveys.today()
            usual = {"opens_on": today.isoformat(), "closes_on": (today + timedelta(USUAL_DAYS)).isoformat()}
            return await self._list(visitor, dict.fromkeys(FIELDS, "") | usual)
        written = await typed(request, *FIELDS, "propose")
        try:
            plan = _plan(written)
            if written["propose"] or plan.target is None:
                return await self._proposed(visitor, written, plan)
            made = await self._surveys.make(visitor.officer, plan)
        except Refused as refusal:
            return await self._list(visitor, written, problem=f"surveys.{refusal.reason}")
        return RedirectResponse(url(f"/surveys/{made}?made=1"), 303)

    async def one(self, request: Request, visitor: Visitor) -> Response:
        """Show a survey's results."""
        return await self._results(visitor, request.path_params["survey"], done=_done(request))

    async def invite(self, request: Request, visitor: Visitor) -> Response:
        """Invite who was served in a period."""
        number = request.path_params["survey"]
        written = await typed(request, "first", "last")
        try:
            first, last = _day(written["first"], "period"), _day(written["last"], "period")
            invited = await self._surveys.invite(visitor.officer, number, first, last)
        except Refused as refusal:
            return await self._results(visitor, number, problem=f"surveys.{refusal.reason}", written=written)
        more = "&more=1" if invited.has_more else ""
        return RedirectResponse(url(f"/surveys/{number}?invited={invited.count}{more}"), 303)

    async def file(self, request: Request, visitor: Visitor) -> Response:
        """Return a survey's report as a file: its name is the survey's number with .pdf or .xlsx."""
        name, _, form = str(request.path_params["name"]).partition(".")
        number = number_of(name, digits=MOST_DIGITS)
        if form not in TYPES or number is None:
            raise NotFound
        document = await self._reports.survey(number)
        content = await asyncio.to_thread(writer(form), document)
        headers = {"Content-Disposition": f'attachment; filename="survei-{number}.{form}"'}
        return Response(content, media_type=TYPES[form], headers=headers)

    async def _proposed(self, visitor: Visitor, written: dict[str, str], plan: Plan) -> Response:
        """Show the form again with the size of the sample that belongs to the population."""
        if plan.population is None:
            return await self._list(visitor, written, problem="surveys.no_population")
        written = written | {"target": str(sample_size(plan.population))}
        return await self._list(visitor, written, proposed=plan.population)

    async def _list(
        self, visitor: Visitor, written: dict[str, str], *, problem: str = "", proposed: int | None = None
    ) -> Response:
        campaigns = await self._surveys.campaigns()
        indices = await self._reports.indices([each.id for each in campaigns])
        return self._frame.page(
            visitor,
            "surveys.html",
            422 if problem else 200,
            campaigns=campaigns,
            indices={
                number: f"{figure(index, visitor.language)} ({grade(index)})"
                for number, index in indices.items()
            },
            few=FEW,
            version=(await self._surveys.newest()).number,
            today=self._surveys.today(),
            written=written,
            problem=problem,
            proposed=proposed,
            date_of=lambda value: plain_day(value, visitor.language),
        )

    async def _results(
        self,
        visitor: Visitor,
        number: int,
        *,
        problem: str = "",
        done: Done | None = None,
        written: dict[str, str] | None = None,
    ) -> Response:
        campaign = await self._surveys.campaign(number)
        found = outcome(await self._surveys.instrument(number), await self._surveys.filled(number))
        today = self._surveys.today()
        usual = {"first": (today - timedelta(USUAL_DAYS)).isoformat(), "last": today.isoformat()}
        values: dict[str, Any] = shown(campaign, found, visitor.language)
        return self._frame.page(
            visitor,
            "survey.html",
            422 if problem else 200,
            campaign=campaign,
            remarks=found.remarks[:REMARKS],
            more_remarks=max(0, len(found.remarks) - REMARKS),
            is_running=campaign.opens_on <= today <= campaign.closes_on,
            own_survey=self._surveys.own_survey,
            written=written or usual,
            problem=problem,
            done=done or NOTHING_DONE,
            date_of=lambda value: plain_day(value, visitor.language),
            **values,
        )


def _plan(written: dict[str, str]) -> Plan:
    """Read the form. Raises `Refused` (days, people)."""
    return Plan(
        written["title"],
        _day(written["opens_on"], "days"),
        _day(written["closes_on"], "days"),
        _people(written["population"]),
        _people(written["target"]),
    )


def _day(words: str, reason: str) -> date:
    try:
        return date.fromisoformat(words)
    except ValueError as error:
        raise Refused(reason) from error


def _people(words: str) -> int | None:
    """Return a number of people, with or without marks between thousands; None where nothing stands."""
    digits = words.replace(".", "").replace(" ", "")
    if not digits:
        return None
    people = number_of(digits, digits=MOST_DIGITS)
    if people is None:
        raise Refused("people")
    return people


def _done(request: Request) -> Done:
    """Return what was just done, which the address says."""
    found = dict(NOTHING_DONE)
    for name in found:
        count = number_of(request.query_params.get(name), digits=COUNT_DIGITS)
        if count is not None:
            found[name] = count
    return found
