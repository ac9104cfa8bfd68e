"""What the dialogue is told of a message: put together from the rows that are held."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.dialogue.address import is_address, without_addresses
from bot.dialogue.language import Languages
from bot.dialogue.questions import asks_outright
from bot.dialogue.state import Context, Details, Filling, Form, Known, Sheet, Subject, TicketNow, Turn
from bot.store.citizens import Owned
from bot.store.conversations import Held
from bot.store.surveys import Mine
from bot.store.unanswered import Asked
from handoff import instrument


def turn_of(held: Held, asked: Asked, languages: Languages) -> Turn:
    """Return a message with the conversation that holds it."""
    context = context_of(held.context)
    spoken = _spoken(asked, context, languages)
    is_letter = asked.reply_id is not None
    return Turn(
        text=asked.text,
        attachments=asked.attachments,
        context=context,
        ticket=held.ticket.number if held.ticket else None,
        language=spoken or context.language or held.language,
        is_first_contact=not held.is_introduced,
        choice=asked.choice,
        ticket_kind=held.ticket.kind if held.ticket else "konsultasi",
        ticket_state=held.ticket.state if held.ticket else "new",
        is_letter=is_letter,
        known=Known(
            Details(held.told.name, held.told.email, held.told.organisation),
            is_remembered=held.told.consented_at is not None,
            sender=held.address if is_letter and is_address(held.address) else None,
        ),
    )


def _spoken(asked: Asked, context: Context, languages: Languages) -> str | None:
    """Return the language of a message, None when it is none.

    STOP is English and said in every language; names and addresses in a form are of no language.
    """
    if asked.kind != "message" or (context.form is not None and not asks_outright(asked.text)):
        return None
    return languages.of(without_addresses(asked.text))


def as_told(owned: Owned, zone: ZoneInfo, *, now: datetime) -> TicketNow:
    """Return a ticket as its owner is told of it, with the office's local days."""
    return TicketNow(
        owned.number,
        owned.kind,
        owned.state,
        due_at=owned.due_at.astimezone(zone) if owned.due_at else None,
        closed_at=owned.closed_at.astimezone(zone) if owned.closed_at else None,
        is_late=owned.due_at is not None and owned.due_at < now,
        merged_into=owned.merged_into,
    )


def sheet_of(kept: Mine, asked: Asked, filling: Filling | None) -> Sheet:
    """Return a person's questionnaire as it stands when a message is decided; `filling` is what goes on with it."""
    question = filling.asked_by if filling else None
    return Sheet(
        id=kept.id,
        instrument=instrument.read(kept.content),
        scores=kept.scores,
        profile=kept.profile,
        closes_on=kept.closes_on,
        is_finished=kept.is_finished,
        is_over=kept.is_over,
        is_overtaken=kept.is_overtaken,
        is_early=question is not None and asked.id < question,
    )


def context_of(kept: dict[str, Any]) -> Context:
    """Read what `asdict` wrote of a context, also before some of it was known."""
    if not kept:
        return Context()
    form, filling = kept.get("form"), kept.get("filling")
    return Context(
        subject=Subject(**kept["subject"]) if kept["subject"] else None,
        choices=tuple(Subject(**choice) for choice in kept["choices"]),
        failures=kept["failures"],
        told_unavailable=kept["told_unavailable"],
        language=kept.get("language"),
        form=Form(**{**form, "told": tuple(form["told"]), "passed": tuple(form["passed"])}) if form else None,
        confirming=kept.get("confirming"),
        told_added=kept.get("told_added", False),
        filling=Filling(**{**filling, "passed": tuple(filling["passed"])}) if filling else None,
    )
