"""How long a child that died waits before its next start."""

from __future__ import annotations

import random
from dataclasses import dataclass, field


@dataclass(slots=True)
class Backoff:
    """Doubling waits in seconds: `first`, twice that, ... at most `longest`.

    `jitter` shortens each by up to that share. A child that was up for `healthy_after` seconds begins
    again with `first`.
    """

    first: float = 0.5
    longest: float = 30.0
    healthy_after: float = 60.0
    jitter: float = 0.1
    _failures: int = field(default=0, init=False)

    def next_wait(self, was_up: float) -> float:
        """Return the seconds to wait after a life in which the child was up for `was_up` seconds."""
        if was_up >= self.healthy_after:
            self._failures = 0
        # The exponent is bounded too: 2.0 ** 2000 would overflow.
        wait = min(self.longest, self.first * 2.0 ** min(self._failures, 32))
        self._failures += 1
        # Jitter so that children which died together do not come back together.
        return wait * random.uniform(1 - self.jitter, 1)  # noqa: S311
