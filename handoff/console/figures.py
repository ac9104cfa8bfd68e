"""/console/figures: a report's figures as they are now; every number leads to what was counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import Response

from handoff.address import day_of, number_of
from handoff.console.charts import days
from handoff.console.figure_cells import Cells
from handoff.console.figures_shown import Shown
from handoff.console.figures_survey import Satisfaction
from handoff.console.frame import Frame, Page, Visitor, url
from handoff.console.inbox import UNCLEAR, query_of
from handoff.ports.inbox import Filter, Inbox
from handoff.ports.surveys import Surveys
from handoff.ports.values import NotFound
from handoff.reports.figures import Figure, Period, Scope
from handoff.reports.port import FigureRoom
from handoff.reports.sayings import SAYINGS, Sayings
from handoff.ticket import KINDS

LONGEST = 366
"""Days that are counted at once; more are a year's evaluation."""
LONGEST_TOPIC = 200


class FigurePages:
    """Shows figures. The days and what they are narrowed to stand in the address."""

    def __init__(self, frame: Frame, room: FigureRoom, inbox: Inbox, surveys: Surveys) -> None:
        self._frame, self._room, self._inbox = frame, room, inbox
        self._satisfaction = Satisfaction(surveys)

    def pages(self) -> Sequence[Page]:
        """Return the pages of this room."""
        return [
            Page("/figures", self.show, role="supervisor", name="figures"),
            Page("/figures/messages", self.messages, role="supervisor", name="figure_messages"),
        ]

    async def show(self, request: Request, visitor: Visitor) -> Response:
        """Show the figures of some days, the running month's where none are asked for."""
        period, scope = self._asked(request)
        found = await self._room.figures(period, scope)
        say = partial(self._frame.say, visitor)
        choices = await self._inbox.choices()
        leads, reads = partial(behind, period, scope), partial(said, period, scope)
        shown = Shown(Cells(say, partial(self._channel, visitor), leads, reads, visitor.language))
        return self._frame.page(
            visitor,
            "figures.html",
            period=period,
            scope=scope,
            is_whole=scope == Scope(),
            heads=shown.heads(found),
            timeline=shown.timeline(await self._room.timeline(period, scope)),
            survey=await self._satisfaction.shown(period, scope, visitor.language),
            tables=shown.tables(found),
            options={
                "channel": [
                    ("", say("inbox.any")),
                    *((each, self._channel(visitor, each)) for each in choices.channels),
                ],
                "kind": [
                    ("", say("inbox.any")),
                    *((each, say(f"inbox.kind_{each}")) for each in (*KINDS, UNCLEAR)),
                ],
                "officer": [("", say("inbox.anybody")), *choices.officers],
            },
            kind=UNCLEAR if scope.kind == "" else scope.kind or "",
        )

    async def messages(self, request: Request, visitor: Visitor) -> Response:
        """Show the messages behind a figure, a page at a time. Raises `NotFound` for a figure that is none."""
        asked = request.query_params
        period, scope = self._asked(request)
        which = next((each for each in SAYINGS if each == asked.get("figure")), None)
        if which is None:
            raise NotFound
        topic = asked.get("topic", "").replace("\x00", "")[:LONGEST_TOPIC]
        after = asked.get("after", "")
        page = await self._room.said(period, scope, which, topic=topic, after=after)
        newest = said(period, scope, which, topic=topic)
        return self._frame.page(
            visitor,
            "figure_messages.html",
            page=page,
            which=which,
            topic=topic,
            days=days(period, visitor.language),
            back=url(f"/figures?{query_of(_filter(period, scope), queue='')}"),
            newest=newest,
            more=f"{newest}&{urlencode({'after': page.after})}" if page.after else "",
            is_first=not after,
            channel=partial(self._channel, visitor),
        )

    def _asked(self, request: Request) -> tuple[Period, Scope]:
        today = self._frame.now().astimezone(ZoneInfo(self._frame.timezone)).date()
        return period_of(request.query_params, today), scope_of(request.query_params)

    def _channel(self, visitor: Visitor, name: str) -> str:
        key = f"inbox.channel_{name}"
        return self._frame.say(visitor, key) if key in self._frame.words.keys else name


def period_of(asked: Mapping[str, str], today: date) -> Period:
    """Read the days of an address; the month of today where they make no sense."""
    since, until = day_of(asked.get("since")), day_of(asked.get("until"))
    if since is None or until is None or not 0 <= (until - since).days < LONGEST:
        return Period(today.replace(day=1), today)
    return Period(since, until)


def scope_of(asked: Mapping[str, str]) -> Scope:
    """Read what an address narrows the figures to; what makes no sense is as if it were not there."""
    kind = asked.get("kind", "")
    return Scope(
        channel=asked.get("channel", "").replace("\x00", "")[:32] or None,
        kind="" if kind == UNCLEAR else next((each for each in KINDS if each == kind), None),
        officer_id=number_of(asked.get("officer")),
    )


def behind(
    where: Period,
    scope: Scope,
    figure: Figure,
    *,
    channel: str | None = None,
    kind: str | None = None,
    officer_id: int | None = None,
    period: Period | None = None,
) -> str:
    """Return the address of the list behind a figure: of what is narrowed to, and to this."""
    narrowed = Scope(
        channel or scope.channel, kind if kind is not None else scope.kind, officer_id or scope.officer_id
    )
    return url(f"/inbox?{query_of(replace(_filter(period or where, narrowed), figure=figure))}")


def said(
    period: Period, scope: Scope, which: Sayings, *, officer_id: int | None = None, topic: str = ""
) -> str:
    """Return the address of the messages behind a figure."""
    narrowed = replace(scope, officer_id=officer_id or scope.officer_id)
    query = query_of(_filter(period, narrowed), queue="")
    more = {"figure": which, **({"topic": topic} if topic else {})}
    return url(f"/figures/messages?{query}&{urlencode(more)}")


def _filter(period: Period, scope: Scope) -> Filter:
    return Filter(
        "all",
        channel=scope.channel,
        kind=UNCLEAR if scope.kind == "" else scope.kind,
        officer_id=scope.officer_id,
        since=period.first,
        until=period.last,
    )
