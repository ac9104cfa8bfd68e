"""What a citizen says of a consultation, by a link that only they got."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from handoff.instrument import Instrument


class LinkEnded(Exception):
    """The link was one, and is too old now."""


class AlreadyReported(Exception):
    """The rating stands in a report of its month, and stays as it is."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A questionnaire that this person may fill in now: `scores` by element, `profile` by trait, as far as it is."""

    title: str
    instrument: Instrument
    scores: Mapping[str, int]
    profile: Mapping[str, str]
    is_finished: bool


@dataclass(frozen=True, slots=True)
class Consultation:
    """What a link opens. `score` is None while nothing was said; `sheet` is None while no survey runs."""

    language: str
    ticket: str | None
    score: int | None
    comment: str
    is_final: bool
    sheet: Sheet | None


class RatingLinks(Protocol):
    """The door of the citizen's pages. Every call raises `NotFound` or `LinkEnded` for a link that is none."""

    async def opened(self, token: str) -> Consultation:
        """Return what a link is for."""
        ...

    async def rate(self, token: str, score: int) -> None:
        """Keep a rating of 1 to 5, or another one in its place. Raises `AlreadyReported`."""
        ...

    async def comment(self, token: str, words: str) -> None:
        """Keep what is said to it. Raises `AlreadyReported`."""
        ...

    async def answer(self, token: str, code: str, score: int | None) -> None:
        """Keep the answer to one element of the running survey, None: left out. Does nothing without a survey."""
        ...

    async def finish(self, token: str, profile: Mapping[str, str], remark: str) -> None:
        """Keep the rest of the questionnaire; it cannot be filled in again."""
        ...
