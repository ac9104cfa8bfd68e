"""How fast a channel, and one person on it, may be sent to: slots given out by the database, to all workers.

A slot is a moment; each one is given out once and the next is a gap later (GCRA without a burst). Moments are
PostgreSQL's: it is one clock for every worker, and a rate limit is about real seconds.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import text

from bot.store.database import Transaction
from channels.port import Pace

LONGEST_WAIT = 1.0
"""Seconds ahead that a slot is given out at most; a worker waits that long with the message in hand."""

# The channel's own row comes first, so that two statements never wait for each other in a circle. A row that
# is booked too far ahead stays as it is, and then `slot` has no row. Whoever could take only one of the two
# leaves a gap unused.
SLOT = """
    reserved AS (
        INSERT INTO pace AS held (channel, address, free_at)
        VALUES (:channel, '', clock_timestamp() + make_interval(secs => :gap)),
            (:channel, :address, clock_timestamp() + make_interval(secs => :gap_to_one))
        ON CONFLICT (channel, address) DO UPDATE
        SET free_at = greatest(held.free_at, clock_timestamp())
            + make_interval(secs => CASE held.address WHEN '' THEN :gap ELSE :gap_to_one END)
        WHERE held.free_at <= clock_timestamp() + make_interval(secs => :longest)
        RETURNING free_at - make_interval(secs => CASE address WHEN '' THEN :gap ELSE :gap_to_one END) AS begins
    ), slot AS (
        SELECT greatest(0, extract(epoch FROM max(begins) - clock_timestamp()))::float AS seconds
        FROM reserved HAVING count(*) = 2
    )
"""
# A statement sees what was true when it began: a row that somebody has booked since then, even its first, is seen as
# it was. Whoever was refused then waits as long as that row is booked ahead at least.
BUSY = """
    SELECT greatest(coalesce(extract(epoch FROM max(free_at) - clock_timestamp())::float, 0), :longest) FROM pace
    WHERE channel = :channel AND address IN ('', :address)
"""


def gaps(pace: Pace, channel: str, address: str) -> dict[str, str | float]:
    """Return the parameters of `SLOT` and `BUSY`."""
    return {
        "channel": channel,
        "address": address,
        "gap": 1 / pace.per_second,
        "gap_to_one": 1 / pace.per_second_to_one,
        "longest": LONGEST_WAIT,
    }


_TAKEN = text(
    """
    UPDATE pace SET free_at = free_at
        + make_interval(secs => :more * CASE address WHEN '' THEN :gap ELSE :gap_to_one END)
    WHERE channel = :channel AND address IN ('', :address)
    """
)


async def taken(tx: Transaction, pace: Pace, channel: str, address: str, *, more: int) -> None:
    """Count messages that went out beyond the one a slot was for: a long text goes out in parts."""
    parameters = gaps(pace, channel, address)
    del parameters["longest"]
    await tx.execute(_TAKEN, {**parameters, "more": more})


_FORGET = text("DELETE FROM pace WHERE free_at < clock_timestamp() - make_interval(secs => :age)")


async def forget(tx: Transaction, *, age: timedelta) -> None:
    """Remove the rows of whoever has not been written to for that long."""
    await tx.execute(_FORGET, {"age": age.total_seconds()})
