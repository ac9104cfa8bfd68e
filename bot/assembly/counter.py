"""The officers' desk, put together: the console and every door it has."""

from __future__ import annotations

from datetime import timedelta

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from bot.assembly import duties, personal, speech, whatsapp
from bot.assembly.core import Core
from bot.clock import Clock, SystemClock
from bot.closing import closes_after
from bot.complaints import SettingsError
from bot.desk.accounts import Accounts
from bot.desk.announcing import Announcements
from bot.desk.attention import StoredAttention
from bot.desk.audit import AuditLog
from bot.desk.canned import StoredCanned
from bot.desk.complaints import StoredComplaints
from bot.desk.desk import StoredDesk
from bot.desk.files import FileRoom
from bot.desk.home import StoredHome
from bot.desk.inbox import Inbox
from bot.desk.knowledge import ShelfKnowledge
from bot.desk.letters import LetterRoom
from bot.desk.live import StoredNews
from bot.desk.moves import Moves
from bot.desk.people import People
from bot.desk.privacy import StoredPrivacy
from bot.desk.ratings import StoredRatings
from bot.desk.rendering import render
from bot.desk.sealing import Seal, derived
from bot.desk.speaking import Speaking
from bot.desk.survey_links import StoredSurveyLinks
from bot.desk.surveys import StoredSurveys
from bot.desk.thread import StoredThreads
from bot.notices import OFFICER_REPLIED
from bot.quarantine import Quarantine
from bot.settings import Settings
from bot.working_days import daytime_of, rules_of
from handoff.accounts import Limits
from handoff.citizen.pages import CitizenPages
from handoff.citizen.survey import SurveyPages
from handoff.console.app import Console, Place
from handoff.console.doors import Doors, Talk
from handoff.invitation import Host

CLOSED = "Meja petugas mati: PST_SECRET_KEY belum diisi (lihat `pst config check`).\n"


def console(core: Core) -> Console:
    """Return the officers' pages over a core. Raises `SettingsError` where they are off (no PST_SECRET_KEY)."""
    office = core.settings.office.office
    key = core.settings.signing_key()
    if key is None:
        raise SettingsError(["environment: PST_SECRET_KEY: missing; the officers' desk is off without it"])
    reports = duties.reports(core)
    doors = Doors(
        accounts=Accounts(
            core.database,
            core.clock,
            limits(core.settings),
            Seal(derived(key, "second factor")),
            office=office.name,
            real=_real(core),
        ),
        people=people(core),
        audit=AuditLog(core.database, core.clock),
        files=FileRoom(core.database, core.clock, core.files, core.contents),
        letters=LetterRoom(core.database, core.channels, core.contents),
        inbox=Inbox(
            core.database,
            core.clock,
            rules_of(core.settings.office),
            tuple(core.channels),
            closes_after(core.settings.office),
        ),
        attention=attention(core),
        home=StoredHome(core.database, core.clock, office.timezone),
        news=StoredNews(core.database.url),
        talk=talk(core),
        privacy=privacy(core),
        reports=reports,
        figures=reports.counting,
        complaints=complaints(core),
        surveys=surveys(core),
    )
    place = Place(
        office_name=office.name,
        timezone=office.timezone,
        now=core.clock.now,
        public_url=core.settings.public_url,
        key=derived(key, "guests"),
        is_simulation=core.settings.environment.simulation,
    )
    return Console(doors, place)


def citizen(core: Core) -> CitizenPages:
    """Return the citizen's own pages: what a link in our messages leads to."""
    office = core.settings.office.office
    return CitizenPages(
        StoredRatings(core.database, core.clock, office.timezone),
        office_name=office.name,
        office_mail=office.email,
        is_simulation=core.settings.environment.simulation,
    )


def invited(core: Core) -> SurveyPages:
    """Return the pages behind invitations to a survey."""
    office = core.settings.office.office
    return SurveyPages(
        StoredSurveyLinks(core.database, core.clock, office.timezone),
        office_name=office.name,
        office_mail=office.email,
        is_simulation=core.settings.environment.simulation,
    )


def surveys(core: Core) -> StoredSurveys:
    """Return what supervisors do with satisfaction surveys."""
    office = core.settings.office
    return StoredSurveys(
        core.database,
        core.queue,
        core.clock,
        speech.texts(core.settings),
        daytime_of(office),
        office=office.office.name,
        page=f"{core.settings.public_url}{SurveyPages.base}",
        own_survey=office.reports.skd_link,
    )


def complaints(core: Core) -> StoredComplaints:
    """Return the register of complaints."""
    office = core.settings.office
    moves = Moves(duties.casework(core.settings, core.clock))
    return StoredComplaints(core.database, core.clock, moves, rules_of(office).calendar, office)


def privacy(core: Core) -> StoredPrivacy:
    """Return what officers do for a person's own data."""
    copies, erasure = personal.copies(core), personal.erasure(core)
    return StoredPrivacy(core.database, core.clock, copies=copies, erasure=erasure)


def attention(core: Core) -> StoredAttention:
    """Return what officers have to look at."""
    quarantine = Quarantine(core.database, core.queue, core.clock)
    silences = {name: channel.silence for name, channel in core.channels.items() if channel.silence}
    return StoredAttention(core.database, core.clock, quarantine, silences)


def people(core: Core) -> People:
    """Return what admins, and the command line, do to officers' accounts."""
    office = core.settings.office.office
    return People(
        core.database, core.clock, limits(core.settings), office_mail=office.email, real=_real(core)
    )


def limits(settings: Settings) -> Limits:
    """Return the numbers of `office.yml`, section `console`."""
    numbers = settings.office.console
    return Limits(
        idle=timedelta(minutes=numbers.session_idle_minutes),
        session=timedelta(hours=numbers.session_hours),
        failures=numbers.lock_after_failures,
        source_failures=numbers.source_failures,
        lock=timedelta(minutes=numbers.lock_minutes),
        link=timedelta(hours=numbers.link_hours),
    )


def _real(core: Core) -> Clock:
    """Return the time of logins: who skips a day in the simulator is not logged out, and apps count on."""
    return SystemClock() if core.settings.environment.simulation else core.clock


def talk(core: Core) -> Talk:
    """Return what the conversation's page needs."""
    settings = core.settings
    office = settings.office.office

    def template(ticket: str) -> str | None:
        filled = {"office": office.name, "ticket": ticket}
        return whatsapp.template_text(settings, OFFICER_REPLIED, filled)

    return Talk(
        threads=StoredThreads(core.database, core.clock, core.channels, closes_after(settings.office)),
        desk=desk(core),
        canned=StoredCanned(core.database, core.clock, office.timezone),
        knowledge=ShelfKnowledge(speech.shelf(settings)),
        announcing=Announcements(speech.texts(settings), template, "email" in core.channels),
        deadlines=rules_of(settings.office),
        render=render,
    )


def desk(core: Core) -> StoredDesk:
    """Return what officers do with conversations and tickets."""
    office = core.settings.office.office
    speaking = Speaking(core.clock, core.queue, core.channels, speech.texts(core.settings))
    return StoredDesk(
        core.database,
        core.clock,
        duties.casework(core.settings, core.clock),
        speaking,
        core.files,
        Host(office.name, office.email, office.timezone),
    )


def closed() -> list[BaseRoute]:
    """Return what stands at /console while it is off: a word about why."""

    async def tell(_request: Request) -> Response:
        return PlainTextResponse(CLOSED, 503)

    return [Route("/console{rest:path}", tell)]
