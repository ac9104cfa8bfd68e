"""Email's own questions: its servers (`pst email check`), a raw mail, mails in quarantine (`pst email replay`)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from bot.assembly.core import assemble, build_channels
from bot.complaints import SettingsError
from bot.quarantine import Quarantine
from bot.settings import Settings
from bot.store.quarantine import Standing
from channels.port import Channel, Finding, Wiring

REPLAY_PAUSE_SECONDS = 0.25


def inspect(data: bytes, file: str, own: str | None) -> dict[str, object]:
    """Return what the bot would see in a raw mail and do with it (`pst email inspect`). Total.

    `own` is the office's address, whose mails are its own.
    """
    from channels.email import inspect as look  # noqa: PLC0415  the parser is large

    return dict(look(data, file, own))


async def replay(
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


async def check(settings: Settings, *, send: bool) -> Sequence[Finding]:
    """Try both mail servers, and with `send` a mail to the office itself (`pst email check`).

    No mail is fetched. Raises `SettingsError` when email is not set.
    """
    from channels.email import Email  # noqa: PLC0415  the parser is large

    section = settings.channel("email")
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
