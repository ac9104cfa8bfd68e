"""What somebody told about themselves, told anew: "salah, emailnya ...", "ganti nama: ...". Pure."""

from __future__ import annotations

import re

from bot.dialogue.address import Typed, address_in
from bot.dialogue.details import cleaned, is_name
from bot.dialogue.state import Details, Field

LONGEST = 300  # characters; a correction is no letter

_WORDS = (
    r"(?:salah|keliru|kliru|ralat|koreksi|ganti|diganti|ubah|diubah|bukan|maksudnya|maksud\s+saya|typo|wrong|correction|change"
    r"|mistake|i\s+meant)\b"
)
# At the beginning, or with what is right: "data yang dikirim salah" is about something else.
_WRONG = re.compile(
    rf"^\W*(?:\w+\W+){{0,3}}?{_WORDS}|\b(?:(?:se)?harusnya|y(?:an)?g\s+(?:benar|betul)|should\s+be)\b",
    re.IGNORECASE,
)
_NOUNS: dict[Field, str] = {
    "name": r"(?:nama|name)",
    "organisation": r"(?:instansi|pekerjaan|kampus|organi[sz]ation|occupation)",
    "purpose": r"(?:keperluan|purpose)",
}
# "emailnya budi@example.org", and not "email ke budi@example.org tidak dibalas".
_OWN = re.compile(
    r"^\W*(?:alamat(?:nya)?\s+)?(?:my\s+)?(?:e-?mail|surel)(?:nya|ku)?(?:\s+(?:saya|aktif|baru|adalah|is|yang|address))*\s*[:=]?\s*"
    r"\S{1,254}@\S{1,254}(?:\W+\w+){0,2}\W*$",
    re.IGNORECASE,
)
_POINTS = (
    r"(?:y(?:an)?g\s+(?:benar|betul)|(?:se)?harusnya|adalah|itu|is|should\s+be|jadi|menjadi|diganti|ganti|ke|to"
    r"|bukan\s+[^,;\n]{1,60}?\s*[,;]?\s*(?:tapi|tetapi|melainkan|but))"
)


def _told_anew(noun: str) -> re.Pattern[str]:
    """Return a pattern for what stands behind a noun that is theirs, or that is pointed to as right.

    "nama di invoice salah" tells nothing of the kind.
    """
    ways = (
        r"(?:nya|ku|\s+saya)?\s+(?:salah|keliru|wrong)\W+(?:(?:se)?harusnya|y(?:an)?g\s+benar|should\s+be)\s+",
        rf"(?:nya|ku|\s+saya|\s+kami)(?:\s+{_POINTS})*\s*[:=,]?\s+",
        rf"(?:\s+{_POINTS})+\s*[:=,]?\s+",
        r"\s*[:=]\s*",
    )
    return re.compile(rf"\b{noun}(?:{'|'.join(ways)})(?P<value>[^\n]{{1,200}})", re.IGNORECASE)


# What cannot be the right thing: "nama saya salah dicatat", "nama saya di kuitansi".
_NO_VALUE = re.compile(
    r"^(?:di|ke|dari|pada|in|on|at|tidak|belum|kok|yang|anak|pembeli|salah|keliru|typo|wrong|harus\w*|seharus\w*)\b",
    re.IGNORECASE,
)
_NEW = {field: _told_anew(noun) for field, noun in _NOUNS.items()}


def corrected(text: str) -> tuple[Details, Typed | None]:
    """Return what a message tells anew, and what it has of an address; empty when it corrects nothing.

    Whoever names one of the things and says that it was wrong means it; of several addresses the last.
    """
    if len(text) > LONGEST or "?" in text:
        return Details(), None
    wrong = _WRONG.search(text)
    if "@" in text and (wrong or _OWN.match(text)):
        typed = address_in(text, last=True)
        return Details(email=typed.address), typed
    if wrong is None:
        return Details(), None
    for field, pattern in _NEW.items():
        found = pattern.search(text)
        value = None if found is None or _NO_VALUE.match(found["value"]) else cleaned(field, found["value"])
        if value and (field != "name" or is_name(value)):
            return Details(**{field: value}), None
    return Details(), None
