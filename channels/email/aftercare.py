"""What becomes of a mail on the server once it is kept: nothing, a flag, or another folder.

Only after the commit: whoever is killed in between leaves it to the next look, and doing it twice does no
harm. It never stands in the way of reading.
"""

from __future__ import annotations

import structlog

from channels.email.connection import Connection, Refused
from channels.email.options import Options
from channels.port import Cursor, Depot

_MOST = 200  # mails in one command

_log = structlog.get_logger()


class Aftercare:
    """Tends what is kept of one folder, on one connection."""

    def __init__(self, depot: Depot, options: Options, *, channel: str, place: str, folder: str) -> None:
        self._depot = depot
        self._channel = channel
        self._place = place
        self._settled = Cursor(0, 0)
        self._does = options.after_read
        self._target = options.processed_folder
        if self._does == "move" and self._target.upper() == folder.upper():
            self._does = "seen"  # moved onto itself a mail would be new again, without end

    async def begin(self, cursor: Cursor) -> None:
        """Find out where to go on; what was there before this was wanted stays as it is."""
        settled = await self._depot.settled(self._channel, self._place)
        if self._does == "nothing" or settled is None or settled.epoch != cursor.epoch:
            settled = cursor
            await self._depot.settle(self._channel, self._place, cursor)
        self._settled = settled

    async def tend(self, connection: Connection, cursor: Cursor) -> None:
        """Flag or move what is kept up to `cursor`. Raises `MailboxTrouble` when the connection goes."""
        if self._does == "nothing":
            return
        try:
            while self._settled.number < cursor.number:
                await self._some(connection, cursor)
        except Refused as refusal:
            # The mails are kept and answered all the same; the next look tries again.
            _log.warning("mailbox_aftercare_refused", kind=refusal.kind)

    async def _some(self, connection: Connection, cursor: Cursor) -> None:
        uids = await self._depot.unsettled(self._channel, self._place, self._settled, _MOST)
        if uids and self._does == "seen":
            await connection.mark_seen(uids)
        elif uids:
            await connection.move(uids, self._target)
        done = Cursor(cursor.epoch, uids[-1]) if len(uids) == _MOST else cursor
        await self._depot.settle(self._channel, self._place, done)
        self._settled = done
