"""The simulated mail client's memory: letters in threads, per citizen's address. No HTTP, no HTML."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from .letters import Letter


@dataclass(slots=True)
class Thread:
    """Letters that answer each other (RFC 5322, 3.6.4). `number` is unique within the simulation."""

    number: int
    letters: list[Letter] = field(default_factory=list)

    @property
    def subject(self) -> str:
        """Return the subject of the first letter."""
        return self.letters[0].subject or "(tanpa subjek)"

    @property
    def latest(self) -> Letter:
        """Return the newest letter."""
        return self.letters[-1]

    @property
    def unread(self) -> int:
        """Return how many letters of the office nobody opened yet."""
        return sum(not letter.is_mine and not letter.is_seen for letter in self.letters)


class MailClient:
    """The threads of every address used so far, in memory."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._threads: dict[str, list[Thread]] = {}
        self._count = 0

    @property
    def addresses(self) -> Sequence[str]:
        """Return the addresses used so far."""
        return tuple(self._threads)

    def inbox(self, address: str) -> Sequence[Thread]:
        """Return the address's threads, the one with the newest letter first."""
        return sorted(self._of(address), key=lambda thread: thread.latest.at, reverse=True)

    def thread(self, address: str, number: int) -> Thread | None:
        """Return one thread of that address, or None."""
        return next((thread for thread in self._of(address) if thread.number == number), None)

    def keep(self, address: str, letter: Letter) -> Thread:
        """Put a letter into the thread it answers, or into a new one."""
        threads = self._threads.setdefault(address.casefold(), [])
        for thread in threads:
            if any(known.message_id in letter.references for known in thread.letters):
                break
        else:
            self._count += 1
            thread = Thread(self._count)
            threads.append(thread)
        thread.letters.append(letter)
        return thread

    def drop(self, thread: Thread, letter: Letter) -> None:
        """Take a letter out again that could not be sent."""
        thread.letters.remove(letter)
        if not thread.letters:
            for threads in self._threads.values():
                if thread in threads:
                    threads.remove(thread)

    def open(self, thread: Thread) -> None:
        """Mark all letters of a thread as read."""
        for letter in thread.letters:
            letter.is_seen = True

    def _of(self, address: str) -> Sequence[Thread]:
        return self._threads.get(address.casefold(), ())
