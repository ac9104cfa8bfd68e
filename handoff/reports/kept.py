"""Figures as they are kept with a report: plain values for a JSON column, and back. Pure.

A report that was made stays what it was, whatever is forgotten or corrected later.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

from handoff.reports.figures import Complaints, Figures, OfficerFigures, Period, Promise, Ratings, Spread

FORM = 1
"""The shape of what is kept; a later one can still read this."""

_COUNTS = ("opened", "done", "idle", "cancelled", "open_at_end")
_NUMBERS = ("messages", "by_bot", "handed_over", "questions", "not_understood")


def kept(figures: Figures) -> dict[str, Any]:
    """Return figures as plain values."""
    return {
        "form": FORM,
        "period": {"first": figures.period.first.isoformat(), "last": figures.period.last.isoformat()},
        "arrivals": [[*where, count] for where, count in sorted(figures.arrivals.items())],
        **{name: getattr(figures, name) for name in _NUMBERS},
        **{name: dict(getattr(figures, name)) for name in _COUNTS},
        "first_response": {kind: asdict(each) for kind, each in figures.first_response.items()},
        "resolution": {kind: asdict(each) for kind, each in figures.resolution.items()},
        "promises": {kind: asdict(each) for kind, each in figures.promises.items()},
        "ratings": asdict(figures.ratings),
        "complaints": asdict(figures.complaints),
        "topics": [list(each) for each in figures.topics],
        "officers": [asdict(each) for each in figures.officers],
    }


def read(values: Mapping[str, Any]) -> Figures:
    """Return the figures that were kept. Raises ValueError for a form that this program does not know."""
    if values.get("form") != FORM:
        raise ValueError(f"figures of form {values.get('form')}; this program knows {FORM}")
    period = values["period"]
    return Figures(
        period=Period(date.fromisoformat(period["first"]), date.fromisoformat(period["last"])),
        arrivals={(channel, service): count for channel, service, count in values["arrivals"]},
        **{name: values[name] for name in (*_NUMBERS, *_COUNTS)},
        first_response={kind: Spread(**each) for kind, each in values["first_response"].items()},
        resolution={kind: Spread(**each) for kind, each in values["resolution"].items()},
        promises={kind: Promise(**each) for kind, each in values["promises"].items()},
        ratings=_ratings(values["ratings"]),
        complaints=Complaints(**values["complaints"]),
        topics=tuple((title, count) for title, count in values["topics"]),
        officers=tuple(_officer(each) for each in values["officers"]),
    )


def _ratings(values: Mapping[str, Any]) -> Ratings:
    one, two, three, four, five = values["counts"]
    return Ratings((one, two, three, four, five), values["asked"])


def _officer(values: Mapping[str, Any]) -> OfficerFigures:
    first, whole = values["first_response"], values.get("resolution")
    return OfficerFigures(
        name=values["name"],
        taken=values["taken"],
        replies=values["replies"],
        closed=values["closed"],
        promise=Promise(**values["promise"]),
        first_response=None if first is None else Spread(**first),
        ratings=_ratings(values["ratings"]),
        officer_id=values.get("officer_id"),
        resolution=None if whole is None else Spread(**whole),
        open_at_end=values.get("open_at_end"),
        complaints=values.get("complaints"),
    )
