"""What the citizen's own pages say, in both languages, from `words.yml`."""

from __future__ import annotations

from pathlib import Path

import yaml

FILE = Path(__file__).parent / "words.yml"


class Words:
    """The sentences, by key and language."""

    def __init__(self, file: Path = FILE) -> None:
        """Read the file. Raises ValueError for a sentence that lacks a language."""
        self._sentences: dict[str, dict[str, str]] = yaml.safe_load(file.read_text(encoding="utf-8"))
        for key, versions in self._sentences.items():
            if set(versions) != {"id", "en"}:
                raise ValueError(f"{file.name}: {key}: expected id and en")

    def say(self, key: str, language: str, **given: object) -> str:
        """Return a sentence with its gaps filled. Raises KeyError for an unknown key or an empty gap."""
        return self._sentences[key]["en" if language == "en" else "id"].format(**given)
