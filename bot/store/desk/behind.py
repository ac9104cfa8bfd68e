"""Which rows stand behind a figure of a report: the same words of SQL narrow the counting and find the list.

They are about `conversation`, `contact`, `ticket` and `message`, with the parameters since, until (the end not
included), channel, kind, assignee, now. See handoff/reports/counting.py for what is counted how.
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.store.conversations import IS_SEQUEL
from bot.store.surveys import IS_ONLY_SURVEY
from handoff.reports.figures import Figure
from handoff.reports.sayings import Sayings

SERVICE = """
    coalesce(
        (
            SELECT first.kind FROM ticket AS first WHERE first.conversation_id = conversation.id
            ORDER BY first.id LIMIT 1
        ),
        conversation.context #>> '{subject,service}', ''
    )
"""
"""What a conversation is about: its first ticket's kind, else what was asked about; empty while it is not clear."""

CAME = (
    "conversation.opened_at >= :since AND conversation.opened_at < :until"
    f" AND NOT {IS_ONLY_SURVEY} AND NOT {IS_SEQUEL}"
)
"""Of conversations that began because somebody wanted something."""
_RATING = (
    "EXISTS (SELECT FROM rating WHERE rating.conversation_id = conversation.id"
    " AND (CAST(:assignee AS bigint) IS NULL OR rating.officer_id = :assignee)"
)
_RATED = f"{_RATING} AND rating.rated_at >= :since AND rating.rated_at < :until"
_SAID_BY = "SELECT FROM message AS said WHERE said.conversation_id = conversation.id AND said.kind <> 'note'"
BY_BOT = f"""
    (
        NOT EXISTS (SELECT FROM ticket AS its WHERE its.conversation_id = conversation.id)
        AND EXISTS ({_SAID_BY} AND said.author = 'bot') AND NOT EXISTS ({_SAID_BY} AND said.author = 'officer')
    )
"""
"""Of conversations that the bot has answered, and nobody else."""
OF_CONVERSATIONS: Mapping[Figure, str] = {
    "arrivals": CAME,
    "by_bot": f"{CAME} AND {BY_BOT}",
    "rated": f"{_RATED})",
    "rated1": f"{_RATED} AND rating.score = 1)",
    "rated2": f"{_RATED} AND rating.score = 2)",
    "rated3": f"{_RATED} AND rating.score = 3)",
    "rated4": f"{_RATED} AND rating.score = 4)",
    "rated5": f"{_RATED} AND rating.score = 5)",
    "asked": f"{_RATING} AND rating.asked_at >= :since AND rating.asked_at < :until)",
}
_CLOSED = "ticket.closed_at >= :since AND ticket.closed_at < :until"
_OF_TICKETS: Mapping[Figure, str] = {
    "opened": "ticket.opened_at >= :since AND ticket.opened_at < :until",
    "done": f"ticket.state = 'done' AND {_CLOSED}",
    "idle": f"ticket.state = 'idle' AND {_CLOSED}",
    "cancelled": f"ticket.state = 'cancelled' AND {_CLOSED}",
    "open": "ticket.opened_at < :until AND (ticket.closed_at IS NULL OR ticket.closed_at >= :until)",
    "kept": f"ticket.state <> 'cancelled' AND ticket.closed_at <= ticket.due_at AND {_CLOSED}",
    "missed": "ticket.state <> 'cancelled' AND ticket.due_at >= :since AND ticket.due_at < :until"
    " AND ticket.due_at < :now AND coalesce(ticket.closed_at > ticket.due_at, true)",
    "answered": "ticket.answered_at >= :since AND ticket.answered_at < :until",
    "taken": "ticket.claimed_at >= :since AND ticket.claimed_at < :until",
}
OF_TICKETS: Mapping[Figure, str] = {
    name: f"ticket.merged_into_id IS NULL AND {sql}" for name, sql in _OF_TICKETS.items()
}

# Of `message` with the `delivery` of what the bot wrote, if any.
OF_MESSAGES: Mapping[Sayings, str] = {
    "messages": "message.author = 'citizen' AND message.kind = 'message'",
    # What a form asks for, or an officer is told, is no question.
    "questions": "message.author = 'citizen' AND message.kind = 'message'"
    " AND (message.understood #> '{topics,0}' IS NOT NULL OR message.understood ? 'unclear')",
    "not_understood": "message.author = 'bot'"
    " AND delivery.key IN ('suggest', 'not_understood', 'ticket_not_understood')",
    "replies": "message.author = 'officer' AND message.kind <> 'note' AND message.officer_id IS NOT NULL",
    "topic": "message.author = 'citizen' AND jsonb_typeof(message.understood -> 'topics') = 'array'",
}


def within(*, channel: bool, kind: bool, officer: bool) -> str:
    """Return a query of the conversations of a channel, a service, an officer, as far as these are asked for."""
    conditions = ["true"]
    if channel:
        conditions.append("contact.channel = :channel")
    if kind:
        conditions.append(f"{SERVICE} = :kind")
    if officer:
        conditions.append(HAD)
    return (
        "SELECT conversation.id FROM conversation JOIN contact ON contact.id = conversation.contact_id"  # noqa: S608
        f" WHERE {' AND '.join(conditions)}"
    )


HAD = "EXISTS (SELECT FROM ticket AS had WHERE had.conversation_id = conversation.id AND had.assignee_id = :assignee)"
"""Of conversations in which that officer works on a ticket."""
