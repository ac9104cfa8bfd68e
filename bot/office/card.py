"""Who the office is, what it cites, and where its applications are."""

from __future__ import annotations

from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, field_validator

from bot.office.section import Section

Words = Annotated[str, Field(min_length=2, max_length=80)]
Places = Annotated[dict[Words, tuple[Words, ...]], Field(min_length=1)]
"""The office's places, the regency or city first, and how people write each (section `places`, nlu/places.py)."""


class Card(Section):
    """Who the office is and how it is reached (section `office`)."""

    name: str
    full_name: str
    code: Annotated[str, Field(pattern=r"^\d{4}$")]
    timezone: str
    address: str
    phone: str
    email: str
    website: str
    facebook: str
    instagram: str
    service_link: str
    opening_hours: str = ""

    @field_validator("timezone")
    @classmethod
    def _known(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError("expected a time zone such as Asia/Jakarta") from error
        return value


class Decree(Section):
    """What answers cite (section `decree`)."""

    title: str
    short: str


class Newer(Section):
    """Names of regulations newer than the decree, said after the decree's own (section `newer`)."""

    pnbp: Annotated[str, Field(min_length=1)]
    skm: Annotated[str, Field(min_length=1)]


class Applications(Section):
    """Addresses of BPS's applications (section `applications`)."""

    pst: str
    silastik: str
    romantik: str
    sirusa: str = ""
    indah: str = ""
    klasifikasi: str = ""


class Privacy(Section):
    """Where the privacy notice can be read (section `privacy`)."""

    link: str = ""
