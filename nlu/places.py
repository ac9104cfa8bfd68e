"""The office's own places (section `places` of office.yml) among the examples: another office writes its own there.

What is the office's own is nobody else's: it goes before the lists of other regions (nlu/knowledge/wilayah.yml). Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from nlu.examples import Example, lines_of

OWN, ELSEWHERE = "tempat", "wilayah_lain"
FILE = "office.yml"
"""Whose examples these are, where something is wrong with them."""
REGENCY = ("kabupaten", "kota")


def settled(files: Mapping[str, object], facts: Mapping[str, object]) -> dict[str, object]:
    """Return the examples (`nlu:` by file name) with the office's places among them.

    `facts` is office.yml; its `places` are wordings by name, the regency or city first. Other regions' lists lose
    what is ours. Without any places the examples stay as they are.
    """
    places = facts.get("places")
    if not isinstance(places, Mapping) or not places:
        return dict(files)
    named = {
        str(name): wordings_of(str(name), given or (), first=str(next(iter(places))))
        for name, given in places.items()
    }
    ours = {Example(each).plain for name, wordings in named.items() for each in (name, *wordings)}
    settled = {
        file: list(_without(nlu, ours)) if isinstance(nlu, list) else nlu for file, nlu in files.items()
    }
    return {**settled, FILE: _items(named)}


def wordings_of(name: str, given: Sequence[str], *, first: str) -> tuple[str, ...]:
    """Return how people write a place: as `given`, or as is usual; `first` is the regency or city."""
    if given:
        return tuple(str(each) for each in given)
    full, short, region = name.lower(), _short(name), _short(first)
    if name == first:
        return tuple(
            dict.fromkeys(
                (short, full, f"kabupaten {short}", f"kab {short}", f"{short} regency", f"{short}nya")
            )
        )
    return (
        full,
        f"kecamatan {full}",
        f"kec {full}",
        f"{full} district",
        f"{full} {region}",
        f"wilayah {full}",
    )


def _items(named: Mapping[str, Sequence[str]]) -> list[dict[str, Any]]:
    office = _short(next(iter(named)))
    called = (
        "badan pusat statistik",
        f"badan pusat statistik kabupaten {office}",
        *(f"bps {each}" for each in (office, f"kabupaten {office}", f"kab {office}", f"kabupatan {office}")),
        f"kantor bps {office}",
        f"kantor statistik {office}",
    )
    return [
        {"lookup": OWN, "examples": _block(tuple(named))},
        *({"synonym": name, "examples": _block(wordings)} for name, wordings in named.items()),
        {"synonym": "bps", "examples": _block(called)},
    ]


def _without(items: Sequence[object], ours: set[str]) -> Iterator[object]:
    """Take out of other regions' names and wordings what is ours; what has none left goes."""
    regions = {
        line
        for item in items
        if isinstance(item, Mapping) and item.get("lookup") == ELSEWHERE
        for line in lines_of(item.get("examples"))
    }
    for item in items:
        is_theirs = isinstance(item, Mapping) and (
            item.get("lookup") == ELSEWHERE or item.get("synonym") in regions
        )
        if not isinstance(item, Mapping) or not is_theirs:
            yield item
            continue
        left = [line for line in lines_of(item.get("examples")) if Example(line).plain not in ours]
        if left and Example(str(item.get("synonym", ""))).plain not in ours:
            yield {**item, "examples": _block(left)}


def _short(name: str) -> str:
    first, _, rest = name.lower().partition(" ")
    return rest if first in REGENCY and rest else name.lower()


def _block(lines: Sequence[str]) -> str:
    return "".join(f"- {line}\n" for line in lines)
