"""One entry under `answers:` of a knowledge file, checked and filled with the office's facts."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from nlu.examples import MODES, SERVICES
from nlu.placeholders import UnknownFact, fact, fill
from nlu.problems import Problem

LANGUAGES = ("id", "en")
KEYS = {"topic", "service", "mode", "about", "when", "unless", "title", "source", *LANGUAGES}

# The office never states a tariff through the assistant, and its hours stand in office.yml only.
TARIFF = re.compile(r"\bRp\.?\s*\d|\brupiah\b|\bIDR\b", re.IGNORECASE)
HOUR = re.compile(r"\b\d{1,2}[.:]\d{2}\b(?!/)")


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer. `title`, `text` and `source` are by language ("id", "en"); no placeholder is left.

    `service` is None when the answer holds for every service, `mode` when it holds for both ways;
    `about` is the value of the entity it is about ("garis_kemiskinan"), None when about no single one.
    """

    topic: str
    service: str | None
    mode: str | None
    about: str | None
    title: Mapping[str, str]
    text: Mapping[str, str]
    source: Mapping[str, str]


def read_entry(
    entry: object, file: str, facts: Mapping[str, object], named: Collection[str] = ()
) -> Answer | list[Problem] | None:
    """Return the answer, None when its condition does not hold now, or what is wrong with it.

    `named` are the values of the `lookup:` lists, which `about:` may name.
    `when: office.opening_hours` keeps an answer while the office has filled that fact in, `unless:`
    while it has not. Both forms are checked whether or not they hold.
    """
    if not isinstance(entry, Mapping) or not entry.get("topic"):
        return [Problem(file, "answers", "Ada jawaban tanpa `topic`.", "tulis `- topic: nama_topik`.")]
    problems = [Problem(file, str(entry["topic"]), *words) for words in _wrong(entry, facts, named)]
    if problems:
        return problems
    if not _holds(entry, facts):
        return None
    return Answer(
        topic=str(entry["topic"]),
        service=entry.get("service"),
        mode=entry.get("mode"),
        about=entry.get("about"),
        title=_filled(entry["title"], facts),
        text=_filled(entry, facts),
        source=_filled(entry["source"], facts),
    )


def _filled(texts: Mapping[str, object], facts: Mapping[str, object]) -> Mapping[str, str]:
    return {language: fill(str(texts[language]).strip(), facts) for language in LANGUAGES}


def _holds(entry: Mapping[str, object], facts: Mapping[str, object]) -> bool:
    wanted, unwanted = entry.get("when"), entry.get("unless")
    if wanted is not None and not fact(facts, str(wanted)):
        return False
    return unwanted is None or not fact(facts, str(unwanted))


def _wrong(
    entry: Mapping[str, object], facts: Mapping[str, object], named: Collection[str]
) -> Iterator[tuple[str, str]]:
    """Yield (what is wrong, how to mend it)."""
    for key in entry:
        if key not in KEYS:
            yield f"Kunci `{key}` tidak dikenal.", f"yang dikenal: {', '.join(sorted(KEYS))}."
    for key, known in (("service", SERVICES), ("mode", MODES)):
        if entry.get(key) is not None and entry[key] not in known:
            yield f"`{key}: {entry[key]}` tidak dikenal.", f"pilih salah satu: {', '.join(known)}."
    if entry.get("about") is not None and entry["about"] not in named:
        mend = "tulis seperti di daftar `lookup:`, atau tambahkan di daftar itu."
        yield f"`about: {entry['about']}` tidak dikenal.", mend
    for key in ("title", "source"):
        yield from _wrong_texts(key, entry.get(key), entry, facts)
    yield from _wrong_texts("", entry, entry, facts)
    for key in ("when", "unless"):
        if entry.get(key) is not None:
            yield from _wrong_fact("{" + str(entry[key]) + "}", entry, facts, empty_allowed=True)


def _wrong_texts(
    key: str, texts: object, entry: Mapping[str, object], facts: Mapping[str, object]
) -> Iterator[tuple[str, str]]:
    for language in LANGUAGES:
        name = f"{key}.{language}" if key else language
        text = texts.get(language) if isinstance(texts, Mapping) else None
        if not isinstance(text, str) or not text.strip():
            yield f"`{name}` belum ada.", f"tulis `{name}` (id = Indonesia, en = Inggris)."
            continue
        if TARIFF.search(text):
            yield f"`{name}` menyebut tarif.", "hapus; rujuk ke peraturan atau petugas."
        if HOUR.search(text):
            yield f"`{name}` menyebut jam.", "jam pelayanan hanya di office.yml, `{office.opening_hours}`."
        yield from _wrong_fact(text, entry, facts)


def _wrong_fact(
    text: str, entry: Mapping[str, object], facts: Mapping[str, object], *, empty_allowed: bool = False
) -> Iterator[tuple[str, str]]:
    """Check the placeholders. What an entry waits for, and whatever goes with it, may be empty until then."""
    try:
        fill(text, facts)
    except UnknownFact as error:
        is_known = _is_known(facts, error.name)
        if is_known and (empty_allowed or not _holds(entry, facts)):
            rest = text.replace("{" + error.name + "}", "")
            yield from _wrong_fact(rest, entry, facts, empty_allowed=empty_allowed)
            return
        yield (
            f"`{{{error.name}}}` {'kosong' if is_known else 'tidak ada'} di office.yml.",
            "periksa ejaannya, atau isi bagian itu di office.yml.",
        )


def _is_known(facts: Mapping[str, object], name: str) -> bool:
    try:
        fact(facts, name)
    except UnknownFact:
        return False
    return True
