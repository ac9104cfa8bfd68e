"""What the officers' acts lock, read and change besides tickets themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BigInteger, DateTime, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY

from bot.store.database import Transaction

_IDS = bindparam("ids", type_=ARRAY(BigInteger))
_NOW = bindparam("now", type_=DateTime(timezone=True))


@dataclass(frozen=True, slots=True)
class Held:
    """A conversation that is locked with all contacts of its person. `holder` is (id, name)."""

    id: int
    contact_id: int
    person_id: int
    channel: str
    language: str
    holder: tuple[int, str] | None
    owed_since: datetime | None
    closed_at: datetime | None
    is_erased: bool


# All contacts of the person, in the order of their ids: an answer may go out on another channel, and a ticket may
# be merged into one there. Everybody else locks one contact only, and so nobody waits in a circle.
_LOCK_CONTACTS = text(
    """
    SELECT id FROM contact
    WHERE person_id = (
        SELECT contact.person_id FROM conversation JOIN contact ON contact.id = conversation.contact_id
        WHERE conversation.id = :conversation
    )
    ORDER BY id FOR UPDATE
    """
)
# A statement of its own: it begins when the contacts' locks are ours, and so sees what is true then.
_HOLD = text(
    """
    SELECT conversation.id, conversation.contact_id, contact.person_id, contact.channel, contact.language,
        conversation.holder_id, officer.name AS holder, conversation.owed_since, conversation.closed_at,
        person.erased_at IS NOT NULL AS is_erased
    FROM conversation
    JOIN contact ON contact.id = conversation.contact_id
    JOIN person ON person.id = contact.person_id
    LEFT JOIN officer ON officer.id = conversation.holder_id
    WHERE conversation.id = :conversation
    FOR UPDATE OF conversation
    """
)


async def hold(tx: Transaction, conversation_id: int) -> Held | None:
    """Lock a conversation, its person's contacts first; None when there is no such conversation."""
    await tx.execute(_LOCK_CONTACTS, {"conversation": conversation_id})
    row = (await tx.execute(_HOLD, {"conversation": conversation_id})).one_or_none()
    if row is None:
        return None
    return Held(
        id=row.id,
        contact_id=row.contact_id,
        person_id=row.person_id,
        channel=row.channel,
        language=row.language,
        holder=None if row.holder_id is None else (row.holder_id, row.holder),
        owed_since=row.owed_since,
        closed_at=row.closed_at,
        is_erased=row.is_erased,
    )


_PLACE = text("SELECT conversation_id FROM ticket WHERE id = :ticket")


async def place(tx: Transaction, ticket_id: int) -> int | None:
    """Return the conversation of a ticket, which it never leaves."""
    return (await tx.execute(_PLACE, {"ticket": ticket_id})).scalar_one_or_none()


_OTHER = text(
    """
    SELECT ticket.id FROM ticket
    JOIN conversation ON conversation.id = ticket.conversation_id
    JOIN contact ON contact.id = conversation.contact_id
    WHERE ticket.number = :number AND contact.person_id = :person AND ticket.closed_at IS NULL
    """
)


async def other(tx: Transaction, number: str, *, person_id: int) -> int | None:
    """Return the open ticket of that number if it is this person's."""
    found = await tx.execute(_OTHER, {"number": number, "person": person_id})
    return found.scalar_one_or_none()


_NAMES = text("SELECT id, name FROM officer WHERE id = ANY(:ids)").bindparams(_IDS)


async def names(tx: Transaction, officer_ids: Sequence[int]) -> Mapping[int, str]:
    """Return the names of officers by their ids."""
    if not officer_ids:
        return {}
    return {row.id: row.name for row in await tx.execute(_NAMES, {"ids": list(officer_ids)})}


_WORKS = text("SELECT name FROM officer WHERE id = :officer AND disabled_at IS NULL")


async def works_here(tx: Transaction, officer_id: int) -> str | None:
    """Return the name of an officer whose account is not disabled."""
    return (await tx.execute(_WORKS, {"officer": officer_id})).scalar_one_or_none()


_TAKE = text(
    """
    UPDATE conversation SET holder_id = :officer, state = 'officer', held_at = coalesce(held_at, :now)
    WHERE id = :conversation
    """
).bindparams(_NOW)


async def take(tx: Transaction, conversation_id: int, *, officer_id: int, now: datetime) -> None:
    """Let an officer hold a locked conversation: the bot is silent."""
    await tx.execute(_TAKE, {"conversation": conversation_id, "officer": officer_id, "now": now})


_GIVE_UP = text(
    """
    UPDATE conversation SET holder_id = NULL, held_at = NULL, state = CASE
        WHEN EXISTS (SELECT 1 FROM ticket WHERE conversation_id = conversation.id AND closed_at IS NULL)
        THEN 'waiting' ELSE 'bot' END
    WHERE id = :conversation AND closed_at IS NULL
    """
)


async def give_up(tx: Transaction, conversation_id: int) -> None:
    """Let nobody hold a locked conversation; what is owed stays owed."""
    await tx.execute(_GIVE_UP, {"conversation": conversation_id})


_UNSEEN = text(
    """
    SELECT
        (
            SELECT officer.name FROM message JOIN officer ON officer.id = message.officer_id
            WHERE message.conversation_id = ANY(:ids) AND message.id > :seen AND message.author = 'officer'
                AND message.kind <> 'note' AND message.officer_id <> :officer
            ORDER BY message.id DESC LIMIT 1
        ) AS colleague,
        EXISTS (
            SELECT 1 FROM message
            WHERE conversation_id = ANY(:ids) AND id > :seen AND author = 'citizen' AND kind <> 'reaction'
        ) AS by_citizen
    """
).bindparams(_IDS)


@dataclass(frozen=True, slots=True)
class Unseen:
    """What was said since an officer looked: by which colleague, and whether by the citizen."""

    by_colleague: str | None
    by_citizen: bool


async def unseen(tx: Transaction, conversation_ids: Sequence[int], *, seen: int, officer_id: int) -> Unseen:
    """Return what has been said in locked conversations after the message `seen`."""
    what = {"ids": list(conversation_ids), "seen": seen, "officer": officer_id}
    row = (await tx.execute(_UNSEEN, what)).one()
    return Unseen(row.colleague, row.by_citizen)


_REPEATED = text(
    """
    SELECT message.id FROM contact
    JOIN conversation ON conversation.contact_id = contact.id
    JOIN message ON message.conversation_id = conversation.id
    WHERE contact.person_id = :person AND message.id > :seen AND message.author = 'officer'
        AND message.kind <> 'note' AND message.officer_id = :officer AND message.text = :words
    ORDER BY message.id LIMIT 1
    """
)


async def repeated(tx: Transaction, held: Held, words: str, *, seen: int, officer_id: int) -> int | None:
    """Return the message in which the officer has said the very same since they looked, if they have."""
    what = {"person": held.person_id, "seen": seen, "officer": officer_id, "words": words}
    message_id: int | None = (await tx.execute(_REPEATED, what)).scalar_one_or_none()
    return message_id


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a reply goes: a contact of the person, and the conversation there, None to begin one."""

    contact_id: int
    channel: str
    language: str
    conversation_id: int | None


_DESTINATION = text(
    """
    SELECT contact.id, contact.channel, contact.language,
        (
            SELECT conversation.id FROM conversation
            WHERE contact_id = contact.id AND closed_at IS NULL
            ORDER BY conversation.id = :conversation DESC, conversation.id DESC LIMIT 1
        ) AS conversation_id
    FROM contact WHERE contact.id = :contact AND contact.person_id = :person
    """
)


async def destination(tx: Transaction, held: Held, contact_id: int | None) -> Destination | None:
    """Return where a reply in a locked conversation goes; None when the contact is not that person's.

    It is the conversation itself while that is open; else the newest open one with the contact.
    """
    what = {
        "contact": contact_id or held.contact_id,
        "person": held.person_id,
        "conversation": held.id,
    }
    row = (await tx.execute(_DESTINATION, what)).one_or_none()
    return None if row is None else Destination(row.id, row.channel, row.language, row.conversation_id)


_CLOSE = text(
    """
    UPDATE conversation SET state = 'closed', closed_at = coalesce(closed_at, :now),
        closed_how = coalesce(closed_how, 'officer'), holder_id = NULL, held_at = NULL, owed_since = NULL
    WHERE id = :conversation
    """
).bindparams(_NOW)


async def close(tx: Transaction, conversation_id: int, *, now: datetime) -> None:
    """Close a locked conversation: what the citizen writes next begins a new one."""
    await tx.execute(_CLOSE, {"conversation": conversation_id, "now": now})


_REOPEN = text(
    """
    UPDATE conversation SET closed_at = NULL, closed_how = NULL, holder_id = :officer, held_at = :now,
        state = 'officer'
    WHERE id = :conversation
    """
).bindparams(_NOW)


async def reopen(tx: Transaction, conversation_id: int, *, officer_id: int, now: datetime) -> None:
    """Go on with a locked conversation, held by an officer."""
    await tx.execute(_REOPEN, {"conversation": conversation_id, "officer": officer_id, "now": now})


_GOES_ON = text(
    """
    UPDATE conversation SET follows_id = :earlier
    WHERE id = :later AND follows_id IS NULL AND id <> :earlier
        AND NOT EXISTS (SELECT 1 FROM conversation AS each WHERE each.id = :earlier AND each.follows_id = :later)
    """
)


async def goes_on(tx: Transaction, earlier: int, *, later: int) -> None:
    """Let whoever answers an old mail of a conversation be found where it went on, unless that is taken."""
    await tx.execute(_GOES_ON, {"earlier": earlier, "later": later})


_REGISTER = text(
    """
    UPDATE person SET name = coalesce(:name, name), email = coalesce(:email, email),
        organisation = coalesce(:organisation, organisation)
    WHERE id = :person
    RETURNING email
    """
)


async def register(
    tx: Transaction, person_id: int, *, name: str | None, email: str | None, organisation: str | None
) -> str | None:
    """Keep what is known of a person, leaving what is None; return their address, if there is one."""
    what = {"person": person_id, "name": name, "email": email, "organisation": organisation}
    known: str | None = (await tx.execute(_REGISTER, what)).scalar_one()
    return known


_EMAIL = text("SELECT email FROM person WHERE id = :person")


async def email_of(tx: Transaction, person_id: int) -> str | None:
    """Return the address a person left."""
    email: str | None = (await tx.execute(_EMAIL, {"person": person_id})).scalar_one()
    return email
