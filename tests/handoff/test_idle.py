"""Silence: when it begins, when it is warned of, and when it ends a conversation."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from handoff.idle import Daytime, Due, Limits, Standing, closes_at, next_step

DAYTIME = Daytime(time(8), time(20), ZoneInfo("Asia/Jakarta"))
EARLY = datetime(2025, 1, 1, tzinfo=UTC)  # whenever it is looked at, it is early enough
LIMITS = Limits(warn_after=timedelta(days=6), close_after=timedelta(days=7))
NOON = datetime(2026, 11, 2, 5, 0, tzinfo=UTC)  # 12.00 in Jakarta
MOMENTS = st.integers(0, 365 * 24 * 3600).map(
    lambda n: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=n)
)


def test_seven_days_of_silence_after_an_answer() -> None:
    answered = Standing(answered_at=NOON, heard_at=NOON - timedelta(hours=1), is_owed=False)
    assert next_step(answered, LIMITS, DAYTIME, now=EARLY) == Due("warn", NOON + timedelta(days=6))
    warned = replace(answered, warned_at=NOON + timedelta(days=6, seconds=40))
    assert next_step(warned, LIMITS, DAYTIME, now=EARLY) == Due("close", NOON + timedelta(days=7))


def test_while_the_office_owes_an_answer_nothing_is_due() -> None:
    owed = Standing(answered_at=NOON, heard_at=NOON + timedelta(hours=1), is_owed=True)
    assert next_step(owed, LIMITS, DAYTIME, now=EARLY) is None
    assert next_step(Standing(None, None, is_owed=False), LIMITS, DAYTIME, now=EARLY) is None


def test_what_needs_no_answer_is_silent_since_it_came() -> None:
    assert next_step(Standing(None, NOON, is_owed=False), LIMITS, DAYTIME, now=EARLY) == Due(
        "warn", NOON + timedelta(days=6)
    )


def test_a_thank_you_puts_the_silence_off() -> None:
    thanked = Standing(answered_at=NOON, heard_at=NOON + timedelta(days=2), is_owed=False)
    assert next_step(thanked, LIMITS, DAYTIME, now=EARLY) == Due("warn", NOON + timedelta(days=8))


def test_a_warning_of_an_earlier_silence_is_not_one_of_this() -> None:
    again = Standing(NOON, NOON - timedelta(hours=1), is_owed=False, warned_at=NOON - timedelta(days=1))
    assert next_step(again, LIMITS, DAYTIME, now=EARLY) == Due("warn", NOON + timedelta(days=6))


def test_a_silence_that_begins_in_the_very_second_of_a_warning_is_warned_of() -> None:
    again = Standing(NOON, NOON, is_owed=False, warned_at=NOON)
    assert next_step(again, LIMITS, DAYTIME, now=EARLY) == Due("warn", NOON + timedelta(days=6))


def test_warnings_go_out_in_daytime() -> None:
    at_night = datetime(2026, 11, 2, 15, 30, tzinfo=UTC)  # 22.30 in Jakarta
    step = next_step(Standing(at_night, None, is_owed=False), LIMITS, DAYTIME, now=EARLY)
    assert step == Due("warn", datetime(2026, 11, 9, 1, 0, tzinfo=UTC))  # 08.00 on the next morning
    early = datetime(2026, 11, 1, 21, 0, tzinfo=UTC)  # 04.00 on 2 November
    assert next_step(Standing(early, None, is_owed=False), LIMITS, DAYTIME, now=EARLY) == Due(
        "warn", datetime(2026, 11, 8, 1, 0, tzinfo=UTC)
    )
    assert DAYTIME.earliest(datetime(2026, 11, 2, 13, 0, tzinfo=UTC)) == datetime(
        2026, 11, 3, 1, 0, tzinfo=UTC
    )
    assert DAYTIME.earliest(datetime(2026, 11, 2, 12, 59, 59, tzinfo=UTC)).hour == 12


def test_a_warning_that_would_come_after_the_closing_is_left_out() -> None:
    short = Limits(warn_after=timedelta(hours=1), close_after=timedelta(hours=6))
    at_night = datetime(2026, 11, 2, 15, 0, tzinfo=UTC)
    assert next_step(Standing(at_night, None, is_owed=False), short, DAYTIME, now=EARLY) == Due(
        "close", at_night + timedelta(hours=6)
    )


def test_a_warning_that_nobody_sent_in_time_is_left_out() -> None:
    answered = Standing(NOON, None, is_owed=False)
    late = NOON + timedelta(days=6, hours=10)  # 22.00: the next daytime begins before the closing
    assert next_step(answered, LIMITS, DAYTIME, now=late) == Due("warn", NOON + timedelta(days=6))
    too_late = NOON + timedelta(days=7)
    assert next_step(answered, LIMITS, DAYTIME, now=too_late) == Due("close", NOON + timedelta(days=7))


def test_what_was_let_go_again_has_all_its_days() -> None:
    released = Standing(NOON, None, is_owed=False, released_at=NOON + timedelta(days=30))
    assert next_step(released, LIMITS, DAYTIME, now=EARLY) == Due("warn", NOON + timedelta(days=36))


def test_kinds_that_the_clock_never_closes() -> None:
    assert next_step(Standing(NOON, None, is_owed=False), Limits(None, None), DAYTIME, now=EARLY) is None


def test_what_an_officer_keeps_open_stays_open() -> None:
    kept = Standing(NOON, None, is_owed=False, is_kept_open=True)
    assert next_step(kept, LIMITS, DAYTIME, now=EARLY) is None


@given(MOMENTS, st.none() | MOMENTS, st.none() | MOMENTS)
def test_one_warning_and_one_end_never_early(
    answered: datetime, heard: datetime | None, warned: datetime | None
) -> None:
    standing = Standing(answered, heard, is_owed=False, warned_at=warned)
    first = next_step(standing, LIMITS, DAYTIME, now=EARLY)
    assert first is not None
    since = max(answered, heard or answered)
    if first.step == "warn":
        assert since + timedelta(days=6) <= first.at < since + timedelta(days=7)
        assert time(8) <= first.at.astimezone(DAYTIME.zone).time() < time(20)
        first = next_step(replace(standing, warned_at=first.at), LIMITS, DAYTIME, now=EARLY)
    assert first == Due("close", since + timedelta(days=7))


def test_other_limits_close_nothing_that_could_not_be_warned_of() -> None:
    changed = NOON + timedelta(days=20)
    silent = Standing(NOON, None, is_owed=False, limited_at=changed)
    assert next_step(silent, LIMITS, DAYTIME, now=changed) == Due("warn", NOON + timedelta(days=6))
    warned = replace(silent, warned_at=changed)
    assert next_step(warned, LIMITS, DAYTIME, now=changed) == Due("close", changed + timedelta(days=1))
    assert next_step(replace(silent, limited_at=NOON + timedelta(days=2)), LIMITS, DAYTIME, now=EARLY) == Due(
        "warn", NOON + timedelta(days=6)
    )


def test_by_night_the_day_between_warning_and_closing_begins_in_the_morning() -> None:
    changed = datetime(2026, 11, 22, 15, 30, tzinfo=UTC)  # 22.30 in Jakarta
    silent = Standing(NOON, None, is_owed=False, limited_at=changed)
    assert closes_at(silent, LIMITS, DAYTIME) == datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
    assert next_step(silent, LIMITS, DAYTIME, now=changed) == Due("warn", NOON + timedelta(days=6))


LAPSES = st.integers(0, 40).flatmap(
    lambda warn: st.integers(warn, 60).map(lambda close: Limits(timedelta(days=warn), timedelta(days=close)))
)


@given(MOMENTS, st.integers(0, 90 * 24), LAPSES)
def test_whoever_is_closed_by_other_limits_was_warned_and_had_all_the_time_to_answer(
    answered: datetime, hours: int, limits: Limits
) -> None:
    """As the clock does it, from the moment at which the limits came to hold."""
    changed = answered + timedelta(hours=hours)
    silent, now = Standing(answered, None, is_owed=False, limited_at=changed), changed
    for _ in range(4):
        step = next_step(silent, limits, DAYTIME, now=now)
        assert step is not None
        now = max(now, step.at)
        if step.step == "close":
            break
        now = DAYTIME.earliest(now)
        silent = replace(silent, warned_at=now)
    else:
        raise AssertionError("it never ends")
    assert now >= answered + (limits.close_after or timedelta())
    if hours and limits.lead >= timedelta(days=1):
        assert silent.warned_at is not None
        # A warning that the usual days bring may fall into the night; one that a change brings leaves all its time.
        least = (
            limits.lead - timedelta(hours=12) if silent.warned_at > DAYTIME.earliest(changed) else limits.lead
        )
        assert now - silent.warned_at >= least
