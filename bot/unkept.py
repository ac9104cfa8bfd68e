"""A citizen hears that a file of theirs did not come to the officers, who would otherwise wait for each other."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Literal

from bot.clock import Clock
from bot.queue import Queue
from bot.store import media, notices
from bot.store.database import Transaction
from bot.texts import Texts

KEYS: Final = ("file_refused", "file_failed")
QUIET = timedelta(days=1)
"""Said once within this time in a conversation, however many files: whoever answers by machine, with the same
file each time, is not answered for ever."""


@dataclass(frozen=True, slots=True)
class Unkept:
    """Tells of files that are not there."""

    queue: Queue
    clock: Clock
    texts: Texts

    async def tell(self, tx: Transaction, message_id: int, state: Literal["refused", "failed"]) -> None:
        """Keep a notice for whoever sent a file with this message; none to machines and to who is forgotten."""
        now = self.clock.now()
        sender = await media.sender(tx, message_id, keys=KEYS, since=now - QUIET)
        if sender is None:
            return
        notice = await notices.keep(
            tx,
            conversation_id=sender.conversation_id,
            channel=sender.channel,
            key=f"file_{state}",
            text=self.texts.say(f"file_{state}", sender.language),
            language=sender.language,
            now=now,
        )
        await self.queue.deliver(tx, notice, conversation_id=sender.conversation_id, channel=sender.channel)
