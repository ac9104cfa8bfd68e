"""/console/figures: a report's figures as they are now; every number leads to what was counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import Response

from handoff.console.figures_shown import Shown
from handoff.console.frame import Frame, Page, Visitor, url
from handoff.console.inbox import UNCLEAR, query_of
from handoff.ports.inbox import Filter, Inbox
from handoff.reports.figures import Figure, Period, Scope
from handoff.reports.port import FigureRoom
from handoff.ticket import KINDS

LONGEST = 366
"""Days that are counted at once; more are a year's evaluation."""


class FigurePages:
    """Shows figures. The days and what they are narrowed to stand in the address."""

    def __init__(self, frame: Frame, room: FigureRoom, inbox: Inbox) -> None:
        self._frame, self._room, self._inbox = frame, room, inbox

    def pages(self) -> Sequence[Page]:
        """Return the pages of this room."""
        return [Page("/figures", self.show, role="supervisor", name="figures")]

    async def show(self, request: Request, visitor: Visitor) -> Response:
        """Show the figures of some days, the running month's where none are asked for."""
        today = self._frame.now().astimezone(ZoneInfo(self._frame.timezone)).date()
        period, scope = period_of(request.query_params, today), scope_of(request.query_params)
        found = await self._room.figures(period, scope)
        say = partial(self._frame.say, visitor)
        choices = await self._inbox.choices()
        shown = Shown(say, partial(self._channel, visitor), partial(behind, period, scope), visitor.language)
        return self._frame.page(
            visitor,
            "figures.html",
            period=period,
            scope=scope,
            is_whole=scope == Scope(),
            heads=shown.heads(found),
            tables=shown.tables(found),
            topics=found.topics,
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

    def _channel(self, visitor: Visitor, name: str) -> str:
        key = f"inbox.channel_{name}"
        return self._frame.say(visitor, key) if key in self._frame.words.keys else name


def period_of(asked: Mapping[str, str], today: date) -> Period:
    """Read the days of an address; the month of today where they make no sense."""
    since, until = _day(asked.get("since")), _day(asked.get("until"))
    if since is None or until is None or not 0 <= (until - since).days < LONGEST:
        return Period(today.replace(day=1), today)
    return Period(since, until)


def scope_of(asked: Mapping[str, str]) -> Scope:
    """Read what an address narrows the figures to; what makes no sense is as if it were not there."""
    kind, officer = asked.get("kind", ""), asked.get("officer", "")
    return Scope(
        channel=asked.get("channel", "").replace("\x00", "")[:32] or None,
        kind="" if kind == UNCLEAR else next((each for each in KINDS if each == kind), None),
        officer_id=int(officer) if officer.isascii() and officer.isdigit() and len(officer) < 18 else None,
    )


def behind(
    period: Period,
    scope: Scope,
    figure: Figure,
    *,
    channel: str | None = None,
    kind: str | None = None,
    officer_id: int | None = None,
) -> str:
    """Return the address of the list behind a figure: of what is narrowed to, and to this."""
    wanted = kind if kind is not None else scope.kind
    which = Filter(
        "all",
        channel=channel or scope.channel,
        kind=UNCLEAR if wanted == "" else wanted,
        officer_id=officer_id or scope.officer_id,
        since=period.first,
        until=period.last,
        figure=figure,
    )
    return url(f"/inbox?{query_of(which)}")


def _day(value: str | None) -> date | None:
    try:
        day = date.fromisoformat(value or "")
    except ValueError:
        return None
    return day if 2000 <= day.year < 2200 else None
