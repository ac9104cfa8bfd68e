"""How officers take over, and log in."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from bot.office.section import Positive, Section


class Desk(Section):
    """How officers take over (section `desk`).

    `claim_minutes` of working time after which supervisors are told that nobody has taken a ticket, and
    `silent_working_days` after which they are told that the citizen is still owed an answer; one mail to
    an officer per `digest_minutes` at most, unless nothing was sent to them lately; `notify_new`: who is told of a
    new ticket.
    """

    claim_minutes: Positive
    silent_working_days: Positive
    digest_minutes: Positive
    notify_new: Literal["all", "supervisors"]


class Console(Section):
    """How officers log in (section `console`)."""

    session_idle_minutes: Annotated[int, Field(ge=1, le=1440)]
    session_hours: Annotated[int, Field(ge=1, le=168)]
    lock_after_failures: Annotated[int, Field(ge=3, le=100)]
    lock_minutes: Annotated[int, Field(ge=1, le=1440)]
    source_failures: Annotated[int, Field(ge=3, le=10_000)]
    link_hours: Annotated[int, Field(ge=1, le=168)]
