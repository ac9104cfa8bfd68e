"""Step 2 of the way of a message: understand it, decide, keep the effects."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from bot.clock import Clock
from bot.dialogue.decide import Dialogue
from bot.dialogue.lookup import Found, Query
from bot.dialogue.rated import DISAPPOINTED, accepts_offer, asked_again, given_in, stands, thanked
from bot.dialogue.state import Decision, Heard, Turn
from bot.dialogue.survey import awaits_answer
from bot.dialogue.survey_words import wants_survey
from bot.dialogue.ticket_talk import wants_tickets
from bot.hear import hear
from bot.presence import Presence
from bot.settle import Settling
from bot.store import citizens, conversations, events, ratings, replies, surveys, unanswered
from bot.store.conversations import Held
from bot.store.database import Database, Transaction
from bot.store.unanswered import Asked
from bot.turn import as_told, context_of, sheet_of, turn_of
from channels.port import ReplyLimit
from handoff.rating import is_unclear
from handoff.ticket import numbers_in
from nlu.port import Interpreter, NluUnavailable

DAY = timedelta(hours=24)
CLOSED = "closed"  # the state of a conversation
MOST_PATIENCES = 3  # this often the time after which a citizen is told, where another machine's model answers
OFFER_BY_LETTER = timedelta(
    days=7
)  # so long a letter's "YA" answers the offer of a complaint; a chat's answer is soon
MOST_TICKETS = 5  # of a person, looked at when one of theirs is asked about


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
    clock: Clock
    interpreter: Interpreter
    dialogue: Dialogue
    settling: Settling
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
            if awaits_answer(context_of(await conversations.context(tx, asked.conversation_id))):
                return asked, heard
            followers = await unanswered.followers(tx, asked)
        newest = followers[-1].received_at if followers else asked.received_at
        pause = self.burst - (self.clock.now() - newest)
        if pause > timedelta():
            raise AnswerLater(pause.total_seconds())
        if followers:
            asked = unanswered.joined(asked, followers)
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
            context = context_of(await conversations.context(tx, asked.conversation_id))
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
            turn = await self._turn(tx, held, asked)
            if held.holder_id is not None:
                await self._stay_silent(tx, held, asked, turn, None)
                return
            decision = self.dialogue.unavailable(turn, waited_too_long=True)
            if decision is not None:
                await self.settling.keep(tx, held, asked, decision)

    async def _asked(self, message_id: int) -> Asked | None:
        async with self.database.statement() as tx:
            return await unanswered.waiting(tx, message_id)

    async def _settle(
        self, tx: Transaction, asked: Asked, heard: Heard | None, found: Mapping[Query, Found]
    ) -> bool:
        """Decide with what is true now, under lock, and keep the effects; False while it must wait."""
        held = await self._hold(tx, asked)
        if held is None:
            return True
        turn = await self._turn(tx, held, asked)
        if held.state == CLOSED and await self._rated(tx, held, asked, turn):
            return True
        if held.holder_id is not None:
            await self._stay_silent(tx, held, asked, turn, heard)
            return True
        over = await self._limit_reached(tx, held, asked)
        if over is not None:
            await self._fall_silent(tx, held, asked, turn, over)
            return True
        decision = (
            await self._thanked(tx, held, asked, turn)
            or await self._complaint(tx, held, asked, turn)
            or self._decided(asked, turn, heard, found)
        )
        if decision is not None:
            await self.settling.keep(tx, held, asked, decision)
            return True
        return await self._settle_without_model(tx, held, asked, turn)

    async def _thanked(self, tx: Transaction, held: Held, asked: Asked, turn: Turn) -> Decision | None:
        """Thank for what was taken as a rating when it came: its conversation had been taken up again by then."""
        given = given_in(turn) if asked.kind == "message" else None
        if given is None or given.asks:
            return None
        if not await ratings.is_one(tx, held.id, at=asked.received_at, is_bare=False):
            return None
        return thanked(turn, given)

    async def _complaint(self, tx: Transaction, held: Held, asked: Asked, turn: Turn) -> Decision | None:
        """Take a complaint of somebody who says yes to the one that a low rating offers; None otherwise."""
        if asked.kind != "message" or not accepts_offer(asked.text):
            return None
        since = self.clock.now() - (OFFER_BY_LETTER if turn.is_letter else ratings.CORRECTION)
        is_offered = await ratings.is_offered_complaint(tx, held.id, up_to=DISAPPOINTED, since=since)
        return self.dialogue.complains(turn) if is_offered else None

    def _decided(
        self, asked: Asked, turn: Turn, heard: Heard | None, found: Mapping[Query, Found]
    ) -> Decision | None:
        """Decide a message; None when it takes a model, and that is away."""
        dialogue, decision = self.dialogue, self._without_words(asked, turn)
        if decision is None:
            ours = dialogue.filled_in(turn, heard)
            if ours is not None:
                return ours
            decision = dialogue.without_model(turn, found)
        if decision is None:
            decision = dialogue.by_words(turn) if heard is None else dialogue.decide(turn, heard, found)
        return None if decision is None else dialogue.aside(turn, decision)

    async def _turn(self, tx: Transaction, held: Held, asked: Asked) -> Turn:
        """Return the message with all that its decision depends on, as it is under lock."""
        turn = turn_of(held, asked, self.dialogue.languages)
        if held.holder_id is None and asked.kind == "message":
            turn = await self._with_sheet(tx, held, asked, turn)
        if asked.kind != "message" or not wants_tickets(asked.text):
            return turn
        owned = await citizens.tickets_of(tx, held.person_id, numbers_in(asked.text), most=MOST_TICKETS)
        zone = ZoneInfo(self.settling.office.office.timezone)
        return replace(turn, tickets=tuple(as_told(each, zone, now=self.clock.now()) for each in owned))

    async def _with_sheet(self, tx: Transaction, held: Held, asked: Asked, turn: Turn) -> Turn:
        """Return the message with the person's questionnaire, where one is being filled in or asked for.

        What was being filled in ended with the conversation.
        """
        if held.state == CLOSED:
            turn = replace(turn, context=replace(turn.context, filling=None))
        filling = turn.context.filling
        if filling is None and not wants_survey(asked.text):
            return turn
        zone = ZoneInfo(self.settling.office.office.timezone)
        kept = await surveys.of_person(
            tx,
            held.person_id,
            conversation_id=held.id,
            sheet_id=filling.sheet if filling else None,
            asked_by=filling.asked_by if filling else None,
            today=self.clock.now().astimezone(zone).date(),
        )
        return turn if kept is None else replace(turn, sheet=sheet_of(kept, asked, filling))

    async def _rated(self, tx: Transaction, held: Held, asked: Asked, turn: Turn) -> bool:
        """Take the rating of a closed conversation; whatever else is said in one opens it again, and is False."""
        now, zone = self.clock.now(), self.settling.office.office.timezone
        request = await ratings.of(tx, held.id, now=now, zone=zone)
        given = given_in(turn)
        if request is None or (given is None and not is_unclear(asked.text)):
            await conversations.reopen(tx, held.id)
            return False
        if given is None:
            decision = asked_again(turn)
        elif request.is_reported and request.score is not None:
            decision = stands(turn, request.score)
        else:
            # A figure that takes another's place leaves what was said to that.
            comment = given.comment or request.comment
            await ratings.rate(tx, held.id, score=given.score, comment=comment, way="chat", now=now)
            decision = thanked(turn, given)
        await self.settling.keep(tx, held, asked, decision)
        return True

    async def _stay_silent(
        self, tx: Transaction, held: Held, asked: Asked, turn: Turn, heard: Heard | None
    ) -> None:
        """Say nothing while an officer holds the conversation; what the citizen wishes of notices is kept."""
        decision = self.dialogue.listened(turn, heard)
        if decision.owes and await ratings.is_one(tx, held.id, at=asked.received_at):
            decision = replace(decision, owes=False)
        if asked.kind in {"stop", "start"}:
            decision = replace(decision, notices=asked.kind == "start", owes=False)
        await self.settling.keep(tx, held, asked, decision)

    async def _limit_reached(self, tx: Transaction, held: Held, asked: Asked) -> str | None:
        """Return which limit of automatic replies is reached (`day`, `thread`), None while none is.

        Only channels where machines write have one; the others are not asked for it.
        """
        limit = self.reply_limits.get(asked.channel)
        if limit is None:
            return None
        given = await replies.replies_given(
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
        await self.settling.keep(tx, held, asked, self.dialogue.muted(turn))

    def _without_words(self, asked: Asked, turn: Turn) -> Decision | None:
        """Decide by what kind of message it is, where that says all."""
        if asked.is_flood:
            return self.dialogue.flooded(turn)
        if asked.kind in {"stop", "start"}:
            return self.dialogue.wished(turn, notices=asked.kind == "start")
        return None

    async def _settle_without_model(self, tx: Transaction, held: Held, asked: Asked, turn: Turn) -> bool:
        limits = self.settling.office.understanding
        waited = self.clock.now() - asked.received_at
        patience = timedelta(seconds=limits.tell_after_seconds)
        if waited < patience or (
            waited < MOST_PATIENCES * patience and await self._is_read_elsewhere(tx, patience)
        ):
            return False
        too_long = waited >= timedelta(minutes=limits.hand_over_after_minutes)
        decision = self.dialogue.unavailable(turn, waited_too_long=too_long)
        if decision is not None:
            await self.settling.keep(tx, held, asked, decision, is_done=too_long)
        return too_long

    async def _is_read_elsewhere(self, tx: Transaction, patience: timedelta) -> bool:
        """Tell whether another machine's model answers: its worker will come by this message, too."""
        return await unanswered.is_any_read(tx, since=self.clock.now() - patience)

    async def _hold(self, tx: Transaction, asked: Asked) -> Held | None:
        """Lock, and read again what others may have changed: what a citizen wrote is not among it."""
        return await conversations.hold(tx, conversation_id=asked.conversation_id, message_id=asked.id)
