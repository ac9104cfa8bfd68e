"""How much comes from one person, and when it is too much to be answered one by one. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class FlowLimit:
    """At most `messages` within `window` from one person are answered (office.yml, `understanding`)."""

    messages: int
    window: timedelta


@dataclass(frozen=True, slots=True)
class Flow:
    """What came from one person: `count` messages since `since`, the last at `last`.

    `flooding_since` is the arrival of the message that was one too many, None while all is well.
    """

    since: datetime | None = None
    count: int = 0
    last: datetime | None = None
    flooding_since: datetime | None = None


def after(flow: Flow, limit: FlowLimit, *, now: datetime) -> Flow:
    """Return the flow with one more message that came `now`.

    Counting begins anew with each window. A flood ends when nothing came for as long as one.
    """
    is_quiet = flow.last is None or now - flow.last >= limit.window
    flooding = None if is_quiet else flow.flooding_since
    if is_quiet or flow.since is None or now - flow.since >= limit.window:
        return Flow(now, 1, now, flooding)
    count = flow.count + 1
    if flooding is None and count > limit.messages:
        flooding = now
    return Flow(flow.since, count, now, flooding)
