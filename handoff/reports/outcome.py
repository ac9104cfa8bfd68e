"""What a satisfaction survey shows, over all, per service and per channel. Pure; the index itself: handoff/ikm.py."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from handoff.ikm import Result, measured
from handoff.instrument import Instrument
from handoff.ports.surveys import Filled

FEW = 30
"""Below so many answers a group's figures are shown with a word of warning."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A survey's results. `profile` has for each trait how many chose each option; "" are those who left it out."""

    instrument: Instrument
    whole: Result
    services: Mapping[str, Result]
    channels: Mapping[str, Result]
    profile: Mapping[str, Mapping[str, int]]
    remarks: tuple[str, ...]

    @property
    def is_small(self) -> bool:
        """Tell whether fewer than `FEW` have answered at all."""
        return self.whole.respondents < FEW

    def misses(self, target: int | None) -> int:
        """Return how many answers are missing from a target, 0 when it is reached or there is none."""
        return max(0, (target or 0) - self.whole.respondents)


def outcome(instrument: Instrument, filled: Sequence[Filled]) -> Outcome:
    """Return what finished questionnaires show; one without a single answer is none."""
    answered = [sheet for sheet in filled if sheet.scores]
    return Outcome(
        instrument,
        _measured(instrument, answered),
        _grouped(instrument, answered, lambda sheet: sheet.service),
        _grouped(instrument, answered, lambda sheet: sheet.channel),
        {trait.key: _counts(trait.key, trait.options, answered) for trait in instrument.traits},
        tuple(sheet.remark for sheet in filled if sheet.remark),
    )


def _measured(instrument: Instrument, filled: Sequence[Filled]) -> Result:
    return measured(instrument.codes, [sheet.scores for sheet in filled])


def _grouped(
    instrument: Instrument, filled: Sequence[Filled], key: Callable[[Filled], str]
) -> dict[str, Result]:
    return {
        name: _measured(instrument, [sheet for sheet in filled if key(sheet) == name])
        for name in sorted({key(sheet) for sheet in filled})
    }


def _counts(key: str, options: Sequence[tuple[str, object]], filled: Sequence[Filled]) -> dict[str, int]:
    given = [sheet.profile.get(key, "") for sheet in filled]
    found = {name: given.count(name) for name, _ in options}
    return {**found, "": len(given) - sum(found.values())}
