"""Persons: found by what officers know of them, shown, and in the end emptied."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import DateTime, Text, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY

from bot.store.database import Transaction
from bot.store.privacy.forgetting import IS_LEFT
from handoff.ports.privacy import (
    Amounts,
    FoundPerson,
    Holdings,
    Joined,
    KnownContact,
    KnownConversation,
    KnownTicket,
)

_NOW = bindparam("now", type_=DateTime(timezone=True))
ERASED = "erased:"
"""Begins the address of a contact whose person was forgotten; no channel has such addresses."""

_FIND = text(
    """
    WITH hit AS (
        SELECT person_id AS id FROM contact
        WHERE lower(address) = ANY(:addresses) OR lower(alias) = ANY(:addresses)
            OR phone = ANY(:addresses) OR name ILIKE :name
        UNION
        SELECT id FROM person WHERE lower(email) = ANY(:addresses) OR name ILIKE :name OR id = :id
        UNION
        SELECT contact.person_id FROM ticket
        JOIN conversation ON conversation.id = ticket.conversation_id
        JOIN contact ON contact.id = conversation.contact_id
        WHERE ticket.number = ANY(:tickets)
    )
    SELECT person.id, person.erased_at, coalesce(person.name, newest.name) AS name, newest.channel,
        newest.address, newest.last_inbound_at,
        ARRAY(
            SELECT ticket.number FROM ticket
            JOIN conversation ON conversation.id = ticket.conversation_id
            JOIN contact ON contact.id = conversation.contact_id
            WHERE contact.person_id = person.id ORDER BY ticket.id DESC LIMIT 3
        ) AS tickets
    FROM hit JOIN person ON person.id = hit.id
    LEFT JOIN LATERAL (
        SELECT channel, CASE WHEN person.erased_at IS NULL THEN address END AS address, name, last_inbound_at
        FROM contact WHERE contact.person_id = person.id ORDER BY last_inbound_at DESC NULLS LAST, id DESC LIMIT 1
    ) AS newest ON true
    WHERE person.joined_into_id IS NULL
    ORDER BY newest.last_inbound_at DESC NULLS LAST, person.id DESC LIMIT :most
    """
).bindparams(bindparam("addresses", type_=ARRAY(Text)), bindparam("tickets", type_=ARRAY(Text)))


async def find(
    tx: Transaction,
    *,
    addresses: Sequence[str],
    tickets: Sequence[str],
    name: str,
    person_id: int | None,
    most: int,
) -> list[FoundPerson]:
    """Return persons by addresses and numbers (in small letters), tickets, the beginning of a name, or their id."""
    escaped = name.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    asked = {
        "addresses": list(addresses),
        "tickets": list(tickets),
        "name": f"{escaped}%" if escaped else None,
        "id": person_id,
        "most": most,
    }
    return [
        FoundPerson(
            row.id,
            row.name,
            row.channel,
            row.address,
            tuple(row.tickets),
            row.last_inbound_at,
            row.erased_at,
        )
        for row in await tx.execute(_FIND, asked)
    ]


_PERSON = text("SELECT * FROM person WHERE id = :person")
_CONTACTS = text("SELECT * FROM contact WHERE person_id = :person ORDER BY id")
_TICKETS = text(
    """
    SELECT ticket.number, ticket.kind, ticket.state, ticket.conversation_id, ticket.opened_at, ticket.closed_at
    FROM ticket JOIN conversation ON conversation.id = ticket.conversation_id
    JOIN contact ON contact.id = conversation.contact_id
    WHERE contact.person_id = :person ORDER BY ticket.id DESC LIMIT :most
    """
)
_CONVERSATIONS = text(
    """
    SELECT conversation.id, contact.channel, conversation.opened_at, conversation.closed_at,
        conversation.forgotten_at
    FROM conversation JOIN contact ON contact.id = conversation.contact_id
    WHERE contact.person_id = :person ORDER BY conversation.id DESC LIMIT :most
    """
)
_JOINS = text(
    """
    SELECT person_join.id, person_join.joined_id, person_join.verification, person_join.note, person_join.at,
        officer.name AS officer
    FROM person_join LEFT JOIN officer ON officer.id = person_join.officer_id
    WHERE person_join.person_id = :person AND person_join.undone_at IS NULL ORDER BY person_join.id
    """
)
_AMOUNTS = text(
    """
    WITH mine AS (
        SELECT conversation.id, conversation.closed_at, conversation.forgotten_at
        FROM conversation JOIN contact ON contact.id = conversation.contact_id WHERE contact.person_id = :person
    ), said AS (
        SELECT message.id, message.kind FROM message JOIN mine ON mine.id = message.conversation_id
        WHERE mine.forgotten_at IS NULL
    ), kept AS (
        SELECT file, size FROM media JOIN said ON said.id = media.message_id WHERE file IS NOT NULL
        UNION ALL SELECT file, size FROM attachment JOIN said ON said.id = attachment.message_id
    )
    SELECT (SELECT count(*) FROM mine) AS conversations,
        (SELECT count(*) FROM mine WHERE closed_at IS NULL) AS open_conversations,
        (SELECT count(*) FROM said) AS messages,
        (SELECT count(*) FROM said WHERE kind = 'note') AS notes,
        (SELECT count(*) FROM parcel JOIN said ON said.id = parcel.message_id
            WHERE parcel.data IS NOT NULL OR parcel.file IS NOT NULL) AS raw_mails,
        (SELECT count(*) FROM kept) AS files,
        (SELECT coalesce(sum(size), 0) FROM kept) AS file_bytes
    """
)
MOST_SHOWN = 200


async def holdings(tx: Transaction, person_id: int) -> Holdings | None:
    """Return what is kept about a person, of tickets and conversations the newest; None when there is nobody."""
    which = {"person": person_id}
    person = (await tx.execute(_PERSON, which)).one_or_none()
    if person is None:
        return None
    contacts = [_contact(row) for row in await tx.execute(_CONTACTS, which)]
    tickets = await tx.execute(_TICKETS, {**which, "most": MOST_SHOWN})
    conversations = await tx.execute(_CONVERSATIONS, {**which, "most": MOST_SHOWN})
    joins = await tx.execute(_JOINS, which)
    amounts = (await tx.execute(_AMOUNTS, which)).one()
    return Holdings(
        id=person.id,
        name=person.name,
        organisation=person.organisation,
        email=person.email,
        consented_at=person.consented_at,
        created_at=person.created_at,
        erased_at=person.erased_at,
        joined_into_id=person.joined_into_id,
        contacts=tuple(contacts),
        tickets=tuple(KnownTicket(**row._mapping) for row in tickets),
        conversations=tuple(KnownConversation(**row._mapping) for row in conversations),
        joins=tuple(Joined(**row._mapping) for row in joins),
        amounts=Amounts(**{name: int(value) for name, value in amounts._mapping.items()}),
    )


def _contact(row: Any) -> KnownContact:
    return KnownContact(
        id=row.id,
        channel=row.channel,
        address=row.address,
        alias=row.alias,
        name=row.name,
        phone=row.phone,
        created_at=row.created_at,
        last_heard_at=row.last_inbound_at,
        opted_out_at=row.opted_out_at,
    )


_LOCK = text("SELECT id FROM person WHERE id = :person AND joined_into_id IS NULL FOR UPDATE")
_LOCK_CONTACTS = text("SELECT id FROM contact WHERE person_id = :person ORDER BY id FOR UPDATE")
_UNFORGOTTEN = text(
    f"""
    SELECT conversation.id FROM conversation JOIN contact ON contact.id = conversation.contact_id
    WHERE contact.person_id = :person AND {IS_LEFT} ORDER BY conversation.id
    """  # noqa: S608  our own words
)
_OPEN_TICKETS = text(
    """
    SELECT ticket.number FROM ticket JOIN conversation ON conversation.id = ticket.conversation_id
    JOIN contact ON contact.id = conversation.contact_id
    WHERE contact.person_id = :person AND ticket.closed_at IS NULL ORDER BY ticket.id
    """
)


_EXISTS = text("SELECT FROM person WHERE id = :person AND joined_into_id IS NULL")


async def exists(tx: Transaction, person_id: int) -> bool:
    """Tell whether there is such a person; whoever was joined into another is that one."""
    return (await tx.execute(_EXISTS, {"person": person_id})).one_or_none() is not None


async def lock(tx: Transaction, person_id: int) -> bool:
    """Lock all contacts of a person, in order, and then the person; False when there is no such person.

    Nobody keeps a message of theirs until the transaction ends.
    """
    await tx.execute(_LOCK_CONTACTS, {"person": person_id})
    return (await tx.execute(_LOCK, {"person": person_id})).one_or_none() is not None


async def unforgotten(tx: Transaction, person_id: int) -> list[int]:
    """Return the conversations of a person in which something is left, the oldest first."""
    return list((await tx.execute(_UNFORGOTTEN, {"person": person_id})).scalars())


async def open_tickets(tx: Transaction, person_id: int) -> list[str]:
    """Return the numbers of a person's open tickets."""
    return list((await tx.execute(_OPEN_TICKETS, {"person": person_id})).scalars())


_ADDRESSES = text(
    """
    SELECT address FROM contact WHERE person_id = :person AND address NOT LIKE 'erased:%'
    UNION SELECT alias FROM contact WHERE person_id = :person
    UNION SELECT email FROM person WHERE id = :person OR joined_into_id = :person
    """
)


async def mail_addresses(tx: Transaction, person_id: int) -> list[str]:
    """Return the person's mail addresses, by whatever way they are known."""
    found = (await tx.execute(_ADDRESSES, {"person": person_id})).scalars()
    return sorted({each.strip().lower() for each in found if each and "@" in each})


_PACE = text(
    "DELETE FROM pace USING contact WHERE contact.person_id = :person AND pace.channel = contact.channel"
    " AND pace.address = contact.address"
)
# Random, so that nothing leads back; unique, so that whoever writes from the address again begins anew.
_CONTACTS_EMPTY = text(
    f"""
    UPDATE contact SET address = '{ERASED}' || replace(gen_random_uuid()::text, '-', ''), alias = NULL,
        name = NULL, phone = NULL, unreachable = NULL, opted_out_at = NULL, has_waiting = false,
        flow_since = NULL, flow_count = 0, flooding_since = NULL, window_closed_at = NULL
    WHERE person_id = :person AND address NOT LIKE '{ERASED}%'
    """  # noqa: S608  our own word
)
_SHEETS_EMPTY = text(
    "UPDATE survey_sheet SET remark = NULL, profile = '{}', digest = NULL, person_id = NULL"
    " WHERE person_id = :person OR person_id IN (SELECT id FROM person WHERE joined_into_id = :person)"
)
_PERSON_EMPTY = text(
    """
    UPDATE person SET name = NULL, organisation = NULL, email = NULL, consented_at = NULL,
        erased_at = coalesce(erased_at, :now)
    WHERE id = :person OR joined_into_id = :person
    """
).bindparams(_NOW)
_JOINS_EMPTY = text(
    """
    UPDATE person_join SET note = NULL, filled = '{}', undone_at = coalesce(undone_at, :now)
    WHERE person_id = :person OR joined_id = :person
        OR joined_id IN (SELECT id FROM person WHERE joined_into_id = :person)
    """
).bindparams(_NOW)


async def empty(tx: Transaction, person_id: int, *, now: datetime) -> None:
    """Remove who a person is: to be called last, when nothing else is left of them, with all of it locked."""
    which = {"person": person_id}
    await tx.execute(_PACE, which)
    await tx.execute(_CONTACTS_EMPTY, which)
    await tx.execute(_SHEETS_EMPTY, which)
    await tx.execute(_JOINS_EMPTY, {**which, "now": now})
    await tx.execute(_PERSON_EMPTY, {**which, "now": now})
