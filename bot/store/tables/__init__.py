"""The tables, a room each. Queries on them stand in one file per aggregate beside this folder."""

from __future__ import annotations

from bot.store.tables.base import metadata
from bot.store.tables.clock import tick
from bot.store.tables.knowledge import (
    catalogue_entry,
    catalogue_sync,
    catalogue_value,
    kbli_code,
    kbli_edition,
)
from bot.store.tables.officers import (
    audit,
    login_attempt,
    officer,
    officer_link,
    officer_mail,
    officer_notice,
    officer_session,
)
from bot.store.tables.post import mailbox, parcel
from bot.store.tables.satisfaction import complaint, rating, report, survey, survey_instrument, survey_sheet
from bot.store.tables.sending import delivery, delivery_report, pace
from bot.store.tables.talk import (
    attachment,
    contact,
    conversation,
    event,
    media,
    message,
    person,
    person_join,
)
from bot.store.tables.work import canned, draft, ticket, ticket_change, ticket_counter, ticket_pause, viewing

__all__ = [
    "attachment",
    "audit",
    "canned",
    "catalogue_entry",
    "catalogue_sync",
    "catalogue_value",
    "complaint",
    "contact",
    "conversation",
    "delivery",
    "delivery_report",
    "draft",
    "event",
    "kbli_code",
    "kbli_edition",
    "login_attempt",
    "mailbox",
    "media",
    "message",
    "metadata",
    "officer",
    "officer_link",
    "officer_mail",
    "officer_notice",
    "officer_session",
    "pace",
    "parcel",
    "person",
    "person_join",
    "rating",
    "report",
    "survey",
    "survey_instrument",
    "survey_sheet",
    "tick",
    "ticket",
    "ticket_change",
    "ticket_counter",
    "ticket_pause",
    "viewing",
]
