"""BODYSTRUCTURE (RFC 3501 section 7.4.2): which parts a mail has, without fetching it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

# Deeper or larger structures are nobody's mail; they are not looked into.
_MOST_DEPTH = 30
_MOST_TOKENS = 20_000

_TOKEN = re.compile(rb'\(|\)|"(?:[^"\\]|\\.)*"|[^\s()"]+', re.DOTALL)
_ESCAPE = re.compile(rb"\\(.)", re.DOTALL)
_LITERAL_END = re.compile(rb"\{\d+\}$")
_START = re.compile(rb"\bBODYSTRUCTURE ", re.IGNORECASE)

_Tree = list["_Tree | str | None"]


class Unreadable(Exception):
    """The server's answer is no BODYSTRUCTURE that can be read."""


@dataclass(frozen=True, slots=True)
class Part:
    """A leaf of a mail: its section number, what it is and how it is encoded.

    `parameters` are those of the content type, `names` those of the disposition (lower-case keys).
    """

    section: str
    kind: str
    encoding: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    disposition: str = ""
    names: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_text(self) -> bool:
        """True for a text that is written to be read, not attached."""
        is_named = any(
            key.rstrip("*0123456789") in {"name", "filename"} for key in (*self.parameters, *self.names)
        )
        return self.kind in {"text/plain", "text/html"} and self.disposition != "attachment" and not is_named


def parse(lines: Sequence[bytes | bytearray]) -> list[Part]:
    """Return the leaves that the lines of a FETCH of BODYSTRUCTURE tell, in order. Raises `Unreadable`.

    A literal is a bytearray between the lines, as aioimaplib gives it. What is inside an enclosed mail
    belongs to that mail.
    """
    data = _joined(lines)
    start = _START.search(data)
    if start is None:
        raise Unreadable("there is none")
    try:
        return list(_leaves(_tree(data[start.end() :]), ""))
    except (IndexError, TypeError, AttributeError, ValueError) as error:
        raise Unreadable(type(error).__name__) from error


def _joined(lines: Sequence[bytes | bytearray]) -> bytes:
    """Put literals back as quoted strings."""
    joined = bytearray()
    for line in lines:
        if isinstance(line, bytearray):
            quoted = bytes(line).replace(b"\\", b"\\\\").replace(b'"', b'\\"')
            joined = bytearray(_LITERAL_END.sub(b"", bytes(joined))) + b'"' + quoted + b'"'
        else:
            joined += line
    return bytes(joined)


def _tree(data: bytes) -> _Tree:
    """Return the first parenthesised list of `data`."""
    root: _Tree = []
    stack = [root]
    for count, token in enumerate(_TOKEN.findall(data)):
        if count > _MOST_TOKENS or len(stack) > _MOST_DEPTH:
            raise Unreadable("it is too large")
        if token == b"(":
            inner: _Tree = []
            stack[-1].append(inner)
            stack.append(inner)
        elif token == b")":
            stack.pop()
            if len(stack) == 1:
                break
        else:
            stack[-1].append(_atom(token))
    first = root[0]
    if not isinstance(first, list) or len(stack) != 1:
        raise Unreadable("it does not end")
    return first


def _atom(token: bytes) -> str | None:
    if token.upper() == b"NIL":
        return None
    if token.startswith(b'"'):
        token = _ESCAPE.sub(rb"\1", token[1:-1])
    return token.decode("utf-8", errors="replace")


def _leaves(node: _Tree, section: str) -> Iterator[Part]:
    if not isinstance(node[0], list):
        yield _leaf(node, section or "1")
        return
    children = [child for child in node if isinstance(child, list)]
    # After the parts come the subtype and lists of its own (parameters, disposition, language).
    count = next(index for index, child in enumerate(node) if not isinstance(child, list))
    for number, child in enumerate(children[:count], start=1):
        yield from _leaves(child, f"{section}.{number}" if section else str(number))


def _leaf(node: _Tree, section: str) -> Part:
    kind = f"{_word(node[0])}/{_word(node[1])}"
    after = 7 + (1 if kind.startswith("text/") else 3 if kind == "message/rfc822" else 0)
    # The disposition follows the MD5 of the content.
    disposition = node[after + 1] if len(node) > after + 1 else None
    words = disposition if isinstance(disposition, list) else []
    return Part(
        section=section,
        kind=kind,
        encoding=_word(node[5]) or "7bit",
        parameters=_pairs(node[2]),
        disposition=_word(words[0]) if words else "",
        names=_pairs(words[1]) if len(words) > 1 else {},
    )


def _word(value: _Tree | str | None) -> str:
    return value.strip().lower() if isinstance(value, str) else ""


def _pairs(value: _Tree | str | None) -> dict[str, str]:
    if not isinstance(value, list):
        return {}
    texts = [item if isinstance(item, str) else "" for item in value]
    return {key.lower(): text for key, text in zip(texts[::2], texts[1::2], strict=False)}


def root_kind(lines: Sequence[bytes | bytearray]) -> str:
    """Return the subtype of the whole when it is a multipart, e.g. mixed; "" otherwise. Raises `Unreadable`."""
    data = _joined(lines)
    start = _START.search(data)
    if start is None:
        raise Unreadable("there is none")
    node = _tree(data[start.end() :])
    if not node or not isinstance(node[0], list):
        return ""
    return next((item.lower() for item in node if isinstance(item, str)), "")
