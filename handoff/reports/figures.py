"""What is counted for a report, of one period. Values only; how they are counted stands with the queries.

Every count is of what happened within the period by local days, first and last included. Times are working minutes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Literal, get_args

from handoff.ikm import rounded
from handoff.ticket import Kind

Figure = Literal[
    "arrivals", "by_bot", "rated", "rated1", "rated2", "rated3", "rated4", "rated5", "asked", "opened", "done",
    "idle", "cancelled", "open", "kept", "missed", "answered", "taken",
]  # fmt: skip
"""A number that can be looked behind: which conversations or tickets were counted. Messages: `sayings.py`."""
FIGURES: tuple[Figure, ...] = get_args(Figure)


@dataclass(frozen=True, slots=True)
class Scope:
    """What is counted: of one channel, of one service ("" is none that is clear), of one officer. None: all of them.

    A ticket is its assignee's, a rating its consultation's, a reply its writer's; conversations and what citizens
    say in them are an officer's where that one works on a ticket of theirs.
    """

    channel: str | None = None
    kind: str | None = None
    officer_id: int | None = None


WHOLE = Scope()


@dataclass(frozen=True, slots=True)
class Period:
    """The days a report is about, both ends included."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError("a period ends before it begins")


@dataclass(frozen=True, slots=True)
class Spread:
    """How long something took: of `count` cases half took at most `median`, nine in ten at most `ninth` minutes."""

    count: int
    median: int
    ninth: int


def spread(minutes: Sequence[int]) -> Spread | None:
    """Return the spread of times; None of none. A quantile is the least time that so many did not exceed."""
    if not minutes:
        return None
    ordered = sorted(minutes)
    return Spread(len(ordered), _quantile(ordered, 50), _quantile(ordered, 90))


def _quantile(ordered: Sequence[int], percent: int) -> int:
    return ordered[max(0, -(-len(ordered) * percent // 100) - 1)]


@dataclass(frozen=True, slots=True)
class Promise:
    """Deadlines that fell due, or were met before: how many were kept, and how many were not."""

    kept: int = 0
    missed: int = 0

    @property
    def total(self) -> int:
        """Return how many there were."""
        return self.kept + self.missed


@dataclass(frozen=True, slots=True)
class Ratings:
    """How often each of 1 to 5 was given, and how many were asked."""

    counts: tuple[int, int, int, int, int] = (0, 0, 0, 0, 0)
    asked: int = 0

    @property
    def given(self) -> int:
        """Return how many ratings there are."""
        return sum(self.counts)

    @property
    def mean(self) -> Decimal | None:
        """Return the mean in two decimals, None without a rating."""
        if not self.given:
            return None
        return rounded(Fraction(sum(n * count for n, count in enumerate(self.counts, 1)), self.given))


@dataclass(frozen=True, slots=True)
class Complaints:
    """Complaints that came in, that were answered, and that were open at the end."""

    came: int = 0
    answered: int = 0
    open_at_end: int = 0


@dataclass(frozen=True, slots=True)
class OfficerFigures:
    """One officer's share of the work; `officer_id` leads to what it consists of, None in what was kept before.

    `open_at_end` and `complaints` are tickets assigned to them: open when the period ended, complaints that came.
    None of these in what was kept before.
    """

    name: str
    taken: int
    replies: int
    closed: int
    promise: Promise
    first_response: Spread | None
    ratings: Ratings
    officer_id: int | None = None
    resolution: Spread | None = None
    open_at_end: int | None = None
    complaints: int | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """Everything of one period. `arrivals` are conversations by (channel, service), `topics` the most frequent ones
    with their titles; of questions only how many were not understood, never their words."""

    period: Period
    arrivals: Mapping[tuple[str, str], int] = field(default_factory=dict)
    messages: int = 0
    by_bot: int = 0
    handed_over: int = 0
    opened: Mapping[Kind, int] = field(default_factory=dict)
    done: Mapping[Kind, int] = field(default_factory=dict)
    idle: Mapping[Kind, int] = field(default_factory=dict)
    cancelled: Mapping[Kind, int] = field(default_factory=dict)
    open_at_end: Mapping[Kind, int] = field(default_factory=dict)
    first_response: Mapping[Kind, Spread] = field(default_factory=dict)
    resolution: Mapping[Kind, Spread] = field(default_factory=dict)
    promises: Mapping[Kind, Promise] = field(default_factory=dict)
    ratings: Ratings = field(default_factory=Ratings)
    complaints: Complaints = field(default_factory=Complaints)
    topics: tuple[tuple[str, int], ...] = ()
    questions: int = 0
    not_understood: int = 0
    officers: tuple[OfficerFigures, ...] = ()

    @property
    def conversations(self) -> int:
        """Return how many conversations came in."""
        return sum(self.arrivals.values())

    @property
    def promise(self) -> Promise:
        """Return the deadlines of all kinds together."""
        return Promise(
            sum(each.kept for each in self.promises.values()),
            sum(each.missed for each in self.promises.values()),
        )
