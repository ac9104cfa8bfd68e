"""What the supervisor tells about its children: one small JSON file, whole at every moment."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, cast

State = Literal["starting", "up", "restarting", "stopped"]


def state_path(home: Path) -> Path:
    """Return where the supervisor of this home writes."""
    return home / "run" / "processes.json"


@dataclass(frozen=True, slots=True)
class ProcessState:
    """One child: `since` is when it came into this state, `next_start_in` seconds counted from then.

    `last_exit` says how its previous life ended ("kode 1", "SIGKILL"), None before the first end.
    """

    state: State
    since: datetime
    pid: int | None = None
    restarts: int = 0
    last_exit: str | None = None
    next_start_in: float | None = None


def write_state(path: Path, states: Mapping[str, ProcessState]) -> None:
    """Replace the file in one step, so that a reader never sees half of it."""
    content = {name: _to_json(state) for name, state in states.items()}
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    fresh.write_text(json.dumps(content, indent=1) + "\n")
    fresh.replace(path)


def read_state(path: Path) -> dict[str, ProcessState]:
    """Return the children by name, in the order they were added; empty when nothing was ever written.

    A child whose process is gone reads as stopped, also when its supervisor was killed and could
    not write that any more.
    """
    try:
        content = json.loads(path.read_text())
    except FileNotFoundError:
        return {}
    return {name: _still_true(_from_json(entry)) for name, entry in content.items()}


def _to_json(state: ProcessState) -> dict[str, Any]:
    return {
        "state": state.state,
        "pid": state.pid,
        "restarts": state.restarts,
        "since": state.since.isoformat(),
        "last_exit": state.last_exit,
        "next_start_in": state.next_start_in,
    }


def _from_json(entry: dict[str, Any]) -> ProcessState:
    return ProcessState(
        state=cast(State, entry["state"]),
        pid=entry["pid"],
        restarts=entry["restarts"],
        since=datetime.fromisoformat(entry["since"]),
        last_exit=entry["last_exit"],
        next_start_in=entry["next_start_in"],
    )


def _still_true(state: ProcessState) -> ProcessState:
    if state.pid is None or _alive(state.pid):
        return state
    return replace(state, state="stopped", pid=None)


def _alive(pid: int) -> bool:
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    # proc(5): "pid (name) state ...", and the name may hold anything. Z has ended and awaits burial.
    return status.rpartition(")")[2].split()[0] not in ("Z", "X")
