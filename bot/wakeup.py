"""An event that no notification is lost on.

Procrastinate's worker clears its event after each look for a job. A notification that came during the
look is cleared with it, and its job waits for the poll. Here a `clear` takes away only what was set
before the last one: what came in between stays, and costs at most one look more.
"""

from __future__ import annotations

import asyncio


class Wakeup(asyncio.Event):
    """Takes the place of the worker's event for new jobs."""

    def __init__(self) -> None:
        super().__init__()
        self._is_news = False

    def set(self) -> None:
        """Wake whoever waits, and remember that it was not looked at yet."""
        self._is_news = True
        super().set()

    def clear(self) -> None:
        """Note that somebody has looked; only a second look without news lets the event sleep."""
        if self._is_news:
            self._is_news = False
        else:
            super().clear()
