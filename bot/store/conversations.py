"""Contacts and conversations: found or begun under lock, so that one message goes first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Boolean, DateTime, Text, bindparam, func, insert, select, text, update
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from bot.dialogue.flow import Flow
from bot.store.database import Transaction
from bot.store.tables import contact, conversation, person
from handoff.ticket import Kind, State

_KNOWN = (
    "SELECT id, address, last_inbound_at, flow_since, flow_count, flooding_since, has_waiting FROM contact"
)
_LOCK_CONTACT = text(f"{_KNOWN} WHERE channel = :channel AND address = :address FOR UPDATE")
# Somebody who hides the number, or shows it again, is the one we know under the other name.
_LOCK_NAMESAKE = text(
    f"{_KNOWN} WHERE channel = :channel AND (address = ANY(:names) OR alias = ANY(:names))"
    " ORDER BY id LIMIT 1 FOR UPDATE"
).bindparams(bindparam("names", type_=ARRAY(Text)))
# Of several that are open (an officer has taken up an earlier one again) the one that somebody works on.
CURRENT = """
    conversation.holder_id IS NOT NULL DESC, EXISTS (
        SELECT FROM ticket AS its WHERE its.conversation_id = conversation.id AND its.closed_at IS NULL
    ) DESC, conversation.id DESC
"""
# An officer began it, and nobody has made a ticket of it: it goes on with what was asked elsewhere, and is no
# consultation of its own.
IS_SEQUEL = """
    (
        coalesce((
            SELECT begun.author FROM message AS begun
            WHERE begun.conversation_id = conversation.id AND begun.kind <> 'note' ORDER BY begun.id LIMIT 1
        ) = 'officer', false)
        AND NOT EXISTS (SELECT FROM ticket AS own WHERE own.conversation_id = conversation.id)
    )
"""
_NEWEST = text(
    f"SELECT id FROM conversation WHERE contact_id = :contact AND closed_at IS NULL ORDER BY {CURRENT} LIMIT 1"  # noqa: S608
)
_LOCK_NEWCOMER = text("SELECT pg_advisory_xact_lock(hashtextextended(:channel || ':' || :address, 0))")


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a sender stands: the contact's row is locked, `conversation_id` is the open one, if any.

    `flow` is what came from the contact before. `has_waiting`: something of ours waits for what they write.
    """

    contact_id: int
    conversation_id: int | None
    flow: Flow
    has_waiting: bool = False


async def lock_contact(
    tx: Transaction,
    *,
    channel: str,
    address: str,
    name: str | None,
    now: datetime,
    alias: str | None = None,
) -> Standing:
    """Lock the sender's contact, made if new; until the end of the transaction nobody else keeps a
    message of that sender. `alias` is another name of the same person on the channel."""
    where = {"channel": channel, "address": address}
    known = (await tx.execute(_LOCK_CONTACT, where)).one_or_none()
    if known is None:
        # There is no row to lock yet: whoever meets the same newcomer at the same time waits here.
        await tx.execute(_LOCK_NEWCOMER, where)
        names = [address, alias] if alias else [address]
        known = (await tx.execute(_LOCK_NAMESAKE, {"channel": channel, "names": names})).one_or_none()
        if known is not None and known.address != address:
            await tx.execute(update(contact).where(contact.c.id == known.id).values(address=address))
    if known is None:
        return Standing(await _add_contact(tx, name=name, now=now, **where), None, Flow())
    # A statement of its own: one that waited for the lock still sees what was true before it waited, and
    # would begin a second conversation beside the one that the holder of the lock has begun.
    newest = await tx.execute(_NEWEST, {"contact": known.id})
    flow = Flow(known.flow_since, known.flow_count, known.last_inbound_at, known.flooding_since)
    return Standing(known.id, newest.scalar_one_or_none(), flow, known.has_waiting)


async def _add_contact(
    tx: Transaction, *, channel: str, address: str, name: str | None, now: datetime
) -> int:
    made = insert(person).values(created_at=now).returning(person.c.id).cte("made")
    added = await tx.execute(
        insert(contact)
        .values(
            person_id=select(made.c.id).scalar_subquery(),
            channel=channel,
            address=address,
            name=name,
            created_at=now,
        )
        .returning(contact.c.id)
    )
    return int(added.scalar_one())


_OF_REACTION = text(
    """
    SELECT id FROM conversation WHERE contact_id = :contact
    ORDER BY id = (
        SELECT conversation_id FROM message WHERE channel = :channel AND external_id = ANY(:reacted_to) LIMIT 1
    ) DESC NULLS LAST, id DESC
    LIMIT 1
    """
).bindparams(bindparam("reacted_to", type_=ARRAY(Text)))


async def of_reaction(
    tx: Transaction, *, contact_id: int, channel: str, reacted_to: Sequence[str]
) -> int | None:
    """Return the contact's conversation, open or closed, with the message that was reacted to; else the newest."""
    where = {"contact": contact_id, "channel": channel, "reacted_to": list(reacted_to)}
    return (await tx.execute(_OF_REACTION, where)).scalar_one_or_none()


async def begin(
    tx: Transaction, *, contact_id: int, subject: str | None, now: datetime, follows: int | None = None
) -> int:
    """Begin a conversation with the bot, which goes on from `follows`; return its id.

    Its silence is looked at from the beginning: a reaction is not answered, and ends like everything else.
    """
    made = await tx.execute(
        insert(conversation)
        .values(
            contact_id=contact_id,
            state="bot",
            subject=subject,
            opened_at=now,
            follows_id=follows,
            tend_at=now,
        )
        .returning(conversation.c.id)
    )
    return int(made.scalar_one())


@dataclass(frozen=True, slots=True)
class OpenTicket:
    """The newest open ticket of a conversation."""

    id: int
    number: str
    kind: Kind
    state: State


@dataclass(frozen=True, slots=True)
class Told:
    """What a person told about themselves; with `consented_at`, for the next time, too."""

    name: str | None
    email: str | None
    organisation: str | None
    consented_at: datetime | None


@dataclass(frozen=True, slots=True)
class Held:
    """A conversation, its contact and the message to answer, all rows locked; `ticket` is its open one.

    `address` is the contact's own on its channel; with a `holder_id`, an officer has it and the bot is silent.
    """

    id: int
    state: str
    context: dict[str, Any]
    contact_id: int
    language: str
    is_introduced: bool
    ticket: OpenTicket | None
    holder_id: int | None
    address: str
    person_id: int
    told: Told


_LOCK_CONTACT_OF = text(
    """
    SELECT id FROM contact
    WHERE id = (SELECT contact_id FROM conversation WHERE id = :conversation)
    FOR UPDATE
    """
)


# A statement of its own: it begins when the contact's lock is ours, and so sees what is true then.
async def context(tx: Transaction, conversation_id: int) -> dict[str, Any]:
    """Return what the dialogue carries, without locking anything."""
    query = select(conversation.c.context).where(conversation.c.id == conversation_id)
    return dict((await tx.execute(query)).scalar_one())


_HOLD = text(
    """
    SELECT conversation.id, conversation.state, conversation.context, conversation.contact_id,
        conversation.holder_id, contact.language, contact.introduced_at IS NOT NULL AS is_introduced,
        contact.address, person.id AS person_id, person.name, person.email, person.organisation,
        person.consented_at, open.id AS ticket_id, open.number, open.kind, open.state AS ticket_state,
        message.author = 'citizen' AND message.answered_at IS NULL AS is_waiting
    FROM conversation
    JOIN contact ON contact.id = conversation.contact_id
    JOIN person ON person.id = contact.person_id
    LEFT JOIN LATERAL (
        SELECT id, number, kind, state FROM ticket
        WHERE conversation_id = conversation.id AND closed_at IS NULL
        ORDER BY id DESC LIMIT 1
    ) AS open ON true
    JOIN message ON message.conversation_id = conversation.id
    WHERE message.id = :message
    FOR UPDATE OF conversation, message
    """
)


async def hold(tx: Transaction, *, conversation_id: int, message_id: int) -> Held | None:
    """Lock a conversation and a message in it that waits for an answer; None when it does not any more.

    The contact is locked first, as `lock_contact` does: whoever changes anything of a person's
    conversations begins there, so nobody waits for each other in a circle.
    """
    await tx.execute(_LOCK_CONTACT_OF, {"conversation": conversation_id})
    row = (await tx.execute(_HOLD, {"message": message_id})).one_or_none()
    if row is None or not row.is_waiting:
        return None
    return Held(
        id=row.id,
        state=row.state,
        context=row.context,
        contact_id=row.contact_id,
        language=row.language,
        is_introduced=row.is_introduced,
        ticket=OpenTicket(row.ticket_id, row.number, row.kind, row.ticket_state) if row.ticket_id else None,
        holder_id=row.holder_id,
        address=row.address,
        person_id=row.person_id,
        told=Told(row.name, row.email, row.organisation, row.consented_at),
    )


_CARRY_ON = text(
    """
    WITH introduced AS (
        UPDATE contact SET introduced_at = :now WHERE id = :contact AND introduced_at IS NULL
    ), answered AS (
        UPDATE message SET answered_at = :now, understood = :understood
        WHERE id = ANY(:messages) AND :is_done
    )
    UPDATE conversation SET context = :context, state = coalesce(:state, state),
        owed_since = CASE WHEN :settles THEN NULL ELSE owed_since END
    WHERE id = :conversation
    """
).bindparams(
    bindparam("messages", type_=ARRAY(BigInteger)),
    bindparam("context", type_=JSONB),
    bindparam("state", type_=Text),
    bindparam("understood", type_=JSONB),
    bindparam("now", type_=DateTime(timezone=True)),
    bindparam("is_done", type_=Boolean),
    bindparam("settles", type_=Boolean),
)


async def carry_on(
    tx: Transaction,
    held: Held,
    *,
    message_ids: Sequence[int],
    context: dict[str, Any],
    state: str | None,
    understood: dict[str, Any] | None,
    now: datetime,
    settles: bool = False,
) -> None:
    """Keep what the dialogue carries to the next message, and that the bot has introduced itself.

    `settles`: the bot has answered, and no officer has anything to do with it: what was owed before is settled.

    None leaves the `state` as it is.

    With `understood`, also that the messages got what they get; without, they go on waiting.
    """
    await tx.execute(
        _CARRY_ON,
        {
            "contact": held.contact_id,
            "conversation": held.id,
            "messages": list(message_ids),
            "context": context,
            "state": state,
            "understood": understood,
            "is_done": understood is not None,
            "settles": settles,
            "now": now,
        },
    )


async def want_notices(tx: Transaction, contact_id: int, *, wanted: bool, now: datetime) -> None:
    """Note that a person wants notices of ours, or none any more; what they ask is answered all the same."""
    opted_out_at = None if wanted else func.coalesce(contact.c.opted_out_at, now)
    await tx.execute(update(contact).where(contact.c.id == contact_id).values(opted_out_at=opted_out_at))


_REOPEN = text(
    "UPDATE conversation SET state = 'bot', closed_at = NULL, closed_how = NULL WHERE id = :conversation"
)


async def reopen(tx: Transaction, conversation_id: int) -> None:
    """Open a closed conversation again: something else than its rating was said in it."""
    await tx.execute(_REOPEN, {"conversation": conversation_id})
