"""Counting a period: each thing once, and twelve months make a year."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from handoff.calendar import Calendar
from handoff.deadline import Pause
from handoff.reports import counting
from handoff.reports.counting import Case, Span
from handoff.ticket import ENDS, KINDS, Kind

YEAR = datetime(2026, 1, 1, tzinfo=UTC)
MONTHS = [datetime(2026, n, 1, tzinfo=UTC) for n in range(1, 13)] + [datetime(2027, 1, 1, tzinfo=UTC)]
WORKDAYS = Calendar(UTC, frozenset(range(1, 6)), hours=dict.fromkeys(range(1, 6), ((time(8), time(16)),)))
MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)


def moments(earliest: int = 0) -> st.SearchStrategy[datetime]:
    return st.integers(earliest, 400 * 24).map(lambda hours: YEAR + timedelta(hours=hours))


@st.composite
def cases(draw: st.DrawFn) -> Case:
    opened = draw(moments(-24 * 30))
    later = st.none() | st.integers(0, 90 * 24).map(lambda hours: opened + timedelta(hours=hours))
    closed = draw(later)
    state = draw(st.sampled_from(sorted(ENDS))) if closed else "work"
    return Case(
        kind=draw(st.sampled_from(KINDS)),
        state=state,
        channel="whatsapp",
        officer_id=None,
        opened_at=opened,
        clear_at=opened,
        due_at=draw(later),
        claimed_at=None,
        answered_at=draw(later),
        closed_at=closed,
    )


def test_a_case_counts_where_it_was_kept_or_fell_due() -> None:
    due = MONDAY + timedelta(days=3)
    in_time = _case(state="done", due_at=due, closed_at=due - timedelta(hours=1))
    too_late = _case(state="done", due_at=due, closed_at=due + timedelta(days=40))
    still_open = _case(due_at=due)
    withdrawn = _case(state="cancelled", due_at=due, closed_at=due - timedelta(days=1))
    every = [in_time, too_late, still_open, withdrawn]
    march, april = (Span(MONTHS[n], MONTHS[n + 1]) for n in (2, 3))
    assert (counting.promise(every, march).kept, counting.promise(every, march).missed) == (1, 2)
    assert counting.promise(every, april).total == 0


def test_time_is_counted_in_hours_of_work_without_waiting_for_the_citizen() -> None:
    # Monday 09.00 to Wednesday 10.00 is 7 + 8 + 2 hours; the citizen was waited for from Monday 15.00 to Tuesday 15.00.
    paused = Pause(MONDAY + timedelta(hours=6), MONDAY + timedelta(days=1, hours=6))
    case = _case(
        state="done",
        answered_at=MONDAY + timedelta(minutes=45),
        closed_at=MONDAY + timedelta(days=2, hours=1),
        pauses=(paused,),
    )
    span = Span(MONTHS[2], MONTHS[3])
    first = counting.first_response([case], span, WORKDAYS)
    whole = counting.resolution([case], span, WORKDAYS)
    assert first is not None
    assert whole is not None
    assert first.median == 45
    assert whole.median == (7 + 8 + 2 - 8) * 60


@settings(deadline=None)
@given(st.lists(cases(), max_size=25))
def test_twelve_months_make_a_year(every: list[Case]) -> None:
    year = Span(MONTHS[0], MONTHS[-1])
    months = [Span(*each) for each in pairwise(MONTHS)]
    assert _sum(counting.opened(every, each) for each in months) == Counter(counting.opened(every, year))
    for state in sorted(ENDS):
        assert _sum(counting.ended(every, each, state) for each in months) == Counter(
            counting.ended(every, year, state)
        )
    kept = sum(counting.promise(every, each).kept for each in months)
    missed = sum(counting.promise(every, each).missed for each in months)
    whole = counting.promise(every, year)
    assert (kept, missed) == (whole.kept, whole.missed)
    assert counting.open_at_end(every, months[-1]) == counting.open_at_end(every, year)


@given(st.lists(cases(), max_size=25))
def test_what_is_open_at_the_end_was_opened_and_has_not_ended(every: list[Case]) -> None:
    """Opened ever, less ended ever, is what is open: nothing is lost between two counts."""
    ever = Span(YEAR - timedelta(days=365), MONTHS[6])
    ended = Counter[Kind]()
    for state in ENDS:
        ended.update(counting.ended(every, ever, state))
    left = Counter(counting.opened(every, ever))
    left.subtract(ended)
    assert +left == Counter(counting.open_at_end(every, ever))


def _sum(counts: Iterable[Mapping[Kind, int]]) -> Counter[Kind]:
    total: Counter[Kind] = Counter()
    for each in counts:
        total.update(each)
    return total


def _case(**changed: object) -> Case:
    values: dict[str, object] = {
        "kind": "konsultasi", "state": "work", "channel": "whatsapp", "officer_id": None, "opened_at": MONDAY,
        "clear_at": MONDAY, "due_at": None, "claimed_at": None, "answered_at": None, "closed_at": None,
    }  # fmt: skip
    return Case(**{**values, **changed})  # type: ignore[arg-type]
