"""The first page: what is to be done next, then today's picture; every number leads to what it counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from handoff.console.frame import Frame, Page, Visitor
from handoff.console.inbox import TONES, counted
from handoff.dates import day_name, month_name
from handoff.deadline import in_words
from handoff.ports import home as door
from handoff.ports.home import Day
from handoff.ports.inbox import Filter, Inbox, Line
from handoff.reports.wording import figure

NEXT = 5
MINE = 20  # of what one holds, how much is looked through for what is owed an answer
HEIGHT, STEP, WIDTH = 120, 48, 28
"""Of the chart, in its own units: its bars' height, the place of a day, a bar's width."""
_FAR = datetime(9999, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Bar:
    """A day of the chart: where it stands, and how high its two parts are."""

    day: Day
    x: int
    assistant: int
    officers: int
    name: str
    label: str


class Home:
    """Today's picture."""

    def __init__(self, frame: Frame, home: door.Home, inbox: Inbox) -> None:
        self._frame = frame
        self._home = home
        self._inbox = inbox

    def pages(self) -> list[Page]:
        """Return the pages of this room."""
        return [
            Page("/", self.show, name="home"),
            Page("/now", self.now, name="home_now"),
        ]

    async def show(self, request: Request, visitor: Visitor) -> Response:
        """Show the picture of today."""
        picture = await self._home.picture()
        return self._frame.page(
            visitor,
            "home.html",
            picture=picture,
            bars=bars(picture.days, visitor.language),
            mean=figure(picture.mean, visitor.language) if picture.mean is not None else "",
            step=STEP,
            bar_width=WIDTH,
            height=HEIGHT,
            **await self._values(visitor),
        )

    async def now(self, request: Request, visitor: Visitor) -> Response:
        """Return what is to be done alone, because something changed."""
        return self._frame.fragment(visitor, "home_now.html", **await self._values(visitor))

    async def _values(self, visitor: Visitor) -> dict[str, Any]:
        officer = visitor.officer.id
        unclaimed = await self._inbox.listing(officer, Filter("unclaimed"), most=NEXT)
        mine = await self._inbox.listing(officer, Filter("mine"), most=MINE)
        counts = await self._inbox.counts(officer)
        return {
            "coming": first(unclaimed.lines, [line for line in mine.lines if line.owed_since]),
            "counts": counts,
            "counted": counted,
            "due": lambda standing: in_words(standing, visitor.language),
            "tones": TONES,
        }


def first(*queues: Sequence[Line]) -> list[Line]:
    """Return what comes first in several queues, each in the order of the decree's date."""
    once = {line.conversation_id: line for queue in queues for line in queue}
    return sorted(once.values(), key=_order)[:NEXT]


def _order(line: Line) -> tuple[int, datetime, datetime]:
    ticket = line.ticket
    due_at = ticket.standing.due_at if ticket else None
    return (-ticket.priority if ticket else 0, due_at or _FAR, line.owed_since or line.at)


def bars(days: Sequence[Day], language: str) -> list[Bar]:
    """Return the bars of a chart that is as high as its highest day."""
    most = max([day.total for day in days] + [1])
    return [
        Bar(
            day,
            x=at * STEP + (STEP - WIDTH) // 2,
            assistant=round(day.assistant * HEIGHT / most),
            officers=round(day.officers * HEIGHT / most),
            name=f"{day_name(day.day, language)}, {day.day.day} {month_name(day.day.month, language)}",
            label=f"{day.day.day}/{day.day.month}",
        )
        for at, day in enumerate(days)
    ]
