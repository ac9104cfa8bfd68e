"""How a figure is written for people: 1210000.5 is 1.210.000,5 in Indonesian and 1,210,000.5 in English."""

from __future__ import annotations


def written(value: str, language: str) -> str:
    """Return a plain decimal number, such as `ValueHit.value`, in the language's way ("id" or "en").

    Nothing is rounded and no digit is added or lost.
    """
    sign, digits = ("-", value[1:]) if value.startswith("-") else ("", value)
    whole, point, fraction = digits.partition(".")
    english = f"{sign}{int(whole or '0'):,}{point}{fraction}"
    if language == "en":
        return english
    return english.translate(str.maketrans(",.", ".,"))
