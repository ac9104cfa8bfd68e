"""Shows officers a letter as it was written, out of the raw one that is kept."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from bot.files import NoSuchFile
from bot.store.contents import ContentLost, Contents
from bot.store.database import Database
from bot.store.desk import letters
from channels.port import Channel
from handoff.ports.letters import Letter
from handoff.ports.values import NotFound


class LetterRoom:
    """Implements `handoff.ports.letters.LetterRoom`."""

    def __init__(self, database: Database, channels: Mapping[str, Channel], contents: Contents) -> None:
        self._database = database
        self._channels = channels
        self._contents = contents

    async def letter(self, message_id: int) -> Letter:
        """Return a letter. Raises `NotFound`."""
        async with self._database.statement() as tx:
            kept = await letters.of_message(tx, message_id)
        channel = self._channels.get(kept.channel) if kept else None
        if kept is None or channel is None:
            raise NotFound
        try:
            data = await self._contents.unpack(kept.content)
        except (ContentLost, NoSuchFile) as error:
            raise NotFound from error
        html = await asyncio.to_thread(channel.page, data)
        return Letter(
            message_id, kept.conversation, kept.subject, kept.sender, kept.at, html, str(kept.parcel)
        )
