"""Listens to a mailbox for ever: what arrives is left in the depot, raw, once, and nothing else happens.

IDLE is a hint; the truth is the search for UIDs above the cursor, asked at every hint and every
`poll_seconds`. Of several processes one listens; the others wait without logging in.
"""

from __future__ import annotations

import asyncio
import random
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from channels.email.address import Server
from channels.email.aftercare import Aftercare
from channels.email.connection import Connection, MailboxTrouble, Selected
from channels.email.doubt import Doubt
from channels.email.fetch import NotHandedOver, portions
from channels.email.options import Options
from channels.port import Cursor, Depot, Parcel

NAME = "email"

# Back-off between connections, seconds: doubles from the first to the last, each with jitter, for ever.
FIRST_PAUSE = 0.5
LONGEST_PAUSE = 60.0

_log = structlog.get_logger()
_dice = random.SystemRandom()


@dataclass(frozen=True, slots=True)
class Mailbox:
    """One folder on one server, and where what it brings is left."""

    server: Server
    tls: ssl.SSLContext | None
    options: Options
    depot: Depot
    now: Callable[[], datetime]

    @property
    def place(self) -> str:
        """The folder's name in the depot; the port is not part of it, as it does not make another mailbox."""
        return f"{self.server.user}@{self.server.host}/{self.server.folder}"

    async def listen(self) -> None:
        """Fetch until cancelled, whatever the server does; what the depot raises passes through."""
        await self.depot.alone(NAME, self.place, self._listen)

    async def _listen(self) -> None:
        pause = FIRST_PAUSE
        doubt = Doubt(self.options.undelivered_tries)
        loop = asyncio.get_running_loop()
        while True:
            began = loop.time()
            try:
                await _Attempt(self, doubt).run()
            except MailboxTrouble as trouble:
                if isinstance(trouble, NotHandedOver):
                    doubt.failed(trouble.uids)
                # Only a connection that lived is a reason to hurry: one that breaks after each look
                # would have us log in twice a second for ever.
                pause = FIRST_PAUSE if loop.time() - began > LONGEST_PAUSE else pause
                seconds = pause * _dice.uniform(0.5, 1.0)
                pause = min(pause * 2, LONGEST_PAUSE)
                _log.warning("mailbox_trouble", kind=trouble.kind, again_in_seconds=round(seconds, 1))
                await asyncio.sleep(seconds)


class _Attempt:
    """One connection's life."""

    def __init__(self, mailbox: Mailbox, doubt: Doubt) -> None:
        self._mailbox = mailbox
        self._doubt = doubt
        self._aftercare = Aftercare(
            mailbox.depot,
            mailbox.options,
            channel=NAME,
            place=mailbox.place,
            folder=mailbox.server.folder,
        )

    async def run(self) -> None:
        """Connect, then look and wait in turns until trouble or cancellation."""
        box = self._mailbox
        connection = await Connection.open(box.server, box.tls, box.options.imap_timeout_seconds)
        try:
            selected = await connection.select(box.server.folder)
            cursor = await self._begin(connection, selected)
            self._doubt.begin(cursor.epoch)
            await self._aftercare.begin(cursor)
            while True:
                await self._aftercare.tend(connection, cursor)
                cursor = await self._look(connection, cursor)
                await self._aftercare.tend(connection, cursor)
                await connection.wait_for_news(min(box.options.poll_seconds, box.options.idle_seconds))
        except asyncio.CancelledError:
            await connection.close()
            raise
        finally:
            await connection.abandon()

    async def _begin(self, connection: Connection, selected: Selected) -> Cursor:
        """Return where to go on; at the first start and in a new epoch the place is decided and kept."""
        depot, place = self._mailbox.depot, self._mailbox.place
        kept = await depot.cursor(NAME, place)
        if kept is not None and kept.epoch == selected.uid_validity:
            return kept
        if kept is None:
            number = await self._first_start(connection, selected)
        else:
            number = await self._new_epoch(connection, selected)
            _log.warning("mailbox_epoch_changed", before=kept.epoch, after=selected.uid_validity)
        cursor = Cursor(selected.uid_validity, number)
        await depot.keep([], cursor, channel=NAME, place=place)
        return cursor

    async def _first_start(self, connection: Connection, selected: Selected) -> int:
        match self._mailbox.options.first_start:
            case "new":
                return await _newest(connection, selected)
            case "all":
                return 0
            case day:
                return _just_before(await connection.uids_since(day), await _newest(connection, selected))

    async def _new_epoch(self, connection: Connection, selected: Selected) -> int:
        """Return where to begin again after the server renumbered its mails (RFC 3501 section 2.3.1.1).

        Those already kept are recognised by their identity. But mails from before the first start
        never were kept, and must not be answered now: so unless all mails count, only those of the
        last `reread_days` are read again.
        """
        options = self._mailbox.options
        if options.first_start == "all":
            return 0
        # SINCE compares days in the server's own time zone (RFC 3501 section 6.4.4): one day more.
        day = (self._mailbox.now() - timedelta(days=options.reread_days + 1)).date()
        if options.first_start != "new":
            day = max(day, options.first_start)
        return _just_before(await connection.uids_since(day), await _newest(connection, selected))

    async def _look(self, connection: Connection, cursor: Cursor) -> Cursor:
        """Keep all that is above the cursor, portion by portion, and return the new cursor."""
        box = self._mailbox
        uids = await connection.uids_above(cursor.number)
        if uids and self._doubt.is_hopeless(uids[0]):
            cursor = await self._doubted(connection, cursor, uids)
            uids = [uid for uid in uids if uid > cursor.number]
        bringing = portions(connection, uids, box.options.max_message_bytes, singly_to=self._doubt.singly_to)
        keeping: asyncio.Task[None] | None = None
        try:
            async for last, mails in bringing:
                if last <= cursor.number and not mails:
                    continue
                if keeping is not None:
                    await keeping
                # While one portion is kept, the next one is on its way.
                cursor = Cursor(cursor.epoch, last)
                keeping = asyncio.create_task(self._keep(cursor, mails))
        finally:
            if keeping is not None:
                await keeping
        await box.depot.checked(NAME, box.place)
        return cursor

    async def _keep(self, cursor: Cursor, mails: Sequence[tuple[int, bytes]]) -> None:
        box = self._mailbox
        await box.depot.keep(self._parcels(cursor, mails), cursor, channel=NAME, place=box.place)
        _log.info("mailbox_kept", mails=len(mails), uid=cursor.number)

    async def _doubted(self, connection: Connection, cursor: Cursor, uids: Sequence[int]) -> Cursor:
        """Leave a mail to the officers that the server has refused again and again, and go on behind it.

        But only where it hands over another one meanwhile: else it is the server, and not the mail.
        """
        if not self._doubt.others_come:
            others = uids[1:2] or [uid for uid in await connection.uids_above(0) if uid < uids[0]][-1:]
            if others and await connection.piece(others[0], 0, 1024) is not None:
                self._doubt.compared()
            return cursor
        box, uid = self._mailbox, uids[0]
        fault = f"server tidak menyerahkan surat ini (UID {uid}), {self._doubt.failures} kali dicoba"
        parcel = Parcel(NAME, box.place, cursor.epoch, uid, b"", box.now(), fault=fault)
        after = Cursor(cursor.epoch, uid)
        await box.depot.keep([parcel], after, channel=NAME, place=box.place)
        _log.error("mailbox_mail_set_aside", uid=uid, tries=self._doubt.failures)
        return after

    def _parcels(self, cursor: Cursor, mails: Sequence[tuple[int, bytes]]) -> list[Parcel]:
        box = self._mailbox
        return [Parcel(NAME, box.place, cursor.epoch, uid, data, box.now()) for uid, data in mails]


async def _newest(connection: Connection, selected: Selected) -> int:
    """Return the highest UID that exists; UIDNEXT is not told by every server."""
    if selected.uid_next is not None:
        return selected.uid_next - 1
    return max(await connection.uids_above(0), default=0)


def _just_before(uids: Sequence[int], newest: int) -> int:
    """Return the cursor that has all of `uids` above it, or `newest` when there are none."""
    return uids[0] - 1 if uids else newest
