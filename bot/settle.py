"""Keep what was decided of a citizen's message, all of it in the transaction that decided."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

import structlog

from bot.casework import BOT, CITIZEN, Casework, Confirmation
from bot.clock import Clock
from bot.dialogue.sheet import ELEMENT, TRAIT
from bot.dialogue.state import Context, Decision, SheetChange
from bot.office import Office
from bot.queue import Queue
from bot.store import citizens, conversations, events, replies, surveys, tickets
from bot.store.conversations import Held
from bot.store.database import Transaction
from bot.store.unanswered import Asked
from bot.texts import Texts
from handoff.dates import hour, long_day

log = structlog.get_logger()

OF_ITS_OWN = frozenset({"flood", "limit", "unavailable"})
"""Reasons for which the bot opens a ticket by itself; for all others the citizen asked or wrote."""

UNCLEAR = frozenset({"suggest", "not_understood", "ticket_not_understood"})
"""What is said to a question that was not understood."""


@dataclass(frozen=True, slots=True)
class Settling:
    """Keeps decisions: the reply, the ticket and its form, what is carried on."""

    queue: Queue
    clock: Clock
    texts: Texts
    office: Office
    casework: Casework

    async def keep(
        self, tx: Transaction, held: Held, asked: Asked, decision: Decision, *, is_done: bool = True
    ) -> None:
        """Keep a decision on a held conversation; without `is_done` the message goes on waiting."""
        now, language = self.clock.now(), decision.context.language or held.language
        await self._of_person(tx, held, decision)
        confirmed = await self._of_ticket(tx, held, asked, decision, is_done=is_done)
        context = decision.context
        if decision.says:
            filled = self._filled(held, decision, confirmed, language)
            reply_id = await self._reply(tx, held, asked, decision, filled)
            context = _asked_by(context, decision, reply_id)
        if decision.sheet is not None:
            await self._of_survey(tx, decision.sheet, now)
        if decision.notices is not None:
            await conversations.want_notices(tx, held.contact_id, wanted=decision.notices, now=now)
        if asked.is_flood:
            await events.note(
                tx, "flood", now=now, conversation_id=held.id, message_id=asked.id, once=f"flood:{asked.id}"
            )
        await conversations.carry_on(
            tx,
            held,
            message_ids=asked.all_ids,
            context=asdict(context),
            state="waiting" if decision.ticket_reason else None,
            understood=_understood(asked, decision) if is_done else None,
            now=now,
            settles=is_done
            and bool(decision.says)
            and not (held.ticket or held.holder_id or decision.ticket_reason),
        )
        if is_done:
            log.info("message answered", message=asked.id, topics=decision.topics)

    async def _of_person(self, tx: Transaction, held: Held, decision: Decision) -> None:
        """Keep what the citizen told about themselves, and their word on remembering it."""
        told = decision.details
        await citizens.told(
            tx, held.person_id, name=told.name, email=told.email, organisation=told.organisation
        )
        if decision.consents is not None:
            await citizens.consented(tx, held.person_id, wanted=decision.consents, now=self.clock.now())

    async def _of_survey(self, tx: Transaction, change: SheetChange, now: datetime) -> None:
        """Keep what was answered in a survey; its sheet is locked."""
        if change.slot or change.finishes:
            await surveys.start(tx, change.sheet, now=now)
        kind, _, key = (change.slot or "").partition(":")
        if f"{kind}:" == ELEMENT:
            await surveys.answer(tx, change.sheet, key, change.score)
        elif f"{kind}:" == TRAIT:
            await surveys.describe(tx, change.sheet, key, change.option)
        if change.finishes:
            await surveys.hand_in(tx, change.sheet, remark=change.remark, now=now)
            log.info("survey sheet finished", sheet=change.sheet)

    async def _of_ticket(
        self, tx: Transaction, held: Held, asked: Asked, decision: Decision, *, is_done: bool
    ) -> Confirmation | None:
        """Open, complete, end or add to the ticket; return what is to be told of it, if anything is new."""
        reason, purpose = decision.ticket_reason, decision.details.purpose
        if reason:
            return await self.casework.open(
                tx,
                held.id,
                kind=decision.kind,
                reason=reason,
                by=BOT if reason in OF_ITS_OWN else CITIZEN,
                purpose=purpose,
                is_complete=decision.is_registered,
            )
        if held.ticket is None and held.holder_id is None:
            return None
        if held.ticket and decision.ends:
            end = self.casework.cancel if decision.ends == "cancelled" else self.casework.close
            await end(tx, held.ticket.id)
            return None
        if is_done:
            await self.casework.heard(
                tx, held.id, message_id=asked.id, at=asked.received_at, owes=decision.owes
            )
        if held.ticket and decision.is_registered:
            return await self.casework.registered(tx, held.ticket.id, purpose=purpose)
        if held.ticket and purpose:
            (known,) = await tickets.lock(tx, held.ticket.id)
            change = tickets.Change("purpose")
            await tickets.change(
                tx, known, [change], by=CITIZEN, now=self.clock.now(), values={"purpose": purpose}
            )
        return await self.casework.facts(tx, held.ticket.id) if held.ticket else None

    def _filled(
        self, held: Held, decision: Decision, confirmed: Confirmation | None, language: str
    ) -> dict[str, str]:
        """Return what fills the gaps about the ticket: its number, and by when the office answers."""
        if confirmed is None:
            return {"ticket": held.ticket.number} if held.ticket else {}
        return {"ticket": confirmed.number, "promise": self._promise(decision, confirmed, language)}

    def _promise(self, decision: Decision, told: Confirmation, language: str) -> str:
        """Say by which day the office answers; while the form goes on only when somebody is there again."""
        is_asking = decision.context.form is not None and not decision.is_registered
        says = []
        if told.due_at is not None and told.due_at >= self.clock.now():
            says.append(self.texts.say("promise_due", language, _on(told.due_at, language)))
        elif not (is_asking and decision.ticket_reason):
            says.append(self.texts.say(f"promise_{told.kind}", language))
        if decision.ticket_reason and told.kind == "pengaduan" and self.office.complaints.manager_name:
            says.insert(0, self.texts.say("complaint_manager", language))
        if told.opens_next is not None and decision.ticket_reason:
            opens = _on(told.opens_next, language)
            says.append(
                self.texts.say("promise_opens" if told.has_hours else "promise_works", language, opens)
            )
        return " ".join(says)

    async def _reply(
        self, tx: Transaction, held: Held, asked: Asked, decision: Decision, filled: dict[str, str]
    ) -> int:
        last, language = decision.says[-1], decision.context.language or held.language
        reply_id = await replies.keep_reply(
            tx,
            asked,
            author="bot",
            text=self._compose(asked, decision, language, filled),
            key=last.key,
            arguments={**filled, **last.arguments},
            choices=last.choices,
            language=language,
            now=self.clock.now(),
        )
        await self.queue.deliver(tx, reply_id, conversation_id=held.id, channel=asked.channel)
        return reply_id

    def _compose(self, asked: Asked, decision: Decision, language: str, filled: dict[str, str]) -> str:
        """Write the paragraphs of a reply, one below the other."""
        paragraphs = []
        for say in decision.says:
            paragraphs.append(self.texts.say(say.key, language, {**filled, **say.fillings()}).strip())
            if say.key == "introduction" and self.office.privacy.link:
                paragraphs.append(self.texts.say("privacy_link", language))
        if "too_large" in asked.attachments:
            paragraphs.append(self.texts.say("mail_too_large", language))
        return "\n\n".join(paragraphs)


def _on(at: datetime, language: str) -> dict[str, str]:
    return {"date": long_day(at.date(), language), "hour": hour(at, language)}


def _asked_by(context: Context, decision: Decision, reply_id: int) -> Context:
    """Note which message of ours asked the question of a survey that is waiting."""
    filling = context.filling
    if decision.sheet is None or filling is None:
        return context
    return replace(context, filling=replace(filling, asked_by=reply_id))


def _understood(asked: Asked, decision: Decision) -> dict[str, Any]:
    """Return what is kept of what a message meant; an answer to a survey is no question."""
    if decision.sheet is not None:
        return {"survey": True}
    known: dict[str, Any] = {"topics": decision.topics, "confidence": round(decision.confidence, 4)}
    if any(say.key in UNCLEAR for say in decision.says):
        known["unclear"] = True
    return {**known, "flood": True} if asked.is_flood else known
