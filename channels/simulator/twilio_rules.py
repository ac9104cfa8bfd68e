"""What Twilio and WhatsApp hold an account to. Everything is off until it is set, so that a test meets
only the rule it is about; the simulation sets what a newcomer would meet."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

WINDOW = timedelta(hours=24)
"""How long after somebody's message free text is delivered to them (error 63016)."""

# Twilio's own default keywords: https://help.twilio.com/articles/223134027
STOP = frozenset({"stop", "stopall", "unsubscribe", "cancel", "end", "quit"})
START = frozenset({"start", "yes", "unstop"})


@dataclass(slots=True)
class Rules:
    """The rules in force.

    `window` is how long free text is delivered after the number's last message (63016); a number of which
    the stand-in has heard nothing is out of it, unless `knows_all` is taken back: then somebody may have
    written past the stand-in, by a webhook of their own. `per_second` is
    how many messages are taken in a second (20429). `honours_stop`: who sends STOP is opted out at Twilio
    (21610). `unreachable` are addresses (`whatsapp:+...`) to which nothing is delivered, with the error's
    number: 63003 (no such number on WhatsApp) or 63024 (invalid recipient).
    """

    window: timedelta | None = None
    knows_all: bool = True
    per_second: float | None = None
    honours_stop: bool = False
    unreachable: dict[str, int] = field(default_factory=dict)


class Numbers:
    """What is known of the numbers that have written: when they last did, and who is opted out."""

    def __init__(self) -> None:
        self._heard: dict[str, datetime] = {}
        self._opted_out: set[str] = set()

    def heard(self, address: str, text: str, at: datetime) -> None:
        """Note that somebody wrote; keywords opt out and in again."""
        self._heard[address] = at
        said = text.strip().lower()
        if said in STOP:
            self._opted_out.add(address)
        elif said in START:
            self._opted_out.discard(address)

    def has_opted_out(self, address: str) -> bool:
        """Tell whether the last keyword of that number was STOP or one of its like."""
        return address in self._opted_out

    def may_be_told(self, address: str, rules: Rules, now: datetime) -> bool:
        """Tell whether free text reaches a number now."""
        heard = self._heard.get(address)
        if rules.window is None or (heard is None and not rules.knows_all):
            return True
        return heard is not None and now - heard < rules.window


class Turnstile:
    """Counts what passes within a second. `monotonic` gives seconds, for tests."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._passed: deque[float] = deque()

    def lets_pass(self, per_second: float) -> bool:
        """Tell whether one more may pass now, and count it if so."""
        now = self._monotonic()
        while self._passed and now - self._passed[0] >= 1.0:
            self._passed.popleft()
        if len(self._passed) >= per_second:
            return False
        self._passed.append(now)
        return True
