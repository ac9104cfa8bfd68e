"""Which mail a server has failed to hand over, and how often in a row: so that it blocks none behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(slots=True)
class Doubt:
    """What was seen of one mailbox since its process began; `most` failures of one mail are enough.

    First a portion fails, and nobody knows which of its mails does: up to `singly_to` they are then fetched
    one by one. `failures` are of `uid` alone, each on a connection of its own. `others_come`: the server has
    handed over another mail just before it failed at this one, so that it is this mail, and not the server.
    """

    most: int
    epoch: int = 0
    singly_to: int = 0
    uid: int = 0
    failures: int = 0
    others_come: bool = False
    _is_compared: bool = False

    def begin(self, epoch: int) -> None:
        """Begin with a new connection; forget what was seen when the server has renumbered its mails."""
        if epoch != self.epoch:
            self.epoch, self.singly_to, self.uid, self.failures = epoch, 0, 0, 0
        self._is_compared = False

    def failed(self, uids: Sequence[int]) -> None:
        """Note that these were asked for together, and not given."""
        self.singly_to = max(self.singly_to, uids[-1])
        if len(uids) > 1:
            return
        self.failures = self.failures + 1 if uids[0] == self.uid else 1
        self.uid, self.others_come = uids[0], self._is_compared

    def compared(self) -> None:
        """Note that the server has handed over another mail on this connection."""
        self._is_compared = True

    def is_hopeless(self, uid: int) -> bool:
        """Tell whether this mail has failed often enough."""
        return uid == self.uid and self.failures >= self.most
