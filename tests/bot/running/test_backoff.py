from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.running.backoff import Backoff


def test_waits_double_up_to_the_longest() -> None:
    backoff = Backoff(jitter=0.0)
    waits = [backoff.next_wait(was_up=0.0) for _ in range(8)]
    assert waits == [0.5, 1.0, 2.0, 4.0, 8.0, 16.0, backoff.longest, backoff.longest]


@given(st.lists(st.floats(0.0, 59.9), min_size=1, max_size=60))
def test_jitter_stays_within_its_bounds(lives: list[float]) -> None:
    exact, shaken = Backoff(jitter=0.0), Backoff(jitter=0.2)
    for was_up in lives:
        wait = exact.next_wait(was_up)
        assert wait * 0.8 <= shaken.next_wait(was_up) <= wait


def test_a_long_healthy_life_begins_anew() -> None:
    backoff = Backoff(jitter=0.0)
    first = backoff.next_wait(was_up=0.0)
    assert backoff.next_wait(was_up=backoff.healthy_after - 0.01) > first
    assert backoff.next_wait(was_up=backoff.healthy_after) == first


def test_the_thousandth_failure_is_no_overflow() -> None:
    backoff = Backoff(jitter=0.0)
    assert [backoff.next_wait(0.0) for _ in range(2000)][-1] == backoff.longest
