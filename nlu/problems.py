"""What is wrong with the knowledge files, in words that help an officer to mend it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend: in which file, at which topic, what is wrong, how to mend it."""

    file: str
    topic: str
    wrong: str
    mend: str

    def __str__(self) -> str:
        return f"{self.file}, {self.topic}: {self.wrong} Perbaiki: {self.mend}"


class KnowledgeError(Exception):
    """The knowledge cannot be used as it stands; `problems` says why, all of them at once."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = tuple(problems)
