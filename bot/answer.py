"""Step 2 of the way of a message: understand it, decide, keep the effects."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol
from zoneinfo import ZoneInfo

import structlog

from bot.clock import Clock
from bot.dialogue.decide import Dialogue
from bot.dialogue.language import Languages
from bot.dialogue.lookup import Found, Query
from bot.dialogue.state import Context, Decision, Heard, Subject, Turn
from bot.hear import hear
from bot.office import Office
from bot.presence import Presence
from bot.queue import Queue
from bot.store import conversations, events, messages, tickets
from bot.store.conversations import Held
from bot.store.database import Database, Transaction
from bot.store.messages import Asked
from bot.texts import Texts
from channels.port import ReplyLimit
from handoff.ticket import PREFIXES, Kind, number
from nlu.port import Interpreter, NluUnavailable

log = structlog.get_logger()

KIND: Kind = "konsultasi"
DAY = timedelta(hours=24)


class AnswerLater(Exception):
    """The message has to wait (the model is away, or the citizen is still writing); its job is to be run
    again, after `seconds` when that is known."""

    def __init__(self, seconds: float = 0.0) -> None:
        super().__init__()
        self.seconds = seconds


class Lookups(Protocol):
    """Looks up what the dialogue wants to know before it decides."""

    async def find(self, query: Query) -> Found:
        """Return what the database and the tables have on it; nothing found is no error."""
        ...


@dataclass(frozen=True, slots=True)
class Answering:
    """Answers one message at a time; every effect is kept in one transaction.

    `burst` is how long a chat message that says nothing by itself ("halo", "mau tanya", a picture) waits
    for the next one, to be answered together with it; zero answers every message by itself. Whoever has to
    wait is shown that somebody is there.
    """

    database: Database
    queue: Queue
    clock: Clock
    interpreter: Interpreter
    dialogue: Dialogue
    texts: Texts
    office: Office
    lookups: Lookups
    burst: timedelta = timedelta()
    presence: Presence = field(default_factory=Presence)
    reply_limits: Mapping[str, ReplyLimit] = field(default_factory=dict)

    async def answer(self, message_id: int) -> None:
        """Answer a citizen's message, once. Raises `AnswerLater` while the model is away."""
        asked = await self._asked(message_id)
        if asked is None:
            return
        try:
            await self._answer(asked)
        except AnswerLater:
            await self.presence.show(asked.id, channel=asked.channel, external_id=asked.external_id)
            raise

    async def _answer(self, asked: Asked) -> None:
        heard: Heard | None = None
        if asked.kind == "message" and not asked.is_flood:
            asked, heard = await self._listened(asked)
        found = await self._looked_up(asked, heard)
        async with self.database.transaction() as tx:
            is_done = await self._settle(tx, asked, heard, found)
        if not is_done:
            raise AnswerLater

    async def _listened(self, asked: Asked) -> tuple[Asked, Heard | None]:
        """Return the message with what followed in the same breath, and what the model makes of it.

        None when there are no words, or the model is away. Raises `AnswerLater` while more may be coming.
        """
        heard = await self._heard(asked.text)
        if not self.burst or not asked.is_plain or not self._may_go_on(asked, heard):
            return asked, heard
        async with self.database.statement() as tx:
            followers = await messages.followers(tx, asked)
        newest = followers[-1].received_at if followers else asked.received_at
        pause = self.burst - (self.clock.now() - newest)
        if pause > timedelta():
            raise AnswerLater(pause.total_seconds())
        if followers:
            asked = messages.joined(asked, followers)
            heard = await self._heard(asked.text)
        return asked, heard

    async def _heard(self, text: str) -> Heard | None:
        if not text.strip():
            return None
        try:
            return await hear(self.interpreter, text)
        except NluUnavailable:
            return None

    def _may_go_on(self, asked: Asked, heard: Heard | None) -> bool:
        """Tell whether more may follow: the rest of an album, the words to a picture, the question itself."""
        return bool(asked.attachments) or (heard is not None and self.dialogue.may_go_on(heard))

    async def _looked_up(self, asked: Asked, heard: Heard | None) -> dict[Query, Found]:
        if asked.choice is None and (heard is None or not self.dialogue.may_look_up(heard)):
            return {}
        async with self.database.statement() as tx:
            context = _context(await conversations.context(tx, asked.conversation_id))
        turn = Turn(
            asked.text, asked.attachments, context, None, "id", is_first_contact=False, choice=asked.choice
        )
        return {query: await self.lookups.find(query) for query in self.dialogue.queries(turn, heard)}

    async def hand_over(self, message_id: int) -> None:
        """Give a message to an officer after answering it failed for good: nothing is left lying."""
        asked = await self._asked(message_id)
        if asked is None:
            return
        async with self.database.transaction() as tx:
            held = await self._hold(tx, asked)
            if held is None:
                return
            decision = self.dialogue.unavailable(
                _turn(held, asked, self.dialogue.languages), waited_too_long=True
            )
            if decision is not None:
                await self._keep(tx, held, asked, decision)

    async def _asked(self, message_id: int) -> Asked | None:
        async with self.database.statement() as tx:
            return await messages.waiting(tx, message_id)

    async def _settle(
        self, tx: Transaction, asked: Asked, heard: Heard | None, found: Mapping[Query, Found]
    ) -> bool:
        """Decide with what is true now, under lock, and keep the effects; False while it must wait."""
        held = await self._hold(tx, asked)
        if held is None:
            return True
        turn = _turn(held, asked, self.dialogue.languages)
        over = await self._limit_reached(tx, held, asked)
        if over is not None:
            await self._fall_silent(tx, held, asked, turn, over)
            return True
        decision = self._without_words(asked, turn) or self.dialogue.without_model(turn, found)
        if decision is None and heard is not None:
            decision = self.dialogue.decide(turn, heard, found)
        if decision is not None:
            await self._keep(tx, held, asked, decision)
            return True
        return await self._settle_without_model(tx, held, asked, turn)

    async def _limit_reached(self, tx: Transaction, held: Held, asked: Asked) -> str | None:
        """Return which limit of automatic replies is reached (`day`, `thread`), None while none is.

        Only channels where machines write have one; the others are not asked for it.
        """
        limit = self.reply_limits.get(asked.channel)
        if limit is None:
            return None
        given = await messages.replies_given(
            tx, held.contact_id, held.id, channel=asked.channel, since=self.clock.now() - DAY
        )
        if given.in_conversation >= limit.per_thread:
            return "thread"
        return "day" if given.since >= limit.per_day else None

    async def _fall_silent(self, tx: Transaction, held: Held, asked: Asked, turn: Turn, over: str) -> None:
        """Answer nothing any more: an officer reads on, told once a conversation, and nothing is lost."""
        await events.note(
            tx,
            "mail_limit",
            now=self.clock.now(),
            conversation_id=held.id,
            message_id=asked.id,
            detail={"limit": over},
            once=f"limit:{held.id}",
        )
        await self._keep(tx, held, asked, self.dialogue.muted(turn))

    def _without_words(self, asked: Asked, turn: Turn) -> Decision | None:
        """Decide by what kind of message it is, where that says all."""
        if asked.is_flood:
            return self.dialogue.flooded(turn)
        if asked.kind in {"stop", "start"}:
            return self.dialogue.wished(turn, notices=asked.kind == "start")
        return None

    async def _settle_without_model(self, tx: Transaction, held: Held, asked: Asked, turn: Turn) -> bool:
        limits = self.office.understanding
        waited = self.clock.now() - asked.received_at
        if waited < timedelta(seconds=limits.tell_after_seconds):
            return False
        too_long = waited >= timedelta(minutes=limits.hand_over_after_minutes)
        decision = self.dialogue.unavailable(turn, waited_too_long=too_long)
        if decision is not None:
            await self._keep(tx, held, asked, decision, is_done=too_long)
        return too_long

    async def _hold(self, tx: Transaction, asked: Asked) -> Held | None:
        """Lock, and read again what others may have changed: what a citizen wrote is not among it."""
        return await conversations.hold(tx, conversation_id=asked.conversation_id, message_id=asked.id)

    async def _keep(
        self, tx: Transaction, held: Held, asked: Asked, decision: Decision, *, is_done: bool = True
    ) -> None:
        now = self.clock.now()
        language = decision.context.language or held.language
        state, opened = held.state, {}
        if decision.ticket_reason:
            state = "waiting"
            opened = await self._open_ticket(tx, held, decision.ticket_reason, language, now)
        if decision.says:
            reply_id = await messages.keep_reply(
                tx,
                asked,
                author="bot",
                text=self._compose(asked, decision, language, opened),
                key=decision.says[-1].key,
                arguments={**decision.says[-1].arguments, **opened},
                choices=decision.says[-1].choices,
                language=language,
                now=now,
            )
            await self.queue.deliver(tx, reply_id, conversation_id=held.id, channel=asked.channel)
        if decision.notices is not None:
            await conversations.want_notices(tx, held.contact_id, wanted=decision.notices, now=now)
        if asked.is_flood:
            await events.note(
                tx, "flood", now=now, conversation_id=held.id, message_id=asked.id, once=f"flood:{asked.id}"
            )
        understood = {"topics": decision.topics, "confidence": round(decision.confidence, 4)}
        if asked.is_flood:
            understood["flood"] = True
        await conversations.carry_on(
            tx,
            held,
            message_ids=asked.all_ids,
            context=asdict(decision.context),
            state=state,
            understood=understood if is_done else None,
            now=now,
        )
        if is_done:
            log.info("message answered", message=asked.id, topics=decision.topics)

    async def _open_ticket(
        self, tx: Transaction, held: Held, reason: str, language: str, now: datetime
    ) -> dict[str, str]:
        year = now.astimezone(ZoneInfo(self.office.office.timezone)).year
        count = await tickets.next_in_year(tx, prefix=PREFIXES[KIND], year=year)
        ticket = number(KIND, year=year, count=count)
        await tickets.add(
            tx, number=ticket, kind=KIND, state="new", reason=reason, conversation_id=held.id, now=now
        )
        log.info("ticket opened", ticket=ticket, reason=reason)
        return {"ticket": ticket, "promise": self.texts.say("promise", language)}

    def _compose(self, asked: Asked, decision: Decision, language: str, opened: dict[str, str]) -> str:
        """Write the paragraphs of a reply, one below the other."""
        paragraphs = []
        for say in decision.says:
            paragraphs.append(self.texts.say(say.key, language, {**say.fillings(), **opened}))
            if say.key == "introduction" and self.office.privacy.link:
                paragraphs.append(self.texts.say("privacy_link", language))
        if "too_large" in asked.attachments:
            paragraphs.append(self.texts.say("mail_too_large", language))
        return "\n\n".join(paragraphs)


def _turn(held: Held, asked: Asked, languages: Languages) -> Turn:
    context = _context(held.context)
    # STOP is English and said in every language.
    spoken = languages.of(asked.text) if asked.kind == "message" else None
    return Turn(
        text=asked.text,
        attachments=asked.attachments,
        context=context,
        ticket=held.ticket,
        language=spoken or context.language or held.language,
        is_first_contact=not held.is_introduced,
        choice=asked.choice,
    )


def _context(kept: dict[str, Any]) -> Context:
    """Read what `asdict` wrote."""
    if not kept:
        return Context()
    return Context(
        subject=Subject(**kept["subject"]) if kept["subject"] else None,
        choices=tuple(Subject(**choice) for choice in kept["choices"]),
        failures=kept["failures"],
        told_unavailable=kept["told_unavailable"],
        language=kept.get("language"),
    )
