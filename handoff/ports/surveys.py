"""Satisfaction surveys (SKM): the questionnaire's versions, campaigns, who is invited and what was answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from handoff.instrument import Instrument
from handoff.ports.values import Officer

MOST_INVITED = 500
"""People who are invited at once; the rest follows when it is asked for again."""


class Refused(Exception):
    """It cannot be done as it was asked for; `reason` is a word of the console's `surveys.*`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Plan:
    """A survey to be made: from the first to the last day; of so many people so many are to answer."""

    title: str
    opens_on: date
    closes_on: date
    population: int | None
    target: int | None


@dataclass(frozen=True, slots=True)
class Campaign:
    """A survey with its version of the questionnaire, and how far it is: people invited, begun and finished.

    Who came by a rating link counts as invited, too.
    """

    id: int
    title: str
    version: int
    opens_on: date
    closes_on: date
    population: int | None
    target: int | None
    invited: int
    begun: int
    finished: int


@dataclass(frozen=True, slots=True)
class Filled:
    """A finished questionnaire: scores by element, the profile by trait, each as far as it was answered.

    `service` is the kind of the ticket, or empty; nothing in it says whose it is.
    """

    service: str
    channel: str
    scores: Mapping[str, int]
    profile: Mapping[str, str]
    remark: str


@dataclass(frozen=True, slots=True)
class Version:
    """A version of the questionnaire as it is written down (`skm.yml`'s shape)."""

    number: int
    content: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Invited:
    """How many were invited now, and whether there are more of that period."""

    count: int
    has_more: bool


class Surveys(Protocol):
    """The door of the survey pages."""

    @property
    def own_survey(self) -> str:
        """Return the address of BPS's own survey, which is another one; empty where the office has not set it."""
        ...

    def today(self) -> date:
        """Return the office's day."""
        ...

    async def campaigns(self) -> Sequence[Campaign]:
        """Return the surveys, the newest first."""
        ...

    async def campaign(self, survey_id: int) -> Campaign:
        """Return one. Raises `NotFound`."""
        ...

    async def make(self, officer: Officer, plan: Plan) -> int:
        """Keep a survey with the newest version of the questionnaire; return its id. Raises `Refused`."""
        ...

    async def instrument(self, survey_id: int) -> Instrument:
        """Return the questionnaire of a survey, in its own version. Raises `NotFound`."""
        ...

    async def filled(self, survey_id: int) -> Sequence[Filled]:
        """Return what was answered, finished questionnaires only, the newest first."""
        ...

    async def newest(self) -> Version:
        """Return the version that the next survey takes."""
        ...

    async def reword(self, officer: Officer, version: Version) -> int:
        """Keep other words as a new version; return its number. `version.number` is the one that was changed.

        Words that are the same make no version. Raises `Refused`, also when another one came in between.
        """
        ...

    async def invite(self, officer: Officer, survey_id: int, first: date, last: date) -> Invited:
        """Invite who was served in a period, both days included, each once a survey, at most `MOST_INVITED`.

        Raises `NotFound`, `Refused` for a survey that does not run or outside the hours of notices.
        """
        ...


@dataclass(frozen=True, slots=True)
class Invitation:
    """What a survey link opens."""

    language: str
    title: str
    closes_on: date
    instrument: Instrument
    scores: Mapping[str, int]
    profile: Mapping[str, str]
    is_finished: bool


class SurveyLinks(Protocol):
    """The door behind survey links. Every call raises `NotFound` or `LinkEnded` for a link that is none."""

    async def invited(self, token: str) -> Invitation:
        """Return what a link is for."""
        ...

    async def answer(self, token: str, code: str, score: int | None) -> None:
        """Keep the answer to one element, None: left out. A finished questionnaire stays as it is."""
        ...

    async def finish(self, token: str, profile: Mapping[str, str], remark: str) -> None:
        """Keep the rest; it cannot be filled in again."""
        ...
