"""The steps of a message, each with what it needs: read, answer, fetch, deliver."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from bot.answer import Answering
from bot.assembly import duties, speech
from bot.assembly.core import Core
from bot.deliver import Delivering
from bot.detours import Detours
from bot.dialogue.decide import Dialogue
from bot.media import Fetching
from bot.presence import Presence
from bot.read import Reader
from bot.report import Reporting
from bot.settle import Settling
from bot.unkept import Unkept
from bot.working_days import daytime_of
from channels.port import Channel
from nlu.port import Interpreter


def reader(core: Core) -> Reader:
    """Return what looks into what the channels fetched."""
    reporting = Reporting(core.database, core.queue, core.clock)
    return Reader(core.database, core.reception, core.channels, core.clock, reporting)


def answering(
    core: Core, understanding: Interpreter, rules: Dialogue, *, burst: timedelta | None = None
) -> Answering:
    """Return what answers citizens' messages by these rules.

    `burst` takes the place of the office's (`understanding.burst_seconds`).
    """
    office = core.settings.office
    return Answering(
        core.database,
        core.clock,
        understanding,
        rules,
        settling(core),
        speech.lookups(core.settings, core.database),
        timedelta(seconds=office.understanding.burst_seconds) if burst is None else burst,
        Presence(core.channels),
        {name: channel.reply_limit for name, channel in core.channels.items() if channel.reply_limit},
    )


def settling(core: Core) -> Settling:
    """Return what keeps the bot's decisions."""
    settings = core.settings
    casework = duties.casework(settings, core.clock)
    return Settling(core.queue, core.clock, speech.texts(settings), settings.office, casework)


def fetching(core: Core, channels: Mapping[str, Channel]) -> Fetching:
    """Return what fetches citizens' files from these channels."""
    unkept = Unkept(core.queue, core.clock, speech.texts(core.settings))
    return Fetching(core.database, channels, core.files, core.clock, unkept)


def delivering(core: Core, channels: Mapping[str, Channel]) -> Delivering:
    """Return what sends over these channels."""
    detours = Detours(
        core.database,
        core.queue,
        core.clock,
        speech.texts(core.settings),
        core.settings.office.office.name,
        frozenset(channels),
    )
    return Delivering(core.database, channels, core.clock, detours, daytime_of(core.settings.office))
