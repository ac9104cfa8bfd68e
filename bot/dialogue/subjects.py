"""Whether the subject line of a mail is about something else than that of its thread. Pure."""

from __future__ import annotations

import re
import unicodedata

# What mail programs put before a subject, in the languages of theirs that are met here.
_REPLY = re.compile(
    r"\s*(?:re|aw|sv|antw|balas|balasan|bls|tanggapan|jawab|jawaban)\s*(?:\[\d{1,3}\]|\(\d{1,3}\)|\^\d{1,3})?\s*"
    "[:\uff1a]",
    re.IGNORECASE,
)
_FORWARD = re.compile(
    "\\s*(?:fwd?|fw|wg|tr|trs|terusan|teruskan|diteruskan)\\s*(?:\\[\\d{1,3}\\])?\\s*[:\uff1a]", re.IGNORECASE
)
# A ticket's number, a list's name, "[EXTERNAL]": put there by programs, not by the writer.
_TAG = re.compile(r"\s*(?:\[[^\[\]]{1,60}\]|\*{2,5}\s*spam\s*\*{2,5})", re.IGNORECASE)
_TICKET = re.compile(r"\[[A-Z]{2,6}-\d{4}-\d{3,9}\]", re.IGNORECASE | re.ASCII)
_TRUNCATED = 30  # characters from which on the beginning of a subject is taken for a whole that was cut


def is_new_subject(subject: str | None, before: str | None) -> bool:
    """Tell whether `subject` is another one than the thread's, which is `before`.

    None and an empty one say nothing. Where the thread had none, what our answer was called instead comes back
    as a reply; a subject that is no reply is the writer's own.
    """
    now, then = _core(subject or ""), _core(before or "")
    if not now or now == then:
        return False
    if not then:
        return not _is_reply(subject or "")
    return not (len(now) >= _TRUNCATED and then.startswith(now))


def _core(subject: str) -> str:
    """Return what is left without prefixes and tags: letters and digits only, since programs refold the rest."""
    rest = _TICKET.sub(" ", subject)
    while found := _REPLY.match(rest) or _FORWARD.match(rest) or _TAG.match(rest):
        if not _letters(rest[found.end() :]) and found.re is _TAG:
            break  # "[Tanya data]" is all there is
        rest = rest[found.end() :]
    return _letters(rest)


def _letters(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).casefold()
    return "".join(letter for letter in plain if letter.isalnum())


def _is_reply(subject: str) -> bool:
    rest = _TICKET.sub(" ", subject)
    while found := _TAG.match(rest):
        rest = rest[found.end() :]
    return _REPLY.match(rest) is not None
