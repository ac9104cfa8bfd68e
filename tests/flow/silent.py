"""Citizens who ask one thing and are silent for a week, and what they were told by the outside's own account."""

from __future__ import annotations

import asyncio
import random
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

import httpx

from bot.clock import Clock
from channels.simulator.twilio import WINDOW, SentMessage, TwilioStandIn, sign_webhook, webhook_form
from channels.whatsapp.simulated import sid_of
from tests.flow.crowd import OUT_OF_ORDER, QUESTIONS, WEBHOOK
from tests.flow.processes import OFFICE, PUBLIC_URL, SID, TOKEN, Part

RETRY_SECONDS = 0.3
NOTICES = {sid_of(key): key for key in ("warning", "closing", "rating")}
WORDS = {
    "akan kami tutup pada": "warning",
    "kami tutup karena": "closing",
    "Seberapa puas Anda": "rating",
} | {OUT_OF_ORDER: OUT_OF_ORDER}
TOPICS = {text: topic for text, topic in QUESTIONS.items() if topic != "minta_petugas"}


@dataclass(slots=True)
class Post:
    """Twilio between citizens and both webs: what no web takes is posted again, to one of them."""

    twilio: TwilioStandIn
    webs: Sequence[Part]
    clock: Clock
    chance: random.Random
    heard: dict[str, datetime] = field(default_factory=dict)
    count: int = 0

    async def write(self, client: httpx.AsyncClient, sender: str, text: str) -> None:
        """Have a citizen write; return when a web has taken it. Raises TimeoutError."""
        form = webhook_form(account_sid=SID, sender=sender, recipient=OFFICE, body=text)
        headers = sign_webhook(TOKEN, PUBLIC_URL + WEBHOOK, form)
        self.heard[sender] = self.clock.now()
        self.twilio.heard(sender, text)
        self.count += 1
        async with asyncio.timeout(60):
            while not await self._is_taken(client, form, headers):
                await asyncio.sleep(RETRY_SECONDS)  # Twilio's pause, not a wait for a condition

    async def _is_taken(
        self, client: httpx.AsyncClient, form: dict[str, str], headers: dict[str, str]
    ) -> bool:
        with suppress(httpx.TransportError):
            web = self.chance.choice(self.webs)
            answer = await client.post(web.url + WEBHOOK, data=form, headers=headers)
            return answer.status_code == 200
        return False


@dataclass(slots=True)
class Switchboard:
    """What the stand-in for Twilio took: when (seconds of this process), to whom, under which template."""

    clock: Clock
    post: Post
    taken: list[tuple[float, str]] = field(default_factory=list)
    said: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    wrong: list[str] = field(default_factory=list)

    def note(self, message: SentMessage) -> None:
        """Note a message; free text outside the 24 hours would never have arrived."""
        self.taken.append((time.monotonic(), message.recipient))
        sid, heard = message.content_sid, self.post.heard[message.recipient]
        if sid not in NOTICES and self.clock.now() - heard >= WINDOW:
            self.wrong.append(
                f"{message.recipient}: no template {self.clock.now() - heard} after the last message"
            )
        self.said[message.recipient].append(NOTICES.get(sid or "") or _key(message))


def _key(message: SentMessage) -> str:
    """Return which notice somebody is told who has just written, in words or with buttons; all else is an answer."""
    said = message.shown.text if message.shown else message.body
    return next((key for words, key in WORDS.items() if words in said), "answer")


@dataclass(slots=True)
class SilentCitizen:
    """One who asks one thing; some write again in the moment of closing, some rate, most do neither."""

    number: int
    question: str
    comes_back: bool
    rates: bool

    @property
    def address(self) -> str:
        return f"whatsapp:+628111112{self.number:04}"


class SilentCitizens:
    """All of them, and what each must have been told."""

    def __init__(self, post: Post, chance: random.Random, *, size: int, returning: int, rating: int) -> None:
        self._post = post
        self._chance = chance
        self.citizens = [
            SilentCitizen(number, chance.choice(list(TOPICS)), number < returning, number >= size - rating)
            for number in range(size)
        ]
        chance.shuffle(self.citizens)

    async def ask(self, client: httpx.AsyncClient, within: float) -> None:
        """Have each ask, at moments of chance within so many seconds."""
        async with asyncio.TaskGroup() as group:
            for citizen in self.citizens:
                group.create_task(self._write(client, citizen, citizen.question, within))

    async def come_back(self, client: httpx.AsyncClient, within: float) -> None:
        """Have those who come back ask something else."""
        async with asyncio.TaskGroup() as group:
            for citizen in self.citizens:
                if citizen.comes_back:
                    other = self._chance.choice([each for each in TOPICS if each != citizen.question])
                    group.create_task(self._write(client, citizen, other, within))

    async def rate(self, client: httpx.AsyncClient, within: float) -> None:
        """Have those who rate do so."""
        async with asyncio.TaskGroup() as group:
            for citizen in self.citizens:
                if citizen.rates:
                    group.create_task(self._write(client, citizen, "5", within))

    async def _write(
        self, client: httpx.AsyncClient, citizen: SilentCitizen, text: str, within: float
    ) -> None:
        await asyncio.sleep(self._chance.uniform(0, within))  # a citizen has their own time
        await self._post.write(client, citizen.address, text)

    def wrong(self, switchboard: Switchboard) -> Iterator[str]:
        """Go through what each was told: answer, warning, closing, request, thanks; each once and in this order."""
        for citizen in self.citizens:
            told = [each for each in switchboard.said[citizen.address] if each != OUT_OF_ORDER]
            if not _is_right(citizen, told):
                yield f"{citizen}: was told {told}"


def _is_right(citizen: SilentCitizen, told: Sequence[str]) -> bool:
    usual = ["answer", "warning", "closing", "rating"]
    if not citizen.comes_back:
        return told == [*usual, "answer"] if citizen.rates else told == usual
    # Kept open by what was written; or closed, and the answer begins another conversation beside the old one's end,
    # of which nobody is told any more who has written meanwhile.
    rest = told[2:]
    notices = [each for each in rest if each != "answer"]
    return (
        told[:2] == usual[:2]
        and rest.count("answer") == 1
        and notices in (["closing", "rating"], ["rating"], [])
    )


def lateness(moments: Sequence[float], per_second: float) -> float:
    """Return how many seconds late, at least, the latest of some messages was for its slot.

    bot/store/pace.py gives out each slot once, 1 / `per_second` after the one before, to all workers together, and a
    message is taken at its slot or later. So message j comes no sooner after message i than j - i gaps, less what i
    itself was late: and whatever comes sooner tells how late i must have been.
    """
    gap = 1 / per_second
    ahead, latest = float("inf"), 0.0
    for count, at in enumerate(sorted(moments)):
        free = count * gap - at
        ahead = min(ahead, free)
        latest = max(latest, free - ahead)
    return latest
