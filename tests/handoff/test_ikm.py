"""The satisfaction index against tables that were computed by hand."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handoff.ikm import grade, index_of, measured, rounded, sample_size

CODES = tuple(f"U{n}" for n in range(1, 10))


def sheet(*scores: int) -> dict[str, int]:
    return dict(zip(CODES, scores, strict=True))


@pytest.mark.parametrize(
    ("sheets", "index", "mark"),
    [
        # One questionnaire: (4+3+4+3+4+3+4+3+4) / 9 = 32 / 9 = 3.5556; times 25 is 88.888...
        ([sheet(4, 3, 4, 3, 4, 3, 4, 3, 4)], "88.89", "A"),
        # 31 / 9 times 25 is 86.111...
        ([sheet(4, 3, 4, 3, 4, 3, 4, 3, 3)], "86.11", "B"),
        # Two of them: means 3.5 3.5 3.5 3.5 3.5 3.5 3.5 3 3, sum 30.5; 30.5 / 9 times 25 is 84.722...
        ([sheet(4, 4, 4, 4, 4, 4, 4, 3, 3), sheet(3, 3, 3, 3, 3, 3, 3, 3, 3)], "84.72", "B"),
        ([sheet(*[4] * 9)] * 3, "100.00", "A"),
        ([sheet(*[1] * 9)], "25.00", "D"),
        # 2.6 in every element is 65.00: thirteen points of five people.
        ([sheet(*[3] * 9)] * 3 + [sheet(*[2] * 9)] * 2, "65.00", "C"),
    ],
)
def test_the_index_is_what_a_hand_computes(sheets: list[dict[str, int]], index: str, mark: str) -> None:
    result = measured(CODES, sheets)
    assert (result.index, result.grade) == (Decimal(index), mark)
    assert result.respondents == len(sheets)


def test_a_ninth_is_a_ninth() -> None:
    # With 0.11 the same means give 90.56, and nobody could reach 100.
    means = [Fraction("3.6593")] * 9
    assert index_of(means) == Decimal("91.48")


@pytest.mark.parametrize(
    ("index", "mark"),
    [
        ("25.00", "D"), ("64.99", "D"), ("65.00", "C"), ("76.60", "C"), ("76.61", "B"), ("88.30", "B"),
        ("88.31", "A"), ("100.00", "A"),
    ],
)  # fmt: skip
def test_grades_change_at_their_boundaries(index: str, mark: str) -> None:
    assert grade(Decimal(index)) == mark


@pytest.mark.parametrize(
    ("exact", "index", "mark"),
    [
        # Between the grades' bounds as they are written: rounded first, graded then.
        (Fraction("64.994"), "64.99", "D"),
        (Fraction("64.995"), "65.00", "C"),
        (Fraction("76.604"), "76.60", "C"),
        (Fraction("76.605"), "76.61", "B"),
        (Fraction("88.304"), "88.30", "B"),
        (Fraction("88.305"), "88.31", "A"),
    ],
)
def test_it_is_rounded_before_it_is_graded(exact: Fraction, index: str, mark: str) -> None:
    value = rounded(exact)
    assert value == Decimal(index)
    assert grade(value) == mark


def test_an_element_is_the_mean_of_those_who_answered_it() -> None:
    partly = {code: 4 for code in CODES if code != "U4"}
    result = measured(CODES, [partly, sheet(*[2] * 9)])
    by_code = {element.code: element for element in result.elements}
    assert (by_code["U4"].answers, by_code["U4"].mean) == (1, Fraction(2))
    assert (by_code["U1"].answers, by_code["U1"].mean) == (2, Fraction(3))
    assert by_code["U1"].index == Decimal("75.00")
    # 8 elements of 3 and one of 2: 26 / 9 times 25
    assert result.index == Decimal("72.22")


def test_without_an_answer_to_some_element_there_is_no_index() -> None:
    result = measured(CODES, [{"U1": 4}])
    assert (result.index, result.grade, result.respondents) == (None, None, 1)
    assert measured(CODES, []).index is None


@pytest.mark.parametrize("wrong", [{"U1": 0}, {"U1": 5}, {"U10": 3}])
def test_what_is_no_answer_is_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="U1"):
        measured(CODES, [wrong])


@pytest.mark.parametrize("wrong", ["24.99", "100.01", "70.001"])
def test_what_is_no_index_has_no_grade(wrong: str) -> None:
    with pytest.raises(ValueError, match="two decimals"):
        grade(Decimal(wrong))


@given(st.lists(st.lists(st.integers(1, 4), min_size=9, max_size=9), min_size=1, max_size=30))
def test_it_is_the_plain_mean_of_all_answers_when_everybody_answers_everything(
    scores: list[list[int]],
) -> None:
    result = measured(CODES, [sheet(*row) for row in scores])
    total = sum(map(sum, scores))
    assert result.index == rounded(Fraction(total * 25, 9 * len(scores)))
    assert result.index is not None
    assert result.grade == grade(result.index)


@pytest.mark.parametrize(
    ("population", "sample"),
    # Of the published table (Krejcie and Morgan, 1970).
    [
        (0, 0),
        (1, 1),
        (10, 10),
        (15, 14),
        (55, 48),
        (220, 140),
        (300, 169),
        (1200, 291),
        (2200, 327),
        (1_000_000, 384),
    ],
)
def test_the_sample_is_that_of_the_published_table(population: int, sample: int) -> None:
    assert sample_size(population) == sample


@given(st.integers(1, 10**7))
def test_a_sample_is_part_of_its_population_and_grows_with_it(population: int) -> None:
    assert 1 <= sample_size(population) <= population
    assert sample_size(population) <= sample_size(population + 1)
