"""Facts of the office inside a text: `{office.phone}`, `{services.konsultasi.online_working_days}`."""

from __future__ import annotations

import re
from collections.abc import Mapping

PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
BRACE = re.compile(r"[{}]")


class UnknownFact(Exception):
    """A text names a fact that office.yml does not have. `name` is what it asked for."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


def fact(facts: Mapping[str, object], name: str) -> str:
    """Return the fact called `name` (dotted path into office.yml) as text.

    Empty when the office left it empty. Raises `UnknownFact` when there is no such key, or when it
    names a whole section instead of one value.
    """
    value: object = facts
    for part in name.split("."):
        if not isinstance(value, Mapping) or part not in value:
            raise UnknownFact(name)
        value = value[part]
    if value is None:
        return ""
    if not isinstance(value, str | int | float):
        raise UnknownFact(name)
    return str(value).strip()


def fill(text: str, facts: Mapping[str, object]) -> str:
    """Return `text` with every placeholder replaced by its fact.

    Raises `UnknownFact` for an unknown or empty fact, and for a brace that belongs to no placeholder.
    """

    def replace(match: re.Match[str]) -> str:
        value = fact(facts, match.group(1))
        if not value:
            raise UnknownFact(match.group(1))
        return value

    rest = BRACE.search(PLACEHOLDER.sub("", text))
    if rest is not None:
        raise UnknownFact(rest.group())
    return PLACEHOLDER.sub(replace, text)
