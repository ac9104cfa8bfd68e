"""What silence does to a conversation: it is warned of, ends, and the citizen is asked how it was.

Each conversation is one transaction, read again under lock: whoever writes in the very second of closing is either
before it, and then nothing is closed, or after it, and then begins a new conversation that follows the old one.
`conversation.tend_at` says when to look; what is due is decided here, by handoff/idle.py.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from secrets import token_urlsafe
from typing import Literal

import structlog

from bot.casework import SYSTEM, Casework
from bot.clock import Clock
from bot.office import Office
from bot.queue import Queue
from bot.store import notices, ratings, silence, tickets
from bot.store.database import Database, Transaction, is_away
from bot.store.silence import Silent
from bot.texts import Texts
from handoff.citizen.words import Words
from handoff.dates import long_day
from handoff.idle import Daytime, Limits, closes_at, next_step
from handoff.rating import BEST, WORST
from handoff.ticket import Kind

log = structlog.get_logger()

ROUNDS = 200  # of so many conversations as are taken up at once; the rest follows at the next tick
PUT_OFF = timedelta(hours=1)  # after an error of our own
SOON = timedelta(minutes=5)  # while something is owed of whose end nothing tells us

Situation = Kind | Literal["bot"]
"""The kind of the open ticket, or that there is none: only the bot has answered."""


@dataclass(frozen=True, slots=True)
class Closing:
    """Does what is due.

    `limits` are those of each situation; after `form_after` a form ends that nobody goes on with; a request for a
    rating can be answered for `rating_days`, by the link too that begins with `rating_page`. `scale` has the words of
    its steps, those of that page.
    """

    database: Database
    queue: Queue
    clock: Clock
    casework: Casework
    texts: Texts
    office: str
    limits: Mapping[Situation, Limits]
    daytime: Daytime
    form_after: timedelta
    rating_days: int
    rating_page: str
    scale: Words = field(default_factory=Words)

    async def run(self, *, most: int) -> None:
        """Tend everything that is due now, `most` at a time; one that cannot be tended holds up no other."""
        for _ in range(ROUNDS):
            found = await self.due(most=most)
            if not found:
                return
            for conversation_id in found:
                await self._tend_or_put_off(conversation_id)

    async def _tend_or_put_off(self, conversation_id: int) -> None:
        try:
            await self.tend(conversation_id)
        except Exception as error:
            if is_away(error):
                raise
            log.exception("silence not tended", conversation=conversation_id, error=type(error).__name__)
            async with self.database.statement() as tx:
                await silence.look_at(tx, conversation_id, self.clock.now() + PUT_OFF)

    async def due(self, *, most: int) -> list[int]:
        """Return the conversations to look at now."""
        async with self.database.statement() as tx:
            return await silence.due(tx, now=self.clock.now(), most=most)

    async def tend(self, conversation_id: int) -> None:
        """Do what is due with one conversation, and note when to look again. Safe to do twice."""
        now = self.clock.now()
        async with self.database.transaction() as tx:
            silent = await silence.hold(tx, conversation_id, now=now)
            if silent is None:
                return
            again = await self._tend(tx, silent, now)
            await silence.look_at(tx, conversation_id, again)

    async def _tend(self, tx: Transaction, silent: Silent, now: datetime) -> datetime | None:
        """Do what is due; return when to look again, None when only something that happens can change it."""
        if silent.closed_at is not None:
            return await self._announce(tx, silent, silent.closed_how, now)
        form_ends = silent.form_since + self.form_after if silent.form_since else None
        if form_ends is not None and form_ends <= now:
            # The ticket stays, for an officer to complete.
            await silence.end_form(tx, silent.id)
            form_ends = None
        again = await self._go_on(tx, silent, now)
        return min(filter(None, (again, form_ends)), default=None)

    async def _go_on(self, tx: Transaction, silent: Silent, now: datetime) -> datetime | None:
        """Do what silence does to an open conversation; return when to look again."""
        limits = self._limits(silent.kinds)
        if not silent.has_answer or silent.is_only_survey:
            # Nobody is written to for the first time to be told that nothing more comes, or for a favour they did us.
            limits = Limits(None, limits.close_after)
        step = next_step(silent.standing, limits, self.daytime, now=now)
        if step is None and (silent.is_unanswered or silent.is_owed_elsewhere):
            # Who thanks an officer gets no answer; what is owed in another conversation is answered there.
            return now + SOON
        if step is None or step.at > now:
            return step.at if step else None
        if step.step == "warn" and self.daytime.earliest(now) > now:
            return self.daytime.earliest(now)  # it was missed by day
        if step.step == "warn":
            await self._warn(tx, silent, now)
            return now  # what comes next is reckoned with the warning
        how = "survey" if silent.is_only_survey else "idle"
        await self._close(tx, silent, how, now)
        return await self._announce(tx, silent, how, now)

    def _limits(self, kinds: tuple[Kind, ...]) -> Limits:
        """Return the limits of a conversation; with several tickets, whichever is the most patient."""
        if not kinds:
            return self.limits["bot"]
        every = [self.limits[kind] for kind in kinds]
        never = next((each for each in every if each.close_after is None), None)
        return never or max(every, key=lambda each: each.close_after or timedelta())

    async def _warn(self, tx: Transaction, silent: Silent, now: datetime) -> None:
        closes = closes_at(silent.standing, self._limits(silent.kinds), self.daytime) or now
        day = long_day(closes.astimezone(self.daytime.zone).date(), silent.language)
        await silence.warned(tx, silent.id, now=now)
        await self._say(tx, silent, "warning", {"date": day}, now)

    async def _close(self, tx: Transaction, silent: Silent, how: str, now: datetime) -> None:
        for known in await tickets.lock_open(tx, silent.id):
            waited = silent.standing.silent_since
            await self.casework.end(
                tx, known, "idle", by=SYSTEM, closes_conversation=True, waited_since=waited
            )
        await silence.closed(tx, silent.id, how=how, now=now)
        log.info("conversation closed", conversation=silent.id, how=how)

    async def _announce(
        self, tx: Transaction, silent: Silent, how: str | None, now: datetime
    ) -> datetime | None:
        """Tell the citizen of the closing and ask how it was, in daytime; return when, while it is night."""
        if silent.is_forgotten:
            return None
        earliest = self.daytime.earliest(now)
        if earliest > now:
            return earliest
        if how == "idle" and silent.has_answer:
            since = silent.standing.silent_since or now
            days = ((silent.closed_at or now) - since).days
            await self._say(tx, silent, "closing", {"days": str(days)}, now)
        if how not in {"idle", "officer", "citizen"} or silent.is_sequel:
            return None
        if silent.has_answer:
            await self._ask_for_rating(tx, silent, now)
        elif not silent.is_sent_yet:
            return now + SOON  # the answer it was closed with is on its way
        return None

    async def _ask_for_rating(self, tx: Transaction, silent: Silent, now: datetime) -> None:
        token = token_urlsafe(24)
        is_asked = await ratings.ask(
            tx,
            silent.id,
            officer_id=silent.officer_id,
            digest=ratings.digest(token),
            now=now,
            expires=now + timedelta(days=self.rating_days),
        )
        if is_asked:
            titles = [self.scale.say(f"score_{n}", silent.language) for n in range(WORST, BEST + 1)]
            await self._say(
                tx, silent, "rating", {"link": f"{self.rating_page}/{token}"}, now, choices=titles
            )

    async def _say(
        self,
        tx: Transaction,
        silent: Silent,
        key: str,
        more: Mapping[str, str],
        now: datetime,
        *,
        choices: Sequence[str] = (),
    ) -> None:
        arguments = {"office": self.office, "ticket": silent.ticket or "", **more}
        numbered = "\n".join(f"{n}. {title}" for n, title in enumerate(choices, 1))
        message_id = await notices.keep(
            tx,
            conversation_id=silent.id,
            channel=silent.channel,
            key=key,
            text=self.texts.say(key, silent.language, {**arguments, "choices": numbered}),
            arguments=arguments,
            choices=choices,
            language=silent.language,
            now=now,
        )
        await self.queue.deliver(tx, message_id, conversation_id=silent.id, channel=silent.channel)


def limits_of(office: Office) -> dict[Situation, Limits]:
    """Return how long a conversation may lie in each situation, from office.yml.

    The seven days are konsultasi's rule in the decree; the others are the office's own. A complaint is never
    closed by the clock.
    """
    silent = office.silence
    days = office.services.konsultasi.idle_close_days
    limits: dict[Situation, Limits] = {
        "konsultasi": _limits(silent.konsultasi_warn_days, days),
        "pengaduan": Limits(None, None),
    }
    for situation in ("bot", "perpustakaan", "penjualan", "rekomendasi"):
        lapse = getattr(silent, situation)
        limits[situation] = _limits(lapse.warn_days, lapse.close_days)
    return limits


def closes_after(office: Office) -> dict[str, float | None]:
    """Return how many seconds of silence close a conversation in each situation; None: none do."""
    return {
        situation: None if limits.close_after is None else limits.close_after.total_seconds()
        for situation, limits in limits_of(office).items()
    }


def _limits(warn: int | None, close: int | None) -> Limits:
    return Limits(
        None if warn is None else timedelta(days=warn), None if close is None else timedelta(days=close)
    )
