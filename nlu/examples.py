"""The examples of the knowledge files, in Rasa's own format (`nlu:`), read without Rasa.

Rasa reads the same files for training; this reading is for checking them before, and for saying in
an officer's words what is wrong.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from nlu.problems import Problem

SERVICES = ("perpustakaan", "konsultasi", "penjualan", "rekomendasi")
MODES = ("online", "kunjungan")
VALUES: Mapping[str, tuple[str, ...]] = {"service": SERVICES, "mode": MODES}
PATTERNS = ("tahun", "kode")  # found by their form, without a list (nlu/model/components/numbers.py)

FEWEST_EXAMPLES = 12

ANNOTATION = re.compile(r"\[(?P<text>[^\]]+)\](?:\((?P<kind>[^)]+)\)|(?P<json>\{[^}]*\}))")
BULLET = re.compile(r"^\s*-\s+", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Example:
    """One sentence a citizen may write, without its annotations; `entities` are (kind, value)."""

    text: str
    entities: tuple[tuple[str, str], ...] = ()

    @property
    def plain(self) -> str:
        """Return what makes two examples the same: lower-case words without punctuation."""
        words = re.findall(r"\w+", self.text.lower())
        return " ".join(words) or self.text.strip()


@dataclass(frozen=True, slots=True)
class Examples:
    """What the examples of all files know: intents in their order, values by kind of entity, how many differ."""

    intents: tuple[str, ...]
    values: Mapping[str, tuple[str, ...]]
    count: int = 0

    @property
    def named(self) -> frozenset[str]:
        """Return the values of the `lookup:` lists: what an answer may be about."""
        return frozenset(value for kind in self.values if kind not in VALUES for value in self.values[kind])


def read_example(line: str) -> Example:
    """Return one line of `examples:` with its annotations taken out. Raises ValueError if they are broken."""
    entities: list[tuple[str, str]] = []

    def take(match: re.Match[str]) -> str:
        if match["json"] is not None:
            fields = json.loads(match["json"])
            if not isinstance(fields, dict) or "entity" not in fields:
                raise ValueError(match.group())
            entities.append((str(fields["entity"]), str(fields.get("value", match["text"]))))
        else:
            kind, _, value = match["kind"].partition(":")
            entities.append((kind, value or match["text"]))
        return match["text"]

    text = ANNOTATION.sub(take, line).strip()
    return Example(text, tuple(entities))


def lines_of(block: object) -> list[str]:
    """Return the lines of an `examples: |` block, without their dashes; empty when it is no text."""
    if not isinstance(block, str):
        return []
    return [line.strip() for line in BULLET.split(block) if line.strip()]


def values_of(items: Iterable[object]) -> dict[str, tuple[str, ...]]:
    """Return the values by kind: services and modes, and those of the `lookup:` lists."""
    found: dict[str, tuple[str, ...]] = dict(VALUES)
    for item in items:
        if isinstance(item, Mapping) and "lookup" in item:
            kind = str(item["lookup"])
            found[kind] = (*found.get(kind, ()), *lines_of(item.get("examples")))
    return found


def synonyms_of(items: Iterable[object]) -> dict[str, str]:
    """Return wording -> canonical value of the `synonym:` lists among the items of `nlu:`."""
    found: dict[str, str] = {}
    for item in items:
        if isinstance(item, Mapping) and "synonym" in item:
            found |= {line.lower(): str(item["synonym"]) for line in lines_of(item.get("examples"))}
    return found


def check_examples(files: Mapping[str, object]) -> tuple[Examples, list[Problem]]:
    """Return what the examples of all files (`nlu:` by file name) know, and what is wrong with them."""
    items = [(file, item) for file, nlu in files.items() for item in (nlu if isinstance(nlu, list) else [])]
    synonyms = synonyms_of(item for _, item in items)
    values = values_of(item for _, item in items)
    topics_of: defaultdict[str, dict[str, str]] = defaultdict(dict)
    count: defaultdict[str, set[str]] = defaultdict(set)
    home: dict[str, str] = {}
    problems = [*_under_two_values(items)]
    for file, item in items:
        if not isinstance(item, Mapping) or "intent" not in item:
            continue
        topic = str(item["intent"])
        home.setdefault(topic, file)
        for line in lines_of(item.get("examples")):
            example = _checked(line, synonyms, values)
            if isinstance(example, str):
                mend = "tulis seperti [konsul](service:konsultasi) atau [online](mode)."
                problems.append(Problem(file, topic, f"Tanda pada contoh {line!r}: {example}.", mend))
                continue
            topics_of[example.plain][topic] = example.text
            count[topic].add(example.plain)
    problems += _under_two_topics(topics_of, home)
    problems += _too_few(home, count)
    return Examples(tuple(home), values, len(topics_of)), problems


def _checked(line: str, synonyms: Mapping[str, str], values: Mapping[str, tuple[str, ...]]) -> Example | str:
    try:
        example = read_example(line)
    except ValueError:
        return "tidak terbaca"
    for kind, value in example.entities:
        if kind in PATTERNS:
            continue
        if kind not in values:
            return f"jenis {kind!r} tidak dikenal"
        if synonyms.get(value.lower(), value) not in values[kind]:
            return f"{value!r} bukan salah satu dari {', '.join(values[kind])}"
    return example


def _under_two_values(items: Iterable[tuple[str, object]]) -> Iterator[Problem]:
    """A wording stands for one thing; the same line twice in one list is harmless."""
    home: dict[str, str] = {}
    for file, item in items:
        if not isinstance(item, Mapping) or "synonym" not in item:
            continue
        value = str(item["synonym"])
        for line in lines_of(item.get("examples")):
            other = home.setdefault(Example(line).plain, value)
            if other != value:
                wrong = f"Kata {line!r} ada di dua daftar: {other}, {value}."
                yield Problem(file, value, wrong, "biarkan di satu daftar saja.")


def _under_two_topics(
    topics_of: Mapping[str, Mapping[str, str]], home: Mapping[str, str]
) -> Iterator[Problem]:
    for named in topics_of.values():
        if len(named) > 1:
            topics = sorted(named)
            wrong = f"Contoh {named[topics[0]]!r} ada di dua topik: {', '.join(topics)}."
            yield Problem(home[topics[0]], topics[0], wrong, "biarkan di satu topik saja.")


def _too_few(home: Mapping[str, str], count: Mapping[str, set[str]]) -> Iterator[Problem]:
    for topic, file in home.items():
        known = len(count.get(topic, ()))
        if known < FEWEST_EXAMPLES:
            wrong = f"Baru {known} contoh yang berbeda."
            yield Problem(file, topic, wrong, f"tulis paling sedikit {FEWEST_EXAMPLES} contoh.")
