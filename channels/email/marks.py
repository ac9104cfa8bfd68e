"""Recognises the lines by which mail programs introduce what is not the writer's own.

The words stand in `phrases`. Every pattern is anchored and looks at a bounded piece of text, so that
a mail takes linear time. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from channels.email import phrases
from channels.email.lines import WIDTH, any_of, clipped

_ATTRIBUTION_LINES = 6
_HEADER_LINES = 16


_QUOTED = re.compile(r"\s{0,7}(?:[A-Z]{1,3})?[>\uff1e]")
_OPENING = re.compile(
    rf"[-_=*\s]{{0,40}}(?:{any_of(phrases.ON)}\b|{any_of(phrases.ON_UNSPACED)}|\d{{1,4}}\D"
    r"|[^\W\d_]{2,12}\.?,? \d{1,2}\b)",
    re.IGNORECASE,
)
_ONLY_ON = re.compile(rf"{any_of(phrases.ON)}$", re.IGNORECASE)
_WROTE = re.compile(
    rf"(?:\b{any_of(phrases.WROTE)}(?![^\W\d_])|{any_of(phrases.WROTE_UNSPACED)})", re.IGNORECASE
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
    rf"[-_=*~\s+]{{2,60}}{any_of(phrases.ORIGINAL_MESSAGE)}\s?[-_=*~\s:+]{{0,60}}$", re.IGNORECASE
)
_FORWARD = re.compile(
    rf"(?:[-_=*~\s+]{{2,60}}{any_of(phrases.FORWARDED_MESSAGE)}\s?[-_=*~\s:+]{{0,60}}"
    rf"|{any_of(phrases.BEGIN_FORWARDED)}\s?:?)$",
    re.IGNORECASE,
)
_LABEL_WORDS = any_of("|".join(phrases.LABELS.values()))
_MEANINGS = tuple(
    (meaning, re.compile(any_of(words), re.IGNORECASE)) for meaning, words in phrases.LABELS.items()
)
_LABEL = re.compile(rf"[\s*_|\u2022-]{{0,6}}({_LABEL_WORDS})[\s*_|]{{0,4}}:[\s*_|]{{0,4}}", re.IGNORECASE)
_LABEL_WITHIN = re.compile(rf"(?<![\w@.-])({_LABEL_WORDS})[\s*_]{{0,3}}:\s", re.IGNORECASE)
_REPLY_ABOVE = re.compile(
    rf"[\s#*=_~\u2014\u2013>\[(-]{{0,60}}{any_of(phrases.REPLY_ABOVE)}[\s#*=_~\u2014\u2013.:!\])-]{{0,60}}$"
    rf"|[#*=_~\u2014\u2013-]{{2,60}}.{{0,60}}\b{any_of(phrases.ABOVE_THIS_LINE)}",
    re.IGNORECASE,
)


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
    joined = joined[:WIDTH].rstrip("*_ ")
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
