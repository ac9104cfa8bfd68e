"""An attempt to send, recorded before it is made: the same for messages to citizens and mails to officers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import DateTime, bindparam, text

from bot.store import pace
from bot.store.database import Transaction
from channels.port import Outbound, Pace


@dataclass(frozen=True, slots=True)
class Busy:
    """So much is being sent that the message has to come back in `seconds`; no attempt was recorded."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Recorded:
    """An attempt that is recorded; it is to be made in `wait` seconds. `outbound` carries its number and moment."""

    outbound: Outbound
    wait: float = 0.0


class Attempts:
    """Records attempts in a table with the columns `state`, `attempts` and `attempted_at`.

    `key` is the column that tells which row. `to_be_tried` is the condition for one, in SQL: the attempt before is
    the latest that is known (`:latest`), and the end of row `:row` is not.
    """

    def __init__(self, table: str, *, key: str) -> None:
        self.to_be_tried = f"{key} = :row AND attempts = :latest AND state IN ('kept', 'sending')"
        self._plain = text(
            f"""
            UPDATE {table} SET state = 'sending', attempted_at = :now, attempts = attempts + 1
            WHERE {self.to_be_tried}
            RETURNING attempts, 0.0::float AS wait, NULL AS busy
            """  # noqa: S608  our own words
        ).bindparams(bindparam("now", type_=DateTime(timezone=True)))
        # One statement, so that keeping the pace costs an ordinary message no round trip.
        self._paced = text(
            f"""
            WITH {pace.SLOT}, attempted AS (
                UPDATE {table} SET state = 'sending', attempts = attempts + 1,
                    attempted_at = CAST(:now AS timestamptz) + make_interval(secs => slot.seconds)
                FROM slot WHERE {self.to_be_tried}
                RETURNING attempts
            )
            SELECT (SELECT attempts FROM attempted) AS attempts, (SELECT seconds FROM slot) AS wait,
                ({pace.BUSY}) AS busy
            """  # noqa: S608  our own words
        ).bindparams(bindparam("now", type_=DateTime(timezone=True)))

    async def record(
        self, tx: Transaction, row: int, outbound: Outbound, *, latest: int, now: datetime, limit: Pace | None
    ) -> Recorded | Busy | None:
        """Record an attempt before it is made, as the one after `latest`; `Busy` while the channel's limit is reached.

        None when another worker has recorded one in the meantime, or knows the end: then it is not ours to make.
        """
        what = {"row": row, "latest": latest, "now": now}
        if limit is None:
            found = (await tx.execute(self._plain, what)).one_or_none()
        else:
            gaps = pace.gaps(limit, outbound.channel, outbound.recipient)
            found = (await tx.execute(self._paced, {**what, **gaps})).one()
        if found is None:
            return None
        if found.attempts is None:
            return Busy(found.busy) if found.wait is None else None
        at = now + timedelta(seconds=found.wait)
        return Recorded(replace(outbound, attempted_at=at, attempt=found.attempts), found.wait)
