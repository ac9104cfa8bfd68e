"""The simulated phone's memory: what each number wrote and read. No HTTP, no HTML."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from .twilio import Shown

# How long WhatsApp shows the three dots: https://www.twilio.com/docs/whatsapp/api/typing-indicators-resource
TYPING_SECONDS = 25.0
# After this long without an answer the phone says so.
PATIENCE_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class File:
    """A file in a message. `size` is in bytes."""

    key: str
    name: str
    content_type: str
    data: bytes = field(repr=False)

    @property
    def size(self) -> int:
        """Return the size in bytes."""
        return len(self.data)

    @property
    def is_sound(self) -> bool:
        """Tell whether it can be played in place."""
        return self.content_type.partition("/")[0] == "audio"

    @property
    def is_picture(self) -> bool:
        """Tell whether a browser may show it in place; everything else is only offered for download."""
        return self.content_type in {"image/jpeg", "image/png", "image/webp", "image/gif"}


@dataclass(frozen=True, slots=True)
class Place:
    """A shared place; degrees (WGS 84)."""

    latitude: float
    longitude: float
    label: str = ""


@dataclass(slots=True)
class Bubble:
    """One message on the phone. `is_mine` is the citizen's; `state` is where it is, in words.

    `shown` is a Content template's content; `tapped` the number (from 1) of what was tapped there. `ticks`
    are 0 to 3 as WhatsApp draws them: on its way, taken, arrived, read. `is_lost`: the office sent it, and
    it never got here. `reaction` is the citizen's emoji on it.
    """

    number: int
    sid: str
    is_mine: bool
    text: str
    at: datetime
    state: str = ""
    has_failed: bool = False
    shown: Shown | None = None
    tapped: int = 0
    ticks: int = 0
    is_lost: bool = False
    reaction: str = ""
    place: Place | None = None
    files: tuple[File, ...] = ()


@dataclass(slots=True)
class Chat:
    """Everything between the office and one number.

    `awaiting_since` (an answer) and `typing_since` (the office) are on the monotonic clock.
    """

    number: str
    bubbles: list[Bubble] = field(default_factory=list)
    awaiting_since: float | None = None
    typing_since: float | None = None
    unread: int = 0

    @property
    def seconds_of_typing(self) -> float:
        """Return for how much longer the office is shown as typing; 0 when it is not."""
        return _left(self.typing_since, TYPING_SECONDS)

    @property
    def seconds_of_patience(self) -> float:
        """Return for how much longer an answer may take before the phone says so; 0 when it is over."""
        return _left(self.awaiting_since, PATIENCE_SECONDS)


class Phone:
    """The chats of every number used so far, in memory."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._chats: dict[str, Chat] = {}
        self._by_sid: dict[str, tuple[Chat, Bubble]] = {}

    @property
    def numbers(self) -> Sequence[str]:
        """Return the numbers used so far, in the order of their first message."""
        return tuple(self._chats)

    def chat(self, number: str) -> Chat:
        """Return the chat of an E.164 number, empty when it is new (then it is not remembered yet)."""
        return self._chats.get(number) or Chat(number)

    def wrote(
        self, number: str, sid: str, text: str, files: Sequence[File] = (), place: Place | None = None
    ) -> Bubble:
        """Note what the citizen sends; until `accepted` or `refused` it is on its way."""
        chat = self._chats.setdefault(number, Chat(number))
        mine = Bubble(0, sid, True, text, self._now(), "Mengirim", files=tuple(files), place=place)
        return self._add(chat, sid, mine)

    def accepted(self, sid: str, state: str) -> None:
        """The product's webhook took the citizen's message: from now on an answer is awaited."""
        if sid not in self._by_sid:
            return
        chat, bubble = self._by_sid[sid]
        bubble.has_failed = False
        if bubble.ticks < 2:
            bubble.state, bubble.ticks = state, 2
        # The answer may have come before the webhook's own acknowledgement was read.
        if chat.bubbles[-1].is_mine:
            chat.awaiting_since = time.monotonic()

    def refused(self, sid: str, reason: str) -> None:
        """The product's webhook did not take it; `reason` says so in words."""
        if sid in self._by_sid:
            _, bubble = self._by_sid[sid]
            bubble.state, bubble.has_failed = reason, True

    def reacted(self, sid: str, emoji: str) -> None:
        """Note the citizen's reaction to a message of the office."""
        self._by_sid[sid][1].reaction = emoji

    def typing(self, sid: str) -> None:
        """The office has read that message of the citizen's and prepares an answer."""
        found = self._by_sid.get(sid)
        if found is not None:
            chat, bubble = found
            bubble.ticks, bubble.state = 3, "Dibaca kantor"
            if chat.bubbles[-1].is_mine:
                chat.awaiting_since = chat.typing_since = time.monotonic()

    def received(self, number: str, sid: str, text: str, shown: Shown | None = None) -> Bubble:
        """Note what the office sent and what has arrived."""
        chat = self._chats.setdefault(number, Chat(number))
        chat.awaiting_since = chat.typing_since = None
        chat.unread += 1
        bubble = Bubble(0, sid, False, text, self._now(), "Sampai", shown=shown, ticks=2)
        return self._add(chat, sid, bubble)

    def missed(self, number: str, sid: str, reason: str) -> None:
        """Note that the office sent something that did not get here; `reason` says why in words."""
        chat = self._chats.setdefault(number, Chat(number))
        chat.awaiting_since = chat.typing_since = None
        self._add(chat, sid, Bubble(0, sid, False, reason, self._now(), is_lost=True))

    def read(self, sid: str) -> None:
        """The citizen has seen a message of the office."""
        if sid in self._by_sid:
            bubble = self._by_sid[sid][1]
            bubble.state, bubble.ticks = "Dibaca", 3

    def find(self, sid: str) -> tuple[Chat, Bubble] | None:
        """Return the chat and the message of that sid."""
        return self._by_sid.get(sid)

    def _add(self, chat: Chat, sid: str, bubble: Bubble) -> Bubble:
        bubble.number = len(chat.bubbles) + 1
        chat.bubbles.append(bubble)
        self._by_sid[sid] = (chat, bubble)
        return bubble


def _left(since: float | None, seconds: float) -> float:
    return 0.0 if since is None else max(0.0, since + seconds - time.monotonic())
