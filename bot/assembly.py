"""Who stands behind every door. The only place that names concrete parts."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

from bot import jobs
from bot.answer import Answering
from bot.casework import Casework
from bot.clock import Clock, SharedClock, SystemClock
from bot.closing import Closing, limits_of
from bot.complaints import SettingsError
from bot.deliver import Delivering
from bot.desk.figures import Counting
from bot.desk.notices import Notices
from bot.desk.reporting import MonthlyReporting
from bot.desk.reports import Reports, TopicTitles
from bot.desk.reviewing import Reviewing
from bot.detours import Detours
from bot.dialogue.decide import Dialogue
from bot.dialogue.flow import FlowLimit
from bot.dialogue.language import Languages
from bot.dialogue.limits import Limits
from bot.dialogue.shelf import Shelf
from bot.files import Files
from bot.lookups import StoredLookups
from bot.media import Fetching
from bot.presence import Presence
from bot.privacy.copy import Copies
from bot.privacy.erase import Erasure
from bot.privacy.retention import Retention
from bot.quarantine import Quarantine
from bot.queue import Queue
from bot.read import Reader
from bot.receive import Reception
from bot.report import Reporting
from bot.settings import ROOT, Settings
from bot.settle import Settling
from bot.store.contents import Contents
from bot.store.database import Database
from bot.store.quarantine import Standing
from bot.tending import Tending
from bot.texts import Texts, load_texts
from bot.working_days import calendar_of, daytime_of, rules_of
from channels.port import Build, Channel, Finding, Wiring
from nlu import answers
from nlu.kbli import table as kbli_table
from nlu.port import Interpreter

# What only some processes need is imported where it is handed out: of seven, each starts sooner and is
# smaller by what it does not use.
if TYPE_CHECKING:
    from bot.catalogue.sync import CatalogueSync
    from bot.schedule import Schedule
    from channels.simulator.simulator import Simulator

NLU_SECONDS = 5.0
REPLAY_PAUSE_SECONDS = 0.25


@dataclass(frozen=True, slots=True)
class Core:
    """What every process has: the settings, the time, the database, the queue, the channels and the files."""

    settings: Settings
    clock: Clock
    database: Database
    queue: Queue
    reception: Reception
    channels: Mapping[str, Channel]
    files: Files

    def schedule(self) -> Schedule:
        """Return what ticks."""
        from bot.schedule import Schedule  # noqa: PLC0415  APScheduler is large, and one process needs it

        has_catalogue = self.settings.environment.bps_token is not None
        return Schedule(self.database, self.queue, self.clock, has_catalogue=has_catalogue)

    def catalogue(self) -> CatalogueSync | None:
        """Return what reads the office's catalogue from BPS WebAPI, or None without a token."""
        environment = self.settings.environment
        if environment.bps_token is None:
            return None
        from bot.catalogue.sync import CatalogueSync  # noqa: PLC0415  an HTTP client, for the worker only
        from bot.catalogue.webapi import BASE_URL  # noqa: PLC0415  as above

        return CatalogueSync(
            self.database,
            self.clock,
            self.settings.office,
            environment.bps_token,
            base_url=environment.bps_api_url or BASE_URL,
        )


@asynccontextmanager
async def assemble(
    settings: Settings,
    database_url: str,
    *,
    clock: Clock | None = None,
    build: Callable[[Settings, Wiring], Mapping[str, Channel]] | None = None,
    flow_limit: FlowLimit | None = None,
) -> AsyncIterator[Core]:
    """Put the parts together and take them apart again at the end.

    `database_url` is a `postgresql://` URL; `clock` and `build` take the place of the real time and
    the real channels (`pst chat`, tests), `flow_limit` that of the office's (`understanding.flood_messages`).
    """
    time = clock or clock_of(settings)
    database = Database(database_url, pool_size=jobs.CONCURRENCY)
    queue = Queue(database_url)
    files = Files(settings.files, time.now)
    contents = _contents(files, settings)
    limit = flow_limit or flow_limit_of(settings)
    reception = Reception(database, queue, time, contents=contents, flow_limit=limit)
    wiring = Wiring(
        accept=reception,
        report=Reporting(database, queue, time),
        depot=reception,
        now=time.now,
        public_url=settings.public_url,
        office_name=settings.office.office.name,
        is_simulation=settings.environment.simulation,
        files=files,
    )
    channels = (build or build_channels)(settings, wiring)
    try:
        yield Core(settings, time, database, queue, reception, channels, files)
    finally:
        for channel in channels.values():
            await channel.close()
        await database.close()


def clock_of(settings: Settings) -> Clock:
    """Return the real time, or in simulation the one that all its processes share."""
    if settings.environment.simulation:
        return SharedClock(settings.home / "run" / "clock")
    return SystemClock()


def flow_limit_of(settings: Settings) -> FlowLimit:
    """Return how much of one person is answered one by one."""
    limits = settings.office.understanding
    return FlowLimit(limits.flood_messages, timedelta(seconds=limits.flood_seconds))


def build_channels(settings: Settings, wiring: Wiring) -> dict[str, Channel]:
    """Build each channel that office.yml has a section for and the environment has settings for."""
    channels: dict[str, Channel] = {}
    for channel in settings.channels:
        build: Build = import_module(f"channels.{channel.name}").build
        built = build(channel.options, channel.environment, wiring)
        if built is not None:
            channels[channel.name] = built
    return channels


def simulator(settings: Settings, clock: Clock) -> Simulator | None:
    """Return the simulator, in simulation only."""
    if not settings.environment.simulation or not isinstance(clock, SharedClock):
        return None
    from channels.simulator.simulator import Simulator, SimulatorSettings  # noqa: PLC0415  only simulations have it
    from channels.whatsapp.simulated import contents  # noqa: PLC0415  as above

    known = {name: value for channel in settings.channels for name, value in channel.environment}
    return Simulator(
        SimulatorSettings(
            public_url=settings.public_url,
            account_sid=known["twilio_account_sid"],
            auth_token=known["twilio_auth_token"].get_secret_value(),
            whatsapp_from=known["twilio_from"],
            office_mail=settings.office.office.email,
            imap_url=known["imap_url"].get_secret_value(),
            smtp_url=known["smtp_url"].get_secret_value(),
            office_name=settings.office.office.name,
            timezone=settings.office.office.timezone,
            templates=contents(_whatsapp(settings)[0]),
        ),
        clock=clock,
    )


def interpreter(settings: Settings) -> Interpreter:
    """Return the client of the Rasa server. Raises `SettingsError` when its address is not set."""
    url, token = settings.environment.nlu_url, settings.environment.nlu_token
    if url is None:
        raise SettingsError(["environment: PST_NLU_URL: missing; `pst nlu serve` runs a model server"])
    return interpreter_at(url, token.get_secret_value() if token else "")


def interpreter_at(url: str, token: str) -> Interpreter:
    """Return the client of the Rasa server at that address."""
    from nlu.client import RasaInterpreter  # noqa: PLC0415  not for processes that ask no model

    return RasaInterpreter(url, token, timeout_seconds=NLU_SECONDS)


def inspect_mail(data: bytes, file: str, own: str | None) -> dict[str, object]:
    """Return what the bot would see in a raw mail and do with it (`pst email inspect`). Total.

    `own` is the office's address, whose mails are its own.
    """
    from channels.email import inspect  # noqa: PLC0415  the parser is large

    return dict(inspect(data, file, own))


async def email_replay(
    settings: Settings, database_url: str, parcel_ids: Sequence[int] | None, *, seconds: float
) -> tuple[list[Standing], list[Standing]]:
    """Have mails in quarantine read again by a worker (`pst email replay`), all of them when `parcel_ids` is None.

    Returns what was in quarantine, and how what was put back stands when all of it is read or `seconds`
    have passed. An empty sequence only lists.
    """
    async with assemble(settings, database_url, build=lambda *_: {}) as core:
        quarantine = Quarantine(core.database, core.queue, core.clock)
        listed = await quarantine.listed()
        wanted = [each.parcel for each in listed] if parcel_ids is None else parcel_ids
        freed = await quarantine.replay(wanted)
        found = await quarantine.standings(freed)
        for _ in range(int(seconds / REPLAY_PAUSE_SECONDS)):
            if all(each.kind for each in found):
                break
            await asyncio.sleep(REPLAY_PAUSE_SECONDS)
            found = await quarantine.standings(freed)
    return listed, found


async def whatsapp_templates(settings: Settings) -> dict[str, Any]:
    """Return the account's templates and a verdict on each key of office.yml (`pst whatsapp templates`).

    `problem` says why Twilio could not be asked; then every text is there to submit. Raises `SettingsError`
    when office.yml has no WhatsApp.
    """
    from channels.whatsapp.asking import NotTold, client_for  # noqa: PLC0415  Twilio's library is large
    from channels.whatsapp.content import contents  # noqa: PLC0415  as above
    from channels.whatsapp.review import review, status_in_words  # noqa: PLC0415  as above

    options, environment = _whatsapp(settings)
    client = client_for(options, environment)
    account, problem = [], "environment: PST_TWILIO_ACCOUNT_SID, PST_TWILIO_AUTH_TOKEN: missing"
    if client is not None:
        try:
            account, problem = await contents(client), ""
        except NotTold as error:
            problem = error.reason
        finally:
            await client.http_client.close()
    verdicts = review(account, options.templates, options.buttons)
    shown = [{**asdict(each), "status_in_words": status_in_words(each)} for each in account]
    return {
        "problem": problem,
        "holds": not problem and all(verdict.holds for verdict in verdicts),
        "templates": shown,
        "keys": [asdict(verdict) for verdict in verdicts],
    }


async def whatsapp_check(settings: Settings, *, to: str | None) -> Sequence[Finding]:
    """Try account, sender and webhooks, and with `to` (+62...) a message (`pst whatsapp check`).

    Raises `SettingsError` when WhatsApp is not set or Twilio cannot be asked.
    """
    from channels.whatsapp.asking import NotTold, client_for  # noqa: PLC0415  Twilio's library is large
    from channels.whatsapp.check import Place, check_account, check_sender, check_sending  # noqa: PLC0415  as above

    options, environment = _whatsapp(settings)
    client = client_for(options, environment)
    if client is None or environment.twilio_from is None:
        raise SettingsError(["environment: PST_TWILIO_ACCOUNT_SID: missing; WhatsApp is not set"])
    place = Place(environment.twilio_from, settings.public_url, environment.twilio_api_url is not None)
    try:
        findings = [await check_account(client), *await check_sender(client, place)]
        if to is not None:
            text = f"Pesan percobaan dari {settings.office.office.name}. Tidak perlu dibalas."
            findings.append(await check_sending(client, place, to=to, text=text))
    except NotTold as error:
        raise SettingsError([error.reason]) from error
    finally:
        await client.http_client.close()
    return findings


def template_text(settings: Settings, key: str, arguments: Mapping[str, str]) -> str | None:
    """Return what a WhatsApp template says that carries a message of that key; None where the office has set none.

    It is the text that `pst whatsapp templates` hands out to submit.
    """
    from channels.whatsapp.templates import TEMPLATES, fill  # noqa: PLC0415  not for offices without WhatsApp

    section = next((each for each in settings.channels if each.name == "whatsapp"), None)
    templates: Any = getattr(section.options, "templates", None) if section is not None else None
    if templates is None or not getattr(templates, key, ""):
        return None
    body = TEMPLATES[key].body
    for number, value in fill(key, arguments).items():
        body = body.replace("{{" + number + "}}", value)
    return body


def _whatsapp(settings: Settings) -> tuple[Any, Any]:
    """Return the section of office.yml and the environment of WhatsApp. Raises `SettingsError`."""
    for channel in settings.channels:
        if channel.name == "whatsapp":
            return channel.options, channel.environment
    raise SettingsError(["office.yml: channels.whatsapp: missing"])


def copies(core: Core) -> Copies:
    """Return what makes a person's copy of all that is kept about them."""
    card = core.settings.office.office
    contents = _contents(core.files, core.settings)
    return Copies(core.database, core.files, contents, core.clock, card.name, card.timezone)


def erasure(core: Core) -> Erasure:
    """Return what forgets people."""
    return Erasure(core.database, core.files, _contents(core.files, core.settings), core.clock)


def retention(core: Core) -> Retention:
    """Return what removes what is older than office.yml allows."""
    office = core.settings.office
    return Retention(erasure(core), office.retention, office.office.timezone)


def _contents(files: Files, settings: Settings) -> Contents:
    return Contents(files, settings.office.storage.raw_in_database_bytes)


async def email_check(settings: Settings, *, send: bool) -> Sequence[Finding]:
    """Try both mail servers, and with `send` a mail to the office itself (`pst email check`).

    No mail is fetched. Raises `SettingsError` when email is not set.
    """
    from channels.email import Email  # noqa: PLC0415  the parser is large

    section = next((each for each in settings.channels if each.name == "email"), None)
    if section is None:
        raise SettingsError(["office.yml: channels.email: missing"])
    missing = section.environment.missing()
    if missing:
        raise SettingsError([f"environment: {name}: missing; email is not set" for name in missing])
    # Nothing is connected to a database here: none of its doors is used.
    async with assemble(settings, "postgresql://nowhere.invalid/", build=_only("email")) as core:
        email = core.channels["email"]
        findings = list(await email.check())
        if send and isinstance(email, Email):
            findings.append(await email.try_sending())
    return findings


def _only(name: str) -> Callable[[Settings, Wiring], Mapping[str, Channel]]:
    def build(settings: Settings, wiring: Wiring) -> Mapping[str, Channel]:
        chosen = tuple(each for each in settings.channels if each.name == name)
        return build_channels(replace(settings, channels=chosen), wiring)

    return build


def texts(settings: Settings) -> Texts:
    """Return every sentence of the bot."""
    return load_texts(ROOT / "bot" / "texts.yml", settings.office.facts())


def shelf(settings: Settings) -> Shelf:
    """Return the office's knowledge, which is read once for a process: it takes a second."""
    return Shelf(_knowledge(settings.office.model_dump_json(exclude={"channels"})))


@cache
def _knowledge(facts: str) -> answers.Knowledge:
    return answers.load(ROOT / "nlu" / "knowledge", json.loads(facts))


def dialogue(settings: Settings) -> Dialogue:
    """Return the rules of conversation over the office's knowledge."""
    set_by_office = settings.office.understanding
    kept = shelf(settings)
    return Dialogue(
        kept,
        Limits(
            sure=set_by_office.sure,
            margin=set_by_office.margin,
            suggest=set_by_office.suggest,
            failures=set_by_office.failures_before_officer,
        ),
        Languages.learn(
            text for answer in kept.knowledge.answers.values() for text in (answer.text, answer.title)
        ),
    )


def delivering(core: Core, channels: Mapping[str, Channel]) -> Delivering:
    """Return what sends over these channels."""
    detours = Detours(
        core.database,
        core.queue,
        core.clock,
        texts(core.settings),
        core.settings.office.office.name,
        frozenset(channels),
    )
    return Delivering(core.database, channels, core.clock, detours)


def casework(settings: Settings, clock: Clock) -> Casework:
    """Return what tickets go through, by the office's own calendar."""
    return Casework(clock, rules_of(settings.office), settings.office.desk.notify_new)


def reader(core: Core) -> Reader:
    """Return what looks into what the channels fetched."""
    reporting = Reporting(core.database, core.queue, core.clock)
    return Reader(core.database, core.reception, core.channels, core.clock, reporting)


def settling(core: Core) -> Settling:
    """Return what keeps the bot's decisions."""
    settings = core.settings
    return Settling(core.queue, core.clock, texts(settings), settings.office, casework(settings, core.clock))


def lookups(settings: Settings, database: Database) -> StoredLookups:
    """Return what the dialogue looks things up in."""
    return StoredLookups(database, kbli_table.load(), settings.office.office.name.removeprefix("BPS "))


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
        has_template=_has_officer_template(core.settings),
    )


def _has_officer_template(settings: Settings) -> bool:
    """Tell whether office.yml has a WhatsApp template for officers."""
    sections = (each.options for each in settings.channels if each.name == "whatsapp")
    return any(options.templates.officer_notice for options in sections)  # type: ignore[attr-defined]  # its own


def tending(core: Core) -> Tending:
    """Return what time does to tickets."""
    office = core.settings.office
    return Tending(
        core.database,
        core.queue,
        core.clock,
        office,
        rules_of(office),
        texts(core.settings),
        daytime_of(office),
    )


def reports(core: Core, known: Shelf | None = None) -> Reports:
    """Return what makes the office's reports; `known` where it is at hand, since reading it takes a second."""
    office = core.settings.office
    titles = TopicTitles(known or shelf(core.settings))
    return Reports(Counting(core.database, rules_of(office), titles, core.clock), office, core.clock)


def reporting(core: Core, known: Shelf | None = None) -> MonthlyReporting:
    """Return what makes the month's report by itself."""
    mail_to = core.settings.office.reports.mail_to if "email" in core.channels else ()
    return MonthlyReporting(
        core.database,
        core.queue,
        core.clock,
        reports(core, known),
        core.files,
        texts(core.settings),
        mail_to,
    )


def reviewing(core: Core) -> Reviewing:
    """Return what reminds of the yearly review of the standards."""
    office = core.settings.office
    return Reviewing(core.database, core.clock, calendar_of(office), office.reports.review_month)


def closing(core: Core) -> Closing:
    """Return what silence does to conversations."""
    office = core.settings.office
    return Closing(
        core.database,
        core.queue,
        core.clock,
        casework(core.settings, core.clock),
        texts(core.settings),
        office.office.name,
        limits_of(office),
        daytime_of(office),
        timedelta(days=office.silence.form_days),
        office.silence.rating_days,
        f"{core.settings.public_url}/nilai",
    )


@asynccontextmanager
async def staffed(
    core: Core, understanding: Interpreter, *, burst: timedelta | None = None
) -> AsyncIterator[None]:
    """Teach the core's queue its tasks, with all that answering needs, and open it for work.

    `burst` takes the place of the office's (`understanding.burst_seconds`).
    """
    office = core.settings.office
    rules = dialogue(core.settings)
    jobs.register(
        core.queue,
        core.database,
        core.clock,
        answering=Answering(
            core.database,
            core.clock,
            understanding,
            rules,
            settling(core),
            lookups(core.settings, core.database),
            timedelta(seconds=office.understanding.burst_seconds) if burst is None else burst,
            Presence(core.channels),
            {name: channel.reply_limit for name, channel in core.channels.items() if channel.reply_limit},
        ),
        delivering=delivering(core, core.channels),
        reader=reader(core),
        fetching=Fetching(core.database, core.channels, core.files, core.clock),
        files=core.files,
        notices=notices(core, core.channels),
        tending=tending(core),
        closing=closing(core),
        reporting=reporting(core, rules.shelf),
        reviewing=reviewing(core),
        retention=retention(core),
        catalogue=core.catalogue(),
    )
    async with core.queue.app.open_async():
        try:
            yield
        finally:
            await understanding.close()
