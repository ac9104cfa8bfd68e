"""Free text, a template or nothing: decided by the clock, the template that is set, and nothing else."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.whatsapp.templates import TEMPLATES
from channels.whatsapp.window import MARGIN, WINDOW, Content, FreeText, NotSendable, way_of
from tests.channels.whatsapp.conftest import START, outbound

SID = "HX" + "0" * 32
NONE = dict.fromkeys(TEMPLATES, "")
ALL = dict.fromkeys(TEMPLATES, SID)
LAST_MOMENT = START + WINDOW - MARGIN
KEYS = st.sampled_from([*TEMPLATES, "answer", "officer"])
AGES = st.timedeltas(min_value=timedelta(), max_value=timedelta(days=30))


@given(age=AGES, key=KEYS)
def test_inside_everything_is_said_in_its_own_words_and_outside_nothing(age: timedelta, key: str) -> None:
    for templates in (NONE, ALL):
        way = way_of(outbound(key=key, last_heard=START), START + age, templates)
        assert isinstance(way, FreeText) == (age < WINDOW - MARGIN)


@given(age=AGES, key=KEYS)
def test_outside_a_key_with_a_template_goes_out_as_one_and_nothing_else_does(
    age: timedelta, key: str
) -> None:
    way = way_of(outbound(key=key, last_heard=START), LAST_MOMENT + age, ALL)
    assert isinstance(way, Content) == (key in TEMPLATES)
    assert isinstance(way_of(outbound(key=key, last_heard=START), LAST_MOMENT + age, NONE), NotSendable)


@given(early=AGES, late=AGES)
def test_once_closed_it_stays_closed_until_the_citizen_writes(early: timedelta, late: timedelta) -> None:
    first, second = START + min(early, late), START + max(early, late)
    ways = [way_of(outbound(last_heard=START), moment, NONE) for moment in (first, second)]
    assert not (isinstance(ways[0], NotSendable) and isinstance(ways[1], FreeText))
    assert isinstance(way_of(outbound(last_heard=second), second, NONE), FreeText)


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        (LAST_MOMENT - timedelta(microseconds=1), True),
        (LAST_MOMENT, False),
        (START + WINDOW, False),
        (START - timedelta(hours=1), True),  # the clock was put back
    ],
)
def test_around_the_boundary(moment: datetime, is_open: bool) -> None:
    assert isinstance(way_of(outbound(last_heard=START), moment, NONE), FreeText) == is_open


def test_who_never_wrote_gets_templates_only() -> None:
    assert isinstance(way_of(outbound(last_heard=None), START, ALL), NotSendable)
    assert isinstance(way_of(outbound(key="rating", last_heard=None), START, ALL), Content)


def test_a_template_is_filled_from_the_arguments() -> None:
    message = outbound(
        key="rating", last_heard=None, arguments={"office": "BPS Contoh", "ticket": "PST-2026-0001"}
    )
    assert way_of(message, START, ALL) == Content("rating", SID, {"1": "BPS Contoh", "2": "PST-2026-0001"})


def test_a_missing_template_is_named() -> None:
    way = way_of(outbound(key="closing", last_heard=None), START, NONE)
    assert isinstance(way, NotSendable)
    assert "closing" in way.reason
