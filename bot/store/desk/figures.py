"""What happened within a period: rows that reports count. Half-open spans of moments, `since` included, `until` not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, Text, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import TypeEngine

from bot.store.database import Transaction
from bot.store.desk.behind import BY_BOT, CAME, OF_MESSAGES, SERVICE, within
from handoff.deadline import Pause
from handoff.reports.figures import Scope
from handoff.ticket import Kind, State


@dataclass(frozen=True, slots=True)
class Arrival:
    """A conversation that began: its channel, its service (empty: unknown), whether the bot alone answered it."""

    channel: str
    service: str
    is_by_bot: bool
    count: int


@dataclass(frozen=True, slots=True)
class Work:
    """A ticket that began, ended, was first answered or fell due within the period, or was open at its end."""

    id: int
    kind: Kind
    state: State
    channel: str
    officer_id: int | None
    opened_at: datetime
    clear_at: datetime | None
    due_at: datetime | None
    claimed_at: datetime | None
    answered_at: datetime | None
    closed_at: datetime | None


_TYPES: dict[str, TypeEngine[Any]] = {
    "since": DateTime(timezone=True),
    "until": DateTime(timezone=True),
    "channel": Text(),
    "kind": Text(),
    "zone": Text(),
    "assignee": BigInteger(),
}


async def _of(
    tx: Transaction, query: str, since: datetime, until: datetime, scope: Scope, *narrow: str, **more: Any
) -> Any:
    """Return what a query finds within a span and a scope; each of `narrow` stands where the query says {scope}."""
    given = {"channel": scope.channel, "kind": scope.kind, "assignee": scope.officer_id}
    wanted = {name: value for name, value in given.items() if value is not None}
    conditions = "".join(narrow)
    sql = query.replace("{scope}", conditions)
    values = {"since": since, "until": until, **wanted, **more}
    used = {name: value for name, value in values.items() if f":{name}" in sql}
    types = [bindparam(name, type_=_TYPES[name]) for name in used if name in _TYPES]
    return await tx.execute(text(sql).bindparams(*types), used)


def _in(column: str, scope: Scope, *, officer: bool = True) -> str:
    """Return the condition that a row is of a conversation within the scope; nothing where all are."""
    by_officer = officer and scope.officer_id is not None
    if scope.channel is None and scope.kind is None and not by_officer:
        return ""
    found = within(channel=scope.channel is not None, kind=scope.kind is not None, officer=by_officer)
    return f" AND {column} IN ({found})"


_ARRIVALS = f"""
    SELECT channel, service, is_by_bot, count(*) AS count
    FROM (
        SELECT contact.channel, {SERVICE} AS service, {BY_BOT} AS is_by_bot
        FROM conversation
        JOIN contact ON contact.id = conversation.contact_id
        WHERE {CAME} {{scope}}
    ) AS begun
    GROUP BY 1, 2, 3
"""  # noqa: S608  our own words


async def arrivals(tx: Transaction, since: datetime, until: datetime, scope: Scope) -> list[Arrival]:
    """Return the conversations that began, counted by what they have in common."""
    rows = await _of(tx, _ARRIVALS, since, until, scope, _in("conversation.id", scope))
    return [Arrival(*row) for row in rows]


_CAME = f"""
    SELECT (conversation.opened_at AT TIME ZONE :zone)::date AS day, contact.channel, count(*) AS count
    FROM conversation JOIN contact ON contact.id = conversation.contact_id
    WHERE {CAME} {{scope}}
    GROUP BY 1, 2
"""  # noqa: S608  our own words


async def came(
    tx: Transaction, since: datetime, until: datetime, scope: Scope, *, zone: str
) -> list[tuple[date, str, int]]:
    """Return how many conversations began on each day of a zone (IANA name), by channel."""
    rows = await _of(tx, _CAME, since, until, scope, _in("conversation.id", scope), zone=zone)
    return [(row.day, row.channel, row.count) for row in rows]


_WORK = """
    SELECT ticket.id, ticket.kind, ticket.state, contact.channel, ticket.assignee_id, ticket.opened_at,
        ticket.clear_at, ticket.due_at, ticket.claimed_at, ticket.answered_at, ticket.closed_at
    FROM ticket
    JOIN conversation ON conversation.id = ticket.conversation_id
    JOIN contact ON contact.id = conversation.contact_id
    WHERE ticket.merged_into_id IS NULL AND ticket.opened_at < :until
        AND (ticket.closed_at IS NULL OR ticket.closed_at >= :since
            OR ticket.kind = 'pengaduan' AND ticket.answered_at >= :since) {scope}
    ORDER BY ticket.id
"""


async def work(tx: Transaction, since: datetime, until: datetime, scope: Scope) -> list[Work]:
    """Return the tickets that were open at any moment of the period; one that went on in another is left out."""
    narrow = (
        "" if scope.channel is None else " AND contact.channel = :channel",
        "" if scope.kind is None else " AND ticket.kind = :kind",
        "" if scope.officer_id is None else " AND ticket.assignee_id = :assignee",
    )
    rows = await _of(tx, _WORK, since, until, scope, *narrow)
    return [Work(*row) for row in rows]


_PAUSES = text(
    "SELECT ticket_id, from_at, to_at FROM ticket_pause WHERE ticket_id = ANY(:tickets) ORDER BY from_at"
).bindparams(bindparam("tickets", type_=ARRAY(BigInteger)))


async def pauses(tx: Transaction, tickets: Sequence[int]) -> dict[int, list[Pause]]:
    """Return when each of those tickets waited for the citizen, in order."""
    found: dict[int, list[Pause]] = defaultdict(list)
    for row in await tx.execute(_PAUSES, {"tickets": list(tickets)}):
        found[row.ticket_id].append(Pause(row.from_at, row.to_at))
    return found


@dataclass(frozen=True, slots=True)
class Talk:
    """How many messages citizens wrote, how many of them the bot answered, and how many it did not understand."""

    messages: int
    questions: int
    not_understood: int


_TALK = f"""
    SELECT
        count(*) FILTER (WHERE {OF_MESSAGES["messages"]}) AS messages,
        count(*) FILTER (WHERE {OF_MESSAGES["questions"]}) AS questions,
        count(*) FILTER (WHERE {OF_MESSAGES["not_understood"]}) AS not_understood
    FROM message LEFT JOIN delivery ON delivery.message_id = message.id AND message.author = 'bot'
    WHERE message.created_at >= :since AND message.created_at < :until {{scope}}
"""  # noqa: S608  our own words


async def talk(tx: Transaction, since: datetime, until: datetime, scope: Scope) -> Talk:
    """Count what was said."""
    narrow = _in("message.conversation_id", scope)
    found = await _of(tx, _TALK, since, until, scope, narrow)
    row = found.one()
    return Talk(row.messages, row.questions, row.not_understood)


_TOPICS = f"""
    SELECT topic, count(*) AS times
    FROM message, jsonb_array_elements_text(message.understood -> 'topics') AS topic
    WHERE message.created_at >= :since AND message.created_at < :until AND {OF_MESSAGES["topic"]} {{scope}}
    GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT :most
"""  # noqa: S608  our own words


async def topics(
    tx: Transaction, since: datetime, until: datetime, scope: Scope, *, most: int
) -> list[tuple[str, int]]:
    """Return what was asked, by label ("konsultasi/biaya"), the most frequent first."""
    rows = await _of(tx, _TOPICS, since, until, scope, _in("message.conversation_id", scope), most=most)
    return [(row.topic, row.times) for row in rows]


_REPLIES = f"""
    SELECT message.officer_id, count(*) AS times FROM message
    WHERE message.created_at >= :since AND message.created_at < :until AND {OF_MESSAGES["replies"]} {{scope}}
    GROUP BY 1
"""  # noqa: S608  our own words


async def replies(tx: Transaction, since: datetime, until: datetime, scope: Scope) -> dict[int, int]:
    """Return how many replies each officer wrote."""
    narrow = (
        _in("message.conversation_id", scope, officer=False),
        "" if scope.officer_id is None else " AND message.officer_id = :assignee",
    )
    rows = await _of(tx, _REPLIES, since, until, scope, *narrow)
    return {row.officer_id: row.times for row in rows}


@dataclass(frozen=True, slots=True)
class Rated:
    """How often a score was given (None: asked for, in whichever period it was answered), by whose consultation."""

    officer_id: int | None
    score: int | None
    count: int


_RATED = """
    SELECT officer_id, score, count(*) AS count FROM rating
    WHERE rated_at >= :since AND rated_at < :until {scope} GROUP BY 1, 2
    UNION ALL
    SELECT officer_id, NULL, count(*) FROM rating
    WHERE asked_at >= :since AND asked_at < :until {scope} GROUP BY 1
"""


async def rated(tx: Transaction, since: datetime, until: datetime, scope: Scope) -> list[Rated]:
    """Return the ratings that were given and asked for within the period."""
    narrow = (
        _in("conversation_id", scope, officer=False),
        "" if scope.officer_id is None else " AND officer_id = :assignee",
    )
    return [Rated(*row) for row in await _of(tx, _RATED, since, until, scope, *narrow)]


_NAMES = text("SELECT id, name FROM officer WHERE id = ANY(:officers)").bindparams(
    bindparam("officers", type_=ARRAY(BigInteger))
)


async def names(tx: Transaction, officers: Sequence[int]) -> dict[int, str]:
    """Return the names of officers by id."""
    rows = await tx.execute(_NAMES, {"officers": list(officers)})
    return {row.id: row.name for row in rows}
