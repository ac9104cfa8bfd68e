"""Reads the lines of a mail's text in order and tells which are the writer's own. Pure, in linear time."""

from __future__ import annotations

from collections.abc import Sequence

from channels.email import endings, marks
from channels.email.lines import HISTORY, SIGNATURE, clipped

_LONGEST_CONTACTS = 12
_MOST_LOOKS = 200


class Reading:
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
        if line.strip() and not endings.divider(line):
            self._has_own = True
            self._has_name = self._has_closed
            self._has_closed = self._has_closed or endings.closing(line)
        return at + 1

    @staticmethod
    def _is_put_in(line: str) -> bool:
        """Tell whether a program put this line in, by itself."""
        return (
            endings.phone_footer(line)
            or endings.banner(line)
            or marks.reply_above(line)
            or endings.picture(line)
        )

    def _introduction(self, at: int) -> int:
        """Return how many lines from `at` introduce another mail, 0 for none."""
        if at not in self._introductions:
            self._introductions[at] = self._look_for_introduction(at)
        return self._introductions[at]

    def _look_for_introduction(self, at: int) -> int:
        line = self._lines[at]
        is_announced = marks.separator(line) or marks.forward(line)
        if is_announced or endings.rule(line):
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
        room = endings.signature_delimiter(self._lines[at])
        if room and self._is_signature(at, room):
            self._in_signature = True
        elif self._has_own:
            self._in_signature = self._standard_text_begins(at)
        self._in_signature = self._in_signature or self._contacts_begin(at)
        return self._in_signature

    def _standard_text_begins(self, at: int) -> bool:
        """Decide whether a disclaimer or a list's footer begins here, or below the rule that is here."""
        lines = self._lines
        if endings.list_footer(lines, at):
            return True
        if endings.divider(lines[at]):
            following = self._next_text(at + 1)
            return following is not None and endings.disclaimer(lines, following)
        is_paragraph = at == 0 or not lines[at - 1].strip() or endings.divider(lines[at - 1])
        return is_paragraph and endings.disclaimer(lines, at)

    def _contacts_begin(self, at: int) -> bool:
        """Decide whether contact details begin here: below a rule, a closing and a name, or a name alone."""
        if not self._has_own or not self._looks_left:
            return False
        line = self._lines[at]
        if endings.divider(line):
            return self._are_contacts(at + 1)
        is_above = self._has_name or (not self._lines[at - 1].strip() and endings.person(line))
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
            if count > room or (room < endings.PROPER_SIGNATURE and line.rstrip().endswith("?")):
                return False
        return self._has_own

    def _are_contacts(self, at: int) -> bool:
        """Tell whether a few short lines with telephone numbers or addresses end what is new in the mail."""
        self._looks_left -= 1
        lines, paragraphs, is_apart = self._lines, [False], False
        for index in range(at, min(at + 3 * _LONGEST_CONTACTS, len(lines))):
            line = lines[index]
            bare = clipped(line)
            if HISTORY in line or marks.is_quoted(line) or self._introduction(index) or self._is_put_in(line):
                break
            if is_apart and bare and endings.disclaimer(lines, index):
                break
            if len(bare) > 100 or bare.endswith("?"):
                return False
            if bare and is_apart:
                paragraphs.append(False)
            paragraphs[-1] = paragraphs[-1] or endings.contact(bare)
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
