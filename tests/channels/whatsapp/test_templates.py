"""The texts to submit keep Meta's rules, and what fills them is always something Twilio takes."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.whatsapp.options import Templates
from channels.whatsapp.templates import TEMPLATES, Template, fill, variables_of

EACH = pytest.mark.parametrize("template", TEMPLATES.values(), ids=TEMPLATES)


def test_every_key_of_the_office_has_a_text() -> None:
    assert set(TEMPLATES) == set(Templates.model_fields)


@EACH
def test_a_text_keeps_the_rules_for_approval(template: Template) -> None:
    words = template.body.split()
    variables = [word for word in words if "{{" in word]
    assert re.findall(r"\{\{(\d+)\}\}", template.body) == [
        str(n) for n in range(1, len(template.arguments) + 1)
    ]
    assert "{{" not in words[0]
    assert "{{" not in words[-1]
    assert not any("{{" in one and "{{" in other for one, other in pairwise(words))
    assert len(words) - len(variables) >= 2 * len(variables) + 1
    assert re.fullmatch(r"[a-z0-9_]{1,512}", template.name)
    assert len(template.body) <= 1024
    assert "\n" not in template.body


@EACH
def test_each_variable_has_a_sample(template: Template) -> None:
    assert set(template.samples()) == variables_of(template.body)
    assert all(template.samples().values())


def test_the_arguments_fill_the_variables_in_their_order() -> None:
    arguments = {"ticket": "KST-2026-00001", "office": "BPS Kabupaten Contoh", "days": "7"}
    assert fill("closing", arguments) == {"1": "BPS Kabupaten Contoh", "2": "7", "3": "KST-2026-00001"}


def test_what_is_missing_is_a_dash() -> None:
    assert fill("rating", {"office": "BPS Kabupaten Contoh", "ticket": " "}) == {
        "1": "BPS Kabupaten Contoh",
        "2": "-",
    }


def test_a_key_without_a_template_is_an_error() -> None:
    with pytest.raises(KeyError):
        fill("answer", {})


@given(st.sampled_from(sorted(TEMPLATES)), st.text(), st.text(max_size=2000))
def test_a_value_is_one_line_of_a_decent_length(key: str, office: str, ticket: str) -> None:
    filled = fill(key, {"office": office, "ticket": ticket})
    assert set(filled) == variables_of(TEMPLATES[key].body)
    for value in filled.values():
        assert 1 <= len(value) <= 250
        assert not re.search(r"[\n\r\t]| {2}", value)
