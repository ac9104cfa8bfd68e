"""Say what is wrong with a setting: its name, its place, what was expected. Never its value."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any, get_args, get_origin

from pydantic import BaseModel, ValidationError


class SettingsError(Exception):
    """The program refuses to start; `problems` has one line for each thing to mend."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = list(problems)
        super().__init__("\n".join(self.problems))


def describe(error: ValidationError, *, place: str, model: type[BaseModel]) -> list[str]:
    """Turn pydantic's findings into one line each; values are left out, they may be secrets."""
    return [_line(item, place, model) for item in error.errors(include_input=False, include_url=False)]


def _line(item: Any, place: str, model: type[BaseModel]) -> str:
    path = [str(part) for part in item["loc"]]
    name = ".".join(path) or "(whole)"
    if item["type"] == "extra_forbidden":
        return f"{place}: {name}: unknown key{did_you_mean(path[-1], _siblings(model, path[:-1]))}"
    if item["type"] == "missing":
        return f"{place}: {name}: missing, and needed"
    return f"{place}: {name}: {in_words(item['msg'])}"


def in_words(message: str) -> str:
    """Return pydantic's message without its own label."""
    return message.removeprefix("Value error, ")


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return a hint naming the nearest known word, or all of them when none is near."""
    names = sorted(known)
    near = get_close_matches(word, names, n=1)
    if near:
        return f"; did you mean {near[0]}?"
    return f"; expected one of {', '.join(names)}" if names else ""


def _siblings(model: type[BaseModel], path: list[str]) -> list[str]:
    for part in path:
        annotation = model.model_fields[part].annotation if part in model.model_fields else None
        if get_origin(annotation) is not None:
            annotation = next(iter(get_args(annotation)), None)
        if not (isinstance(annotation, type) and issubclass(annotation, BaseModel)):
            return []
        model = annotation
    return list(model.model_fields)
