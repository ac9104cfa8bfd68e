"""The messages behind a figure that counts messages, the newest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, BindParameter, DateTime, Text, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY

from bot.store.database import Transaction
from bot.store.desk.behind import OF_MESSAGES, within
from handoff.reports.figures import Scope
from handoff.reports.sayings import Sayings

FIRST_WORDS = 300  # characters of a message


@dataclass(frozen=True, slots=True)
class Said:
    """A message; `topic` is the label it counts for, empty where topics are not counted."""

    id: int
    topic: str
    conversation_id: int
    at: datetime
    channel: str
    name: str
    words: str | None


# Of a reply that says that nothing was understood, the question is what the citizen had last written before.
_SAID = """
    SELECT message.id, {topic} AS topic, message.conversation_id, message.created_at, contact.channel,
        coalesce(person.name, contact.name, contact.phone, contact.address) AS name, left({words}, :length) AS words
    FROM message
    LEFT JOIN delivery ON delivery.message_id = message.id AND message.author = 'bot'
    JOIN conversation ON conversation.id = message.conversation_id
    JOIN contact ON contact.id = conversation.contact_id
    JOIN person ON person.id = contact.person_id
    {topics}
    WHERE message.created_at >= :since AND message.created_at < :until AND {counted} {scope}
        AND (message.id, {topic}) < (:before, :before_topic)
    ORDER BY message.id DESC, topic DESC LIMIT :most
"""
_TOPICS = "CROSS JOIN jsonb_array_elements_text(message.understood -> 'topics') AS asked (label)"
_QUESTION = """(
        SELECT nullif(question.text, '') FROM message AS question
        WHERE question.conversation_id = message.conversation_id AND question.author = 'citizen'
            AND question.id < message.id
        ORDER BY question.id DESC LIMIT 1
    )"""
_TYPES = (
    bindparam("since", type_=DateTime(timezone=True)),
    bindparam("until", type_=DateTime(timezone=True)),
    bindparam("before", type_=BigInteger),
    bindparam("before_topic", type_=Text),
)


async def said(
    tx: Transaction,
    which: Sayings,
    since: datetime,
    until: datetime,
    scope: Scope,
    *,
    topics: Sequence[str] = (),
    before: tuple[int, str],
    most: int,
) -> list[Said]:
    """Return messages that were counted, before another (id, topic); of `topic` those with one of `topics`."""
    sql = _query(which, scope)
    types: list[BindParameter[Any]] = [*_TYPES]
    values: dict[str, object] = {
        "since": since, "until": until, "before": before[0], "before_topic": before[1], "most": most,
        "length": FIRST_WORDS, "channel": scope.channel, "kind": scope.kind, "assignee": scope.officer_id,
        "topics": list(topics),
    }  # fmt: skip
    if which == "topic":
        types.append(bindparam("topics", type_=ARRAY(Text)))
    used = {name: value for name, value in values.items() if f":{name}" in sql}
    return [Said(*row) for row in await tx.execute(text(sql).bindparams(*types), used)]


def _query(which: Sayings, scope: Scope) -> str:
    of_topics, of_replies = which == "topic", which == "replies"
    counted = OF_MESSAGES[which] + (" AND asked.label = ANY(:topics)" if of_topics else "")
    by_officer = scope.officer_id is not None
    narrow = ""
    if scope.channel is not None or scope.kind is not None or (by_officer and not of_replies):
        inside = within(
            channel=scope.channel is not None,
            kind=scope.kind is not None,
            officer=by_officer and not of_replies,
        )
        narrow = f" AND message.conversation_id IN ({inside})"
    if by_officer and of_replies:
        narrow += " AND message.officer_id = :assignee"
    return _SAID.format(
        topic="asked.label" if of_topics else "''",
        words=_QUESTION if which == "not_understood" else "nullif(message.text, '')",
        topics=_TOPICS if of_topics else "",
        counted=counted,
        scope=narrow,
    )
