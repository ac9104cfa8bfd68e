"""An oversized mail as it is kept: its header, its first text, and its attachments by name. Pure.

What is written here is a mail again, so that it is read like any other.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from hashlib import sha256

from channels.email.bodystructure import Part
from channels.email.mail import SHORTENED_HEADER

# Of the header and of the text so many bytes are fetched and kept.
TEXT_BYTES = 256 * 1024
_MOST_NAMED = 50  # attachments that are named
_FIELD = re.compile(rb"(?im)^(?:content-[a-z-]+|mime-version):[^\r\n]*(?:\r?\n[ \t][^\r\n]*)*\r?\n")
_TOKEN = re.compile(r"[A-Za-z0-9!#$&+.^_`|~-]{1,100}(?:/[A-Za-z0-9!#$&+.^_`|~-]{1,100})?")
_EXTENDED = re.compile(r"[A-Za-z0-9!#$&+.^_`|~%'-]{1,2000}")


def text_of(parts: Sequence[Part]) -> Part | None:
    """Return the part that is the mail's text: plain before HTML, the first of its kind."""
    texts = [part for part in parts if part.is_text]
    return next((part for part in texts if part.kind == "text/plain"), texts[0] if texts else None)


def written(header: bytes, text: Part | None, body: bytes, parts: Sequence[Part], *, full_size: int) -> bytes:
    """Return the mail to keep. `header` is the original's; `body` the (encoded) beginning of its text."""
    head = _FIELD.sub(b"", header.rstrip(b"\r\n") + b"\r\n")
    boundary = b"cut-" + sha256(header + body).hexdigest()[:40].encode()
    pieces = []
    if text is not None:
        pieces.append(_described(text) + b"\r\n" + _whole_lines(body, text.encoding))
    pieces += [_described(part) + b"\r\n" for part in parts if part is not text and not part.is_text][
        :_MOST_NAMED
    ]
    separated = b"".join(b"--" + boundary + b"\r\n" + piece + b"\r\n" for piece in pieces)
    return (
        SHORTENED_HEADER
        + b": %d\r\n" % full_size
        + head
        + b'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="'
        + boundary
        + b'"\r\n\r\n'
        + separated
        + b"--"
        + boundary
        + b"--\r\n"
    )


def _whole_lines(body: bytes, encoding: str) -> bytes:
    """Leave out a last line that was cut off: half a group of base64 would spoil all of it."""
    if encoding != "base64" or len(body) < TEXT_BYTES:
        return body
    return body[: body.rfind(b"\n") + 1] or body[: len(body) // 4 * 4]


def _described(part: Part) -> bytes:
    """Write the header of a part; nothing that a server says can begin a line of its own."""
    kind = part.kind if _TOKEN.fullmatch(part.kind) else "application/octet-stream"
    lines = [f"Content-Type: {kind}{_parameters(part.parameters)}"]
    if _TOKEN.fullmatch(part.encoding):
        lines.append(f"Content-Transfer-Encoding: {part.encoding}")
    if part.disposition in {"attachment", "inline"}:
        lines.append(f"Content-Disposition: {part.disposition}{_parameters(part.names)}")
    return "".join(f"{line}\r\n" for line in lines).encode("utf-8", errors="replace")


def _parameters(pairs: Mapping[str, str]) -> str:
    return "".join(_parameter(key, value) for key, value in pairs.items() if key != "boundary")


def _parameter(key: str, value: str) -> str:
    if not _TOKEN.fullmatch(key.rstrip("*")):
        return ""
    if key.endswith("*"):  # RFC 2231: charset'language'percent-encoded, never quoted
        return f"; {key}={value}" if _EXTENDED.fullmatch(value) else ""
    plain = "".join(" " if ord(letter) < 32 or ord(letter) == 127 else letter for letter in value[:1000])
    escaped = plain.replace("\\", "\\\\").replace('"', '\\"')
    return f'; {key}="{escaped}"'
