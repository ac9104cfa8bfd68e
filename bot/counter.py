"""The officers' desk, put together: the console and every door it has."""

from __future__ import annotations

import os
from datetime import timedelta
from hashlib import sha256
from hmac import new as hmac
from secrets import token_urlsafe

from bot import assembly
from bot.assembly import Core
from bot.complaints import SettingsError
from bot.desk.accounts import Accounts
from bot.desk.desk import StoredDesk
from bot.desk.speaking import Speaking
from bot.settings import Settings
from handoff.console.app import Console, Place
from handoff.console.doors import Doors
from handoff.invitation import Host

SECRET_FILE = "secret-key"  # noqa: S105  a file's name


def console(core: Core) -> Console:
    """Return the officers' pages over a core. Raises `SettingsError` without PST_SECRET_KEY in real use."""
    office = core.settings.office.office
    key = secret_key(core.settings)
    doors = Doors(
        accounts=Accounts(core.database, core.clock, idle=timedelta(hours=1)),
    )
    place = Place(
        office_name=office.name,
        timezone=office.timezone,
        now=core.clock.now,
        is_https=core.settings.public_url.startswith("https://"),
        key=derived(key, b"guest"),
        is_simulation=core.settings.environment.simulation,
    )
    return Console(doors, place)


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
    file = settings.home / SECRET_FILE
    file.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return file.read_bytes()
    with os.fdopen(descriptor, "wb") as new:
        new.write(token_urlsafe(48).encode())
    return file.read_bytes()


def derived(key: bytes, purpose: bytes) -> bytes:
    """Return a key for one purpose; none tells anything of another."""
    return hmac(key, purpose, sha256).digest()
