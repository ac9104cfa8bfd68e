"""What `/healthz` tells: each part of the program with its state, in one object."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from bot.assembly.core import Core
from bot.running.state import read_state
from bot.store import health
from bot.store.database import DATABASE_ERRORS
from nlu.port import Interpreter

ALIVE_SECONDS = 10.0
DEADLINE_SECONDS = 2.0
CATALOGUE_SECONDS = 36 * 3600  # it is read every night


async def report(
    core: Core, understanding: Interpreter | None, processes: Path
) -> tuple[int, dict[str, Any]]:
    """Return the HTTP status and the report. 200 as long as messages are accepted and kept."""
    signs, model = await asyncio.gather(_signs(core), _model(understanding))
    is_kept = signs is not None
    parts: dict[str, Any] = {
        "web": {"state": "up"},
        "database": {"state": "up" if is_kept else "down"},
        "nlu": {"state": model},
        "channels": {name: {"state": "on"} for name in core.channels},
    }
    if signs is not None:
        parts["worker"] = {
            "state": "up" if signs.workers else "down",
            "count": signs.workers,
            "jobs_waiting": signs.jobs_waiting,
        }
        parts["scheduler"] = _since(core, signs.ticked_at, within_seconds=30)
        for silence in (channel.silence for channel in core.channels.values() if channel.silence):
            parts["mailbox"] = _mailbox(core, signs, silence)
        parts["catalogue"] = _catalogue(core, signs)
    states = {
        name: {**asdict(state), "since": state.since.isoformat(timespec="seconds")}
        for name, state in read_state(processes).items()
    }
    return (200 if is_kept else 503), {
        "status": "ok" if is_kept else "down",
        "time": core.clock.now().isoformat(timespec="seconds"),
        "parts": parts,
        "processes": states,
    }


async def _signs(core: Core) -> Any:
    try:
        async with asyncio.timeout(DEADLINE_SECONDS), core.database.transaction() as tx:
            return await health.signs(tx, alive_seconds=ALIVE_SECONDS)
    except DATABASE_ERRORS:
        return None


async def _model(understanding: Interpreter | None) -> str:
    if understanding is None:
        return "not set"
    try:
        async with asyncio.timeout(DEADLINE_SECONDS):
            return "up" if await understanding.is_ready() else "loading or down"
    except TimeoutError:
        return "loading or down"


def _catalogue(core: Core, signs: Any) -> dict[str, Any]:
    """Tell how old and how large the catalogue of publications and tables is, and what failed last."""
    if core.settings.environment.bps_token is None and not signs.catalogue_entries:
        return {"state": "not set"}
    part = _since(core, signs.catalogue_synced_at, within_seconds=CATALOGUE_SECONDS)
    if signs.catalogue_synced_at is None:
        part["state"] = "empty" if not signs.catalogue_entries else "late"
    else:
        part["synced_at"] = signs.catalogue_synced_at.isoformat(timespec="seconds")
    return part | {"entries": signs.catalogue_entries, "failure": signs.catalogue_failure}


def _mailbox(core: Core, signs: Any, silence: timedelta) -> dict[str, Any]:
    """Tell when the mailbox was last looked at with success, and for how long that has not been so."""
    part = _since(core, signs.mailbox_since, within_seconds=int(silence.total_seconds()))
    checked = signs.mailbox_checked_at
    if checked is None and part["state"] == "up":
        part["state"] = "starting"
    return part | {"checked_at": None if checked is None else checked.isoformat(timespec="seconds")}


def _since(core: Core, moment: datetime | None, *, within_seconds: int) -> dict[str, Any]:
    if moment is None:
        return {"state": "starting"}
    seconds = (core.clock.now() - moment).total_seconds()
    return {"state": "up" if seconds <= within_seconds else "late", "seconds_ago": round(seconds)}
