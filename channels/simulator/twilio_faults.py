"""What goes wrong next at the stand-in for Twilio: planned by tests, one fault for one request."""

from __future__ import annotations

from collections import defaultdict, deque
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One request that goes wrong.

    `status` and `code` are answered instead of success; the message is not taken then, unless
    `accepted`. Without `status` it is always taken. `dropped` cuts the connection in the middle of the
    answer. `delay_seconds` passes before the message is taken, `hang_seconds` between that and the answer.
    """

    status: int | None = None
    code: int | None = None
    accepted: bool = False
    dropped: bool = False
    delay_seconds: float = 0.0
    hang_seconds: float = 0.0


class Faults:
    """Planned faults, first in first out, for sending (POST) and for listing (GET) apart."""

    def __init__(self) -> None:
        self._planned: defaultdict[str, deque[Fault]] = defaultdict(deque)

    def plan(self, fault: Fault, *, times: int = 1, method: str = "POST") -> None:
        """Let the next `times` requests of that method go wrong like this."""
        self._planned[method].extend([fault] * times)

    def next(self, method: str) -> Fault | None:
        """Take the fault of the request that is here now, None when all is well."""
        return self._planned[method].popleft() if self._planned[method] else None

    def clear(self) -> None:
        """Forget everything planned."""
        self._planned.clear()
