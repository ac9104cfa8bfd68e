"""A text/calendar part in words: what it wants, what it is about, when and where (RFC 5545, 5546). Pure."""

from __future__ import annotations

import re

_FOLD = re.compile(r"\r?\n[ \t]")
_LINE = re.compile(r"([A-Z-]{1,30})((?:;[^:\n\"]{0,200}(?:\"[^\"\n]{0,200}\")?){0,20}):([^\n]{0,2000})")
_MOMENT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:T(\d{2})(\d{2})\d{2}(Z?))?")
_ZONE = re.compile(r"TZID=\"?([^\";:]{1,80})", re.IGNORECASE)
_ESCAPE = re.compile(r"\\([\\;,nN])")
_MOST_CHARACTERS = 200_000


def in_words(text: str) -> str:
    """Return e.g. "REQUEST: Rapat koordinasi\\n2025-02-03 10:00 - 2025-02-03 11:00 (Asia/Jakarta)\\nAula";
    "" when it holds no event."""
    lines = _FOLD.sub("", text[:_MOST_CHARACTERS].replace("\r\n", "\n")).split("\n")
    found: dict[str, tuple[str, str]] = {}
    block = ""
    for line in lines:
        read = _LINE.match(line)
        if not read:
            continue
        name, parameters, value = read[1], read[2], read[3].strip()
        if name == "BEGIN":
            block = value.upper()
        elif name == "END" and value.upper() == "VEVENT":
            break
        elif name == "METHOD" or block in {"VEVENT", "VTODO"}:
            found.setdefault(name, (value, parameters))
    if "SUMMARY" not in found and "DTSTART" not in found:
        return ""
    plain = {name: _unescaped(value) for name, (value, _) in found.items()}
    head = ": ".join(filter(None, [plain.get("METHOD"), plain.get("SUMMARY")]))
    when = " - ".join(filter(None, [_moment(found.get("DTSTART")), _moment(found.get("DTEND"))]))
    zone = _ZONE.search(found.get("DTSTART", ("", ""))[1])
    if when and zone:
        when += f" ({zone[1]})"
    return "\n".join(filter(None, [head, when, plain.get("LOCATION"), plain.get("DESCRIPTION")]))


def _moment(value: tuple[str, str] | None) -> str:
    read = _MOMENT.match(value[0]) if value else None
    if not read:
        return ""
    day = f"{read[1]}-{read[2]}-{read[3]}"
    return day if read[4] is None else f"{day} {read[4]}:{read[5]}{' UTC' if read[6] else ''}"


def _unescaped(value: str) -> str:
    return _ESCAPE.sub(lambda found: "\n" if found[1] in "nN" else found[1], value).strip()
