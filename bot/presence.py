"""Shows a citizen who has to wait that an answer is on its way."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from channels.port import Channel

REMEMBERED = 1000  # messages; the oldest are forgotten, whose signs have long gone out
NOBODY: Mapping[str, Channel] = MappingProxyType({})


class Presence:
    """Shows it once a message, where the channel can. A courtesy: another process may show it again."""

    def __init__(self, channels: Mapping[str, Channel] = NOBODY) -> None:
        self._channels = channels
        self._shown: dict[int, None] = {}  # in the order of insertion

    async def show(self, message_id: int, *, channel: str, external_id: str | None) -> None:
        """Show the sender of a message that it is being answered. Never raises for the network's sake."""
        speaking = self._channels.get(channel)
        if speaking is None or external_id is None or message_id in self._shown:
            return
        self._shown[message_id] = None
        if len(self._shown) > REMEMBERED:
            del self._shown[next(iter(self._shown))]
        await speaking.typing(external_id)
