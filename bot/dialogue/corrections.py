"""What somebody told about themselves, told anew: "salah, emailnya ...", "ganti nama: ...". Pure."""

from __future__ import annotations

import re

from bot.dialogue.address import Typed, address_in
from bot.dialogue.details import cleaned
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
    "name": r"(?:nama(?:ku|nya)?|name)",
    "organisation": r"(?:instansi(?:nya)?|pekerjaan(?:nya)?|kantor(?:nya)?|kampus(?:nya)?|organi[sz]ation|occupation)",
    "purpose": r"(?:keperluan(?:nya)?|tujuan(?:nya)?|purpose)",
}
# "emailnya budi@example.org", and not "email ke budi@example.org tidak dibalas".
_OWN = re.compile(
    r"^\W*(?:alamat(?:nya)?\s+)?(?:my\s+)?(?:e-?mail|surel)(?:nya|ku)?(?:\s+(?:saya|aktif|baru|adalah|is|yang|address))*\s*[:=]?\s*"
    r"\S{1,254}@\S{1,254}(?:\W+\w+){0,2}\W*$",
    re.IGNORECASE,
)
_LINK = (
    r"(?:\s+(?:saya|kami|my|yang\s+benar|yg\s+benar|yang\s+betul|seharusnya|harusnya|adalah|itu|is|should\s+be|jadi|menjadi"
    r"|diganti|ganti|ke|to|bukan\s+[^,;]{1,60}?\s*[,;]?\s*(?:tapi|tetapi|melainkan|but)))*\s*[:=,]?\s+"
)
_NEW = {
    field: re.compile(rf"\b{noun}{_LINK}(?P<value>[^\n]{{1,200}})", re.IGNORECASE)
    for field, noun in _NOUNS.items()
}


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
        value = cleaned(field, found["value"]) if found else None
        if value:
            return Details(**{field: value}), None
    return Details(), None
