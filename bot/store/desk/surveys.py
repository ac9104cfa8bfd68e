"""Surveys for officers: versions of the questionnaire, campaigns, who can be invited, what was answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, DateTime, bindparam, text
from sqlalchemy.dialects.postgresql import JSONB

from bot.store.database import Transaction
from bot.store.surveys import IS_ONLY_SURVEY
from handoff.ports.surveys import Campaign, Filled, Plan, Version

_NOW = bindparam("now", type_=DateTime(timezone=True))
_DAYS = (bindparam("opens", type_=Date()), bindparam("closes", type_=Date()))

_NEWEST = text("SELECT version, content FROM survey_instrument ORDER BY version DESC LIMIT 1")


async def newest(tx: Transaction) -> Version | None:
    """Return the newest version of the questionnaire, None while none was kept."""
    row = (await tx.execute(_NEWEST)).one_or_none()
    return None if row is None else Version(row.version, row.content)


_KEEP_VERSION = text(
    """
    INSERT INTO survey_instrument (version, content, made_by, made_at)
    VALUES (:version, :content, :officer, :now) ON CONFLICT (version) DO NOTHING RETURNING version
    """
).bindparams(_NOW, bindparam("content", type_=JSONB))


async def keep_version(
    tx: Transaction, number: int, content: Mapping[str, Any], *, officer_id: int | None, now: datetime
) -> bool:
    """Keep a version; False when there is one of that number, which stays as it is."""
    values = {"version": number, "content": dict(content), "officer": officer_id, "now": now}
    return (await tx.execute(_KEEP_VERSION, values)).scalar_one_or_none() is not None


_MAKE = text(
    """
    INSERT INTO survey (title, version, opens_on, closes_on, population, target, made_by, made_at)
    VALUES (:title, :version, :opens, :closes, :population, :target, :officer, :now) RETURNING id
    """
).bindparams(_NOW, *_DAYS)


async def make(tx: Transaction, plan: Plan, *, version: int, officer_id: int, now: datetime) -> int:
    """Keep a survey; return its id."""
    values = {
        "title": plan.title,
        "version": version,
        "opens": plan.opens_on,
        "closes": plan.closes_on,
        "population": plan.population,
        "target": plan.target,
        "officer": officer_id,
        "now": now,
    }
    return int((await tx.execute(_MAKE, values)).scalar_one())


_CAMPAIGNS = """
    SELECT survey.id, survey.title, survey.version, survey.opens_on, survey.closes_on, survey.population,
        survey.target, count(survey_sheet.id), count(survey_sheet.started_at), count(survey_sheet.finished_at)
    FROM survey LEFT JOIN survey_sheet ON survey_sheet.survey_id = survey.id
"""
_EVERY = text(f"{_CAMPAIGNS} GROUP BY survey.id ORDER BY survey.opens_on DESC, survey.id DESC LIMIT :most")
_ONE = text(f"{_CAMPAIGNS} WHERE survey.id = :survey GROUP BY survey.id")
_ENDED = text(
    f"{_CAMPAIGNS} WHERE survey.closes_on BETWEEN :opens AND :closes GROUP BY survey.id"
    " ORDER BY survey.closes_on, survey.id"
).bindparams(*_DAYS)


async def every(tx: Transaction, *, most: int) -> list[Campaign]:
    """Return the newest surveys."""
    return [Campaign(*row) for row in await tx.execute(_EVERY, {"most": most})]


async def one(tx: Transaction, survey_id: int) -> Campaign | None:
    """Return a survey, None without one."""
    row = (await tx.execute(_ONE, {"survey": survey_id})).one_or_none()
    return None if row is None else Campaign(*row)


async def ended(tx: Transaction, first: date, last: date) -> list[Campaign]:
    """Return the surveys whose last day is within these days, in the order in which they ended."""
    return [Campaign(*row) for row in await tx.execute(_ENDED, {"opens": first, "closes": last})]


_CONTENT = text(
    """
    SELECT survey_instrument.content FROM survey
    JOIN survey_instrument ON survey_instrument.version = survey.version WHERE survey.id = :survey
    """
)


async def content(tx: Transaction, survey_id: int) -> Mapping[str, Any] | None:
    """Return a survey's questionnaire as it is written down, None without such a survey."""
    found: Mapping[str, Any] | None = (await tx.execute(_CONTENT, {"survey": survey_id})).scalar_one_or_none()
    return found


_FILLED = text(
    """
    SELECT service, channel, scores, profile, coalesce(remark, '') FROM survey_sheet
    WHERE survey_id = :survey AND finished_at IS NOT NULL ORDER BY finished_at DESC, id DESC
    """
)


async def filled(tx: Transaction, survey_id: int) -> list[Filled]:
    """Return the finished questionnaires, the newest first."""
    return [Filled(*row) for row in await tx.execute(_FILLED, {"survey": survey_id})]


@dataclass(frozen=True, slots=True)
class Served:
    """A person who can be invited, by their newest conversation of the period; `writes_letters`: it is by mail."""

    conversation_id: int
    person_id: int
    channel: str
    language: str
    service: str
    writes_letters: bool


# Whoever was asked in this survey before, also as somebody they were joined with, is not asked again.
_SERVED = text(
    f"""
    SELECT DISTINCT ON (contact.person_id) conversation.id, contact.person_id, contact.channel, contact.language,
        coalesce(
            (SELECT kind FROM ticket WHERE ticket.conversation_id = conversation.id ORDER BY id LIMIT 1),
            conversation.context #>> '{{subject,service}}', ''
        ),
        EXISTS (
            SELECT FROM message WHERE message.conversation_id = conversation.id AND message.author = 'citizen'
                AND message.reply_id IS NOT NULL
        )
    FROM conversation
    JOIN contact ON contact.id = conversation.contact_id
    JOIN person ON person.id = contact.person_id
    WHERE conversation.closed_at >= :since AND conversation.closed_at < :until
        AND conversation.forgotten_at IS NULL AND person.erased_at IS NULL
        AND contact.opted_out_at IS NULL AND contact.unreachable IS NULL
        AND conversation.last_outbound_at IS NOT NULL  -- one of our answers was sent
        AND NOT {IS_ONLY_SURVEY}
        AND NOT EXISTS (
            SELECT 1 FROM survey_sheet
            WHERE survey_sheet.survey_id = :survey AND survey_sheet.person_id = contact.person_id
        )
        AND NOT EXISTS (
            SELECT 1 FROM person AS other JOIN survey_sheet ON survey_sheet.person_id = other.id
            WHERE survey_sheet.survey_id = :survey AND other.joined_into_id = contact.person_id
        )
    ORDER BY contact.person_id, conversation.closed_at DESC, conversation.id DESC
    LIMIT :most
    """  # noqa: S608  our own words
).bindparams(
    bindparam("since", type_=DateTime(timezone=True)), bindparam("until", type_=DateTime(timezone=True))
)


async def served(
    tx: Transaction, survey_id: int, *, since: datetime, until: datetime, most: int
) -> Sequence[Served]:
    """Return who was served by a conversation that ended in this time, and was not yet asked in the survey."""
    values = {"survey": survey_id, "since": since, "until": until, "most": most}
    return [Served(*row) for row in await tx.execute(_SERVED, values)]


_HOLD = text(
    """
    SELECT person.erased_at IS NULL AND contact.opted_out_at IS NULL AS may_be_asked
    FROM conversation
    JOIN contact ON contact.id = conversation.contact_id
    JOIN person ON person.id = contact.person_id
    WHERE conversation.id = :conversation AND contact.person_id = :person AND conversation.forgotten_at IS NULL
    FOR UPDATE OF contact
    """
)


async def hold(tx: Transaction, who: Served) -> bool:
    """Lock a person's contact, as whoever keeps a message does; False when they may not be invited any more."""
    values = {"conversation": who.conversation_id, "person": who.person_id}
    return bool((await tx.execute(_HOLD, values)).scalar_one_or_none())


_INVITE = text(
    """
    INSERT INTO survey_sheet (survey_id, person_id, conversation_id, digest, service, channel, invited_at)
    VALUES (:survey, :person, :conversation, :digest, :service, :channel, :now)
    ON CONFLICT (survey_id, person_id) DO NOTHING RETURNING id
    """
).bindparams(_NOW)


async def invite(tx: Transaction, survey_id: int, who: Served, *, digest: bytes, now: datetime) -> bool:
    """Note an invitation by a link's digest; False when the person was asked in this survey before."""
    values = {
        "survey": survey_id,
        "person": who.person_id,
        "conversation": who.conversation_id,
        "digest": digest,
        "service": who.service,
        "channel": who.channel,
        "now": now,
    }
    return (await tx.execute(_INVITE, values)).scalar_one_or_none() is not None
