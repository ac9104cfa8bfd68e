"""Finding conversations by words of messages, by names, by addresses and by tickets' numbers.

The newest come first. A word that is in many messages is found among the newest ones without the index, which would
name all of them; a rare one by the index. What either looks at is bounded, so that no word is slow.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, Row, Text, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import TypeEngine

from bot.store.database import Transaction
from bot.store.desk.inbox import TYPES, Slice

RECENT = 1_000  # messages that are looked into one by one, and their characters
MORE_RECENT = 5_000  # when a word is in so many of these that the index would name too many
RECENT_LENGTH = 2_000
COMMON = 100  # messages of RECENT that make a word such a one
NAMED = 300  # people of a name
CANDIDATES = 2_000  # of what the index finds, the newest
EXCERPT = 5_000  # characters in which the place of the words is shown
LONGEST = 200  # characters of a question
MOST_WORDS = 12
SHORTEST_BEGINNING = 3  # characters from which the last word may be the beginning of one
START, STOP = "\ue000", "\ue001"  # private use: around what was found
_WORD = re.compile(r"\w+(?:[@.\-/']\w+)*")
_NUMBER = re.compile(r"[a-z]{3}-[\d-]*|[a-z]{3}-?\d{4}-?\d*", re.IGNORECASE | re.ASCII)
_TELEPHONE = re.compile(r"[+\d][\d\s().-]{6,}")


@dataclass(frozen=True, slots=True)
class Hit:
    """A conversation that was found; by a ticket's number, by a message, or by neither: by a name."""

    conversation: int
    ticket: int | None = None
    message: int | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """What messages tell: conversations, the newest message first, and how many messages it were."""

    hits: list[Hit]
    messages: int

    @property
    def is_common(self) -> bool:
        """Tell whether the words are in so many messages that the index would name too many."""
        return self.messages >= COMMON


def question(words: str) -> str | None:
    """Return a tsquery for all of the words, the last of which may be a beginning; None without any word."""
    found = [each.lower() for each in _WORD.findall(words[:LONGEST])][:MOST_WORDS]
    if not found:
        return None
    quoted = ["'" + each.replace("'", "''") + "'" for each in found]
    if len(found[-1]) >= SHORTEST_BEGINNING and not words[-1:].isspace():
        quoted[-1] += ":*"
    return " & ".join(quoted)


def addresses(words: str) -> list[str]:
    """Return what the words may be of a person: a mail address, or a telephone number as Indonesians write it."""
    said = words.strip()
    if "@" in said:
        return [said.lower()]
    if not _TELEPHONE.fullmatch(said):
        return []
    digits = re.sub(r"\D", "", said)
    national = f"62{digits[1:]}" if digits.startswith("0") else digits
    return [f"+{national}"]


# Somebody writes under several addresses, and has told a name besides the one that a channel shows.
_NAMED = text(
    """
    SELECT conversation.id FROM conversation
    WHERE contact_id IN (
        (
            SELECT contact.id FROM contact
            WHERE to_tsvector('simple', left(name, 500)) @@ to_tsquery('simple', :question)
            ORDER BY id DESC LIMIT :most
        ) UNION (
            SELECT contact.id FROM person JOIN contact ON contact.person_id = person.id
            WHERE to_tsvector('simple', left(person.name, 500)) @@ to_tsquery('simple', :question)
            ORDER BY contact.id DESC LIMIT :most
        ) UNION (
            SELECT contact.id FROM contact WHERE address = ANY(:addresses) LIMIT :most
        ) UNION (
            SELECT contact.id FROM contact WHERE phone = ANY(:addresses) LIMIT :most
        )
    )
    ORDER BY conversation.id DESC LIMIT :most
    """
).bindparams(bindparam("addresses", type_=ARRAY(Text)))
_NUMBERED = text(
    "SELECT id, conversation_id FROM ticket WHERE number LIKE :beginning ORDER BY id DESC LIMIT :most"
)
_WORDS = "to_tsvector('simple', left(coalesce(subject || ' ', '') || text, {length}))"
_AMONG_RECENT = text(
    f"""
    SELECT id, conversation_id FROM (
        SELECT id, conversation_id, subject, text FROM message ORDER BY id DESC LIMIT :recent
    ) AS newest
    WHERE {_WORDS.format(length=RECENT_LENGTH)} @@ to_tsquery('simple', :question)
    ORDER BY id DESC
    """  # noqa: S608  our own words
)
# OFFSET 0 keeps the order out of the search: else PostgreSQL may look into every message from the newest on.
_BY_INDEX = text(
    f"""
    SELECT id, conversation_id FROM (
        SELECT id, conversation_id FROM message
        WHERE {_WORDS.format(length=20000)} @@ to_tsquery('simple', :question) OFFSET 0
    ) AS found
    ORDER BY id DESC LIMIT :most
    """  # noqa: S608
)


async def by_number_and_name(tx: Transaction, words: str, *, most: int = NAMED) -> list[Hit]:
    """Return conversations of tickets whose number begins so, then of people of that name or address."""
    hits = []
    if _NUMBER.fullmatch(words.strip()):
        beginning = words.strip().upper().replace("_", "") + "%"
        rows = await tx.execute(_NUMBERED, {"beginning": beginning, "most": most})
        hits = [Hit(row.conversation_id, ticket=row.id) for row in rows]
    asked = question(words)
    if asked is not None and not hits:
        values = {"question": asked, "addresses": addresses(words), "most": most}
        hits += [Hit(row.id) for row in await tx.execute(_NAMED, values)]
    return hits


async def by_recent_words(tx: Transaction, words: str, *, recent: int = RECENT) -> Found:
    """Return conversations with one of the newest messages that has these words."""
    return await _said(tx, _AMONG_RECENT, words, recent=recent)


async def by_words(tx: Transaction, words: str) -> Found:
    """Return conversations with a message that has these words."""
    return await _said(tx, _BY_INDEX, words, most=CANDIDATES)


async def _said(tx: Transaction, query: Any, words: str, **bounds: int) -> Found:
    """Return each conversation once, with the newest of its messages that were found."""
    asked = question(words)
    if asked is None:
        return Found([], 0)
    rows = (await tx.execute(query, {"question": asked, **bounds})).all()
    hits: dict[int, Hit] = {}
    for row in rows:
        hits.setdefault(row.conversation_id, Hit(row.conversation_id, message=row.id))
    return Found(list(hits.values()), len(rows))


async def narrowed(tx: Transaction, hits: Sequence[Hit], which: Slice, *, most: int) -> Sequence[Row[Any]]:
    """Return `conversation`, `ticket` and `message` of those hits that are in a slice, in their order."""
    sql = f"""
        SELECT conversation.id AS conversation, ticket.id AS ticket, wanted.message
        FROM unnest(:conversations, :tickets, :messages) WITH ORDINALITY
            AS wanted (conversation, ticket, message, place)
        JOIN conversation ON conversation.id = wanted.conversation
        JOIN contact ON contact.id = conversation.contact_id
        LEFT JOIN LATERAL (
            SELECT * FROM ticket
            WHERE ticket.conversation_id = conversation.id AND ticket.id = coalesce(wanted.ticket, ticket.id)
            ORDER BY closed_at IS NULL DESC, ticket.id DESC LIMIT 1
        ) AS ticket ON true
        WHERE {" AND ".join(which.conditions())}
        ORDER BY wanted.place LIMIT :most
    """  # noqa: S608
    values: dict[str, Any] = {
        **which.values(),
        "conversations": [hit.conversation for hit in hits],
        "tickets": [hit.ticket for hit in hits],
        "messages": [hit.message for hit in hits],
        "most": most,
    }
    used = {name: value for name, value in values.items() if f":{name}" in sql}
    known: dict[str, TypeEngine[Any]] = {
        **TYPES,
        **dict.fromkeys(("conversations", "tickets", "messages"), ARRAY(BigInteger)),
    }
    types = [bindparam(name, type_=known[name]) for name in used if name in known]
    return (await tx.execute(text(sql).bindparams(*types), used)).all()


_EXCERPTS = text(
    f"""
    SELECT id, ts_headline(
        'simple', left(coalesce(subject || ' ', '') || text, {EXCERPT}), to_tsquery('simple', :question), :options
    ) AS excerpt
    FROM message WHERE id = ANY(:messages)
    """  # noqa: S608
).bindparams(bindparam("messages", type_=ARRAY(BigInteger)))
_OPTIONS = f"StartSel={START}, StopSel={STOP}, MinWords=10, MaxWords=20, MaxFragments=1"


async def excerpts(tx: Transaction, messages: Sequence[int], words: str) -> dict[int, str]:
    """Return what stands around the words in these messages, the words between `START` and `STOP`."""
    asked = question(words)
    if asked is None or not messages:
        return {}
    values = {"messages": list(messages), "question": asked, "options": _OPTIONS}
    return {row.id: row.excerpt for row in await tx.execute(_EXCERPTS, values)}
