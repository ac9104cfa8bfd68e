"""The officers' queues. Every order is one of an index, and a page goes on after the keys of the last row.

Tickets come first by priority, then by the decree's date, then by when they were opened: those without a date yet
stand behind those with one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, Integer, Row, Text, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import TypeEngine

from bot.store.database import Transaction
from bot.store.desk import behind
from bot.store.desk.attention import ONLY_TELLS, STILL
from bot.store.silence import CAN_CLOSE, CLOSES, CLOSES_SOON

FIRST_WORDS = 200  # characters of a message that a row shows
_FAR = "TIMESTAMPTZ '9999-01-01 00:00:00+00'"

# The keys of each order, the last of which no two rows share.
_BY_DATE = {
    "priority": "(- ticket.priority)",
    "due": f"coalesce(ticket.due_at, {_FAR})",
    "opened": "ticket.opened_at",
    "id": "ticket.id",
}
# What an officer holds may be without a ticket; it is little enough to be put in order by itself.
_BY_DATE_OF_MINE = {
    "priority": "(- coalesce(ticket.priority, 0))",
    "due": f"coalesce(ticket.due_at, {_FAR})",
    "opened": "coalesce(ticket.opened_at, conversation.opened_at)",
    "id": "coalesce(ticket.id, - conversation.id)",
}
_BY_END = {"at": "ticket.closed_at", "id": "ticket.id"}
_BY_TALK = {"at": "coalesce(conversation.last_inbound_at, conversation.opened_at)", "id": "conversation.id"}
_BY_OPENING = {"id": "ticket.id"}
_BY_CLOSING = {"at": CLOSES, "id": "conversation.id"}
_BY_CLOSING_OF_TICKETS = {"at": CLOSES, "id": "ticket.id"}

_TICKETS = "ticket JOIN conversation ON conversation.id = ticket.conversation_id"
_MINE = (
    "conversation LEFT JOIN ticket ON ticket.conversation_id = conversation.id AND ticket.closed_at IS NULL"
)
_IN_QUEUE = {
    "unclaimed": "ticket.closed_at IS NULL AND ticket.assignee_id IS NULL",
    "mine": "conversation.id IN ("
    "SELECT conversation_id FROM ticket WHERE assignee_id = :officer AND closed_at IS NULL"
    " UNION SELECT id FROM conversation WHERE holder_id = :officer)",
    "citizen": "ticket.closed_at IS NULL AND ticket.state = 'citizen'",
    "near": "ticket.closed_at IS NULL AND ticket.due_at < :near",
    "closed": "ticket.closed_at IS NOT NULL",
    "closing": CLOSES_SOON,
    "all": "true",
}
_OF_CONVERSATIONS = frozenset({"all", "closing"})
TYPES: dict[str, TypeEngine[Any]] = {
    **dict.fromkeys(
        ("since", "until", "near", "now", "soon", "due", "opened", "at"), DateTime(timezone=True)
    ),
    **dict.fromkeys(("officer", "assignee", "id"), BigInteger()),
    **dict.fromkeys(("channel", "kind", "tag", "limits"), Text()),
    "priority": Integer(),
}


@dataclass(frozen=True, slots=True)
class Slice:
    """Which rows are wanted, in terms of the tables. `officer` looks; a date before `near` is near; what closes
    before `soon` closes in the next days, by the `limits` of each situation (JSON, see bot/store/silence.py).

    `since` and `until` are moments, the end not included. `after` are the keys of the last row seen, by name.
    """

    queue: str
    officer: int
    near: datetime
    now: datetime
    soon: datetime
    limits: str
    channel: str | None = None
    kind: str | None = None
    has_ticket: bool | None = None  # None: with and without
    assignee: int | None = None
    tag: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    figure: str | None = None  # with since and until; see bot/store/desk/behind.py
    after: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_of_tickets(self) -> bool:
        """Tell whether only conversations with a ticket can be meant."""
        if self.figure is not None:
            return self.figure in behind.OF_TICKETS
        return self.queue not in _OF_CONVERSATIONS or any((self.kind, self.tag, self.assignee))

    @property
    def goes_up(self) -> bool:
        """Tell whether the smallest keys come first."""
        return self.queue not in {"closed", "all"}

    @property
    def keys(self) -> Mapping[str, str]:
        """Return the keys of the order, by name."""
        if self.queue == "all":
            return _BY_OPENING if self.is_of_tickets else _BY_TALK
        if self.queue == "closing":
            return _BY_CLOSING_OF_TICKETS if self.is_of_tickets else _BY_CLOSING
        return {"closed": _BY_END, "mine": _BY_DATE_OF_MINE}.get(self.queue, _BY_DATE)

    def conditions(self) -> list[str]:
        """Return what a row has to fulfil, of ticket, conversation and contact."""
        if self.figure is not None:
            return self._counted(self.figure)
        moment = _BY_END["at"] if self.queue == "closed" else _BY_TALK["at"]
        asked = {
            "channel": "contact.channel = :channel",
            "kind": "ticket.kind = :kind",
            "assignee": "(ticket.assignee_id = :assignee OR conversation.holder_id = :assignee)",
            "tag": "ticket.tags @> ARRAY[CAST(:tag AS text)]",
            "since": f"{moment} >= :since",
            "until": f"{moment} < :until",
        }
        conditions = [_IN_QUEUE[self.queue], *(sql for name, sql in asked.items() if getattr(self, name))]
        if self.has_ticket is not None:
            exists = "EXISTS (SELECT FROM ticket AS its WHERE its.conversation_id = conversation.id)"
            conditions.append(exists if self.has_ticket else f"NOT {exists}")
        return conditions

    def _counted(self, figure: str) -> list[str]:
        """Return what is fulfilled by what was counted for a figure."""
        conditions = ["contact.channel = :channel"] if self.channel else []
        of_tickets = {name: sql for name, sql in behind.OF_TICKETS.items() if name == figure}
        if of_tickets:
            conditions += [*of_tickets.values(), *(["ticket.kind = :kind"] if self.kind else [])]
            return [*conditions, *(["ticket.assignee_id = :assignee"] if self.assignee else [])]
        conditions += [sql for name, sql in behind.OF_CONVERSATIONS.items() if name == figure]
        conditions += [f"{behind.SERVICE} = :kind"] if self.kind is not None else []
        has_own = ":assignee" in " ".join(conditions)
        return [*conditions, *([behind.HAD] if self.assignee and not has_own else [])]

    def values(self) -> dict[str, Any]:
        """Return what the conditions' parameters are."""
        names = (
            "officer", "near", "now", "soon", "limits", "channel", "kind", "assignee", "tag", "since", "until",
        )  # fmt: skip
        return {name: getattr(self, name) for name in names}


def _page_of(which: Slice) -> str:
    source = _MINE if which.queue == "mine" else _TICKETS if which.is_of_tickets else "conversation"
    if which.channel:
        source += " JOIN contact ON contact.id = conversation.contact_id"
    conditions = which.conditions()
    if which.after:
        gaps = ", ".join(f":{name}" for name in which.keys)
        sign = ">" if which.goes_up else "<"
        conditions.append(f"({', '.join(which.keys.values())}) {sign} ({gaps})")
    ticket = "ticket.id" if which.is_of_tickets else "NULL::bigint"
    shown = ", ".join(f"{sql} AS key_{name}" for name, sql in which.keys.items())
    direction = "" if which.goes_up else " DESC"
    order = ", ".join(sql + direction for sql in which.keys.values())
    return (
        f"SELECT conversation.id AS conversation, {ticket} AS ticket, {shown} FROM {source}"  # noqa: S608
        f" WHERE {' AND '.join(conditions)} ORDER BY {order} LIMIT :most"
    )


async def page(tx: Transaction, which: Slice, *, most: int) -> Sequence[Row[Any]]:
    """Return `conversation`, `ticket` (None: none is meant in particular) and `key_...` of so many rows."""
    sql = _page_of(which)
    values = {**which.values(), **which.after, "most": most}
    used = {name: value for name, value in values.items() if f":{name}" in sql}
    types = [bindparam(name, type_=TYPES[name]) for name in used if name in TYPES]
    return (await tx.execute(text(sql).bindparams(*types), used)).all()


def keys_of(row: Row[Any], which: Slice) -> dict[str, Any]:
    """Return the keys with which the page after this row begins."""
    return {name: getattr(row, f"key_{name}") for name in which.keys}


# What stands in a row: of what was said, the newest that is neither the bot's nor for colleagues only.
_LINES = text(
    f"""
    SELECT conversation.id, coalesce(person.name, contact.name) AS name, contact.address, contact.channel,
        conversation.subject, conversation.owed_since, conversation.closed_at AS ended_at,
        coalesce(conversation.last_inbound_at, conversation.opened_at) AS at,
        CASE WHEN {CAN_CLOSE} THEN {CLOSES} END AS closes_at,
        conversation.owed_since IS NOT NULL
            AND coalesce(viewing.seen_at < conversation.last_inbound_at, true) AS is_unread,
        holder.id AS holder_id, holder.name AS holder,
        holder.disabled_at IS NOT NULL AS is_holder_disabled, said.author, said.words,
        work.number, work.kind, work.state, work.priority, work.tags, work.due_at, work.closed_at,
        work.assignee_id, assignee.name AS assignee,
        assignee.disabled_at IS NOT NULL AS is_assignee_disabled
    FROM unnest(:conversations, :tickets) WITH ORDINALITY AS wanted (conversation, ticket, place)
    JOIN conversation ON conversation.id = wanted.conversation
    JOIN contact ON contact.id = conversation.contact_id
    JOIN person ON person.id = contact.person_id
    LEFT JOIN LATERAL (
        SELECT * FROM ticket
        WHERE ticket.conversation_id = conversation.id AND ticket.id = coalesce(wanted.ticket, ticket.id)
        ORDER BY closed_at IS NULL DESC, ticket.id DESC LIMIT 1
    ) AS work ON true
    LEFT JOIN officer AS holder ON holder.id = conversation.holder_id
    LEFT JOIN officer AS assignee ON assignee.id = work.assignee_id
    LEFT JOIN viewing ON viewing.conversation_id = conversation.id AND viewing.officer_id = :officer
    LEFT JOIN LATERAL (
        SELECT author, left(text, :length) AS words FROM message
        WHERE message.conversation_id = conversation.id AND kind <> 'note' AND author IN ('citizen', 'officer')
        ORDER BY message.id DESC LIMIT 1
    ) AS said ON true
    ORDER BY wanted.place
    """  # noqa: S608  our own words
).bindparams(
    bindparam("conversations", type_=ARRAY(BigInteger)),
    bindparam("tickets", type_=ARRAY(BigInteger)),
    bindparam("now", type_=DateTime(timezone=True)),
)


async def lines(
    tx: Transaction, wanted: Sequence[tuple[int, int | None]], *, officer_id: int, now: datetime, limits: str
) -> Sequence[Row[Any]]:
    """Return what rows show of these (conversation, ticket), in that order; no ticket: the open or newest one."""
    if not wanted:
        return []
    conversations, of_tickets = zip(*wanted, strict=True)
    values = {
        "conversations": list(conversations),
        "tickets": list(of_tickets),
        "officer": officer_id,
        "length": FIRST_WORDS,
        "now": now,
        "limits": limits,
    }
    return (await tx.execute(_LINES, values)).all()


_COUNTS = text(
    f"""
    SELECT least(count(*) FILTER (WHERE assignee_id IS NULL), :most) AS unclaimed,
        least(count(*) FILTER (WHERE assignee_id = :officer) + (
            SELECT count(*) FROM conversation AS held WHERE held.holder_id = :officer AND NOT EXISTS (
                SELECT FROM ticket AS work WHERE work.conversation_id = held.id AND work.closed_at IS NULL
            )
        ), :most) AS mine,
        least(count(*) FILTER (WHERE state = 'citizen'), :most) AS citizen,
        least(count(*) FILTER (WHERE due_at < :near), :most) AS near,
        least(count(*) FILTER (WHERE due_at < :now), :most) AS missed,
        (
            SELECT count(*) FROM (SELECT FROM conversation WHERE {CLOSES_SOON} LIMIT :most) AS silent
        ) AS closing,
        (
            SELECT count(*) FROM (SELECT FROM event WHERE {STILL} AND NOT {ONLY_TELLS} LIMIT :most) AS unseen
        ) AS attention
    FROM ticket WHERE closed_at IS NULL
    """  # noqa: S608  our own words
).bindparams(
    bindparam("near", type_=DateTime(timezone=True)),
    bindparam("now", type_=DateTime(timezone=True)),
    bindparam("soon", type_=DateTime(timezone=True)),
    bindparam("officer", type_=BigInteger),
)


async def counts(tx: Transaction, which: Slice, *, most: int) -> Row[Any]:
    """Return how many there are in each queue, at most `most`, and how many events nobody has seen."""
    values = {name: getattr(which, name) for name in ("officer", "now", "near", "soon", "limits")}
    values["most"] = most
    return (await tx.execute(_COUNTS, values)).one()


_CHOICES = text(
    """
    SELECT
        ARRAY(SELECT DISTINCT unnest(tags) AS tag FROM ticket WHERE closed_at IS NULL ORDER BY tag LIMIT 100)
            AS tags,
        ARRAY(
            SELECT jsonb_build_array(id, name) FROM officer
            WHERE disabled_at IS NULL
                OR EXISTS (SELECT FROM ticket WHERE assignee_id = officer.id AND closed_at IS NULL)
                OR EXISTS (SELECT FROM conversation WHERE holder_id = officer.id)
            ORDER BY name, id LIMIT 500
        ) AS officers
    """
)


async def choices(tx: Transaction) -> tuple[list[str], list[tuple[int, str]]]:
    """Return the tags of open tickets, and the officers who work here or still hold something."""
    row = (await tx.execute(_CHOICES)).one()
    return list(row.tags), [(int(each[0]), str(each[1])) for each in row.officers]
