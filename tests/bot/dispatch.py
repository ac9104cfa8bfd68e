"""A channel that keeps WhatsApp's window, and messages of ours of any kind that are to be sent over it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import text

from bot.assembly import steps
from bot.deliver import Delivering
from bot.rehearsal import MemoryChannel
from bot.store import notices as kept_notices
from channels.port import Cause, Outbound, Receipt, SendFailed
from channels.whatsapp.window import NotSendable, way_of
from tests.fakes import Stage


class Windowed(MemoryChannel):
    """Keeps WhatsApp's window, with or without templates; `refusals` come first, as if from the other side."""

    window: timedelta | None = timedelta(hours=24)

    def __init__(self, clock: Callable[[], object], templates: dict[str, str] | None = None) -> None:
        super().__init__("whatsapp")
        self._clock = clock
        self._templates = templates or {}
        self.refusals: list[SendFailed] = []
        self.ways: list[str] = []

    async def send(self, message: Outbound) -> Receipt:
        way = way_of(message, self._clock(), self._templates)  # type: ignore[arg-type]
        if isinstance(way, NotSendable):
            raise SendFailed(way.reason, permanent=True, cause=Cause.WINDOW_CLOSED)
        if self.refusals:
            raise self.refusals.pop(0)
        self.ways.append(type(way).__name__)
        receipt = await super().send(message)
        return Receipt(receipt.external_id, way="template" if self.ways[-1] == "Content" else "text")


class Desk:
    """A stage with a windowed channel, and messages of ours of any kind."""

    def __init__(
        self, stage: Stage, templates: dict[str, str] | None = None, *, has_mail: bool = True
    ) -> None:
        self.stage = stage
        self.whatsapp = Windowed(stage.clock.now, templates)
        self.mail = stage.memory["email"]
        channels = {"whatsapp": self.whatsapp} | ({"email": self.mail} if has_mail else {})
        self.delivering: Delivering = steps.delivering(stage.core, channels)

    async def met(self, email: str | None = None) -> None:
        self.stage.by_day()
        await self.stage.hear("halo")
        await self.execute("UPDATE message SET answered_at = created_at")
        if email is not None:
            await self.execute(f"UPDATE person SET email = '{email}'")

    async def keep(
        self,
        key: str,
        *,
        author: str = "system",
        said: str = "",
        channel: str = "whatsapp",
        arguments: dict[str, str] | None = None,
    ) -> int:
        async with self.stage.core.database.transaction() as tx:
            message_id = await kept_notices.keep(
                tx,
                conversation_id=(await self.stage.column("SELECT max(id) FROM conversation"))[0],
                channel=channel,
                key=key,
                text=said or f"isi {key}",
                arguments=arguments,
                now=self.stage.clock.now(),
                language="id",
            )
        await self.execute(f"UPDATE message SET author = '{author}' WHERE id = {message_id}")
        return message_id

    async def execute(self, statement: str) -> None:
        async with self.stage.core.database.transaction() as tx:
            await tx.execute(text(statement))

    async def deliver_all(self) -> None:
        while due := await self.stage.column(
            "SELECT message_id FROM delivery WHERE state = 'kept' ORDER BY 1"
        ):
            for message_id in due:
                await self.delivering.deliver(message_id)

    async def state(self, message_id: int) -> object:
        return await self.stage.scalar(f"SELECT state FROM delivery WHERE message_id = {message_id}")

    async def events(self) -> list[str]:
        return [str(kind) for kind in await self.stage.column("SELECT kind FROM event ORDER BY id")]
