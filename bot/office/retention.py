"""How long what is kept."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from bot.office.section import Positive, Section

Days = Positive | Literal["never"]


class Retention(Section):
    """How long what is kept: days, or never removed by time (section `retention`).

    Of conversations and what belongs to them the days count from their end. The numbers are the office's own.
    """

    night_hour: Annotated[int, Field(ge=0, le=23)]
    raw_mail_days: Days
    media_days: Days
    conversations_days: Days
    people_days: Days
    drafts_days: Days
    events_days: Days
    notices_days: Days
    sessions_days: Days
    audit_days: Days
