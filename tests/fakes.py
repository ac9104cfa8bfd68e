"""What stands at the outermost edge in tests: a model that says what it is told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from sqlalchemy import text

from bot.answer import Answering
from bot.assembly.core import Core
from bot.clock import ManualClock
from bot.deliver import Delivering
from bot.rehearsal import MemoryChannel
from bot.working_days import daytime_of
from channels.port import Attachment, Inbound, InboundKind
from nlu.port import Entity, Guess, Meaning, NluUnavailable


class StoppedClock:
    """A time that stands still, for a test about a certain day; implements `Clock`."""

    def __init__(self, at: datetime) -> None:
        self._at = at

    def now(self) -> datetime:
        """Return the moment it was stopped at."""
        return self._at


class FakeInterpreter:
    """Means what it was told; `is_down` makes it unreachable. Implements `Interpreter`."""

    def __init__(self) -> None:
        self.meanings: dict[str, Meaning] = {}
        self.is_down = False
        self.asked: list[str] = []

    def teach(self, said: str, intent: str, confidence: float = 0.95, **entities: str) -> None:
        """Take a text for an intent; what is left of the confidence goes to two other topics."""
        rest = (1 - confidence) / 2
        others = [topic for topic in ("biaya", "persyaratan", "prosedur") if topic != intent][:2]
        guesses = [Guess(intent, confidence), *(Guess(topic, rest) for topic in others)]
        self.meanings[said] = Meaning(
            tuple(sorted(guesses, key=lambda guess: -guess.confidence)),
            tuple(Entity(kind, value) for kind, value in entities.items()),
        )

    async def parse(self, said: str) -> Meaning:
        """Return what was taught; anything else is not understood."""
        self.asked.append(said)
        if self.is_down:
            raise NluUnavailable("down, as the test wants it")
        if said not in self.meanings:
            self.teach(said, "jangka_waktu", 0.34)
        return self.meanings[said]

    async def is_ready(self) -> bool:
        return not self.is_down

    async def close(self) -> None:
        """Have nothing to give back."""


@dataclass(frozen=True, slots=True)
class Stage:
    """The pipeline's steps, to be taken one at a time."""

    core: Core
    clock: ManualClock
    model: FakeInterpreter
    memory: dict[str, MemoryChannel]
    answering: Answering
    delivering: Delivering

    def inbound(
        self,
        said: str,
        *,
        sender: str = "whatsapp:+628111111001",
        channel: str = "whatsapp",
        external_id: str | None = None,
        at: datetime | None = None,
        attachments: tuple[Attachment, ...] = (),
        replies_to: tuple[str, ...] = (),
        subject: str | None = None,
        kind: InboundKind = "message",
        choice: int | None = None,
        alias: str | None = None,
        phone: str | None = None,
    ) -> Inbound:
        """Build a message as a channel would."""
        return Inbound(
            channel=channel,
            external_id=external_id or f"in-{uuid4()}",
            sender=sender,
            text=said,
            received_at=at or self.clock.now(),
            attachments=attachments,
            replies_to=replies_to,
            subject=subject,
            reply_id=f"<{uuid4()}@warga.example>" if channel == "email" else None,
            kind=kind,
            choice=choice,
            alias=alias,
            phone=phone,
        )

    async def hear(self, said: str, **named: object) -> int:
        """Receive a message and return its id."""
        message = self.inbound(said, **named)  # type: ignore[arg-type]
        assert await self.core.reception(message)
        return (await self.column("SELECT max(id) FROM message WHERE author = 'citizen'"))[0]

    async def answered(self, said: str, **named: object) -> list[str]:
        """Receive a message, answer it, deliver what is due, and return what the citizen got."""
        sender = str(named.get("sender", "whatsapp:+628111111001"))
        channel = str(named.get("channel", "whatsapp"))
        await self.answering.answer(await self.hear(said, **named))
        await self.deliver_all()
        return self.memory[channel].take(sender)

    def by_day(self) -> None:
        """Move the time on to a moment at which notices go out, if it is night in the office."""
        now = self.clock.now()
        self.clock.advance(daytime_of(self.core.settings.office).earliest(now) - now)

    async def close_all(self) -> None:
        """Close every conversation, as time or an officer does."""
        async with self.core.database.transaction() as tx:
            await tx.execute(
                text("UPDATE conversation SET closed_at = :now, state = 'closed'"), {"now": self.clock.now()}
            )

    async def deliver_all(self) -> None:
        """Send every message of ours that is due, in order."""
        for message_id in await self.column(
            "SELECT message_id FROM delivery WHERE state = 'kept' ORDER BY 1"
        ):
            await self.delivering.deliver(message_id)

    async def column(self, query: str) -> list[int]:
        """Return a query's first column."""
        async with self.core.database.transaction() as tx:
            return list((await tx.execute(text(query))).scalars())

    async def scalar(self, query: str) -> object:
        """Return a query's only value."""
        async with self.core.database.transaction() as tx:
            return (await tx.execute(text(query))).scalar_one()
