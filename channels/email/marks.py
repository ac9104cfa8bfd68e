"""Recognises the lines by which mail programs introduce what is not the writer's own.

Indonesian and English first. Every pattern is anchored and looks at a bounded piece of text, so that
a mail takes linear time. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

# No line is looked at further than this.
_WIDTH = 600
_ATTRIBUTION_LINES = 4
_HEADER_LINES = 12

_OPENING = re.compile(r"(on|pada|dalam|tanggal|quoting|mengutip|am|le|el|op|em|il|den|vào)\b", re.IGNORECASE)
_WROTE = re.compile(
    r"\b(wrote|writes|menulis|menuliskan|berkata|tulis|schrieb|a écrit|écrit|escribió|escreveu|schreef|skrev"
    r"|ha scritto|написал|napisał|menulis pada .{0,80}|wrote on .{0,80})\s{0,2}:$",
    re.IGNORECASE,
)
_ADDRESS_COLON = re.compile(r"<[^<>\s]{1,200}@[^<>\s]{1,200}>\s{0,2}:$")
_WHEN_OR_WHO = re.compile(
    r"@|\d{1,2}[.:]\d{2}|\d{1,2}[ /.-](?:[^\W\d_]{3,10}|\d{1,2})[ /.,-]{1,2}\d{2,4}"
    r"|[^\W\d_]{3,10} \d{1,2}, \d{4}|\d{4}[/-]\d{1,2}[/-]\d{1,2}"
)
_SEPARATOR = re.compile(
    r"[-_=* ]{2,40}\s?(original message|original appointment|pesan asli|pesan awal|email asli|surel asli"
    r"|reply message|balasan|pesan balasan|ursprüngliche nachricht|message d'origine|mensaje original)"
    r"\s?[-_=* :]{0,40}$",
    re.IGNORECASE,
)
_FORWARD = re.compile(
    r"(?:[-_=* ]{2,40}\s?(?:forwarded message|forwarded by .{0,80}"
    r"|pesan (?:yang )?(?:di)?teruskan|pesan terusan|diteruskan oleh .{0,80}|forward(?:ed)?"
    r"|weitergeleitete nachricht|message transféré)\s?[-_=* :]{0,40}"
    r"|begin forwarded message:?|(?:mulai|awal) pesan (?:yang )?(?:di)?teruskan:?"
    r"|pesan (?:yang )?diteruskan:)$",
    re.IGNORECASE,
)
_LABELS = {
    "from": ("from", "dari", "pengirim", "von", "de", "van"),
    "sent": ("sent", "date", "dikirim", "tanggal", "terkirim", "waktu", "gesendet", "envoyé", "sent on"),
    "to": ("to", "kepada", "untuk", "ke", "an", "à"),
    "cc": ("cc", "bcc", "tembusan", "salinan"),
    "subject": ("subject", "subjek", "subyek", "perihal", "hal", "judul", "betreff", "objet", "asunto"),
    "reply-to": ("reply-to", "balas ke", "balas-ke"),
}
_LABEL = re.compile(
    r"[\s*_|]{0,6}("
    + "|".join(sorted((word for words in _LABELS.values() for word in words), key=len, reverse=True))
    + r")[\s*_]{0,4}:[\s*_]{0,4}",
    re.IGNORECASE,
)
_MEANING = {word: meaning for meaning, words in _LABELS.items() for word in words}
_DEVICE = (
    r"(?:my|mail|e-?mail|outlook|yahoo|gmail|iphone|ipad|ponsel|hp|perangkat|samsung|galaxy|android"
    r"|windows|xiaomi"
    r"|redmi|poco|oppo|vivo|realme|huawei|smartphone|telepon|blackberry|nokia|aplikasi|proton|workspace"
    r"|mobile"
    r"|surat|the all-new|a |an |mailspring|titan|hey|zoho|tablet|handphone|gadget|myemail|aol"
    r"|mi phone|bluemail|spark|type)"
)
_FOOTER = re.compile(
    rf"[*_\s\[]{{0,4}}(?:(?:sent|typed|composed) (?:from|via|with|using|by) {_DEVICE}"
    rf"|(?:dikirim|kirim|terkirim|diketik|dibuat) (?:dari|melalui|menggunakan|via|dengan|lewat) {_DEVICE}"
    r"|(?:get|dapatkan|unduh) (?:outlook|bluemail|spark)\b|powered by "
    r"|enviado (?:desde|do) |von meinem .{1,30} gesendet"
    r"|yahoo mail: |virus-free\.?|bebas virus\.?|sent with |dikirim dengan )",
    re.IGNORECASE,
)
_URL = re.compile(r"<?\b(?:https?://|www\.)\S{1,500}")
_DISCLAIMER = re.compile(
    r"[*_\s=-]{0,10}(?:(?:important|notice|note|perhatian|penting|catatan)[:!. ]{1,3})?"
    r"(?:disclaimer\b|(?:e-?mail |legal )?confidentiality (?:notice|note|statement)\b"
    r"|confidentiality:"
    r"|(?:pernyataan|pemberitahuan|catatan) (?:kerahasiaan|penyangkalan|penafian)|penafian\b"
    r"|penyangkalan\b|sangkalan:"
    r"|(?:this|the information (?:contained |transmitted )?in this)"
    r" (?:e-?mail|message|communication|transmission)\b.{0,250}\b(?:confidential|privileged"
    r"|intended (?:only|solely)|checked for viruses)"
    r"|(?:isi |informasi (?:yang .{0,30})?(?:dalam|di|pada) )?"
    r"(?:e-?mail|surel|surat elektronik|pesan) ini\b.{0,250}\b(?:rahasia|hanya (?:untuk|ditujukan"
    r"|diperuntukkan|dimaksudkan)|semata-mata)"
    r"|(?:please|mohon|harap|tolong) (?:consider|pertimbangkan) .{0,30}(?:environment|lingkungan))",
    re.IGNORECASE,
)


def clipped(line: str) -> str:
    """Return what is looked at of a line: without spaces around, not longer than the bound."""
    return line[:_WIDTH].replace("\xa0", " ").strip()


def is_quoted(line: str) -> bool:
    """Tell whether a line carries a quotation mark. ">From " alone is an old mail store's escape."""
    bare = line[:8].lstrip()
    return bare.startswith(">") and not line.startswith(">From ")


def attribution(lines: Sequence[str], at: int) -> int:
    """Return how many lines from `at` introduce a quotation ("Pada ... menulis:"), 0 when none do.

    Programs break the line anywhere, so up to four lines are read as one.
    """
    first = clipped(lines[at])
    if not first or is_quoted(first):
        return 0
    joined = ""
    for count in range(1, _ATTRIBUTION_LINES + 1):
        if at + count > len(lines):
            return 0
        line = clipped(lines[at + count - 1])
        if not line or is_quoted(line):
            return 0
        joined = f"{joined} {line}".strip()[:_WIDTH]
        if line.endswith((":", "\uff1a")) and _introduces(joined.replace("\uff1a", ":"), count):
            return count
    return 0


def _introduces(joined: str, count: int) -> bool:
    opens = _OPENING.match(joined) is not None
    if count > 1 and not opens and "@" not in joined:
        return False  # a paragraph of the writer's own that happens to end with "menulis:"
    ending = _WROTE.search(joined, max(0, len(joined) - 120))
    if ending:
        return _WHEN_OR_WHO.search(joined) is not None
    return _ADDRESS_COLON.search(joined, max(0, len(joined) - 420)) is not None and (
        opens or joined[:4].isdigit()
    )


def separator(line: str) -> bool:
    """Tell whether a line is "-----Pesan Asli-----" or a sister of it."""
    return _SEPARATOR.match(clipped(line)) is not None


def forward(line: str) -> bool:
    """Tell whether a line begins a forwarded mail."""
    return _FORWARD.match(clipped(line)) is not None


def label(line: str) -> str | None:
    """Return which header a line of a copied header block is ("from", "sent", ...), None for none."""
    found = _LABEL.match(clipped(line))
    return _MEANING[found[1].lower()] if found else None


def header_block(lines: Sequence[str], at: int, *, announced: bool = False) -> int:
    """Return how many lines from `at` are the copied headers of another mail (Outlook's way), 0 for none.

    A letter, too, may say "Kepada:" and "Perihal:"; so From, a date with digits and one more are needed
    unless a line above has `announced` another mail.
    """
    if label(lines[at]) not in ({"from", "sent", "subject", "to"} if announced else {"from", "sent"}):
        return 0
    seen: set[str] = set()
    end, has_digits = at, False
    for index in range(at, min(at + _HEADER_LINES, len(lines))):
        line = clipped(lines[index])
        meaning = label(line)
        if meaning is None:
            # A folded value goes on; a blank line ends the block, except one between every line.
            if not line and not (index + 1 < len(lines) and label(lines[index + 1])):
                break
            continue
        seen.add(meaning)
        has_digits = has_digits or (meaning == "sent" and any(letter.isdigit() for letter in line))
        end = index
    is_block = {"from", "sent"} <= seen and has_digits and bool(seen & {"to", "subject"})
    is_block = is_block or (announced and len(seen) >= 2)
    return end - at + 1 if is_block else 0


def rule(line: str) -> bool:
    """Tell whether a line is only a rule, such as Outlook draws above the headers it copies."""
    bare = clipped(line)
    return len(bare) >= 5 and not bare.strip("_-=*\u2014\u2015\u2500")


def phone_footer(line: str) -> bool:
    """Tell whether a line was added by a phone or a mail program ("Dikirim dari iPhone saya")."""
    bare = clipped(line)
    rest = _URL.sub("", bare)
    return len(rest) <= 70 and "?" not in rest and _FOOTER.match(bare) is not None


def disclaimer(lines: Sequence[str], at: int) -> bool:
    """Tell whether a paragraph that begins at `at` is a firm's standard text on confidentiality."""
    start = clipped(lines[at])
    if not start:
        return False
    rest = [clipped(line) for line in lines[at + 1 : at + 4]]
    return _DISCLAIMER.match(" ".join([start, *rest])[:_WIDTH]) is not None


def list_footer(lines: Sequence[str], at: int) -> bool:
    """Tell whether a mailing list's footer begins here: a rule, and below it the list's name."""
    below = " ".join(clipped(line) for line in lines[at + 1 : at + 3]).lower()
    return rule(lines[at]) and ("mailing list" in below or "milis" in below)


def signature_delimiter(line: str) -> int:
    """Return how many lines below this one may be a signature, 0 when it begins none.

    RFC 3676 section 4.3 has "-- "; many programs drop the space, and "--" may also just divide.
    """
    if line.rstrip("\r") == "-- ":
        return 40
    return 15 if line.strip() in {"--", "\u2014"} else 0
