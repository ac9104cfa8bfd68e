"""What the console says: every sentence in both languages, from `words/<room>.yml`.

A file holds one line per key, `title: {id: "Kotak masuk", en: "Inbox"}`; everybody names it
`t("<room>.title")`. Gaps are written `{name}`. Where a language has a form for one of something, it gives
both: `en: {one: "{n} ticket", other: "{n} tickets"}`, chosen by `n`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import yaml

FOLDER = Path(__file__).parent / "words"
LANGUAGES = ("id", "en")
# Ten times as fast where libyaml is installed, which every start of the web waits for.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_GAP = re.compile(r"\{([a-z_]+)\}")

Sentence = str | Mapping[str, str]


class Words:
    """The sentences by key and language."""

    def __init__(self, sentences: Mapping[str, Mapping[str, Sentence]]) -> None:
        self._sentences = sentences
        self.keys = frozenset(sentences)

    def versions(self, key: str) -> Mapping[str, Sentence]:
        """Return a sentence in each language, its gaps unfilled."""
        return self._sentences[key]

    def say(self, key: str, language: str, **given: object) -> str:
        """Return a sentence with its gaps filled. Raises KeyError for an unknown key or an empty gap."""
        sentence = self._sentences[key][language]
        if not isinstance(sentence, str):
            sentence = sentence["one" if given["n"] == 1 else "other"]
        return _GAP.sub(lambda gap: str(given[gap[1]]), sentence)


def load(folder: Path = FOLDER) -> Words:
    """Read all files of the folder. Raises ValueError for a key without one of the languages."""
    sentences: dict[str, Mapping[str, Sentence]] = {}
    for file in sorted(folder.glob("*.yml")):
        content = yaml.load(file.read_text(encoding="utf-8"), Loader=_LOADER)  # noqa: S506 -- both are safe
        for key, versions in content.items():
            if set(versions) != set(LANGUAGES):
                raise ValueError(f"{file.name}: {key}: expected {', '.join(LANGUAGES)}")
            sentences[f"{file.stem}.{key}"] = versions
    return Words(sentences)
