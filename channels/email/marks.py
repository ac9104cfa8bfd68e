"""Recognises the lines by which mail programs introduce what is not the writer's own.

The words stand in `phrases`. Every pattern is anchored and looks at a bounded piece of text, so that
a mail takes linear time. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from channels.email import phrases

# No line is looked at further than this.
_WIDTH = 600
_LONGEST_FOOTER = 400
_ATTRIBUTION_LINES = 6
_HEADER_LINES = 16
PROPER_SIGNATURE = 40
"""How many lines may stand below "-- "."""
_DISCLAIMER_LINES = 10


def _any_of(alternatives: str) -> str:
    return f"(?:{alternatives})"


_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u00ad]")
_BLANKS = str.maketrans({"\xa0": " ", "\u202f": " ", "\u2009": " ", "\u3000": " ", "\t": " ", "\uff1a": ":"})

_QUOTED = re.compile(r"\s{0,7}(?:[A-Z]{1,3})?[>\uff1e]")
_OPENING = re.compile(
    rf"[-_=*\s]{{0,40}}(?:{_any_of(phrases.ON)}\b|{_any_of(phrases.ON_UNSPACED)}|\d{{1,4}}\D"
    r"|[^\W\d_]{2,12}\.?,? \d{1,2}\b)",
    re.IGNORECASE,
)
_ONLY_ON = re.compile(rf"{_any_of(phrases.ON)}$", re.IGNORECASE)
_WROTE = re.compile(
    rf"(?:\b{_any_of(phrases.WROTE)}(?![^\W\d_])|{_any_of(phrases.WROTE_UNSPACED)})", re.IGNORECASE
)
# Languages whose verb comes second: "Am 3. Feb. 2025 um 10:00 schrieb Budi <...>:".
_VERB_SECOND = re.compile(r"\b(?:schrieb|schreef|skrev|skreiv|napisał|ha scritto|kirjutas)\b", re.IGNORECASE)
_ADDRESS_COLON = re.compile(r"[<(\[][^<>\s]{1,200}@[^<>\s]{1,200}[>)\]]{1,3}\s{0,2}:$")
_WHEN = re.compile(
    r"\d{1,2}[.:]\d{2}|\d{1,2}[ /.-]{1,2}(?:(?:de )?[^\W\d_]{3,12}\.?|\d{1,2})[ /.,-]{1,2}(?:de )?\d{2,4}"
    r"|[^\W\d_]{3,12}\.? \d{1,2}(?:st|nd|rd|th)?,? \d{4}|\d{4}[/.-]\d{1,2}[/.-]\d{1,2}|\d{4} ?[年년]"
)
_AFTER_WROTE = re.compile(r"[\s,;(\[*_]{0,4}(?:[^\W\d_]{1,12}[.:,]{0,3} ){0,3}\d{1,4}\b.{4,80}$")
_DASHES_AROUND = re.compile(r"^[\s_=*~-]+|[\s_=*~-]+$")
_SEPARATOR = re.compile(
    rf"[-_=*~\s+]{{2,60}}{_any_of(phrases.ORIGINAL_MESSAGE)}\s?[-_=*~\s:+]{{0,60}}$", re.IGNORECASE
)
_FORWARD = re.compile(
    rf"(?:[-_=*~\s+]{{2,60}}{_any_of(phrases.FORWARDED_MESSAGE)}\s?[-_=*~\s:+]{{0,60}}"
    rf"|{_any_of(phrases.BEGIN_FORWARDED)}\s?:?)$",
    re.IGNORECASE,
)
_LABEL_WORDS = _any_of("|".join(phrases.LABELS.values()))
_MEANINGS = tuple(
    (meaning, re.compile(_any_of(words), re.IGNORECASE)) for meaning, words in phrases.LABELS.items()
)
_LABEL = re.compile(rf"[\s*_|\u2022-]{{0,6}}({_LABEL_WORDS})[\s*_|]{{0,4}}:[\s*_|]{{0,4}}", re.IGNORECASE)
_LABEL_WITHIN = re.compile(rf"(?<![\w@.-])({_LABEL_WORDS})[\s*_]{{0,3}}:\s", re.IGNORECASE)
_FOOTER = re.compile(
    r"[*_\s\[(~-]{0,6}" + _any_of(phrases.FOOTERS.replace("{device}", _any_of(phrases.DEVICES))),
    re.IGNORECASE,
)
_URL = re.compile(r"[<(]?\b(?:https?://|www\.)\S{1,500}")
_REPLY_ABOVE = re.compile(
    rf"[\s#*=_~\u2014\u2013>\[(-]{{0,60}}{_any_of(phrases.REPLY_ABOVE)}[\s#*=_~\u2014\u2013.:!\])-]{{0,60}}$"
    rf"|[#*=_~\u2014\u2013-]{{2,60}}.{{0,60}}\b{_any_of(phrases.ABOVE_THIS_LINE)}",
    re.IGNORECASE,
)
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
_CLOSING = re.compile(rf"[\s*_]{{0,4}}{_any_of(phrases.CLOSINGS)}[\s,.!*_\-]{{0,4}}$", re.IGNORECASE)
_PERSON = re.compile(r"[^\W\d_][\w.,'’() -]*[\w.)]")
_CONTACT = re.compile(
    r"@|www\.|https?://|\+?\d[\d ().-]{6,}\d|\b(?:tel|telp|telepon|phone|hp|wa|whatsapp|mobile|mob|fax|faks|email"
    r"|e-mail|jl|jalan|alamat|nip|nim|npm)\b\s?[.:]|\b(?:jl|jalan)\b\.? [A-Z]",
    re.IGNORECASE,
)


def clipped(line: str) -> str:
    """Return what is looked at of a line: plain blanks, none around, not longer than the bound."""
    bare = line[:_WIDTH].translate(_BLANKS)
    return (bare if bare.isascii() else _INVISIBLE.sub("", bare)).strip()


def is_quoted(line: str) -> bool:
    """Tell whether a line carries a quotation mark. ">From " alone is an old mail store's escape."""
    return _QUOTED.match(line) is not None and not line.startswith(">From ")


def attribution(lines: Sequence[str], at: int) -> int:
    """Return how many lines from `at` introduce a quotation ("Pada ... menulis:"), 0 when none do.

    Programs break the line anywhere, so up to six lines are read as one.
    """
    first = clipped(lines[at])
    if between_angles(first):
        return 1
    if not first or is_quoted(first):
        return 0
    pieces: list[str] = []
    for count in range(1, _ATTRIBUTION_LINES + 1):
        if at + count > len(lines):
            return 0
        line = clipped(lines[at + count - 1])
        if not line or is_quoted(line):
            return 0
        pieces.append(line)
        if line.rstrip("*_ ").endswith((":", "--", "\u2014")) and _introduces(" ".join(pieces), count):
            # Words of the writer's own may stand right above: the shortest that does is the one.
            later = not _ONLY_ON.match(first) and any(
                _OPENING.match(pieces[skip]) and _introduces(" ".join(pieces[skip:]), count - skip)
                for skip in range(1, count)
            )
            return 0 if later else count
        if count == 1 and _names_a_writer(line) and _quotation_below(lines, at + 1):
            return 1
    return 0


def between_angles(line: str) -> bool:
    """Tell whether a line is GroupWise's introduction: ">>> Budi <...> 27/05/2025 10:36 >>>"."""
    bare = clipped(line)
    return bare.startswith(">>") and bare.endswith(">>") and ("@" in bare or _WHEN.search(bare) is not None)


def _names_a_writer(line: str) -> bool:
    """Tell whether a line is enough above a quotation only: "Budi menulis:", "2013/11/13 Budi <...>"."""
    if len(line) > 160:
        return False
    if not line.endswith(":"):
        return _WHEN.match(line) is not None and line.endswith(">") and "@" in line
    text = line[:-1].rstrip()
    return any(found.end() == len(text) for found in _WROTE.finditer(text))


def _quotation_below(lines: Sequence[str], at: int) -> bool:
    following = next((line for line in lines[at : at + 3] if line.strip()), "")
    return is_quoted(following)


def _introduces(joined: str, count: int) -> bool:
    joined = joined[:_WIDTH].rstrip("*_ ")
    is_ruled = joined.startswith("--") and joined.endswith("--")  # Zoho: "---- On ... wrote ----"
    if not joined.endswith(":") and not is_ruled:
        return False
    text = _DASHES_AROUND.sub("", joined).rstrip(": ").rstrip("*_ ")
    when = _WHEN.search(text)
    opens = _OPENING.match(text) is not None
    if count > 1 and not opens and "@" not in text:
        return False  # a paragraph of the writer's own that happens to end with "menulis:"
    if when is None and "@" not in text and not is_ruled:
        return False
    for found in _WROTE.finditer(text, max(0, len(text) - 260)):
        rest = text[found.end() :]
        if not rest.strip(" )/*_") or _AFTER_WROTE.match(rest):
            return True
    if when is not None and opens and _VERB_SECOND.search(text):
        return True
    return _ADDRESS_COLON.search(joined, max(0, len(joined) - 420)) is not None and (
        when is not None or (opens and not joined[:1].isdigit())
    )


def separator(line: str) -> bool:
    """Tell whether a line is "-----Pesan Asli-----" or a sister of it."""
    return _SEPARATOR.match(clipped(line)) is not None


def forward(line: str) -> bool:
    """Tell whether a line begins a forwarded mail."""
    return _FORWARD.match(clipped(line)) is not None


def reply_above(line: str) -> bool:
    """Tell whether a ticket system asks here for replies above this line; what is below is its own mail."""
    return _REPLY_ABOVE.match(clipped(line)) is not None


def label(line: str) -> str | None:
    """Return which header a line of a copied header block is ("from", "sent", ...), None for none."""
    found = _LABEL.match(clipped(line))
    return _meaning(found[1]) if found else None


def _meaning(word: str) -> str:
    return next(meaning for meaning, pattern in _MEANINGS if pattern.fullmatch(word))


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
            has_digits = has_digits or ("sent" in seen and index == end + 1 and any(map(str.isdigit, line)))
            continue
        # Some HTML becomes one line: "Dari: ... Dikirim: ... Kepada: ...".
        within = {_meaning(found[1]) for found in _LABEL_WITHIN.finditer(line)} if len(line) > 60 else set()
        seen |= {meaning} | (within if len(within) > 2 else set())
        has_digits = has_digits or ("sent" in seen and any(letter.isdigit() for letter in line))
        end = index
    is_block = {"from", "sent"} <= seen and has_digits and bool(seen & {"to", "subject"})
    # Some phones copy no more than these two; then they have to be exact.
    is_block = is_block or (seen == {"from", "sent"} and end == at + 1 and _is_exact(lines, at))
    is_block = is_block or (announced and len(seen) >= 2)
    return end - at + 1 if is_block else 0


def _is_exact(lines: Sequence[str], at: int) -> bool:
    first, second = clipped(lines[at]), clipped(lines[at + 1])
    return "@" in first and len(_WHEN.findall(second)) >= 2


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
    said = " ".join(paragraph)[: 2 * _WIDTH]
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
