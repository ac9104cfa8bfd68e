"""One attempt to send, to whomever: an earlier one is looked for, and the new one waits for its turn."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

import structlog

from bot.store.attempts import Busy
from channels.port import Channel, Outbound, Receipt, SendFailed

log = structlog.get_logger()

OTHERS_SECONDS = 1.0  # then it is seen what became of another worker's attempt
LEAST_SECONDS = 0.05
STALE = timedelta(seconds=3)
"""So long after its turn an attempt is made, or not at all.

Others look for it from the channel's `settle` on, and find nothing, and make it themselves: whoever stood still
meanwhile (the machine was busy or paused, the worker taken for dead) must not come after them.
"""


class SendLater(Exception):
    """The message was not taken yet, and its job is to be run again after `seconds`.

    `backs_off`: not before that, and ever more seldom the more often it failed.
    """

    def __init__(self, seconds: float, *, backs_off: bool = False) -> None:
        super().__init__(f"again in {seconds:.0f} s")
        self.seconds = seconds
        self.backs_off = backs_off


class _Waiting(Protocol):
    @property
    def wait(self) -> float: ...


Made = TypeVar("Made", bound=_Waiting)


async def found(channel: Channel, outbound: Outbound, *, now: datetime) -> Receipt | None:
    """Look for an attempt whose end nobody knows, once it is no longer under way; None where there is none.

    Raises `SendLater` while it may be under way, and `SendFailed` (uncertain) when the channel does not tell.
    """
    if outbound.attempted_at is None:
        return None
    unsettled = channel.settle - (now - outbound.attempted_at)
    if unsettled > timedelta():
        raise SendLater(unsettled.total_seconds())
    try:
        return await channel.find(outbound)
    except SendFailed as failure:
        raise SendFailed(failure.reason, permanent=failure.permanent, uncertain=True) from failure


async def in_turn(made: Made | Busy | None) -> Made:
    """Wait for the turn of an attempt that was recorded, and return it. Raises `SendLater` where none was.

    None: another worker has recorded one, or knows the end.
    """
    if made is None:
        raise SendLater(OTHERS_SECONDS)
    if isinstance(made, Busy):
        raise SendLater(max(made.seconds, LEAST_SECONDS))
    if made.wait > 0:
        await asyncio.sleep(made.wait)
    return made


def insist_on_time(outbound: Outbound, *, now: datetime) -> None:
    """Raise `SendLater` where an attempt was recorded too long ago to be made now."""
    if outbound.attempted_at is not None and now - outbound.attempted_at > STALE:
        log.warning("attempt too late", channel=outbound.channel)
        raise SendLater(OTHERS_SECONDS)
