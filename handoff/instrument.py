"""The questionnaire of the satisfaction survey: the nine elements (unsur) of PermenPANRB 14/2017. Pure.

Its words are data (`skm.yml`, later versions in the database): the office may say them better, the elements stay.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from handoff.ikm import HIGHEST

LANGUAGES = ("id", "en")
ELEMENTS = 9


@dataclass(frozen=True, slots=True)
class Wording:
    """The same in Indonesian and in English."""

    id: str
    en: str

    def of(self, language: str) -> str:
        """Return it in a language; one that is not "en" is "id"."""
        return self.en if language == "en" else self.id


@dataclass(frozen=True, slots=True)
class Question:
    """One element: its code (U1 to U9), its name, what is asked, and the four answers from 1 to 4."""

    code: str
    name: Wording
    text: Wording
    answers: tuple[Wording, ...]


@dataclass(frozen=True, slots=True)
class Trait:
    """Something about the respondent (sex, education, occupation): its options by key. It may be left out."""

    key: str
    name: Wording
    options: tuple[tuple[str, Wording], ...]


@dataclass(frozen=True, slots=True)
class Instrument:
    """A version of the questionnaire."""

    questions: tuple[Question, ...]
    traits: tuple[Trait, ...]

    @property
    def codes(self) -> tuple[str, ...]:
        """Return the elements' codes in their order."""
        return tuple(question.code for question in self.questions)

    def names(self, language: str = "id") -> dict[str, str]:
        """Return the elements' names by code."""
        return {question.code: question.name.of(language) for question in self.questions}


def read(content: Mapping[str, Any]) -> Instrument:
    """Return the instrument that is written down in `skm.yml`'s shape.

    Raises ValueError that says what is missing and where: nine elements, four answers each, both languages.
    """
    questions = tuple(_question(n, each) for n, each in enumerate(_list(content, "elements"), 1))
    if len(questions) != ELEMENTS:
        raise ValueError(f"elements: expected {ELEMENTS}, got {len(questions)}")
    if len({question.code for question in questions}) != ELEMENTS:
        raise ValueError("elements: a code stands there twice")
    traits = tuple(_trait(each) for each in _list(content, "profile"))
    return Instrument(questions, traits)


def _question(number: int, content: Mapping[str, Any]) -> Question:
    code = str(content.get("code", ""))
    place = f"elements: {code or number}"
    if not code:
        raise ValueError(f"{place}: code: missing")
    answers = tuple(_wording(each, f"{place}: answers") for each in _list(content, "answers"))
    if len(answers) != HIGHEST:
        raise ValueError(
            f"{place}: answers: expected {HIGHEST}, from the worst to the best, got {len(answers)}"
        )
    return Question(
        code,
        _wording(content.get("name"), f"{place}: name"),
        _wording(content.get("question"), f"{place}: question"),
        answers,
    )


def _trait(content: Mapping[str, Any]) -> Trait:
    key = str(content.get("key", ""))
    if not key:
        raise ValueError("profile: key: missing")
    place = f"profile: {key}"
    options = tuple(
        (str(each.get("key", "")), _wording(each, f"{place}: options")) for each in _list(content, "options")
    )
    if not all(name for name, _ in options) or len({name for name, _ in options}) != len(options):
        raise ValueError(f"{place}: options: each needs a key of its own")
    return Trait(key, _wording(content.get("name"), f"{place}: name"), options)


def _wording(content: object, place: str) -> Wording:
    if not isinstance(content, Mapping) or not all(
        isinstance(content.get(language), str) and content[language].strip() for language in LANGUAGES
    ):
        raise ValueError(f"{place}: expected words in {' and '.join(LANGUAGES)}")
    return Wording(content["id"].strip(), content["en"].strip())


def _list(content: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    found = content.get(key)
    if not isinstance(found, list) or not all(isinstance(each, Mapping) for each in found):
        raise ValueError(f"{key}: expected a list")
    return found
