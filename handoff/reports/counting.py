"""How a report's figures are counted from what happened to tickets. Pure.

A deadline belongs to the period in which its ticket was done in time, or else in which it fell due: each is counted
once. What was cancelled before it was due promises nothing any more.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from handoff.calendar import Calendar
from handoff.deadline import Pause
from handoff.reports.figures import Promise, Spread, spread
from handoff.ticket import Kind, State


@dataclass(frozen=True, slots=True)
class Case:
    """A ticket as it is counted; `pauses` are when the office waited for the citizen."""

    kind: Kind
    state: State
    channel: str
    officer_id: int | None
    opened_at: datetime
    clear_at: datetime | None
    due_at: datetime | None
    claimed_at: datetime | None
    answered_at: datetime | None
    closed_at: datetime | None
    pauses: tuple[Pause, ...] = ()


@dataclass(frozen=True, slots=True)
class Span:
    """From a moment until before another."""

    since: datetime
    until: datetime

    def has(self, moment: datetime | None) -> bool:
        """Tell whether a moment lies within; None never does."""
        return moment is not None and self.since <= moment < self.until


def by_kind(cases: Iterable[Case], is_counted: Callable[[Case], bool]) -> Mapping[Kind, int]:
    """Count cases of each kind."""
    return dict(Counter(each.kind for each in cases if is_counted(each)))


def opened(cases: Iterable[Case], span: Span) -> Mapping[Kind, int]:
    """Count what was opened within the span."""
    return by_kind(cases, lambda each: span.has(each.opened_at))


def ended(cases: Iterable[Case], span: Span, state: State) -> Mapping[Kind, int]:
    """Count what came to that end within the span."""
    return by_kind(cases, lambda each: each.state == state and span.has(each.closed_at))


def open_at_end(cases: Iterable[Case], span: Span) -> Mapping[Kind, int]:
    """Count what was open when the span ended."""
    return by_kind(
        cases,
        lambda each: each.opened_at < span.until and (each.closed_at is None or each.closed_at >= span.until),
    )


def promise(cases: Iterable[Case], span: Span) -> Promise:
    """Count deadlines that were kept, and that were not."""
    kept = missed = 0
    for each in cases:
        if each.due_at is None or each.state == "cancelled":
            continue
        if each.closed_at is not None and each.closed_at <= each.due_at:
            kept += span.has(each.closed_at)
        elif span.has(each.due_at):
            missed += 1
    return Promise(kept, missed)


def promises(cases: Sequence[Case], span: Span) -> Mapping[Kind, Promise]:
    """Count deadlines of each kind that has any."""
    found = {
        kind: promise([each for each in cases if each.kind == kind], span)
        for kind in dict.fromkeys(c.kind for c in cases)
    }
    return {kind: each for kind, each in found.items() if each.total}


def first_response(cases: Iterable[Case], span: Span, calendar: Calendar) -> Spread | None:
    """Return how long it took to the first answer of an officer, of those answered within the span."""
    return spread(
        [
            _minutes(calendar.working_time(each.opened_at, each.answered_at))
            for each in cases
            if each.answered_at is not None and span.has(each.answered_at)
        ]
    )


def resolution(cases: Iterable[Case], span: Span, calendar: Calendar) -> Spread | None:
    """Return how long it took to the end, of those done within the span, without waiting for the citizen."""
    return spread(
        [
            _minutes(_worked(each, each.closed_at, calendar))
            for each in cases
            if each.closed_at is not None and each.state == "done" and span.has(each.closed_at)
        ]
    )


def _worked(case: Case, end: datetime, calendar: Calendar) -> timedelta:
    total, start = timedelta(), case.opened_at
    for pause in case.pauses:
        total += calendar.working_time(start, max(start, min(pause.from_at, end)))
        start = max(start, pause.to_at or end)
    return total + calendar.working_time(start, end)


def _minutes(length: timedelta) -> int:
    return int(length.total_seconds() // 60)
