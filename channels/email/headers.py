"""The header fields of a mail as text: bounded, decoded, and never raising.

Python's newer header parser (`email.policy.default`) raises on some malformed fields and is slow on
hostile ones; so fields are read raw (`compat32`) and decoded here. Pure.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from email.message import Message
from email.policy import Compat32
from email.utils import parsedate_to_datetime

from channels.email.charset import decode
from channels.email.mail import MAX_ADDRESSES, MAX_HEADER_CHARACTERS, MAX_HEADERS, MAX_REFERENCES

# Some programs leave a question mark in it as it is, and some cut off the end of a long field.
_ENCODED_WORD = re.compile(
    r"=\?([^?\s]{1,80})\?([bBqQ])\?(?:([^?]*)\?=|((?:[^?=]|=(?!\?)|\?(?!=)){0,2000})\?=|([^?\s]{1,2000})$)"
)
_BETWEEN_ENCODED_WORDS = re.compile(r"(\?=)[ \t\r\n]+(?==\?[^?\s]{1,80}\?[bBqQ]\?)")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]+")
_SPACES = re.compile(r"\s+")
_MESSAGE_ID = re.compile(r"<[^<>\s]{1,900}>")
_OF_A_MAIL = frozenset(
    (
        *("from", "to", "cc", "subject", "date", "message-id", "received", "return-path"),
        *("delivered-to", "mime-version", "content-type", "sender", "reply-to"),
    )
)
_QUOTED_NAME = re.compile(r'"(?:[^"\\]|\\.){0,300}"(?!@)')
_HEX = re.compile(r"=([0-9A-Fa-f]{2})")
_ANGLE = re.compile(r"<([^<>]*)>")
_COMMENT = re.compile(r"\(([^()]*)\)")
_BARE_ADDRESS = re.compile(r"[^\s<>,;:()\"]{1,250}@[^\s<>,;:()\"@]{1,250}")


# What programs write into Date that use the computer's language.
_TIME_WORDS = {"wib": "+0700", "wita": "+0800", "wit": "+0900", "peb": "Feb", "mei": "May", "agu": "Aug"}
_TIME_WORDS |= {"agt": "Aug", "ags": "Aug", "okt": "Oct", "nop": "Nov", "des": "Dec"}
_IN_INDONESIAN = re.compile(rf"\b(?:{'|'.join(_TIME_WORDS)})\b", re.IGNORECASE)


class BoundedPolicy(Compat32):
    """compat32 that cuts absurdly long fields while they are read."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        """Split one field into name and value, the value cut to MAX_HEADER_CHARACTERS."""
        name, value = super().header_source_parse(sourcelines)
        return name, value[:MAX_HEADER_CHARACTERS]

    def header_fetch_parse(self, name: str, value: str) -> str:
        """Return a field as it came: compat32 would make "?" of bytes beyond ASCII, in file names too."""
        return value


class Headers:
    """The fields of one mail or part, looked up by lower-cased name."""

    def __init__(self, message: Message) -> None:
        self._fields: dict[str, list[str]] = {}
        for name, value in list(message.raw_items())[:MAX_HEADERS]:
            self._fields.setdefault(str(name).lower(), []).append(str(value))

    def __contains__(self, name: str) -> bool:
        return name in self._fields

    def is_mail(self) -> bool:
        """Tell whether at least one field that mails have is there (RFC 5322 section 3.6)."""
        return not _OF_A_MAIL.isdisjoint(self._fields)

    def raw(self, name: str) -> str | None:
        """Return the first field of that name, unfolded but not decoded; None when there is none."""
        found = self._fields.get(name)
        return None if found is None else _one_line(found[0])

    def every(self, name: str) -> tuple[str, ...]:
        """Return all fields of that name, each as `raw` does, in order."""
        return tuple(_one_line(value) for value in self._fields.get(name, ()))

    def text(self, name: str) -> str:
        """Return the first field of that name in readable text, "" when there is none."""
        found = self._fields.get(name)
        return "" if found is None else decoded(found[0])

    def ids(self, name: str) -> tuple[str, ...]:
        """Return the message ids in all fields of that name, with their angle brackets, in order."""
        # Some gateways encode them as if they were text, though RFC 2047 section 5 forbids it.
        found = (
            _MESSAGE_ID.findall(decoded(value) if "=?" in value else _one_line(value))
            for value in self._fields.get(name, [])
        )
        every = list(dict.fromkeys(one for ids in found for one in ids))
        # A conversation of years: its root and its newest are what threads are found by.
        return tuple(every if len(every) <= MAX_REFERENCES else every[:1] + every[1 - MAX_REFERENCES :])

    def names(self) -> Iterable[str]:
        """Return the lower-cased names that occur."""
        return self._fields.keys()


def decoded(raw: str) -> str:
    """Return a raw field as text in one line: RFC 2047 words and stray 8-bit bytes decoded."""
    line = _eight_bit(raw)
    if "=?" in line:
        line = _BETWEEN_ENCODED_WORDS.sub(r"\1", line)
        line = _words(line)
    return _SPACES.sub(" ", _CONTROLS.sub(" ", line)).strip()


def address(raw: str | None) -> tuple[str, str]:
    """Return (name, lower-cased address) of the first mailbox in a From field; "" for what is missing.

    More lenient than RFC 5322: what people's programs write between < and > is the address.
    """
    if raw is None:
        return "", ""
    line = _SPACES.sub(" ", _CONTROLS.sub(" ", _eight_bit(raw))).strip()
    for angle in _ANGLE.finditer(_without_quoted_angles(line)):
        if "@" in angle[1]:
            name = line[: angle.start()].rpartition(">")[2].strip(" ,;")
            return _display_name(name), _clean_address(angle[1])
    bare = _BARE_ADDRESS.search(_display_name(line)) or _BARE_ADDRESS.search(line)
    if bare:
        comment = _COMMENT.search(line)
        return (_display_name(comment[1]) if comment else ""), _clean_address(bare[0])
    angle_without_at = _ANGLE.search(line)
    if angle_without_at:
        return _display_name(line[: angle_without_at.start()]), _clean_address(angle_without_at[1])
    return _display_name(line), ""


def addresses(raw: str | None) -> tuple[str, ...]:
    """Return the lower-cased addresses of a To or Cc field, each once, at most MAX_ADDRESSES."""
    if raw is None:
        return ()
    line = _QUOTED_NAME.sub(" ", _SPACES.sub(" ", _CONTROLS.sub(" ", _eight_bit(raw))))
    found = dict.fromkeys(_clean_address(one) for one in _BARE_ADDRESS.findall(line))
    return tuple(found)[:MAX_ADDRESSES]


def date(raw: str | None) -> datetime | None:
    """Return a Date field, in UTC; None when it is missing or makes no sense."""
    if not raw:
        return None
    written = _IN_INDONESIAN.sub(lambda found: _TIME_WORDS[found[0].lower()], raw[:100].strip())
    for read in (parsedate_to_datetime, datetime.fromisoformat):
        try:
            found = read(written)
            return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
    return None


def _eight_bit(raw: str) -> str:
    """The parser smuggles bytes beyond ASCII as surrogates; read them as UTF-8 or what they look like."""
    if raw.isascii():
        return raw
    data = raw.encode("utf-8", errors="surrogateescape")
    return decode(data, None)


def _one_line(value: str) -> str:
    return _CONTROLS.sub(" ", _eight_bit(value)).strip()


def _words(line: str) -> str:
    """Decode the RFC 2047 words of a line, neighbours of one charset as one.

    Some programs cut a word inside a letter of several bytes.
    """
    pieces: list[str] = []
    run, charset, end = b"", "", 0
    for found in _ENCODED_WORD.finditer(line):
        name = found[1].partition("*")[0].lower()  # RFC 2231 section 5 puts a language after *
        if found.start() != end or name != charset:
            pieces += [decode(run, charset) if run else "", line[end : found.start()]]
            run, charset = b"", name
        run += _word_bytes(found[2].lower(), found[3] or found[4] or found[5] or "")
        end = found.end()
    return "".join([*pieces, decode(run, charset) if run else "", line[end:]])


def _word_bytes(encoding: str, content: str) -> bytes:
    if encoding == "b":
        return unbase64(content)
    plain = _HEX.sub(lambda digits: chr(int(digits[1], 16)), content.replace("_", " "))
    return plain.encode("latin-1", errors="replace")


def unbase64(content: str) -> bytes:
    """Decode base64 that may lack its padding or hold foreign characters."""
    letters = re.sub(r"[^A-Za-z0-9+/]", "", content)
    if len(letters) % 4 == 1:
        letters = letters[:-1]
    try:
        return binascii.a2b_base64(letters + "=" * (-len(letters) % 4))
    except binascii.Error:
        return b""


def _without_quoted_angles(line: str) -> str:
    """Blank out < and > inside a quoted display name, keeping all positions."""
    if '"' not in line:
        return line
    return re.sub(r'"[^"]*"', lambda quoted: re.sub(r"[<>]", " ", quoted[0]), line)


def _display_name(raw: str) -> str:
    name = raw.strip()
    if len(name) > 1 and name[0] == name[-1] == '"':
        name = name[1:-1]
    name = re.sub(r"\\(.)", r"\1", name)
    return decoded(name).strip(" \"'")[:200]


def _clean_address(raw: str) -> str:
    bare = raw.strip().removeprefix("mailto:").strip().lower()
    # A quoted local part may hold blanks (RFC 5321 section 4.1.2); elsewhere they come of a broken line.
    return (bare if bare.startswith('"') else re.sub(r"\s+", "", bare))[:320]
