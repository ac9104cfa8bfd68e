"""What falls to the desk besides messages: tickets, what time does to them, notices to officers, reports."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from bot.assembly import speech, whatsapp
from bot.assembly.core import Core
from bot.casework import Casework
from bot.clock import Clock
from bot.closing import Closing, limits_of
from bot.desk.figures import Counting
from bot.desk.notices import Notices
from bot.desk.reporting import Reporting
from bot.desk.reports import Reports, TopicTitles
from bot.desk.reviewing import Reviewing
from bot.dialogue.shelf import Shelf
from bot.settings import Settings
from bot.tending import Tending
from bot.working_days import calendar_of, daytime_of, rules_of
from channels.port import Channel


def casework(settings: Settings, clock: Clock) -> Casework:
    """Return what tickets go through, by the office's own calendar."""
    return Casework(clock, rules_of(settings.office), settings.office.desk.notify_new)


def tending(core: Core) -> Tending:
    """Return what time does to tickets."""
    office = core.settings.office
    return Tending(
        core.database,
        core.queue,
        core.clock,
        office,
        rules_of(office),
        speech.texts(core.settings),
        daytime_of(office),
    )


def closing(core: Core) -> Closing:
    """Return what silence does to conversations."""
    office = core.settings.office
    return Closing(
        core.database,
        core.queue,
        core.clock,
        casework(core.settings, core.clock),
        speech.texts(core.settings),
        office.office.name,
        limits_of(office),
        daytime_of(office),
        timedelta(days=office.silence.form_days),
        office.silence.rating_days,
        f"{core.settings.public_url}/nilai",
    )


def notices(core: Core, channels: Mapping[str, Channel]) -> Notices:
    """Return what writes to officers over these channels."""
    office = core.settings.office
    return Notices(
        core.database,
        core.queue,
        core.clock,
        channels,
        rules_of(office),
        console=f"{core.settings.public_url}/console",
        office=office.office.name,
        digest=timedelta(minutes=office.desk.digest_minutes),
        has_template=whatsapp.has_officer_template(core.settings),
    )


def reports(core: Core, known: Shelf | None = None) -> Reports:
    """Return what makes the office's reports; `known` where it is at hand, since reading it takes a second."""
    office = core.settings.office
    titles = TopicTitles(known or speech.shelf(core.settings))
    return Reports(Counting(core.database, rules_of(office), titles, core.clock), office, core.clock)


def reporting(core: Core, known: Shelf | None = None) -> Reporting:
    """Return what makes the month's and the year's report by itself."""
    mail_to = core.settings.office.reports.mail_to if "email" in core.channels else ()
    return Reporting(
        core.database,
        core.queue,
        core.clock,
        reports(core, known),
        core.files,
        speech.texts(core.settings),
        mail_to,
    )


def reviewing(core: Core) -> Reviewing:
    """Return what reminds of the yearly review of the standards."""
    office = core.settings.office
    return Reviewing(core.database, core.clock, calendar_of(office), office.reports.review_month)
