"""The shape of `office.yml`: the office and every number of every rule, as frozen values."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from bot.complaints import SettingsError, describe

Positive = Annotated[int, Field(ge=1)]
Share = Annotated[float, Field(ge=0.0, le=1.0)]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Card(_Section):
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


class Decree(_Section):
    """What answers cite (section `decree`)."""

    title: str
    short: str


class Newer(_Section):
    """Names of regulations newer than the decree, said after the decree's own (section `newer`)."""

    pnbp: Annotated[str, Field(min_length=1)]
    skm: Annotated[str, Field(min_length=1)]


class Applications(_Section):
    """Addresses of BPS's applications (section `applications`)."""

    pst: str
    silastik: str
    romantik: str
    sirusa: str = ""
    indah: str = ""
    klasifikasi: str = ""


class Perpustakaan(_Section):
    """Decree, Perpustakaan, Jangka Waktu Pelayanan."""

    onsite_minutes: Positive


class Konsultasi(_Section):
    """Decree, Konsultasi Statistik, Jangka Waktu Pelayanan and Prosedur (online) 7."""

    onsite_minutes: Positive
    online_working_days: Positive
    idle_close_days: Positive


class Penjualan(_Section):
    """Decree, Penjualan Produk Statistik, Jangka Waktu Pelayanan."""

    onsite_minutes: Positive
    online_working_days: Positive


class Rekomendasi(_Section):
    """Decree, Rekomendasi Kegiatan Statistik, Jangka Waktu Pelayanan."""

    working_days: Positive


class Services(_Section):
    """The decree's promises, one line per service (section `services`)."""

    perpustakaan: Perpustakaan
    konsultasi: Konsultasi
    penjualan: Penjualan
    rekomendasi: Rekomendasi


class Calendar(_Section):
    """Which days the office works (section `calendar`); 1 is Monday."""

    working_weekdays: Annotated[tuple[Annotated[int, Field(ge=1, le=7)], ...], Field(min_length=1)]


class Understanding(_Section):
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


class Catalogue(_Section):
    """How the catalogue is read from BPS WebAPI (section `catalogue`)."""

    night_hour: Annotated[int, Field(ge=0, le=23)]
    value_years: Annotated[int, Field(ge=0, le=20)]
    tables_per_night: Annotated[int, Field(ge=0, le=5000)]


class Storage(_Section):
    """Where what comes in is kept (section `storage`)."""

    raw_in_database_bytes: Annotated[int, Field(ge=0, le=67_108_864)]


class Privacy(_Section):
    """Where the privacy notice can be read (section `privacy`)."""

    link: str = ""


class Office(_Section):
    """All of `office.yml`. `channels` holds each channel's own section, unread: the channel knows it."""

    office: Card
    decree: Decree
    newer: Newer
    applications: Applications
    services: Services
    calendar: Calendar
    understanding: Understanding
    catalogue: Catalogue
    storage: Storage
    privacy: Privacy
    channels: dict[str, dict[str, Any]]

    def facts(self) -> dict[str, Any]:
        """Return everything that texts and answers may name, as nested plain values."""
        return self.model_dump(exclude={"channels"})


def load_office(path: Path) -> Office:
    """Read `office.yml`. Raises `SettingsError` that names file, key and what was expected."""
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise SettingsError(
            [f"{path}: not found; start in the project's folder or set PST_OFFICE"]
        ) from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise SettingsError([f"{path}: not readable as YAML: {' '.join(str(error).split())}"]) from error
    if not isinstance(content, dict):
        raise SettingsError([f"{path}: expected sections such as `office:`, found none"])
    try:
        return Office.model_validate(content)
    except ValidationError as error:
        raise SettingsError(describe(error, place=str(path), model=Office)) from error
