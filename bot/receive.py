"""Step 1 of the way of a message: keep it, once, together with the job that will answer it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import fields, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import structlog

from bot.clock import Clock
from bot.dialogue.flow import Flow, FlowLimit, after
from bot.dialogue.wishes import wish_of
from bot.files import NoSuchFile
from bot.queue import Queue
from bot.store import conversations, events, media, messages, parcels, ratings, turns
from bot.store import standing as contacts
from bot.store.contents import ContentLost, Contents
from bot.store.database import Database, Transaction
from bot.threads import Place, place_of
from channels.port import Attachment, Cursor, FetchFailed, Inbound, Parcel
from handoff.rating import BEST, WORST, Rating, is_unclear, rating_in

log = structlog.get_logger()

LONGEST_ID = 512  # characters; a unique index takes no more than about 2,700 bytes
BOUNDLESS = FlowLimit(2**31 - 1, timedelta(seconds=1))


class Reception:
    """Takes in messages and parcels. Implements `Accept` and `Depot` of channels/port."""

    def __init__(
        self,
        database: Database,
        queue: Queue,
        clock: Clock,
        *,
        contents: Contents,
        timezone: str,
        flow_limit: FlowLimit = BOUNDLESS,
    ) -> None:
        self.contents = contents
        self._database = database
        self._queue = queue
        self._clock = clock
        self._timezone = timezone
        self._flow_limit = flow_limit

    async def __call__(self, message: Inbound) -> bool:
        """Keep a message and defer its answer in one transaction; False when it was kept before."""
        async with self._database.transaction() as tx:
            return await self.keep_message(tx, message)

    async def keep_message(self, tx: Transaction, message: Inbound) -> bool:
        """Do the same within a transaction that already runs."""
        inbound = _recognised(_bounded(_storable(message)))
        standing = await conversations.lock_contact(
            tx,
            channel=inbound.channel,
            address=inbound.sender,
            name=inbound.sender_name,
            now=inbound.received_at,
            alias=inbound.alias,
        )
        place = await self._place(tx, inbound, standing)
        place = await self._rated(tx, inbound, standing.contact_id, place) or place
        conversation_id = await self._conversation(tx, inbound, standing.contact_id, place)
        if conversation_id is None:
            return False
        flow = self._flow(standing.flow, inbound)
        is_flood = inbound.kind == "message" and flow.flooding_since is not None
        # The first one too many is answered for all: politely, once, with an officer told of it.
        is_silent = inbound.kind == "reaction" or (is_flood and standing.flow.flooding_since is not None)
        message_id = await messages.keep_inbound(
            tx, inbound, conversation_id, flow=flow, is_flood=is_flood, is_silent=is_silent
        )
        if message_id is None:
            return False
        await self._warn(tx, inbound, message_id, conversation_id, place)
        # What waits for the person is not for whoever uses their name.
        if standing.has_waiting and inbound.kind != "reaction" and inbound.trust != "failed":
            await self._release(tx, inbound, standing.contact_id, conversation_id)
        if inbound.attachments:
            for media_id in await media.expect(tx, message_id, inbound):
                await self._queue.fetch(tx, media_id, message_id=message_id)
        if not is_silent:
            await self._queue.answer(tx, message_id, conversation_id=conversation_id)
        log.info(
            "message kept",
            channel=inbound.channel,
            message=message_id,
            conversation=conversation_id,
            kind="flood" if is_flood else inbound.kind,
        )
        return True

    async def kept_as(self, tx: Transaction, message: Inbound) -> int | None:
        """Return the message that this one was kept as, now or before."""
        return await messages.which(tx, message.channel, _bounded(_storable(message)).external_id)

    async def _release(
        self, tx: Transaction, inbound: Inbound, contact_id: int, conversation_id: int
    ) -> None:
        """Have sent what waited for this message, before it is answered: in the order of its conversation."""
        for message_id in await contacts.release(tx, contact_id, now=inbound.received_at):
            await self._queue.deliver(
                tx, message_id, conversation_id=conversation_id, channel=inbound.channel
            )

    def _flow(self, before: Flow, inbound: Inbound) -> Flow:
        """Count a message of a chat; letters and reactions do not make a flood."""
        limit = BOUNDLESS if _is_letter(inbound) else self._flow_limit
        return after(before, limit, now=inbound.received_at)

    async def _place(self, tx: Transaction, inbound: Inbound, standing: conversations.Standing) -> Place:
        """Find the conversation a message belongs to.

        A channel without threads has one open conversation a person; in mail the thread decides (`threads`).
        A reaction belongs to what it is on, and begins nothing where anything was said before.
        """
        if inbound.kind == "reaction":
            return Place(
                await conversations.of_reaction(
                    tx,
                    contact_id=standing.contact_id,
                    channel=inbound.channel,
                    reacted_to=inbound.replies_to,
                )
            )
        if _is_letter(inbound):
            return await place_of(tx, inbound, standing.contact_id)
        return Place(standing.conversation_id)

    async def _rated(self, tx: Transaction, inbound: Inbound, contact_id: int, place: Place) -> Place | None:
        """Return the closed conversation that a message rates, None when it is something else.

        A number answers the newest question: what was said in an open conversation since is newer. A button says
        itself what it is on, and so does a letter. Who rates and goes on to ask something has both taken; so has who
        rates what an officer has taken up again, and says nothing in it until then.
        """
        if inbound.kind != "message" or inbound.trust == "failed":
            return None
        now = inbound.received_at
        if inbound.choice is not None and inbound.replies_to:
            given = Rating(inbound.choice) if WORST <= inbound.choice <= BEST else None
            waiting = await ratings.tapped(
                tx, contact_id, channel=inbound.channel, on=inbound.replies_to, now=now
            )
        else:
            given = rating_in(inbound.text)
            if given is None and not is_unclear(inbound.text):
                return None
            waiting = await ratings.waiting(
                tx,
                contact_id,
                reply=_reply_of(given),
                is_plain=given is not None and given.is_plain,
                is_figure=given is not None and given.is_figure,
                now=now,
                unless_said_in=place.conversation_id,
                only=(place.conversation_id or place.follows) if _is_letter(inbound) else None,
            )
        if waiting is None:
            return None
        if given is None or not (given.asks or waiting == place.conversation_id):
            return Place(waiting)
        if not await messages.is_kept(tx, inbound.channel, inbound.external_id):
            await self._rate(tx, waiting, given, now)
        return None

    async def _rate(self, tx: Transaction, conversation_id: int, given: Rating, now: datetime) -> None:
        """Keep a rating; what was reported stays."""
        request = await ratings.of(tx, conversation_id, now=now, zone=self._timezone)
        if request is None or (request.is_reported and request.score is not None):
            return
        await ratings.rate(
            tx,
            conversation_id,
            score=given.score,
            comment=given.comment or request.comment,
            way="chat",
            now=now,
        )

    async def _conversation(
        self, tx: Transaction, inbound: Inbound, contact_id: int, place: Place
    ) -> int | None:
        """Return the conversation of that place, begun if need be; None when the message is a double."""
        if place.conversation_id is not None:
            return place.conversation_id
        if await messages.is_kept(tx, inbound.channel, inbound.external_id):
            return None
        return await conversations.begin(
            tx,
            contact_id=contact_id,
            subject=inbound.subject,
            now=inbound.received_at,
            follows=place.follows,
        )

    async def _warn(
        self, tx: Transaction, inbound: Inbound, message_id: int, conversation_id: int, place: Place
    ) -> None:
        """Tell officers of a letter that quotes what is somebody else's, or is not from whom it says."""
        now = inbound.received_at
        if place.foreign is not None:
            quoted = place.foreign
            await events.note(
                tx,
                "stranger_quotes",
                now=now,
                conversation_id=conversation_id,
                message_id=message_id,
                detail={"ticket": quoted.ticket or "", "conversation": quoted.conversation_id},
                once=f"stranger:{conversation_id}:{quoted.conversation_id}",
            )
        if inbound.trust == "failed":
            await events.note(
                tx,
                "mail_unauthenticated",
                now=now,
                conversation_id=conversation_id,
                message_id=message_id,
                detail={"reason": inbound.distrust},
            )

    async def cursor(self, channel: str, place: str) -> Cursor | None:
        """Return how far a mailbox was fetched."""
        async with self._database.transaction() as tx:
            return await parcels.cursor(tx, channel=channel, place=place)

    async def keep(self, items: Sequence[Parcel], cursor: Cursor, *, channel: str, place: str) -> None:
        """Keep parcels once, have each read, and move the cursor on: one transaction.

        What the other side does not hand over is shown to officers instead of being read.
        """
        now = self._clock.now()
        packed = list(zip(items, await self.contents.pack([item.data for item in items]), strict=True))
        async with self._database.transaction() as tx:
            kept = await parcels.keep(tx, packed, now=now)
            for parcel_id, item in kept:
                if item.fault:
                    detail = {"parcel": parcel_id, "number": item.number}
                    await events.note(tx, "mail_undeliverable", now=now, detail=detail)
            to_read = (parcel_id for parcel_id, item in kept if not item.fault)
            await self._queue.read(tx, *to_read, channel=channel)
            await parcels.move_cursor(tx, cursor, channel=channel, place=place, now=now)

    async def checked(self, channel: str, place: str) -> None:
        """Note a successful look at a mailbox."""
        async with self._database.transaction() as tx:
            await parcels.checked(tx, channel=channel, place=place, now=self._clock.now())

    async def alone(self, channel: str, place: str, work: Callable[[], Awaitable[None]]) -> None:
        """Do `work` while no other process does so for that mailbox."""
        async with self._database.statement() as tx:
            await parcels.awaited(tx, channel=channel, place=place, now=self._clock.now())
        await turns.alone(self._database.url, f"{channel}:{place}", work)

    async def open(self, channel: str, place: str, epoch: int, number: int) -> bytes:
        """Return the content of a kept parcel. Raises `FetchFailed`."""
        async with self._database.statement() as tx:
            packed = await parcels.content_at(tx, channel=channel, place=place, epoch=epoch, number=number)
        if packed is None:
            raise FetchFailed("surat mentah tidak disimpan lagi", permanent=True)
        try:
            return await self.contents.unpack(packed)
        except (ContentLost, NoSuchFile) as error:
            raise FetchFailed("surat mentah tidak ada lagi di penyimpanan", permanent=True) from error
        except OSError as error:
            reason = f"penyimpanan berkas tidak terbaca ({error.strerror or type(error).__name__})"
            raise FetchFailed(reason, permanent=False) from error

    async def settled(self, channel: str, place: str) -> Cursor | None:
        """Return up to where what is kept has been flagged or moved."""
        async with self._database.statement() as tx:
            return await parcels.settled(tx, channel=channel, place=place)

    async def unsettled(self, channel: str, place: str, after: Cursor, most: int) -> Sequence[int]:
        """Return the first numbers of kept parcels above `after`."""
        async with self._database.statement() as tx:
            return await parcels.unsettled(tx, channel=channel, place=place, after=after, most=most)

    async def settle(self, channel: str, place: str, to: Cursor) -> None:
        """Note up to where what is kept has been flagged or moved."""
        async with self._database.statement() as tx:
            await parcels.settle(tx, to, channel=channel, place=place)


def _storable(message: Inbound) -> Inbound:
    """Leave out what PostgreSQL cannot keep, so that no message is refused, or stops those behind it,
    for one character: NUL, and halves of surrogate pairs."""
    return replace(message, **{field.name: _plain(getattr(message, field.name)) for field in fields(message)})


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, tuple):
        return tuple(_plain(item) for item in value)
    if isinstance(value, Attachment):
        return replace(value, **{field.name: _plain(getattr(value, field.name)) for field in fields(value)})
    return value


def _reply_of(given: Rating | None) -> ratings.Reply:
    if given is None:
        return "unclear"
    if given.corrects:
        return "correction"
    return "figure" if given.is_figure and not given.comment else "words"


def _is_letter(message: Inbound) -> bool:
    """Tell whether threads hold its channel's conversations together; what has an id to be quoted, surely."""
    return message.is_letter or message.reply_id is not None


def _recognised(message: Inbound) -> Inbound:
    """Take a word like STOP for what it is: in a chat, and when it is all there is."""
    is_said = message.kind == "message" and not _is_letter(message) and message.choice is None
    wish = wish_of(message.text) if is_said and not message.attachments else None
    return message if wish is None else replace(message, kind=wish)


def _bounded(message: Inbound) -> Inbound:
    """Shorten absurdly long ids, keeping them distinct, so that the unique indexes take them."""
    return replace(
        message,
        external_id=_short(message.external_id),
        sender=_short(message.sender),
        alias=_short(message.alias) if message.alias else None,
        replies_to=tuple(_short(item) for item in message.replies_to),
    )


def _short(identifier: str) -> str:
    if len(identifier) <= LONGEST_ID:
        return identifier
    return identifier[: LONGEST_ID - 65] + "#" + sha256(identifier.encode()).hexdigest()
