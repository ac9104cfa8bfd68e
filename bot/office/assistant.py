"""The bot's own numbers: how sure it has to be, what it reads at night, where it keeps what comes in."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from bot.office.section import Positive, Section, Share


class Understanding(Section):
    """How sure the bot has to be (section `understanding`)."""

    sure: Share
    margin: Share
    suggest: Share
    failures_before_officer: Positive
    tell_after_seconds: Positive
    burst_seconds: Annotated[float, Field(ge=0, le=30)]
    flood_messages: Positive
    flood_seconds: Positive
    hand_over_after_minutes: Positive


class Catalogue(Section):
    """How the catalogue is read from BPS WebAPI (section `catalogue`)."""

    night_hour: Annotated[int, Field(ge=0, le=23)]
    value_years: Annotated[int, Field(ge=0, le=20)]
    tables_per_night: Annotated[int, Field(ge=0, le=5000)]


class Storage(Section):
    """Where what comes in is kept (section `storage`)."""

    raw_in_database_bytes: Annotated[int, Field(ge=0, le=67_108_864)]
