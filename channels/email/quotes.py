"""The writer's own words, apart from history, signatures and footers. Pure and total, in linear time."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from channels.email import marks

# Lines that `html.to_text` puts where the markup tells more than text could: from the first to the
# end is history; between two of the second is a signature. From Unicode's private use area.
HISTORY = "\ue0f1"
SIGNATURE = "\ue0f2"

MAX_LINES = 20_000
_DEEPEST_FORWARD = 4

_LONGEST_CONTACTS = 12
_MOST_LOOKS = 200
_REPLY = re.compile(
    r"\s{0,5}(?:\[[^\]]{1,60}\]\s{0,3}){0,3}(re|bls|balas|balasan|aw|sv|vs|antw|ref|rif|odp|ynt|res|回复|答复|回覆|返信|ответ)"
    r"(\[\d{1,3}\]|\(\d{1,3}\))?\s{0,2}[:\uff1a]",
    re.IGNORECASE,
)
_BLANK_LINES = re.compile(r"\n{3,}")


@dataclass(frozen=True, slots=True)
class Words:
    """`own` is what the writer says, `quoted` all the rest, in the order of the mail."""

    own: str
    quoted: str


def is_reply(subject: str) -> bool:
    """Tell whether a subject says that the mail replies to another one (Re:, Bls:, Balas:)."""
    return _REPLY.match(subject) is not None


def split(text: str, subject: str = "") -> Words:
    """Separate a mail's text. A forwarded mail counts as the writer's words when there are no others."""
    return _split(text, may_forward=not is_reply(subject), depth=0)


def _split(text: str, *, may_forward: bool, depth: int) -> Words:
    lines = text.split("\n")
    beyond = lines[MAX_LINES:]
    lines = lines[:MAX_LINES]
    is_own = _without_chat(lines, _Reading(lines).own())
    own = _joined(line for line, mine in zip(lines, is_own, strict=True) if mine).strip()
    others = [line for line, mine in zip(lines, is_own, strict=True) if not mine]
    if own or not may_forward or depth >= _DEEPEST_FORWARD:
        return Words(own, _joined([*others, *beyond]))
    introduction, forwarded = _forwarded(others)
    if not forwarded.strip():
        return Words("", _joined([*others, *beyond]))
    inner = _split(forwarded, may_forward=True, depth=depth + 1)
    if not inner.own:
        return Words("", _joined([*others, *beyond]))
    return Words(inner.own, _joined([*introduction, inner.quoted, *beyond]))


def _without_chat(lines: Sequence[str], is_own: list[bool]) -> list[bool]:
    """Take an exported chat for a quotation, where the writer says something besides it."""
    chat, is_within = [False] * len(lines), False
    for at, line in enumerate(lines):
        is_within = is_own[at] and bool(line.strip()) and (is_within or marks.chat(line))
        chat[at] = is_within
    said = [
        mine and not told and bool(line.strip()) for line, mine, told in zip(lines, is_own, chat, strict=True)
    ]
    if sum(chat) < 2 or not any(said):
        return is_own
    return [mine and not told for mine, told in zip(is_own, chat, strict=True)]


def _joined(lines: Iterable[str]) -> str:
    text = "\n".join(lines).replace(HISTORY, "").replace(SIGNATURE, "")
    return _BLANK_LINES.sub("\n\n", "\n".join(line.rstrip() for line in text.split("\n"))).strip("\n")


def _forwarded(others: Sequence[str]) -> tuple[list[str], str]:
    """Split what is not the writer's own into (how it is introduced, the mail that was forwarded)."""
    # What stands above the other mail is a signature or a footer.
    above = next((at for at in range(len(others)) if _begins_history(others, at)), 0)
    lines = [line for line in others if line.strip() not in {HISTORY, SIGNATURE}]
    at, announced = min(above, len(lines)), False
    while at < len(lines):
        bare = marks.clipped(lines[at])
        if (
            not bare
            or marks.forward(bare)
            or marks.separator(bare)
            or marks.rule(bare)
            or marks.phone_footer(bare)
        ):
            announced = announced or marks.forward(bare) or marks.separator(bare)
            at += 1
        elif count := marks.attribution(lines, at):
            at += count
        else:
            break
    rest = _unquoted(lines[at:])
    start = next((index for index, line in enumerate(rest) if line.strip()), len(rest))
    headers = marks.header_block(rest, start, announced=announced) if start < len(rest) else 0
    return [*lines[:at], *rest[: start + headers]], "\n".join(rest[start + headers :])


def _begins_history(lines: Sequence[str], at: int) -> bool:
    line = lines[at]
    return (
        HISTORY in line
        or marks.is_quoted(line)
        or marks.forward(line)
        or marks.separator(line)
        or bool(marks.attribution(lines, at) or marks.header_block(lines, at))
    )


def _unquoted(lines: Sequence[str]) -> list[str]:
    """Take one quotation mark off, when the first line that says something has one."""
    first = next((line for line in lines if line.strip()), "")
    if not marks.is_quoted(first):
        return list(lines)
    return [line.lstrip()[1:].removeprefix(" ") if marks.is_quoted(line) else line for line in lines]


class _Reading:
    """Reads lines from top to bottom and decides for each whether it is the writer's own."""

    def __init__(self, lines: Sequence[str]) -> None:
        self._lines = lines
        self._own = [True] * len(lines)
        self._has_own = False
        self._in_signature = False
        # Whether the writer has said goodbye, and then a name: what follows may be contact details.
        self._has_closed = self._has_name = False
        self._looks_left = _MOST_LOOKS
        # By line: below many delimiters the same lines are looked at again and again.
        self._introductions: dict[int, int] = {}

    def own(self) -> list[bool]:
        """Return for each line whether it is the writer's own."""
        at = 0
        while at < len(self._lines):
            at = self._read(at)
        return self._own

    def _read(self, at: int) -> int:
        """Judge the line at `at` and return where to go on."""
        line = self._lines[at]
        if HISTORY in line or (self._has_own and marks.reply_above(line)):
            return self._not_own(at, len(self._lines))
        if marks.is_quoted(line) and not marks.between_angles(line):
            self._in_signature = self._has_closed = self._has_name = False
            return self._not_own(at, at + 1)
        introduced = self._introduction(at)
        if introduced:
            self._in_signature = False
            end = at + introduced
            return self._not_own(at, end if self._quotation_follows(end) else len(self._lines))
        if SIGNATURE in line:
            return self._marked_signature(at)
        if self._in_signature or self._signature_begins(at) or self._is_put_in(line):
            return self._not_own(at, at + 1)
        if line.strip() and not marks.divider(line):
            self._has_own = True
            self._has_name = self._has_closed
            self._has_closed = self._has_closed or marks.closing(line)
        return at + 1

    @staticmethod
    def _is_put_in(line: str) -> bool:
        """Tell whether a program put this line in, by itself."""
        return (
            marks.phone_footer(line) or marks.banner(line) or marks.reply_above(line) or marks.picture(line)
        )

    def _introduction(self, at: int) -> int:
        """Return how many lines from `at` introduce another mail, 0 for none."""
        if at not in self._introductions:
            self._introductions[at] = self._look_for_introduction(at)
        return self._introductions[at]

    def _look_for_introduction(self, at: int) -> int:
        line = self._lines[at]
        is_announced = marks.separator(line) or marks.forward(line)
        if is_announced or marks.rule(line):
            following = self._next_text(at + 1)
            if following is not None:
                headers = marks.header_block(self._lines, following, announced=is_announced)
                if headers:
                    return following - at + headers
            return int(is_announced)
        return marks.attribution(self._lines, at) or marks.header_block(self._lines, at)

    def _quotation_follows(self, at: int) -> bool:
        """Tell whether what comes next carries quotation marks; without any, history has no visible end."""
        following = self._next_text(at)
        return following is not None and marks.is_quoted(self._lines[following])

    def _next_text(self, at: int) -> int | None:
        """Return the next line with text among the next few, None when there is none."""
        for index in range(at, min(at + 6, len(self._lines))):
            if self._lines[index].strip():
                return index
        return None

    def _signature_begins(self, at: int) -> bool:
        """Decide whether a signature or disclaimer begins here; it ends with the next quotation."""
        room = marks.signature_delimiter(self._lines[at])
        if room and self._is_signature(at, room):
            self._in_signature = True
        elif self._has_own:
            self._in_signature = self._standard_text_begins(at)
        self._in_signature = self._in_signature or self._contacts_begin(at)
        return self._in_signature

    def _standard_text_begins(self, at: int) -> bool:
        """Decide whether a disclaimer or a list's footer begins here, or below the rule that is here."""
        lines = self._lines
        if marks.list_footer(lines, at):
            return True
        if marks.divider(lines[at]):
            following = self._next_text(at + 1)
            return following is not None and marks.disclaimer(lines, following)
        is_paragraph = at == 0 or not lines[at - 1].strip() or marks.divider(lines[at - 1])
        return is_paragraph and marks.disclaimer(lines, at)

    def _contacts_begin(self, at: int) -> bool:
        """Decide whether contact details begin here: below a rule, a closing and a name, or a name alone."""
        if not self._has_own or not self._looks_left:
            return False
        line = self._lines[at]
        if marks.divider(line):
            return self._are_contacts(at + 1)
        is_above = self._has_name or (not self._lines[at - 1].strip() and marks.person(line))
        return is_above and bool(line.strip()) and self._are_contacts(at)

    def _is_signature(self, at: int, room: int) -> bool:
        """Tell whether what stands below a delimiter is short, and not all that the writer says."""
        count = 0
        for index in range(at + 1, min(at + 3 * room, len(self._lines))):
            line = self._lines[index]
            if marks.is_quoted(line) or HISTORY in line or self._introduction(index):
                return True
            count += bool(line.strip())
            # Nobody asks in a signature; but "--" may also be a dash.
            if count > room or (room < marks.PROPER_SIGNATURE and line.rstrip().endswith("?")):
                return False
        return self._has_own

    def _are_contacts(self, at: int) -> bool:
        """Tell whether a few short lines with telephone numbers or addresses end what is new in the mail."""
        self._looks_left -= 1
        lines, paragraphs, is_apart = self._lines, [False], False
        for index in range(at, min(at + 3 * _LONGEST_CONTACTS, len(lines))):
            line = lines[index]
            bare = marks.clipped(line)
            if HISTORY in line or marks.is_quoted(line) or self._introduction(index) or self._is_put_in(line):
                break
            if is_apart and bare and marks.disclaimer(lines, index):
                break
            if len(bare) > 100 or bare.endswith("?"):
                return False
            if bare and is_apart:
                paragraphs.append(False)
            paragraphs[-1] = paragraphs[-1] or marks.contact(bare)
            is_apart = not bare
        else:
            if at + 3 * _LONGEST_CONTACTS < len(lines):
                return False
        return all(paragraphs)

    def _marked_signature(self, at: int) -> int:
        """A signature that the HTML marked: to its second mark."""
        for end in range(at + 1, len(self._lines)):
            if SIGNATURE in self._lines[end] or HISTORY in self._lines[end]:
                return self._not_own(at, end + 1 if SIGNATURE in self._lines[end] else end)
        return self._not_own(at, at + 1)

    def _not_own(self, start: int, end: int) -> int:
        self._own[start:end] = [False] * (end - start)
        return end
