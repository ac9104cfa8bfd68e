"""Whether a mail is from whom it says, as the office's own mail server found (RFC 8601). Pure.

Read by a parser of our own, and a lenient one: a field that a strict parser refuses would count as nothing said,
and who sends a mail can write parts of that field (addresses, host names).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from email.message import Message

from channels.email.mail import MAX_HEADER_CHARACTERS, MAX_HEADERS, UNKNOWN, Finding

_FIELD = "authentication-results"
_RESULT = re.compile(r"\s*([a-z][a-z0-9-]*)(?:\s*/\s*\d+)?\s*=\s*([a-z]+)", re.IGNORECASE)
_IDENTIFIER = re.compile(r"\s*\"?([^\s;\"]+)\"?(?:\s+\d+)?\s*$")
_SPF_FAILED = {"fail", "hardfail", "softfail"}
# Without a signature, or with one that does not hold; an error that may pass proves nothing.
_DKIM_FAILED = {"fail", "none", "policy", "permerror"}


def judge(message: Message, authserv_id: str) -> Finding:
    """Return whether the office's server, which calls itself `authserv_id`, found the sender to be genuine.

    Unknown while no name is configured or the server says nothing. A mail with several From fields has no
    sender that anything was found of (RFC 5322 section 3.6 allows one).
    """
    if not authserv_id:
        return UNKNOWN
    raw = [(str(name).lower(), str(value)) for name, value in list(message.raw_items())[:MAX_HEADERS]]
    if sum(name == "from" for name, _ in raw) > 1:
        return Finding("failed", "From")
    results = _results(raw, authserv_id)
    dmarc, spf, dkim = results.get("dmarc", set()), results.get("spf", set()), results.get("dkim", set())
    if "fail" in dmarc:
        return Finding("failed", "DMARC")
    if "pass" in dmarc:
        return Finding("passed")
    if spf and spf <= _SPF_FAILED and dkim and dkim <= _DKIM_FAILED:
        return Finding("failed", "SPF, DKIM")
    return UNKNOWN


def _results(raw: Sequence[tuple[str, str]], authserv_id: str) -> dict[str, set[str]]:
    """Return the results of each method, of the topmost field that has any of it.

    Fields are put on top on the way: what stands lower was there before, and whoever sent the mail may have
    written it. So reading ends with the hop whose fields the topmost one belongs to.
    """
    found: dict[str, set[str]] = {}
    for value in _own_fields(raw, authserv_id):
        told: dict[str, set[str]] = {}
        for method, result in _methods(value):
            told.setdefault(method, set()).add(result)
        for method, results in told.items():
            found.setdefault(method, results)
    return found


def _own_fields(raw: Sequence[tuple[str, str]], authserv_id: str) -> Iterator[str]:
    has_begun = False
    for name, value in raw:
        if name == _FIELD:
            pieces = _pieces(value[:MAX_HEADER_CHARACTERS])
            identifier = _IDENTIFIER.match(pieces[0])
            if identifier and identifier[1].casefold() == authserv_id.casefold():
                has_begun = True
                yield value[:MAX_HEADER_CHARACTERS]
        elif name == "received" and has_begun:
            return


def _methods(value: str) -> Iterator[tuple[str, str]]:
    for piece in _pieces(value)[1:]:
        if found := _RESULT.match(piece):
            yield found[1].lower(), found[2].lower()


def _pieces(value: str) -> list[str]:
    """Split a field at its semicolons, without comments; those in quotes belong to somebody's address."""
    pieces, depth, is_quoted, is_escaped = [""], 0, False, False
    for letter in value:
        if is_escaped or letter == "\\":
            is_escaped = not is_escaped
        elif depth == 0 and letter == '"':
            is_quoted = not is_quoted
        elif not is_quoted and letter in "()":
            depth = max(0, depth + (1 if letter == "(" else -1))
            continue
        elif letter == ";" and not is_quoted and depth == 0:
            pieces.append("")
            continue
        if depth == 0:
            pieces[-1] += letter
    # What does not end says nothing of where it ends; a failure is found in it all the same.
    return value.split(";") if depth or is_quoted else pieces
