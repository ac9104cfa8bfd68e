"""Satisfaction surveys: the questionnaire's versions, campaigns, and what was answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Date, DateTime, bindparam, text
from sqlalchemy.dialects.postgresql import JSONB

from bot.store.database import Transaction

_NOW = bindparam("now", type_=DateTime(timezone=True))

IS_ONLY_SURVEY = """
    (
        EXISTS (
            SELECT FROM message AS heard WHERE heard.conversation_id = conversation.id AND heard.author = 'citizen'
                AND heard.understood ? 'survey'
        ) AND NOT EXISTS (
            SELECT FROM message AS heard WHERE heard.conversation_id = conversation.id
                AND (
                    heard.author = 'officer' AND heard.kind <> 'note'
                    OR heard.author = 'citizen' AND heard.kind = 'message'
                        AND NOT coalesce(heard.understood ? 'survey', false)
                        AND NOT coalesce(
                            jsonb_array_length(heard.understood -> 'topics') > 0 AND heard.understood -> 'topics'
                                <@ CAST('["salam", "terima_kasih", "pamit"]' AS jsonb),
                            false
                        )
                )
        ) AND NOT EXISTS (SELECT FROM ticket AS its WHERE its.conversation_id = conversation.id)
    )
"""
"""Of conversations in which nothing was said but a survey's answers, and thanks: they are no consultation."""


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
    profile: Mapping[str, str]
    is_finished: bool


# Whoever was joined with somebody is one with them, whichever of the two had been asked.
_SAME_PERSON = """
    SELECT each.id FROM person AS each JOIN person AS this ON this.id = {person}
    WHERE coalesce(this.joined_into_id, this.id) IN (each.id, each.joined_into_id)
"""
_SHEET = text(
    f"""
    SELECT id, scores, profile, finished_at IS NOT NULL AS is_finished FROM survey_sheet
    WHERE survey_id = :survey AND (
        person_id = :person
        OR finished_at IS NOT NULL AND person_id IN ({_SAME_PERSON.format(person=":person")})
    )
    ORDER BY finished_at IS NULL LIMIT 1
    """  # noqa: S608  our own words
)


async def sheet(tx: Transaction, survey_id: int, person_id: int) -> Kept | None:
    """Return what a person has answered in a survey, None when nothing was begun; nobody hands in two."""
    row = (await tx.execute(_SHEET, {"survey": survey_id, "person": person_id})).one_or_none()
    return None if row is None else Kept(row.id, row.scores, row.profile, row.is_finished)


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


# One name of a sheet's object set to a value, or taken out where the value is NULL.
_SET = """
    UPDATE survey_sheet
    SET {column} = CASE WHEN CAST(:value AS {type}) IS NULL THEN {column} - CAST(:name AS text)
        ELSE {column} || jsonb_build_object(CAST(:name AS text), CAST(:value AS {type})) END
    WHERE id = :sheet AND finished_at IS NULL
"""
_ANSWER = text(_SET.format(column="scores", type="smallint"))


async def answer(tx: Transaction, sheet_id: int, code: str, score: int | None) -> None:
    """Keep the answer to one element, None: left out. A finished sheet stays as it is."""
    await tx.execute(_ANSWER, {"sheet": sheet_id, "name": code, "value": score})


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
    profile: Mapping[str, str]
    is_finished: bool


_BY_LINK = text(
    f"""
    SELECT survey_sheet.id, survey.title, survey.closes_on, survey_instrument.content,
        coalesce(contact.language, 'id') AS language, survey_sheet.scores, survey_sheet.profile,
        survey_sheet.finished_at IS NOT NULL OR EXISTS (
            SELECT FROM survey_sheet AS other
            WHERE other.survey_id = survey.id AND other.finished_at IS NOT NULL
                AND other.person_id IN ({_SAME_PERSON.format(person="survey_sheet.person_id")})
        ) AS is_finished
    FROM survey_sheet
    JOIN survey ON survey.id = survey_sheet.survey_id
    JOIN survey_instrument ON survey_instrument.version = survey.version
    LEFT JOIN conversation ON conversation.id = survey_sheet.conversation_id
    LEFT JOIN contact ON contact.id = conversation.contact_id
    WHERE survey_sheet.digest = :digest FOR UPDATE OF survey_sheet
    """  # noqa: S608  our own words
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


KNOWN_FOR = 30
"""Days after a survey's end for which somebody who comes too late is told so."""


@dataclass(frozen=True, slots=True)
class Mine:
    """The sheet that a person may mean, locked. `is_over`: the survey's last day has gone by.

    `is_overtaken`: an officer has written in the conversation since the last question was asked there.
    """

    id: int
    content: Mapping[str, Any]
    scores: Mapping[str, int]
    profile: Mapping[str, str]
    closes_on: date
    is_finished: bool
    is_over: bool
    is_overtaken: bool


# The one that is being filled in; else the newest that can be, else the newest at all. Whoever was joined with
# somebody has theirs, too, and nobody hands in two of one survey.
_OF_PERSON = text(
    """
    SELECT survey_sheet.id, survey_instrument.content, survey_sheet.scores, survey_sheet.profile, survey.closes_on,
        survey_sheet.finished_at IS NOT NULL OR EXISTS (
            SELECT FROM survey_sheet AS other
            WHERE other.survey_id = survey.id AND other.finished_at IS NOT NULL AND (
                other.person_id = :person
                OR other.person_id IN (SELECT id FROM person WHERE joined_into_id = :person)
            )
        ) AS is_finished,
        survey.closes_on < :today AS is_over,
        EXISTS (
            SELECT FROM message WHERE message.conversation_id = :conversation AND message.author = 'officer'
                AND message.kind <> 'note' AND message.id > :asked_by
        ) AS is_overtaken
    FROM survey_sheet
    JOIN survey ON survey.id = survey_sheet.survey_id
    JOIN survey_instrument ON survey_instrument.version = survey.version
    WHERE (
            survey_sheet.person_id = :person
            OR survey_sheet.person_id IN (SELECT id FROM person WHERE joined_into_id = :person)
        ) AND survey.opens_on <= :today AND survey.closes_on >= :known
    ORDER BY survey_sheet.id = :sheet DESC NULLS LAST,
        survey_sheet.finished_at IS NULL AND survey.closes_on >= :today DESC, survey.opens_on DESC, survey_sheet.id DESC
    LIMIT 1 FOR UPDATE OF survey_sheet
    """
).bindparams(
    bindparam("today", type_=Date()),
    bindparam("known", type_=Date()),
    bindparam("sheet", type_=BigInteger),
    bindparam("asked_by", type_=BigInteger),
)


async def of_person(
    tx: Transaction,
    person_id: int,
    *,
    conversation_id: int,
    sheet_id: int | None,
    asked_by: int | None,
    today: date,
) -> Mine | None:
    """Return the sheet that a person fills in (`sheet_id`), or may; None when they were asked in no survey.

    `asked_by` is the message that asked last in that conversation.
    """
    values = {
        "person": person_id,
        "conversation": conversation_id,
        "sheet": sheet_id,
        "asked_by": asked_by,
        "today": today,
        "known": today - timedelta(days=KNOWN_FOR),
    }
    row = (await tx.execute(_OF_PERSON, values)).one_or_none()
    return None if row is None else Mine(*row)


_DESCRIBE = text(_SET.format(column="profile", type="text"))


async def describe(tx: Transaction, sheet_id: int, trait: str, option: str | None) -> None:
    """Keep something about the respondent, None: left out. A finished sheet stays as it is."""
    await tx.execute(_DESCRIBE, {"sheet": sheet_id, "name": trait, "value": option})


_HAND_IN = text(
    "UPDATE survey_sheet SET remark = :remark, finished_at = :now WHERE id = :sheet AND finished_at IS NULL"
).bindparams(_NOW)


async def hand_in(tx: Transaction, sheet_id: int, *, remark: str, now: datetime) -> None:
    """End a sheet whose profile is kept already: it is counted from now on."""
    await tx.execute(_HAND_IN, {"sheet": sheet_id, "remark": remark or None, "now": now})
