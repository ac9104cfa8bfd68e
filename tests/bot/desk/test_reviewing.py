"""The yearly reminder to review the standards: once, from the chosen month's first working day on."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.assembly import duties
from tests.fakes import Stage, StoppedClock

Staged = Callable[[], AbstractAsyncContextManager[Stage]]
COUNT = "SELECT count(*) FROM event WHERE kind = 'review_standards'"


@pytest.mark.parametrize(
    ("at", "month", "year"),
    [
        # 1 January 2027 is a holiday on a Friday: the first working day is Monday the 4th, from midnight in Jakarta.
        (datetime(2027, 1, 3, 16, 59, tzinfo=UTC), 1, None),
        (datetime(2027, 1, 3, 17, 0, tzinfo=UTC), 1, 2027),
        (datetime(2027, 2, 20, tzinfo=UTC), 3, None),
        (datetime(2027, 12, 30, tzinfo=UTC), 3, 2027),
        (datetime(2027, 12, 30, tzinfo=UTC), None, None),
    ],
)
async def test_when_it_is_due(staged: Staged, at: datetime, month: int | None, year: int | None) -> None:
    async with staged() as stage:
        assert replace(duties.reviewing(stage.core), clock=StoppedClock(at), month=month).due() == year


async def test_it_is_noted_once_a_year(staged: Staged) -> None:
    async with staged() as stage:
        reviewing = replace(
            duties.reviewing(stage.core), clock=StoppedClock(datetime(2027, 6, 1, tzinfo=UTC)), month=1
        )
        assert [await reviewing.run(), await reviewing.run()] == [True, False]
        assert await replace(reviewing, clock=StoppedClock(datetime(2028, 6, 1, tzinfo=UTC))).run()
        assert await stage.scalar(COUNT) == 2
