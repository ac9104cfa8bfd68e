"""Reading all that is kept about a person, portion by portion: nothing is held in memory whole."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, TextClause, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY

from bot.store.database import Database

AT_ONCE = 200  # messages read in one go

Row = dict[str, Any]


def _each(query: str) -> TextClause:
    return text(query).bindparams(bindparam("ids", type_=ARRAY(BigInteger)))


_PERSON = text(
    """
    SELECT id, name, organisation, email, consented_at, created_at, erased_at, joined_into_id
    FROM person WHERE id = :person OR joined_into_id = :person ORDER BY id = :person DESC, id
    """
)
_CONTACTS = text(
    """
    SELECT id, channel, address, alias, name, phone, language, introduced_at, last_inbound_at, window_closed_at,
        opted_out_at, unreachable, created_at
    FROM contact WHERE person_id = :person ORDER BY id
    """
)
_JOINS = text(
    """
    SELECT joined_id, contact_ids, filled, verification, note, at, undone_at
    FROM person_join WHERE person_id = :person ORDER BY id
    """
)
_CONVERSATIONS = text(
    """
    SELECT conversation.id, conversation.contact_id, contact.channel, conversation.subject, conversation.state,
        conversation.context, conversation.follows_id, conversation.opened_at, conversation.last_inbound_at,
        conversation.last_outbound_at, conversation.owed_since, conversation.closed_at, conversation.forgotten_at
    FROM conversation JOIN contact ON contact.id = conversation.contact_id
    WHERE contact.person_id = :person AND conversation.id > :after ORDER BY conversation.id LIMIT 1
    """
)
_TICKETS = text(
    """
    SELECT id, number, kind, state, reason, priority, purpose, tags, checklist, opened_at, clear_at, due_at,
        claimed_at, answered_at, closed_at
    FROM ticket WHERE conversation_id = :conversation ORDER BY id
    """
)
_CHANGES = _each(
    "SELECT ticket_id, at, actor, what, before, after FROM ticket_change WHERE ticket_id = ANY(:ids) ORDER BY id"
)
_PAUSES = _each("SELECT ticket_id, from_at, to_at FROM ticket_pause WHERE ticket_id = ANY(:ids) ORDER BY id")
_EVENTS = text("SELECT kind, created_at, detail FROM event WHERE conversation_id = :conversation ORDER BY id")
_RATINGS = text(
    "SELECT score, comment, way, asked_at, rated_at, changed_at FROM rating WHERE conversation_id = :conversation"
)
_COMPLAINTS = _each(
    "SELECT ticket_id, source, came_by, has_evidence, answered_at, answer FROM complaint"
    " WHERE ticket_id = ANY(:ids)"
)
_SURVEYS = text(
    """
    SELECT survey.title, survey_sheet.service, survey_sheet.channel, survey_sheet.scores, survey_sheet.profile,
        survey_sheet.remark, survey_sheet.invited_at, survey_sheet.started_at, survey_sheet.finished_at
    FROM survey_sheet JOIN survey ON survey.id = survey_sheet.survey_id
    WHERE survey_sheet.person_id = :person
        OR survey_sheet.person_id IN (SELECT id FROM person WHERE joined_into_id = :person)
    ORDER BY survey_sheet.id
    """
)
_DRAFTS = text("SELECT text, is_note, updated_at FROM draft WHERE conversation_id = :conversation")
_MESSAGES = text(
    """
    SELECT id, created_at, channel, author, kind, subject, text, quoted, choice, attachments, external_id,
        reply_id, reference_ids, reply_to, cc, trust, understood, answered_at, source
    FROM message
    WHERE conversation_id = :conversation AND id > :after AND (kind <> 'note' OR :with_notes)
    ORDER BY id LIMIT :most
    """
)
_DELIVERIES = _each(
    """
    SELECT message_id, state, key, arguments, choices, recipient, cc, way, attempts, sent_at, failure, cause
    FROM delivery WHERE message_id = ANY(:ids)
    """
)
_REPORTS = _each(
    """
    SELECT message_id, external_id, state, code, at FROM delivery_report WHERE message_id = ANY(:ids)
    ORDER BY message_id, at
    """
)
_MEDIA = _each(
    """
    SELECT message_id, number, state, reason, content_type, size, file FROM media WHERE message_id = ANY(:ids)
    ORDER BY message_id, number
    """
)
_ATTACHMENTS = _each(
    """
    SELECT message_id, number, name, content_type, size, file FROM attachment WHERE message_id = ANY(:ids)
    ORDER BY message_id, number
    """
)
_RAW = _each(
    """
    SELECT id, message_id FROM parcel WHERE message_id = ANY(:ids) AND (data IS NOT NULL OR file IS NOT NULL)
    ORDER BY id
    """
)
_CONTENT = text("SELECT data, file, packing FROM parcel WHERE id = :parcel")


@dataclass(frozen=True, slots=True)
class Portion:
    """Some messages with what belongs to them, each by the message's id."""

    messages: list[Row]
    deliveries: dict[int, Row]
    reports: dict[int, list[Row]]
    media: dict[int, list[Row]]
    attachments: dict[int, list[Row]]
    raw: dict[int, list[int]]


class Copying:
    """Reads one person. Each read stands by itself: what changes meanwhile is in the copy or not."""

    def __init__(self, database: Database, person_id: int, *, with_notes: bool) -> None:
        self._database = database
        self._who = {"person": person_id}
        self._with_notes = with_notes

    async def people(self) -> list[Row]:
        """Return the person, then those who were joined into them; empty when there is nobody."""
        return await self._rows(_PERSON, self._who)

    async def contacts(self) -> list[Row]:
        """Return the person's names on the channels."""
        return await self._rows(_CONTACTS, self._who)

    async def joins(self) -> list[Row]:
        """Return whom officers joined into this person."""
        return await self._rows(_JOINS, self._who)

    async def conversations(self) -> AsyncIterator[Row]:
        """Yield the person's conversations, the oldest first."""
        after = 0
        while found := await self._rows(_CONVERSATIONS, {**self._who, "after": after}):
            after = found[0]["id"]
            yield found[0]

    async def tickets(self, conversation_id: int) -> list[Row]:
        """Return a conversation's tickets, with `history`, `pauses` and `complaint`."""
        tickets = await self._rows(_TICKETS, {"conversation": conversation_id})
        ids = {"ids": [each["id"] for each in tickets]}
        history = _grouped(await self._rows(_CHANGES, ids), "ticket_id") if tickets else {}
        pauses = _grouped(await self._rows(_PAUSES, ids), "ticket_id") if tickets else {}
        complaints = _grouped(await self._rows(_COMPLAINTS, ids), "ticket_id") if tickets else {}
        return [
            {
                **each,
                "history": history.get(each["id"], []),
                "pauses": pauses.get(each["id"], []),
                "complaint": next(iter(complaints.get(each["id"], [])), None),
            }
            for each in tickets
        ]

    async def ratings(self, conversation_id: int) -> list[Row]:
        """Return the rating of a conversation, asked for or given."""
        return await self._rows(_RATINGS, {"conversation": conversation_id})

    async def surveys(self) -> list[Row]:
        """Return what the person answered in surveys."""
        return await self._rows(_SURVEYS, self._who)

    async def events(self, conversation_id: int) -> list[Row]:
        """Return what officers were shown about a conversation."""
        return await self._rows(_EVENTS, {"conversation": conversation_id})

    async def drafts(self, conversation_id: int) -> list[Row]:
        """Return what officers wrote and did not send, when notes are wanted."""
        return await self._rows(_DRAFTS, {"conversation": conversation_id}) if self._with_notes else []

    async def portions(self, conversation_id: int) -> AsyncIterator[Portion]:
        """Yield a conversation's messages in order, some at a time."""
        asked = {"conversation": conversation_id, "most": AT_ONCE, "with_notes": self._with_notes}
        after = 0
        while found := await self._rows(_MESSAGES, {**asked, "after": after}):
            after = found[-1]["id"]
            yield await self._portion(found)

    async def _portion(self, found: list[Row]) -> Portion:
        ids = {"ids": [each["id"] for each in found]}
        raw = _grouped(await self._rows(_RAW, ids), "message_id")
        return Portion(
            found,
            {each.pop("message_id"): each for each in await self._rows(_DELIVERIES, ids)},
            _grouped(await self._rows(_REPORTS, ids), "message_id"),
            _grouped(await self._rows(_MEDIA, ids), "message_id"),
            _grouped(await self._rows(_ATTACHMENTS, ids), "message_id"),
            {message: [each["id"] for each in rows] for message, rows in raw.items()},
        )

    async def raw(self, parcel_id: int) -> tuple[bytes | None, str | None, str]:
        """Return a raw mail as it is kept: content, file and packing."""
        row = (await self._rows(_CONTENT, {"parcel": parcel_id}))[0]
        return row["data"], row["file"], row["packing"]

    async def _rows(self, query: TextClause, asked: Row) -> list[Row]:
        async with self._database.statement() as tx:
            return [dict(row._mapping) for row in await tx.execute(query, asked)]


def _grouped(rows: Sequence[Row], key: str) -> dict[int, list[Row]]:
    groups: dict[int, list[Row]] = {}
    for row in rows:
        groups.setdefault(row.pop(key), []).append(row)
    return groups
