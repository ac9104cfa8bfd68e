"""The writer's own words, apart from history, signatures and footers. Pure and total, in linear time."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from channels.email import endings, marks
from channels.email.lines import HISTORY, SIGNATURE, clipped
from channels.email.reading import Reading

MAX_LINES = 20_000
_DEEPEST_FORWARD = 4

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
    is_own = _without_chat(lines, Reading(lines).own())
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
        is_within = is_own[at] and bool(line.strip()) and (is_within or endings.chat(line))
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
        bare = clipped(lines[at])
        if (
            not bare
            or marks.forward(bare)
            or marks.separator(bare)
            or endings.rule(bare)
            or endings.phone_footer(bare)
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
