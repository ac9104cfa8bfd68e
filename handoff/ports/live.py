"""What open pages are told while they are looked at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Change:
    """Something changed. `conversation_id` is where, None: nowhere in particular.

    `is_inbox`: queues or counts may be other than before; `is_everything`: nobody knows what, because the
    connection over which it is told was lost for a while.
    """

    conversation_id: int | None = None
    is_inbox: bool = False
    is_everything: bool = False


EVERYTHING = Change(is_inbox=True, is_everything=True)


class News(Protocol):
    """The door of the event streams: what any process of the program changed, within a moment."""

    def subscribe(self, take: Callable[[Change], None]) -> Callable[[], None]:
        """Hand each change to `take`, which returns at once; what is returned ends that.

        What a page that was made just now may have missed is handed over right away.
        """
        ...

    def close(self) -> None:
        """Listen no longer; safe at any time."""
        ...
