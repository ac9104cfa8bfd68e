"""The door to understanding: a text goes in, a `Meaning` comes out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Guess:
    """One intent the text may have, with the model's confidence (0.0 to 1.0)."""

    intent: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Entity:
    """Something named in the text: `kind` is e.g. "service" or "mode", `value` its canonical name.

    `start` and `end` are its place in the text that was parsed (characters).
    """

    kind: str
    value: str
    start: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a text means: guesses with the surest first (never empty), and the entities named in it."""

    guesses: tuple[Guess, ...]
    entities: tuple[Entity, ...] = ()

    def value(self, kind: str) -> str | None:
        """Return the value of the first entity of that kind, or None."""
        return next((entity.value for entity in self.entities if entity.kind == kind), None)

    def longest(self, kind: str) -> str | None:
        """Return the value of that kind that was named in most letters: "angka kesakitan penduduk" is no headcount."""
        named = [entity for entity in self.entities if entity.kind == kind]
        return max(named, key=lambda entity: entity.end - entity.start).value if named else None

    def values(self, kind: str) -> tuple[str, ...]:
        """Return the values of that kind, each once, in their order."""
        return tuple(dict.fromkeys(entity.value for entity in self.entities if entity.kind == kind))

    def confidence(self, *intents: str) -> float:
        """Return the confidence in one of these intents, 0.0 when none is among the guesses."""
        return sum(guess.confidence for guess in self.guesses if guess.intent in intents)


class NluUnavailable(Exception):
    """The model server did not answer in time, is still loading, or is down: ask again later."""


class Interpreter(Protocol):
    """Understands one text at a time."""

    async def parse(self, text: str) -> Meaning:
        """Raises `NluUnavailable`."""
        ...

    async def is_ready(self) -> bool:
        """Tell whether a model is loaded and answering now; never raises."""
        ...

    async def close(self) -> None:
        """Give back connections."""
        ...
