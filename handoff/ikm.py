"""The satisfaction index of PermenPANRB 14/2017, in exact numbers. Pure.

Nine elements (unsur), each answered from 1 to 4. An element's mean is taken over those who answered it; each
element weighs one ninth (not 0.11: nine of those are 0.99, and nobody could reach 100); the sum times 25 is
the index, rounded to two decimals before it is graded, since the grades leave no room between 64.99 and 65.00.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Literal

Grade = Literal["A", "B", "C", "D"]

LOWEST, HIGHEST = 1, 4
FACTOR = 25
_CENT = Decimal("0.01")
# The least index of a grade, the best grade first (PermenPANRB 14/2017, annex).
_LEAST: tuple[tuple[Decimal, Grade], ...] = (
    (Decimal("88.31"), "A"),
    (Decimal("76.61"), "B"),
    (Decimal("65.00"), "C"),
    (Decimal("25.00"), "D"),
)

CONFIDENCE = Fraction("3.841")
"""Chi-square for one degree of freedom at 95 % (Krejcie and Morgan, 1970)."""
MARGIN = Fraction("0.05")


@dataclass(frozen=True, slots=True)
class Element:
    """One element's result: `mean` of 1 to 4 over `answers`, None when nobody answered it."""

    code: str
    answers: int
    mean: Fraction | None

    @property
    def index(self) -> Decimal | None:
        """Return the mean on the scale of 25 to 100, in two decimals."""
        return None if self.mean is None else rounded(self.mean * FACTOR)


@dataclass(frozen=True, slots=True)
class Result:
    """What a survey shows. `index` and `grade` are None while some element has no answer."""

    elements: tuple[Element, ...]
    respondents: int
    index: Decimal | None
    grade: Grade | None


def measured(codes: Sequence[str], filled: Sequence[Mapping[str, int]]) -> Result:
    """Return the result of filled questionnaires, each a score by the element's code; elements may be left out.

    Raises ValueError for a score outside 1 to 4, a code that is none of `codes`, or no codes.
    """
    if not codes:
        raise ValueError("an index needs at least one element")
    for sheet in filled:
        for code, score in sheet.items():
            if code not in codes:
                raise ValueError(f"no such element: {code}")
            if not LOWEST <= score <= HIGHEST:
                raise ValueError(f"{code}: expected {LOWEST} to {HIGHEST}, got {score}")
    elements = tuple(_element(code, [sheet[code] for sheet in filled if code in sheet]) for code in codes)
    index = index_of([element.mean for element in elements])
    respondents = sum(1 for sheet in filled if sheet)
    return Result(elements, respondents, index, None if index is None else grade(index))


def _element(code: str, scores: Sequence[int]) -> Element:
    return Element(code, len(scores), Fraction(sum(scores), len(scores)) if scores else None)


def index_of(means: Sequence[Fraction | None]) -> Decimal | None:
    """Return the index of the elements' means, in two decimals; None when one of them has no answers."""
    known = [mean for mean in means if mean is not None]
    if len(known) < len(means) or not means:
        return None
    return rounded(sum(known, Fraction()) * Fraction(1, len(known)) * FACTOR)


def grade(index: Decimal) -> Grade:
    """Return the grade of an index in two decimals. Raises ValueError outside 25 to 100 or for more decimals."""
    if not Decimal(25) <= index <= Decimal(100) or index != index.quantize(_CENT):
        raise ValueError(f"expected 25.00 to 100.00 in two decimals, got {index}")
    return next(name for least, name in _LEAST if index >= least)


def rounded(value: Fraction) -> Decimal:
    """Return a number in two decimals, half of a cent upwards, without a detour over binary fractions."""
    cents = value * 100
    whole, rest = divmod(cents.numerator, cents.denominator)
    up = 1 if 2 * rest >= cents.denominator else 0
    return (Decimal(whole + up) / 100).quantize(_CENT, rounding=ROUND_HALF_UP)


def sample_size(population: int) -> int:
    """Return how many of a population are to be asked (Krejcie and Morgan, 1970: 95 %, margin 5 %, p = 0.5).

    Raises ValueError for a negative population.
    """
    if population < 0:
        raise ValueError(f"expected a number of people, got {population}")
    if population == 0:
        return 0
    spread = CONFIDENCE * Fraction(1, 4)
    exact = spread * population / (MARGIN**2 * (population - 1) + spread)
    whole, rest = divmod(exact.numerator, exact.denominator)
    return min(population, whole + (1 if 2 * rest >= exact.denominator else 0))
