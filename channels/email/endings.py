"""Recognises what stands around the writer's words and nobody wrote for this mail: signatures, footers, banners.

As in `marks`: the words stand in `phrases`, every pattern is anchored and looks at a bounded piece. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from channels.email import phrases
from channels.email.lines import WIDTH, any_of, clipped

_LONGEST_FOOTER = 400
PROPER_SIGNATURE = 40
"""How many lines may stand below "-- "."""
_DISCLAIMER_LINES = 10
_FOOTER = re.compile(
    r"[*_\s\[(~-]{0,6}" + any_of(phrases.FOOTERS.replace("{device}", any_of(phrases.DEVICES))),
    re.IGNORECASE,
)
_URL = re.compile(r"[<(]?\b(?:https?://|www\.)\S{1,500}")
_DISCLAIMER = re.compile(
    r"[*_\s=#-]{0,40}(?:(?:important|notice|note|perhatian|penting|catatan|peringatan|pernyataan)[:!. ]{1,3})?"
    r"(?:disclaimer\b|(?:e-?mail |legal )?confidentiality (?:notice|note|statement)\b"
    r"|confidentiality:|legal notice\b|privileged and confidential\b"
    r"|(?:pernyataan|pemberitahuan|catatan) (?:kerahasiaan|penyangkalan|penafian|hukum)|penafian\b"
    r"|penyangkalan\b|sangkalan\b"
    r"|(?:this|the information (?:contained |transmitted )?in this|the (?:contents?|information) of this)"
    r" (?:e-?mail|message|communication|transmission)\b.{0,250}\b(?:confidential|privileged"
    r"|intended (?:only|solely|for)|checked for viruses|virus)"
    r"|(?:isi |informasi (?:yang .{0,30})?(?:dalam|di|pada) )?"
    r"(?:e-?mail|surel|surat elektronik|pesan) ini\b.{0,250}\b(?:rahasia|hanya (?:untuk|ditujukan"
    r"|diperuntukkan|dimaksudkan)|semata-mata)"
    r"|(?:ce (?:message|courriel|mail)|cet e-?mail)\b.{0,250}\bconfidentiel"
    r"|diese (?:e-?mail|nachricht)\b.{0,250}\bvertraulich"
    r"|(?:este (?:mensaje|correo|e-?mail)|esta mensagem|questo messaggio|questa e-?mail|dit bericht|deze e-?mail)\b"
    r".{0,250}\b(?:confidencia|riservat|vertrouwelijk)"
    r"|if you (?:are not the intended recipient|have received this (?:e-?mail|message) in error)"
    r"|(?:jika|apabila|bila) anda (?:bukan penerima|menerima (?:e-?mail|surel|pesan) ini (?:secara|karena) )"
    r"|(?:please|mohon|harap|tolong) (?:consider|pertimbangkan|think) .{0,30}(?:environment|lingkungan|print)"
    r"|(?:before|sebelum) (?:you )?(?:printing|print|mencetak|anda mencetak)\b.{0,60}"
    r"\b(?:environment|lingkungan|necessary|perlu|trees|pohon)"
    r"|think before you print|(?:save|selamatkan) .{0,20}(?:paper|trees|kertas|pohon)\b)",
    re.IGNORECASE,
)
_DISCLAIMER_TOPICS = tuple(re.compile(topic, re.IGNORECASE) for topic in phrases.DISCLAIMER_TOPICS)
_FEWEST_TOPICS = 3
# What a firm's own server puts above or below mail from outside.
_BANNER = re.compile(
    r"[*_\s\[(!-]{0,6}(?:(?:caution|warning|external|attention|peringatan|perhatian|hati-hati|eksternal|awas)\s?[:!\]*_-]{1,4}.{0,60}"
    r"\b(?:e-?mail|message|sender|surel|pesan|pengirim)\b.{0,80}\b(?:outside|external|luar|eksternal)\b"
    r"|(?:external (?:e-?mail|sender|message)|(?:e-?mail|surel|pengirim) eksternal)[\s\])*:.!]{0,4}$"
    r"|\[?external\]?$"
    r"|you don['’]t often get e-?mail from |(?:some people who received this message )?don['’]t often get e-?mail from"
    r"|anda (?:jarang|tidak sering) (?:menerima|mendapat(?:kan)?) (?:e-?mail|surel) dari )",
    re.IGNORECASE,
)
# A line of a chat that WhatsApp exported: "[03/02/25 10.00.12] Budi: ..." and "03/02/25 10.00 - Budi: ...".
_CHAT = re.compile(
    r"\s?\[?\d{1,4}[/.-]\d{1,2}[/.-]\d{2,4},? \d{1,2}[.:]\d{2}(?:[.:]\d{2})?(?: ?[AaPp]\.?[Mm]\.?)?"
    r"(?:\] ?| - |: )[^:\n]{1,60}: "
)
_PICTURE = re.compile(
    r"<?(?:\[(?:cid:|image:|gambar:|inline image|image removed|gambar sebaris)[^\]]{0,200}\][\s<>]{0,3}){1,20}$",
    re.IGNORECASE,
)
_CLOSING = re.compile(rf"[\s*_]{{0,4}}{any_of(phrases.CLOSINGS)}[\s,.!*_\-]{{0,4}}$", re.IGNORECASE)
_PERSON = re.compile(r"[^\W\d_][\w.,'’() -]*[\w.)]")
_CONTACT = re.compile(
    r"@|www\.|https?://|\+?\d[\d ().-]{6,}\d|\b(?:tel|telp|telepon|phone|hp|wa|whatsapp|mobile|mob|fax|faks|email"
    r"|e-mail|jl|jalan|alamat|nip|nim|npm)\b\s?[.:]|\b(?:jl|jalan)\b\.? [A-Z]",
    re.IGNORECASE,
)


def rule(line: str) -> bool:
    """Tell whether a line is only a rule, such as Outlook draws above the headers it copies."""
    bare = clipped(line)
    return len(bare) >= 5 and not bare.strip("_-=*~\u2014\u2015\u2500")


def phone_footer(line: str) -> bool:
    """Tell whether a line was added by a phone or a mail program ("Dikirim dari iPhone saya")."""
    bare = clipped(line)
    if len(bare) > _LONGEST_FOOTER:
        return False
    rest = _URL.sub("", bare)
    return len(rest) <= 90 and "?" not in rest and _FOOTER.match(bare) is not None


def banner(line: str) -> bool:
    """Tell whether a line was put in by the reader's or writer's mail server, about mail from outside."""
    return _BANNER.match(clipped(line)) is not None


def picture(line: str) -> bool:
    """Tell whether a line only stands for a picture: "[cid:image001.png@01DB75F1]", "[image: logo.png]"."""
    return _PICTURE.match(clipped(line)) is not None


def chat(line: str) -> bool:
    """Tell whether a line is one of a chat exported by WhatsApp."""
    return _CHAT.match(clipped(line)) is not None


def disclaimer(lines: Sequence[str], at: int) -> bool:
    """Tell whether a paragraph that begins at `at` is a firm's standard text on confidentiality."""
    start = clipped(lines[at])
    if not start:
        return False
    paragraph = [start]
    for line in lines[at + 1 : at + _DISCLAIMER_LINES]:
        if not (bare := clipped(line)):
            break
        paragraph.append(bare)
    said = " ".join(paragraph)[: 2 * WIDTH]
    if _DISCLAIMER.match(said) is not None:
        return True
    topics = sum(topic.search(said) is not None for topic in _DISCLAIMER_TOPICS) if len(said) > 60 else 0
    return topics >= _FEWEST_TOPICS and "?" not in said


def list_footer(lines: Sequence[str], at: int) -> bool:
    """Tell whether a mailing list's footer begins here: a rule, and below it the list's name."""
    below = " ".join(clipped(line) for line in lines[at + 1 : at + 4]).lower()
    is_list = (
        "mailing list" in below or "milis" in below or "google groups" in below or "grup google" in below
    )
    return (rule(lines[at]) or signature_delimiter(lines[at]) > 0) and is_list


def signature_delimiter(line: str) -> int:
    """Return how many lines below this one may be a signature, 0 when it begins none.

    RFC 3676 section 4.3 has "-- "; many programs drop the space, and "--" may also just divide.
    """
    if line.rstrip("\r") == "-- ":
        return PROPER_SIGNATURE
    return 15 if line.strip() in {"--", "\u2014", "\u2013\u2013", "\u2014\u2014"} else 0


def divider(line: str) -> bool:
    """Tell whether a line only divides ("---", "____"): above contact details, a signature begins there."""
    bare = clipped(line)
    return len(bare) >= 2 and not bare.strip("_-=*~\u2014\u2015\u2500")


def closing(line: str) -> bool:
    """Tell whether a line is what one writes above one's name ("Hormat kami,")."""
    bare = clipped(line)
    return len(bare) <= 80 and _CLOSING.match(bare) is not None


def person(line: str) -> bool:
    """Tell whether a line could be no more than somebody's name, perhaps with titles."""
    bare = clipped(line).strip("*_")
    words = bare.split()
    is_name = 2 <= len(words) <= 7 and len(bare) <= 60 and _PERSON.fullmatch(bare) is not None
    return is_name and sum(word[0].isupper() for word in words) * 3 >= len(words) * 2


def contact(line: str) -> bool:
    """Tell whether a line holds a telephone number, an address or the like."""
    return _CONTACT.search(clipped(line)) is not None
