"""One line of the table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from math import ceil
from typing import Any


@dataclass(frozen=True, slots=True)
class Row:
    """A measured value in `unit`; `goal` says what is wanted ("<= 3"), None when it is only told."""

    name: str
    value: float
    unit: str
    goal: str | None = None
    holds: bool | None = None

    @classmethod
    def at_most(cls, name: str, value: float, unit: str, goal: float) -> Row:
        """Return a row whose value must not be above `goal`."""
        return cls(name, value, unit, f"<= {goal:g}", value <= goal)

    @classmethod
    def at_least(cls, name: str, value: float, unit: str, goal: float) -> Row:
        """Return a row whose value must not be below `goal`."""
        return cls(name, value, unit, f">= {goal:g}", value >= goal)

    def as_json(self) -> dict[str, Any]:
        """Return the row for results.json, the value with four significant digits."""
        return asdict(self) | {"value": float(f"{self.value:.4g}")}


def percentile(values: Sequence[float], percent: float) -> float:
    """Return the nearest-rank percentile of some values."""
    return sorted(values)[max(ceil(len(values) * percent / 100) - 1, 0)]
