"""Put what was looked up into words: keys of texts.yml and what fills them. Pure."""

from __future__ import annotations

import re

from bot.dialogue.figures import written
from bot.dialogue.lookup import CatalogueHit, CodeHit, Found, ValueHit
from bot.dialogue.state import Say
from bot.dialogue.subject import Asked
from bot.dialogue.topics import BUSINESS, CODE
from channels.markup import literal
from nlu.answers import Answer

SURE_FIT = 0.6  # from here on a KBLI code is named as the answer, below it only as a possibility
NEAREST = 2
_EDITION = re.compile(
    r"\b(?:kbli|edisi|edition|versi|version)\s*(?:tahun\s*|the\s*)?(2005|2009|2015|2017|2020)\b",
    re.IGNORECASE,
)


def say_answer(answer: Answer, language: str) -> Say:
    """Return an answer of the knowledge with its source."""
    arguments = {"text": answer.text[language].strip()}
    source = answer.source.get(language)
    return Say("answer", {**arguments, "source": source}) if source else Say("talk", arguments)


def say_found(asked: Asked, found: Found, wanted: str, language: str) -> Say | None:
    """Return what a lookup brought; None when it brought nothing and the knowledge has to answer.

    `wanted` repeats what data was asked for (indicator, place, year), in words.
    """
    if asked.subject.topic == BUSINESS:
        return _business(found)
    if asked.subject.topic == CODE:
        return _code(asked, found)
    return _data(asked, found, wanted, language)


def other_edition(said: Say, asked: str) -> tuple[Say, ...]:
    """Return that codes were asked of an edition that they are not of, if they were; titles differ."""
    edition = said.arguments.get("edition", "")
    named = _EDITION.search(asked)
    if not edition or named is None or named[1] in edition:
        return ()
    return (Say("kbli_other_edition", {"asked": f"KBLI {named[1]}", "edition": edition}),)


def _business(found: Found) -> Say:
    if not found.codes:
        return Say("kbli_unknown")
    best, *others = found.codes
    if best.fit < SURE_FIT:
        return Say("kbli_unsure", {"codes": _listed(found.codes[: NEAREST + 1]), "edition": best.edition})
    arguments = {"code": best.code, "title": literal(best.title), "edition": best.edition}
    note = f"\n{best.description}" if best.description else ""
    if not others:
        return Say("kbli_only", {**arguments, "note": note})
    return Say("kbli_found", {**arguments, "note": note, "others": _listed(others[:NEAREST])})


def _code(asked: Asked, found: Found) -> Say:
    code = asked.piece.meaning.value("kode")
    if code is None:
        return Say("kbli_which_code")
    if not found.codes:
        return Say("kbli_code_unknown", {"code": literal(code)})
    lines = [
        f"*{hit.code} {literal(hit.title)}* ({hit.edition})"
        + (f"\n{hit.description}" if hit.description else "")
        for hit in found.codes
    ]
    return Say("kbli_code", {"codes": "\n".join(lines), "edition": found.codes[0].edition})


def _data(asked: Asked, found: Found, wanted: str, language: str) -> Say | None:
    """Return a figure with everything that belongs to it, else where it is to be found."""
    wanted = wanted or literal(asked.piece.text).rstrip(" ?!.,")
    if found.values:
        lines = [
            f"{literal(hit.label)}: *{_figure(hit, language)}* ({hit.year}). {literal(hit.table)}, {hit.url}"
            for hit in found.values
        ]
        return Say("data_values", {"wanted": wanted, "values": "\n".join(lines)})
    if found.entries:
        lines = [f"{n}. {_entry(hit)}" for n, hit in enumerate(found.entries, 1)]
        year = asked.subject.year
        has_year = all(
            any(not hit.years or int(each) in hit.years for hit in found.entries)
            for each in (year or "").split(", ")
            if each.isdigit()
        )
        told = {"wanted": wanted, "entries": "\n".join(lines), "year": year or ""}
        return Say("data_found", told) if has_year else Say("data_other_years", told)
    return None


def _figure(hit: ValueHit, language: str) -> str:
    return f"{written(hit.value, language)} {literal(hit.unit)}".rstrip()


def _entry(hit: CatalogueHit) -> str:
    return f"{literal(hit.title)}\n{hit.url}"


def _listed(codes: tuple[CodeHit, ...] | list[CodeHit]) -> str:
    return "\n".join(f"- {hit.code} {literal(hit.title)}" for hit in codes)
