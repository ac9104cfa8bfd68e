"""How many conversations came in when: a period in steps of days, weeks or months. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from handoff.reports.figures import Period

MOST_DAYS, MOST_WEEKS = 14, 26
"""Up to so many days a step is a day, up to so many weeks a week (from Monday), beyond that a month."""
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Step:
    """Days of a period that are shown together, both ends included, and what came on them by channel."""

    period: Period
    counts: Mapping[str, int]

    @property
    def total(self) -> int:
        """Return how many came by all channels."""
        return sum(self.counts.values())


def steps(period: Period, came: Iterable[tuple[date, str, int]]) -> list[Step]:
    """Return the steps of a period, each with what came by channel; empty ones are there, too."""
    days = sorted(came)
    found = []
    for each in _cut(period):
        counts: dict[str, int] = {}
        for day, channel, count in days:
            if each.first <= day <= each.last:
                counts[channel] = counts.get(channel, 0) + count
        found.append(Step(each, counts))
    return found


def _cut(period: Period) -> Iterator[Period]:
    """Yield the steps of a period: they begin with it, end with it, and leave no day out."""
    length = (period.last - period.first).days + 1
    first = period.first
    while first <= period.last:
        if length <= MOST_DAYS:
            last = first
        elif length <= 7 * MOST_WEEKS:
            last = first + timedelta(days=7 - first.isoweekday())
        else:
            last = (first.replace(day=1) + timedelta(days=32)).replace(day=1) - ONE_DAY
        last = min(last, period.last)
        yield Period(first, last)
        first = last + ONE_DAY
