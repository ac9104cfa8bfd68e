"""The shape of `office.yml`: the office and every number of every rule, as frozen values."""

from __future__ import annotations

import re
from datetime import date, time
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

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


class Pengaduan(_Section):
    """Decree, Bab V: complaints are handled by the law; the decree itself sets no number of days."""

    working_days: Positive | None = None


class Services(_Section):
    """The decree's promises, one line per service (section `services`)."""

    perpustakaan: Perpustakaan
    konsultasi: Konsultasi
    penjualan: Penjualan
    rekomendasi: Rekomendasi
    pengaduan: Pengaduan = Pengaduan()


_SPAN = re.compile(r"\s*(\d{1,2})[.:](\d{2})\s*-\s*(\d{1,2})[.:](\d{2})\s*")


def _spans(value: object) -> object:
    """Read "08.00-12.00, 13.00-15.30": from when to when, in order."""
    if not isinstance(value, str):
        raise ValueError('expected hours such as "08.00-12.00, 13.00-15.30"')  # noqa: TRY004 -- pydantic's way
    spans: list[tuple[time, time]] = []
    for part in value.split(","):
        found = _SPAN.fullmatch(part)
        if found is None:
            raise ValueError('expected hours such as "08.00-12.00, 13.00-15.30"')
        opens, closes = _hour(found[1], found[2]), _hour(found[3], found[4])
        if closes <= opens or (spans and opens < spans[-1][1]):
            raise ValueError(
                "expected hours in their order: each ends after it begins, and before the next one"
            )
        spans.append((opens, closes))
    return tuple(spans)


def _hour(hours: str, minutes: str) -> time:
    try:
        return time(int(hours), int(minutes))
    except ValueError as error:
        raise ValueError("expected hours from 00.00 to 23.59") from error


Weekday = Annotated[int, Field(ge=1, le=7)]
Spans = Annotated[tuple[tuple[time, time], ...], BeforeValidator(_spans)]
OneSpan = Annotated[tuple[tuple[time, time], ...], BeforeValidator(_spans), Field(max_length=1)]


class ClosedDay(_Section):
    """A day on which the office does not work although others do."""

    date: date
    why: Annotated[str, Field(min_length=1)]


class Calendar(_Section):
    """Which days the office works, and when (section `calendar`); 1 is Monday.

    National holidays and cuti bersama come from the library `holidays`; `closed` and `open` are the office's own
    word against it. `hours` without a line: not set. `checked_years` are those whose holidays, of which the library
    only knows an estimate, the office has compared with the government's decree. `notice_hours` are when citizens
    may be written to of our own accord.
    """

    working_weekdays: Annotated[tuple[Weekday, ...], Field(min_length=1)]
    hours: dict[Weekday, Spans] = Field(default_factory=dict)
    closed: tuple[ClosedDay, ...] = ()
    open: tuple[date, ...] = ()
    checked_years: tuple[int, ...] = ()
    notice_hours: OneSpan

    @model_validator(mode="after")
    def _agrees(self) -> Calendar:
        """Refuse a calendar that contradicts itself."""
        twice = sorted({each.date for each in self.closed} & set(self.open))
        if twice:
            raise ValueError(f"{twice[0]} is both closed and open")
        possible = {*self.working_weekdays, *(day.isoweekday() for day in self.open)}
        missing = sorted(possible - set(self.hours))
        if self.hours and missing:
            raise ValueError(f"hours: no line for weekday {missing[0]}, on which the office works")
        return self


class Desk(_Section):
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


class Console(_Section):
    """How officers log in (section `console`)."""

    session_idle_minutes: Annotated[int, Field(ge=1, le=1440)]
    session_hours: Annotated[int, Field(ge=1, le=168)]
    lock_after_failures: Annotated[int, Field(ge=3, le=100)]
    lock_minutes: Annotated[int, Field(ge=1, le=1440)]
    source_failures: Annotated[int, Field(ge=3, le=10_000)]
    link_hours: Annotated[int, Field(ge=1, le=168)]


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


class Lapse(_Section):
    """How many days of silence until a conversation is warned of, and closed; without a number it never is."""

    warn_days: Positive | None = None
    close_days: Positive | None = None

    @model_validator(mode="after")
    def _warns_before(self) -> Lapse:
        if self.warn_days is not None and self.close_days is not None and self.warn_days >= self.close_days:
            raise ValueError("expected warn_days below close_days")
        return self


class Silence(_Section):
    """What the citizen's silence does (section `silence`); calendar days since the office has answered.

    `konsultasi_warn_days` belongs to `services.konsultasi.idle_close_days`, which the decree sets; the other
    numbers are the office's own. `rating_days` is how long a request for a rating can be answered.
    """

    konsultasi_warn_days: Positive
    bot: Lapse
    perpustakaan: Lapse
    penjualan: Lapse
    rekomendasi: Lapse
    form_days: Positive
    rating_days: Positive


class Complaints(_Section):
    """Who is responsible for complaints, by name and address, which the office has to announce (decree, Bab V).

    Both, or nothing: then nothing is announced.
    """

    manager_name: str = ""
    manager_contact: str = ""

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if bool(self.manager_name.strip()) != bool(self.manager_contact.strip()):
            raise ValueError("expected manager_name and manager_contact, or neither")
        return self


class Signature(_Section):
    """Who signs reports: the function, and the name, which may be left to be written by hand."""

    function: str
    name: str = ""


class EvaluationWords(_Section):
    """What the yearly evaluation says besides its figures; decree, Bab VII."""

    aim: str
    target: str
    scope: str
    carried_out_by: tuple[str, ...]
    suggestions: tuple[str, ...] = ()


class Reporting(_Section):
    """What reports say of the office (section `reports`); `mail_to` get the monthly one by mail.

    From `review_month` on supervisors are reminded once a year to review the standards. `skd_link` leads to BPS's
    own survey, which is another one than the office's.
    """

    place: str
    basis: str
    signed_by: Signature
    evaluation: EvaluationWords
    review_month: Annotated[int, Field(ge=1, le=12)] | None = None
    skd_link: str = ""
    mail_to: tuple[Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+$")], ...] = ()


Days = Positive | Literal["never"]


class Retention(_Section):
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
    desk: Desk
    silence: Silence
    complaints: Complaints = Complaints()
    reports: Reporting
    console: Console
    understanding: Understanding
    catalogue: Catalogue
    storage: Storage
    retention: Retention
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
