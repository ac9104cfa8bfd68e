"""Time on the desk: a week without holidays to begin in, ticks, and what officers were to be told."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from bot.assembly import duties
from bot.working_days import calendar_of
from tests.bot.desk.floor import Floor

QUIET_DAYS = 19
"""So many days from a Monday on have no holiday but weekends: longer than any deadline of a consultation."""


def _is_quiet(floor: Floor, monday: date) -> bool:
    calendar = calendar_of(floor.stage.core.settings.office)
    days = [monday + timedelta(days=n) for n in range(QUIET_DAYS)]
    return all(calendar.is_working_day(day) is (day.isoweekday() < 6) for day in days)


def monday(floor: Floor, hour: time = time(10)) -> datetime:
    """Go forward to that hour of the next Monday that begins quiet weeks; return the moment, local."""
    calendar = calendar_of(floor.stage.core.settings.office)
    today = calendar.day_of(floor.stage.clock.now())
    coming = (today + timedelta(days=n) for n in range(1, 3 * 366))
    day = next(each for each in coming if each.isoweekday() == 1 and _is_quiet(floor, each))
    begins = calendar.at(day, hour)
    floor.stage.clock.advance(begins - floor.stage.clock.now())
    return begins


def go_to(floor: Floor, moment: datetime) -> None:
    """Go forward to a moment, and a second beyond."""
    floor.stage.clock.advance(moment + timedelta(seconds=1) - floor.stage.clock.now())


async def tend(floor: Floor) -> None:
    """Let time do what it does, once."""
    await duties.tending(floor.stage.core).tend()


async def told(
    floor: Floor, *, besides: tuple[str, ...] = ("new", "assigned", "replied")
) -> list[tuple[str, str]]:
    """Return who was to be told what by time, in order: (login, kind)."""
    rows = await floor.rows(
        "SELECT officer.login, notice.kind FROM officer_notice AS notice"
        " JOIN officer ON officer.id = notice.officer_id"
        " WHERE notice.kind <> ALL(:besides) ORDER BY notice.id",
        besides=list(besides),
    )
    return [(row.login, row.kind) for row in rows]
