"""When the office works, and when citizens may be written to of our own accord."""

from __future__ import annotations

import re
from datetime import date, time
from typing import Annotated

from pydantic import BeforeValidator, Field, model_validator

from bot.office.section import Section

_SPAN = re.compile(r"\s*(\d{1,2})[.:](\d{2})\s*-\s*(\d{1,2})[.:](\d{2})\s*")


def _spans(value: object) -> object:
    """Read "08.00-12.00, 13.00-15.30": from when to when, in order."""
    if not isinstance(value, str):
        raise ValueError('expected hours such as "08.00-12.00, 13.00-15.30"')  # noqa: TRY004 -- pydantic's way
    spans: list[tuple[time, time]] = []
    for part in value.split(","):
        found = _SPAN.fullmatch(part)
        if found is None:
            raise ValueError('expected hours such as "08.00-12.00, 13.00-15.30"')
        opens, closes = _hour(found[1], found[2]), _hour(found[3], found[4])
        if closes <= opens or (spans and opens < spans[-1][1]):
            raise ValueError(
                "expected hours in their order: each ends after it begins, and before the next one"
            )
        spans.append((opens, closes))
    return tuple(spans)


def _hour(hours: str, minutes: str) -> time:
    try:
        return time(int(hours), int(minutes))
    except ValueError as error:
        raise ValueError("expected hours from 00.00 to 23.59") from error


Weekday = Annotated[int, Field(ge=1, le=7)]
Spans = Annotated[tuple[tuple[time, time], ...], BeforeValidator(_spans)]
OneSpan = Annotated[tuple[tuple[time, time], ...], BeforeValidator(_spans), Field(max_length=1)]


class ClosedDay(Section):
    """A day on which the office does not work although others do."""

    date: date
    why: Annotated[str, Field(min_length=1)]


class Calendar(Section):
    """Which days the office works, and when (section `calendar`); 1 is Monday.

    National holidays and cuti bersama come from the library `holidays`; `closed` and `open` are the office's own
    word against it. `hours` without a line: not set. `checked_years` are those whose holidays, of which the library
    only knows an estimate, the office has compared with the government's decree. `notice_hours` are when citizens
    may be written to of our own accord.
    """

    working_weekdays: Annotated[tuple[Weekday, ...], Field(min_length=1)]
    hours: dict[Weekday, Spans] = Field(default_factory=dict)
    closed: tuple[ClosedDay, ...] = ()
    open: tuple[date, ...] = ()
    checked_years: tuple[int, ...] = ()
    notice_hours: OneSpan

    @model_validator(mode="after")
    def _agrees(self) -> Calendar:
        """Refuse a calendar that contradicts itself."""
        twice = sorted({each.date for each in self.closed} & set(self.open))
        if twice:
            raise ValueError(f"{twice[0]} is both closed and open")
        possible = {*self.working_weekdays, *(day.isoweekday() for day in self.open)}
        missing = sorted(possible - set(self.hours))
        if self.hours and missing:
            raise ValueError(f"hours: no line for weekday {missing[0]}, on which the office works")
        return self
