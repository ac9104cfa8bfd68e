"""The table of everyday businesses (`usaha.yml`), read and checked."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from nlu.kbli.wording import tokens
from nlu.problems import KnowledgeError, Problem
from nlu.reading import parsed

FILE = "usaha.yml"
_KEYS = {"edition", "usaha", "titles", "same", "act", "where", "ignore", "purpose", "denial", "elsewhere"}
_ENTRY_KEYS = {"words", "codes", "note", "depends"}
_CODE = re.compile(r"\d{5}")


@dataclass(frozen=True, slots=True)
class Business:
    """One kind of business: how it is called, and its codes with the difference between them, likeliest first.

    `depends` is true where the words name no activity ("BUM Desa", "toko"): then no code is ever sure.
    """

    words: tuple[str, ...]
    codes: Mapping[str, str]
    note: str
    depends: bool


@dataclass(frozen=True, slots=True)
class Contents:
    """What the file holds. `same` and `acts` lead from a spelling to its word; `acts` are what is done."""

    edition: str
    businesses: tuple[Business, ...]
    titles: Mapping[str, str]
    same: Mapping[str, str]
    acts: frozenset[str]
    ignored: frozenset[str]
    where: frozenset[str]
    purpose: frozenset[str]
    denial: frozenset[str]
    faint_denial: frozenset[str]
    asking: frozenset[str]
    elsewhere: frozenset[str]


def read(path: Path) -> Contents:
    """Return the checked table at `path`. Raises `KnowledgeError` with everything there is to mend."""
    try:
        raw = parsed(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise KnowledgeError(
            [Problem(FILE, "berkas", f"bukan YAML: {error}.", "periksa baris itu.")]
        ) from error
    problems = list(_wrong(raw))
    if problems:
        raise KnowledgeError(problems)
    where, denial = raw.get("where", {}), raw.get("denial", {})
    spellings = _spellings(raw.get("same", {})) | _spellings(raw.get("act", {}))
    for word in where.get("words", ()):
        # "di rumah", "depan sekolah" are one little word.
        spellings |= {f"{word} {' '.join(tokens(str(place)))}": "di" for place in where.get("places", ())}
    said = (" ".join(tokens(str(entry))) for entry in raw.get("ignore", ()))
    spellings |= {phrase: "di" for phrase in said if " " in phrase}  # "kasih tahu" says nothing, "tahu" does
    return Contents(
        edition=str(raw["edition"]),
        businesses=tuple(_business(entry) for entry in raw["usaha"]),
        titles={str(code): str(title) for code, title in raw["titles"].items()},
        same=spellings,
        acts=frozenset(raw.get("act", {})),
        ignored=frozenset(
            word
            for entry in (
                *raw.get("ignore", ()),
                *where.get("words", ()),
                *raw.get("purpose", ()),
                *denial.get("words", ()),
                *denial.get("next", ()),
                *denial.get("asking", ()),
            )
            if len(tokens(str(entry))) == 1
            for word in tokens(str(entry))
        ),
        where=frozenset(where.get("words", ())),
        purpose=frozenset(raw.get("purpose", ())),
        denial=frozenset(denial.get("words", ())),
        faint_denial=frozenset(denial.get("next", ())),
        asking=frozenset(denial.get("asking", ())),
        elsewhere=frozenset(word for entry in raw.get("elsewhere", ()) for word in tokens(str(entry))),
    )


def _spellings(groups: Mapping[str, list[object]]) -> dict[str, str]:
    return {" ".join(tokens(str(each))): word for word, group in groups.items() for each in (word, *group)}


def _business(entry: Mapping[str, object]) -> Business:
    words, codes = entry["words"], entry["codes"]
    assert isinstance(words, list) and isinstance(codes, Mapping)  # noqa: S101, PT018 -- checked before
    return Business(
        words=tuple(str(word) for word in words),
        codes={str(code): str(difference or "") for code, difference in codes.items()},
        note=str(entry.get("note") or ""),
        depends=bool(entry.get("depends")),
    )


def _wrong(raw: object) -> Iterator[Problem]:
    if not isinstance(raw, Mapping) or not {"edition", "usaha", "titles"} <= set(raw):
        yield Problem(FILE, "berkas", "bagian `edition`, `usaha`, atau `titles` tidak ada.", "lengkapi.")
        return
    for key in sorted(set(raw) - _KEYS):
        yield Problem(
            FILE, str(key), "bagian ini tidak dikenal.", f"yang dikenal: {', '.join(sorted(_KEYS))}."
        )
    said: dict[str, str] = {}
    for entry in raw["usaha"]:
        yield from _wrong_entry(entry, raw["titles"], said)
    used = {
        str(code) for entry in raw["usaha"] if isinstance(entry, Mapping) for code in entry.get("codes") or ()
    }
    for code in raw["titles"]:
        if str(code) not in used:
            yield Problem(FILE, f"titles {code}", "kode ini tidak dipakai usaha mana pun.", "hapus barisnya.")


def _wrong_entry(entry: object, titles: Mapping[str, str], said: dict[str, str]) -> Iterator[Problem]:
    if not isinstance(entry, Mapping) or not isinstance(entry.get("words"), list) or not entry["words"]:
        yield Problem(
            FILE, str(entry)[:40], "butir tanpa `words`.", "tulis `- words: [sebutan, sebutan lain]`."
        )
        return
    name = str(entry["words"][0])
    for key in sorted(set(map(str, entry)) - _ENTRY_KEYS):
        yield Problem(FILE, name, f"kunci `{key}` tidak dikenal.", f"pakai {', '.join(sorted(_ENTRY_KEYS))}.")
    for word in entry["words"]:
        spelling = " ".join(tokens(str(word)))
        if not isinstance(word, str) or not spelling:
            yield Problem(FILE, name, f"sebutan {word!r} bukan kata.", 'beri tanda kutip: "es 5 ribu".')
        elif said.setdefault(spelling, name) != name or list(entry["words"]).count(word) > 1:
            yield Problem(FILE, name, f"`{word}` juga ada di `{said[spelling]}`.", "sisakan satu.")
    codes = entry.get("codes")
    if not isinstance(codes, Mapping) or not codes:
        yield Problem(FILE, name, "belum ada `codes`.", 'tulis `codes:` lalu `"56101": bedanya`.')
        return
    for code in codes:
        if not isinstance(code, str) or not _CODE.fullmatch(code):
            yield Problem(
                FILE, name, f"kode {code!r} bukan lima angka dalam tanda kutip.", 'tulis `"56101":`.'
            )
        elif code not in titles:
            yield Problem(
                FILE, name, f"judul kode {code} tidak ada di `titles`.", "tambahkan judul resminya."
            )
    if len(codes) > 1 and not all(str(difference or "").strip() for difference in codes.values()):
        yield Problem(
            FILE, name, "lebih dari satu kode tanpa bedanya.", "tulis bedanya di belakang setiap kode."
        )
