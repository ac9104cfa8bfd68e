"""Every sentence the bot says besides the knowledge, with its gaps filled."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bot.complaints import SettingsError
from nlu.reading import parsed

LANGUAGES = ("id", "en")
_GAP = re.compile(r"\{([a-z_]+(?:\.[a-z_]+)*)\}")


class Texts:
    """The sentences of `texts.yml`, by key and language; facts of the office are filled in once."""

    def __init__(self, sentences: Mapping[str, Mapping[str, str]]) -> None:
        self._sentences = sentences
        self.keys = tuple(sentences)

    def say(self, key: str, language: str, arguments: Mapping[str, str] | None = None) -> str:
        """Return the sentence with its gaps filled. Raises KeyError when a gap has no argument."""
        given = arguments or {}
        return _GAP.sub(lambda gap: given[gap[1]], self._sentences[key][language])


def load_texts(path: Path, facts: Mapping[str, Any]) -> Texts:
    """Read the sentences and fill in the office's facts. Raises `SettingsError` for a missing language."""
    content = parsed(path.read_text(encoding="utf-8"))
    problems = [
        f"{path}: {key}: {language} is missing"
        for key, versions in content.items()
        for language in LANGUAGES
        if not versions.get(language)
    ]
    if problems:
        raise SettingsError(problems)
    return Texts(
        {
            key: {language: fill_facts(versions[language], facts) for language in LANGUAGES}
            for key, versions in content.items()
        }
    )


def fill_facts(sentence: str, facts: Mapping[str, Any]) -> str:
    """Replace dotted gaps such as {office.name} by facts; gaps without a dot wait for their argument."""
    return _GAP.sub(lambda gap: str(_look_up(facts, gap[1])) if "." in gap[1] else gap[0], sentence)


def _look_up(facts: Mapping[str, Any], name: str) -> Any:
    value: Any = facts
    for part in name.split("."):
        value = value[part]
    return value
