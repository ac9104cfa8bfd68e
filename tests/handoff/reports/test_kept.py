"""What is kept with a report comes back as it was."""

from __future__ import annotations

import json
from datetime import date

import pytest

from handoff.reports import kept
from handoff.reports.figures import Figures, Period
from tests.handoff.reports import samples


@pytest.mark.parametrize(
    "figures",
    [
        samples.figures(date(2026, 10, 1), date(2026, 10, 31)),
        Figures(Period(date(2026, 2, 1), date(2026, 2, 28))),
    ],
)
def test_figures_survive_a_json_column(figures: Figures) -> None:
    assert kept.read(json.loads(json.dumps(kept.kept(figures)))) == figures


def test_figures_of_a_later_program_are_refused() -> None:
    with pytest.raises(ValueError, match="form 99"):
        kept.read({"form": 99})
