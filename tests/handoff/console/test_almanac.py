"""Moments as an officer reads them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from handoff.console import words
from handoff.console.almanac import Almanac

NOW = datetime(2026, 11, 23, 3, 5, tzinfo=UTC)  # Monday, 10.05 WIB
WORDS = words.load()


def almanac(language: str = "id", zone: str = "Asia/Jakarta") -> Almanac:
    return Almanac(WORDS, language, zone, lambda: NOW)


def plain(markup: str) -> str:
    return markup.split(">")[1].split("<", maxsplit=1)[0]


@pytest.mark.parametrize(
    ("passed", "said"),
    [
        (timedelta(seconds=59), "baru saja"),
        (timedelta(seconds=60), "1 menit lalu"),
        (timedelta(minutes=59, seconds=59), "59 menit lalu"),
        (timedelta(hours=1), "1 jam lalu"),
        (timedelta(hours=24), "1 hari lalu"),
        (timedelta(days=6, hours=23), "6 hari lalu"),
        (timedelta(days=7), "Sen 16 Nov"),
        (timedelta(seconds=-5), "baru saja"),  # clocks of two machines
    ],
)
def test_how_long_ago(passed: timedelta, said: str) -> None:
    assert plain(almanac().ago(NOW - passed)) == said


def test_a_day_is_the_offices_own() -> None:
    late = datetime(2026, 11, 22, 17, 30, tzinfo=UTC)  # Monday, 00.30 WIB; Sunday in London
    assert plain(almanac().day(late)) == "Hari ini"
    assert plain(almanac().day(late - timedelta(hours=1))) == "Kemarin"
    assert plain(almanac().day(late - timedelta(days=2))) == "Sabtu, 21 November 2026"
    assert plain(almanac("en", "Europe/London").day(late)) == "Yesterday"


def test_a_moment_is_as_short_as_it_can_be() -> None:
    assert plain(almanac().moment(NOW)) == "10.05"
    assert plain(almanac("en").moment(NOW)) == "10:05"
    assert plain(almanac().moment(NOW + timedelta(days=4))) == "Jum 27 Nov, 10.05"
    assert plain(almanac().moment(NOW + timedelta(days=100))) == "Rab 3 Mar 2027, 10.05"


def test_a_machine_reads_it_too() -> None:
    tag = almanac().moment(NOW)
    assert 'datetime="2026-11-23T03:05:00+00:00"' in tag
    assert 'title="Senin, 23 November 2026, 10.05 WIB"' in tag
