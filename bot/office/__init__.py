"""The shape of `office.yml`: the office and every number of every rule, as frozen values; a file for each subject."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from bot.complaints import SettingsError, describe
from bot.office.assistant import Catalogue, Storage, Understanding
from bot.office.calendar import Calendar
from bot.office.card import Applications, Card, Decree, Newer, Places, Privacy
from bot.office.desk import Console, Desk
from bot.office.reports import Complaints, Reporting
from bot.office.retention import Retention
from bot.office.section import Section
from bot.office.services import Services
from bot.office.silence import Silence


class Office(Section):
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
    places: Places
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
