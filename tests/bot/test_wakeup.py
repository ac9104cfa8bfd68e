"""No notification is lost between two looks for a job."""

from __future__ import annotations

from bot.wakeup import Wakeup


def test_what_comes_during_a_look_is_looked_at_again() -> None:
    event = Wakeup()
    event.set()  # a job is inserted; the worker wakes and looks
    event.set()  # another one, while it looks: procrastinate would forget it
    event.clear()
    assert event.is_set()
    event.clear()
    assert not event.is_set()


def test_without_news_it_sleeps() -> None:
    event = Wakeup()
    event.clear()
    assert not event.is_set()
    event.set()
    assert event.is_set()
