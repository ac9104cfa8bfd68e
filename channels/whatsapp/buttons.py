"""Choices as buttons or as a list, where the office has a Content template for them. Pure.

Two or three choices are quick replies, five (the steps of a rating) and ten (the menu) a list; a template's buttons
have a fixed number, so what comes in another number stays numbered text. Every id is the choice's number, so a tap
and a typed number mean the same. A phone shows 20 characters of a button and 24 of a list's item, too few for most
titles: the whole title stands in the text above a button, and below its item in a list. Both need no approval, but
reach only a citizen who wrote within 24 hours.

Sources: https://www.twilio.com/docs/content/twilio-quick-reply and https://www.twilio.com/docs/content/twilio-list-picker
for the lengths; Twilio error 21656 for what a variable may hold: no line ends, and never nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from channels.markup import blocks, plain
from channels.port import Outbound
from channels.whatsapp.format import links_apart, units
from channels.whatsapp.options import Buttons

QUICK_REPLY, LIST_PICKER = "twilio/quick-reply", "twilio/list-picker"
BODY = 1024
"""Longest body of either kind. All lengths are counted as UTF-16 units, the stricter reading."""
TITLE, ITEM, DESCRIPTION = 20, 24, 72
LIST = 10
"""Items of the list template: as many as the menu has, and the most a list can have."""
PARAGRAPHS = 3
"""More of them before the choices read badly in the one line that a variable is."""
OPENER: Mapping[str, str] = {"id": "Lihat pilihan", "en": "See the choices"}
INVITATION: Mapping[str, str] = {"id": "Silakan pilih salah satu.", "en": "Please choose one."}
"""Stands in for an empty variable."""

KEYS: Mapping[str, tuple[str, int]] = {
    "two": (QUICK_REPLY, 2),
    "three": (QUICK_REPLY, 3),
    "five": (LIST_PICKER, 5),
    "list": (LIST_PICKER, LIST),
}
"""The keys of the section `buttons` of office.yml: the kind of template and how many choices it has."""

# What a shortened title does not end with: a conjunction and marks that wait for a word.
_DANGLING = re.compile(r"[\s,;:.(/–-]*(?:\s(?:dan|atau|and|or))?[\s,;:.(/–-]*$")


def content_for(message: Outbound, buttons: Buttons) -> tuple[str, dict[str, str]] | None:
    """Return the ContentSid and the variables that show the message's choices, None for numbered text.

    None when there is no template for so many choices, or when anything does not fit.
    """
    titles = [" ".join(plain(title).split()) for title in message.choices]
    key = next((key for key, (_, count) in KEYS.items() if count == len(titles)), None)
    sid = getattr(buttons, key) if key else ""
    around = _around(message)
    if key is None or not sid or around is None or not all(titles):
        return None
    if KEYS[key][0] == QUICK_REPLY:
        values = _quick_reply(*around, titles)
    else:
        values = _list(*around, OPENER.get(message.language, OPENER["id"]), titles)
    body = _filled(definition(key)["types"][KEYS[key][0]]["body"], values)
    is_fitting = units(body) <= BODY and all(units(title) <= DESCRIPTION for title in titles)
    return (sid, values) if is_fitting else None


def definition(key: str) -> dict[str, Any]:
    """Return what creates the template of a key of `buttons`: the body of a POST to Twilio's /v1/Content."""
    kind, count = KEYS[key]
    numbers = range(1, count + 1)
    samples = [f"Pilihan {n}" for n in numbers]
    before, after = "Apakah salah satu dari ini?", "Balas dengan angkanya, atau tulis pertanyaan lain."
    if kind == QUICK_REPLY:
        lines = "\n".join(f"{n}. {{{{{n + 1}}}}}" for n in numbers)
        parts: dict[str, Any] = {
            "body": f"{{{{1}}}}\n\n{lines}\n\n{{{{{count + 2}}}}}",
            "actions": [
                {"type": "QUICK_REPLY", "title": f"{{{{{count + 2 + n}}}}}", "id": str(n)} for n in numbers
            ],
        }
        values = _quick_reply(before, after, samples)
    else:
        parts = {
            "body": "{{1}}\n\n{{2}}",
            "button": "{{3}}",
            "items": [
                {"id": str(n), "item": f"{{{{{2 * n + 2}}}}}", "description": f"{{{{{2 * n + 3}}}}}"}
                for n in numbers
            ],
        }
        values = _list(before, after, OPENER["id"], samples)
    name = f"pst_{'tombol' if kind == QUICK_REPLY else 'daftar'}_{count}"
    return {"friendly_name": name, "language": "id", "variables": values, "types": {kind: parts}}


def shortened(text: str, most: int) -> str:
    """Return the text in at most `most` UTF-16 units, cut between words where half of it or more is left."""
    if units(text) <= most:
        return text
    cut = text
    while units(cut) > most - 1:
        cut = cut[:-1]
    between = cut if text[len(cut)].isspace() else cut.rpartition(" ")[0]
    kept = between if units(between) * 2 >= most else cut
    return _DANGLING.sub("", kept) + "…"


def _quick_reply(before: str, after: str, titles: Sequence[str]) -> dict[str, str]:
    return _numbered([before, *titles, after, *_labels(titles, TITLE)])


def _list(before: str, after: str, opener: str, titles: Sequence[str]) -> dict[str, str]:
    items = [text for pair in zip(_labels(titles, ITEM), titles, strict=True) for text in pair]
    return _numbered([before, after, opener, *items])


def _labels(titles: Sequence[str], most: int) -> Iterator[str]:
    """The number stands before each: the text says that it can be typed, and no two labels are the same."""
    prefixed = ((f"{n}. ", title) for n, title in enumerate(titles, 1))
    return (prefix + shortened(title, most - len(prefix)) for prefix, title in prefixed)


def _numbered(values: Sequence[str]) -> dict[str, str]:
    return {str(n): value for n, value in enumerate(values, 1)}


def _around(message: Outbound) -> tuple[str, str] | None:
    """Return what stands before and after the numbered choices, each in one line and never empty.

    None when the choices are not found, or when a list or many paragraphs would be lost in one line.
    """
    block = "\n".join(f"{n}. {title}" for n, title in enumerate(message.choices, 1))
    before, found, after = f"\n{message.text}\n".rpartition(f"\n{block}\n")
    sides = [blocks(links_apart(side)) for side in (before, after)]
    if not found or any(len(side) > PARAGRAPHS or any(each.is_list for each in side) for side in sides):
        return None
    lines = [" ".join(" ".join(each.items[0].split()) for each in side) for side in sides]
    invitation = INVITATION.get(message.language, INVITATION["id"])
    first, last = lines[0] or lines[1] or invitation, lines[1] if lines[0] else ""
    return first, last or invitation


def _filled(body: str, values: Mapping[str, str]) -> str:
    return re.sub(r"\{\{(\d+)\}\}", lambda found: values[found[1]], body)
