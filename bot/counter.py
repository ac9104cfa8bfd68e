"""The officers' desk, put together: the console and every door it has."""

from __future__ import annotations

import os
from contextlib import suppress
from datetime import timedelta
from secrets import token_hex, token_urlsafe

from bot import assembly
from bot.assembly import Core
from bot.clock import Clock, SystemClock
from bot.complaints import SettingsError
from bot.desk.accounts import Accounts
from bot.desk.audit import AuditLog
from bot.desk.desk import StoredDesk
from bot.desk.files import FileRoom
from bot.desk.people import People
from bot.desk.sealing import Seal, derived
from bot.desk.speaking import Speaking
from bot.settings import Settings
from bot.store.contents import Contents
from handoff.accounts import Limits
from handoff.console.app import Console, Place
from handoff.console.doors import Doors
from handoff.invitation import Host

SECRET_FILE = "secret-key"  # noqa: S105  a file's name


def console(core: Core) -> Console:
    """Return the officers' pages over a core. Raises `SettingsError` without PST_SECRET_KEY in real use."""
    office = core.settings.office.office
    key = secret_key(core.settings)
    contents = Contents(core.files, core.settings.office.storage.raw_in_database_bytes)
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
        files=FileRoom(core.database, core.clock, core.files, contents),
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


def desk(core: Core) -> StoredDesk:
    """Return what officers do with conversations and tickets."""
    office = core.settings.office.office
    speaking = Speaking(core.clock, core.queue, core.channels, assembly.texts(core.settings))
    return StoredDesk(
        core.database,
        core.clock,
        assembly.casework(core.settings, core.clock),
        speaking,
        core.files,
        Host(office.name, office.email, office.timezone),
    )


def secret_key(settings: Settings) -> bytes:
    """Return what signs and seals. In simulation it is made once and stays in PST_HOME.

    Raises `SettingsError` in real use: several machines need the same, so none is made up there.
    """
    given = settings.environment.secret_key
    if given is not None:
        return given.get_secret_value().encode()
    if not settings.is_simulation:
        raise SettingsError(
            ["environment: PST_SECRET_KEY: missing; officers' logins need at least 32 random characters"]
        )
    return _kept_key(settings)


def _kept_key(settings: Settings) -> bytes:
    """Return the key of a simulation; of two processes that make one at once, the first one's is taken."""
    file = settings.home / SECRET_FILE
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        new = file.with_name(f"{SECRET_FILE}.{token_hex(8)}")
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as writing:
            writing.write(token_urlsafe(48).encode())
        with suppress(FileExistsError):
            os.link(new, file)
        new.unlink()
    return file.read_bytes()
