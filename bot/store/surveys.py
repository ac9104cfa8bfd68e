"""Satisfaction surveys: the questionnaire's versions, campaigns, and what was answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, DateTime, bindparam, text
from sqlalchemy.dialects.postgresql import JSONB

from bot.store.database import Transaction

_NOW = bindparam("now", type_=DateTime(timezone=True))


@dataclass(frozen=True, slots=True)
class Running:
    """A survey that runs on a day, with its questionnaire as it is written down."""

    id: int
    title: str
    content: Mapping[str, Any]


_RUNNING = text(
    """
    SELECT survey.id, survey.title, survey_instrument.content
    FROM survey JOIN survey_instrument ON survey_instrument.version = survey.version
    WHERE survey.opens_on <= :today AND survey.closes_on >= :today
    ORDER BY survey.opens_on DESC, survey.id DESC LIMIT 1
    """
).bindparams(bindparam("today", type_=Date()))


async def running(tx: Transaction, today: date) -> Running | None:
    """Return the survey that runs on a day, the newest of several."""
    row = (await tx.execute(_RUNNING, {"today": today})).one_or_none()
    return None if row is None else Running(row.id, row.title, row.content)


@dataclass(frozen=True, slots=True)
class Kept:
    """A person's sheet in a survey."""

    id: int
    scores: Mapping[str, int]
    is_finished: bool


_SHEET = text(
    """
    SELECT id, scores, finished_at IS NOT NULL AS is_finished FROM survey_sheet
    WHERE survey_id = :survey AND person_id = :person
    """
)


async def sheet(tx: Transaction, survey_id: int, person_id: int) -> Kept | None:
    """Return what a person has answered in a survey, None when nothing was begun."""
    row = (await tx.execute(_SHEET, {"survey": survey_id, "person": person_id})).one_or_none()
    return None if row is None else Kept(row.id, row.scores, row.is_finished)


_BEGIN = text(
    """
    INSERT INTO survey_sheet (survey_id, person_id, conversation_id, service, channel, invited_at, started_at)
    SELECT :survey, contact.person_id, conversation.id,
        coalesce(
            (SELECT kind FROM ticket WHERE ticket.conversation_id = conversation.id ORDER BY id LIMIT 1),
            conversation.context #>> '{subject,service}', ''
        ),
        contact.channel, :now, :now
    FROM conversation JOIN contact ON contact.id = conversation.contact_id
    WHERE conversation.id = :conversation
    ON CONFLICT (survey_id, person_id) DO UPDATE
    SET started_at = coalesce(survey_sheet.started_at, excluded.started_at)
    RETURNING id
    """
).bindparams(_NOW)


async def begin(tx: Transaction, survey_id: int, *, conversation_id: int, now: datetime) -> int:
    """Begin the sheet of a conversation's person, or take up the one that was begun; return its id."""
    made = await tx.execute(_BEGIN, {"survey": survey_id, "conversation": conversation_id, "now": now})
    return int(made.scalar_one())


_ANSWER = text(
    """
    UPDATE survey_sheet
    SET scores = CASE WHEN CAST(:score AS smallint) IS NULL THEN scores - CAST(:code AS text)
        ELSE scores || jsonb_build_object(CAST(:code AS text), CAST(:score AS smallint)) END
    WHERE id = :sheet AND finished_at IS NULL
    """
)


async def answer(tx: Transaction, sheet_id: int, code: str, score: int | None) -> None:
    """Keep the answer to one element, None: left out. A finished sheet stays as it is."""
    await tx.execute(_ANSWER, {"sheet": sheet_id, "code": code, "score": score})


_FINISH = text(
    """
    UPDATE survey_sheet SET profile = :profile, remark = :remark, finished_at = :now
    WHERE id = :sheet AND finished_at IS NULL
    """
).bindparams(_NOW, bindparam("profile", type_=JSONB))


async def finish(
    tx: Transaction, sheet_id: int, *, profile: Mapping[str, str], remark: str, now: datetime
) -> None:
    """End a sheet: it is counted from now on."""
    values = {"sheet": sheet_id, "profile": dict(profile), "remark": remark or None, "now": now}
    await tx.execute(_FINISH, values)


@dataclass(frozen=True, slots=True)
class Invited:
    """What a survey link is for, locked."""

    id: int
    title: str
    closes_on: date
    content: Mapping[str, Any]
    language: str
    scores: Mapping[str, int]
    is_finished: bool


_BY_LINK = text(
    """
    SELECT survey_sheet.id, survey.title, survey.closes_on, survey_instrument.content,
        coalesce(contact.language, 'id') AS language, survey_sheet.scores,
        survey_sheet.finished_at IS NOT NULL AS is_finished
    FROM survey_sheet
    JOIN survey ON survey.id = survey_sheet.survey_id
    JOIN survey_instrument ON survey_instrument.version = survey.version
    LEFT JOIN conversation ON conversation.id = survey_sheet.conversation_id
    LEFT JOIN contact ON contact.id = conversation.contact_id
    WHERE survey_sheet.digest = :digest FOR UPDATE OF survey_sheet
    """
)


async def by_link(tx: Transaction, digest: bytes) -> Invited | None:
    """Return the sheet that an invitation's link is for, None when there is none."""
    row = (await tx.execute(_BY_LINK, {"digest": digest})).one_or_none()
    return None if row is None else Invited(*row)


_START = text("UPDATE survey_sheet SET started_at = coalesce(started_at, :now) WHERE id = :sheet").bindparams(
    _NOW
)


async def start(tx: Transaction, sheet_id: int, *, now: datetime) -> None:
    """Note that somebody begins to answer, once."""
    await tx.execute(_START, {"sheet": sheet_id, "now": now})
