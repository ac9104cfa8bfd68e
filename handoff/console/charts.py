"""Charts as SVG without script or style of their own: lengths are attributes, colours are classes. Pure.

Every chart stands beside a table with the same numbers, so that it is hidden from who cannot see it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from handoff.dates import month_name, plain_day
from handoff.reports.figures import Period
from handoff.reports.timeline import Step
from handoff.reports.wording import figure

HEIGHT, STEP, WIDTH = 120, 48, 28
"""Of columns, in their own units: the height, the place of a step, a column's width."""
MOST_LABELS = 14
TONES = 4
"""Colours that series can be told apart by; further series share the last one."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A part of a lying bar, in percent of its whole: where it begins and how wide it is."""

    tone: str
    x: Decimal
    width: Decimal


@dataclass(frozen=True, slots=True)
class Piece:
    """A series' part of a column."""

    tone: str
    y: int
    height: int


@dataclass(frozen=True, slots=True)
class Column:
    """A step of time: where it leads, its days in words, its short name ("" where there is no room for all)."""

    href: str
    name: str
    label: str
    x: int
    top: int
    total: str
    pieces: Sequence[Piece]


@dataclass(frozen=True, slots=True)
class Columns:
    """A chart of columns, with the series that each is made of as (tone, name)."""

    columns: Sequence[Column]
    series: Sequence[tuple[str, str]]
    width: int = 0
    height: int = HEIGHT


def columns(
    steps: Sequence[Step],
    channels: Sequence[tuple[str, str]],
    leads: Callable[[Period], str],
    language: str,
) -> Columns:
    """Return columns of steps, as high as the highest; `channels` are (key, name), the first at the bottom."""
    most = max([1, *(step.total for step in steps)])
    tones = {key: f"tone-{min(n, TONES - 1)}" for n, (key, _) in enumerate(channels)}
    every = -(-len(steps) // MOST_LABELS) or 1
    made = []
    for at, step in enumerate(steps):
        pieces, height = [], 0
        for key, _ in channels:
            part = round(step.counts.get(key, 0) * HEIGHT / most)
            height += part
            pieces.append(Piece(tones[key], HEIGHT - height, part))
        made.append(
            Column(
                href=leads(step.period) if step.total else "",
                name=days(step.period, language),
                label=_short(step.period, language) if at % every == 0 else "",
                x=at * STEP + (STEP - WIDTH) // 2,
                top=HEIGHT - height,
                total=figure(step.total, language) if step.total else "",
                pieces=pieces,
            )
        )
    return Columns(made, [(tones[key], name) for key, name in channels], width=max(1, len(steps)) * STEP)


def lying(*parts: tuple[str, int | Decimal], whole: int | Decimal) -> list[Bar]:
    """Return the parts of a lying bar one after the other, each as (tone, number), in percent of the whole."""
    bars, at = [], Decimal(0)
    for tone, number in parts:
        width = round(100 * Decimal(number) / Decimal(whole), 2) if whole else Decimal(0)
        if width:
            bars.append(Bar(tone, at, width))
        at += width
    return bars


def days(period: Period, language: str) -> str:
    """Return a period in words: one day, or from one to another."""
    if period.first == period.last:
        return plain_day(period.first, language)
    if (period.first.year, period.first.month) == (period.last.year, period.last.month):
        return f"{period.first.day}–{plain_day(period.last, language)}"
    return f"{plain_day(period.first, language)} – {plain_day(period.last, language)}"


def _short(period: Period, language: str) -> str:
    """Return a step's short name: 23/11, or the month of one that is longer than a week."""
    if (period.last - period.first).days < 7:
        return f"{period.first.day}/{period.first.month}"
    return _month(period.first, language)


def _month(first: date, language: str) -> str:
    return month_name(first.month, language)[:3]
