"""The simulated phone's memory: what each number wrote and read. No HTTP, no HTML."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

# How long the three dots are shown while nobody answers: a simulation must not pretend for ever.
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
    def is_picture(self) -> bool:
        """Tell whether a browser may show it in place; everything else is only offered for download."""
        return self.content_type in {"image/jpeg", "image/png", "image/webp", "image/gif"}


@dataclass(frozen=True, slots=True)
class Template:
    """What an approved template is sent as: its words are kept by Meta, and nobody here invents them."""

    content_sid: str
    variables: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True)
class Bubble:
    """One message on the phone. `is_mine` is the citizen's; `state` is where it is, in words."""

    number: int
    sid: str
    is_mine: bool
    text: str
    at: datetime
    state: str = ""
    has_failed: bool = False
    template: Template | None = None
    files: tuple[File, ...] = ()


@dataclass(slots=True)
class Chat:
    """Everything between the office and one number. `awaiting_since` is on the monotonic clock."""

    number: str
    bubbles: list[Bubble] = field(default_factory=list)
    awaiting_since: float | None = None
    unread: int = 0

    @property
    def seconds_of_typing(self) -> float:
        """Return for how much longer the office may be shown as typing; 0 when it is not."""
        if self.awaiting_since is None:
            return 0.0
        return max(0.0, self.awaiting_since + PATIENCE_SECONDS - time.monotonic())


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

    def wrote(self, number: str, sid: str, text: str, files: Sequence[File] = ()) -> Bubble:
        """Note what the citizen sends; until `accepted` or `refused` it is on its way."""
        chat = self._chats.setdefault(number, Chat(number))
        return self._add(chat, sid, Bubble(0, sid, True, text, self._now(), "Mengirim", files=tuple(files)))

    def accepted(self, sid: str, state: str) -> None:
        """The product's webhook took the citizen's message: from now on an answer is awaited."""
        chat, bubble = self._by_sid[sid]
        bubble.state, bubble.has_failed = state, False
        # The answer may have come before the webhook's own acknowledgement was read.
        if chat.bubbles[-1].is_mine:
            chat.awaiting_since = time.monotonic()

    def refused(self, sid: str, reason: str) -> None:
        """The product's webhook did not take it; `reason` says so in words."""
        _, bubble = self._by_sid[sid]
        bubble.state, bubble.has_failed = reason, True

    def received(
        self, number: str, sid: str, text: str, state: str, template: Template | None = None
    ) -> Bubble:
        """Note what the office sent."""
        chat = self._chats.setdefault(number, Chat(number))
        chat.awaiting_since = None
        chat.unread += 1
        bubble = Bubble(0, sid, False, text, self._now(), state, template=template)
        return self._add(chat, sid, bubble)

    def retold(self, sid: str, state: str) -> None:
        """Change the delivery state of a message, in words; an unknown `sid` is somebody else's."""
        if sid in self._by_sid:
            self._by_sid[sid][1].state = state

    def find(self, sid: str) -> tuple[Chat, Bubble] | None:
        """Return the chat and the message of that sid."""
        return self._by_sid.get(sid)

    def _add(self, chat: Chat, sid: str, bubble: Bubble) -> Bubble:
        bubble.number = len(chat.bubbles) + 1
        chat.bubbles.append(bubble)
        self._by_sid[sid] = (chat, bubble)
        return bubble
