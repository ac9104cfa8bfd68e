"""What a simulated office's books say, in one line: two runs that lived through the same have the same."""

from __future__ import annotations

import hashlib

from tests.flow.simulated import SimulatedOffice

# Without what is drawn anew each time: the tokens of links (and the texts with them) and the ids of deliveries.
_BOOKS = (
    "SELECT id, contact_id, state, opened_at, closed_at, closed_how, last_outbound_at, last_inbound_at, warned_at,"
    " owed_since, holder_id FROM conversation ORDER BY id",
    "SELECT message.id, conversation_id, author, kind, created_at, answered_at, officer_id, state, key, sent_at,"
    " attempts, CASE WHEN text LIKE '%/nilai/%' THEN '' ELSE text END"
    " FROM message LEFT JOIN delivery ON message_id = message.id ORDER BY message.id",
    "SELECT * FROM ticket ORDER BY id",
    "SELECT ticket_id, at, what, before, after, officer_id FROM ticket_change ORDER BY id",
    "SELECT conversation_id, asked_at, rated_at, score, way FROM rating ORDER BY conversation_id",
)


async def digest(office: SimulatedOffice) -> str:
    """Return a number of all that was kept."""
    found = hashlib.sha256()
    for query in _BOOKS:
        for row in await office.rows(query):
            found.update(repr(tuple(row)).encode())
    return found.hexdigest()
