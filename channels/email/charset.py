"""Bytes to text, whatever they claim to be. Pure and total."""

from __future__ import annotations

import codecs
import re

from charset_normalizer import from_bytes

# Names that mail programs write for charsets that Python calls otherwise, and those that are in truth
# a superset of what they say (as browsers do: WHATWG Encoding Standard, section 4.2).
_REALLY = {
    "us-ascii": "utf-8",
    "ascii": "utf-8",
    "ansi_x3.4-1968": "utf-8",
    "utf8mb4": "utf-8",
    "utf-8mb4": "utf-8",
    "unicode-1-1-utf-8": "utf-8",
    "unicode-1-1-utf-7": "utf-7",
    "iso-8859-1": "cp1252",
    "iso8859-1": "cp1252",
    "latin1": "cp1252",
    "latin-1": "cp1252",
    "ansi": "cp1252",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "ks_c_5601-1987": "cp949",
    "euc-kr": "cp949",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "x-sjis": "cp932",
    "iso-8859-8-i": "iso-8859-8",
    "x-mac-roman": "mac-roman",
    "macintosh": "mac-roman",
    "big5": "big5hkscs",
    "tis-620": "cp874",
}
# Text codecs of Python that are no charset of mail; some of them take very long.
_NO_CHARSETS = {"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem"}
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_NAME = re.compile(r"[A-Za-z0-9._:+-]{2,40}")
_SAMPLE_BYTES = 16_384
_FEWEST_FOR_STATISTICS = 48
_UTF8_LETTER = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_AS_CP1252 = "pst.cp1252"


def _single(error: UnicodeError) -> tuple[str, int]:
    """Read bytes that are no UTF-8 as Windows does: an error handler of `bytes.decode`."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("cp1252", errors="replace"), error.end


codecs.register_error(_AS_CP1252, _single)


def decode(data: bytes, declared: str | None) -> str:
    """Return `data` as text: by its declared charset if that fits, else by what it looks like."""
    name = _known(declared)
    for candidate in dict.fromkeys((_by_bom(data), name, "utf-8")):
        if candidate is not None:
            try:
                return _decoded(data, candidate)
            except (UnicodeError, ValueError):
                continue
    # A known charset with a few broken bytes is still that charset; anything that claims to be
    # UTF-8 or ASCII and is neither has lied about all of it.
    if name not in {None, "utf-8", "utf-7"}:
        return data.decode(name or "utf-8", errors="replace")
    return _guessed(data)


def _decoded(data: bytes, name: str) -> str:
    if not name.startswith("utf-16"):
        return data.decode(name)
    # Line ends of one byte, put behind by whoever carried it, are no letters.
    return data[: len(data) & ~1].decode(name).rstrip("\u0a0d\u0d0a")


def _by_bom(data: bytes) -> str | None:
    return next((name for bom, name in _BOMS if data.startswith(bom)), None)


def _known(declared: str | None) -> str | None:
    """Return Python's name of a declared charset, None when there is no such charset."""
    found = _NAME.search((declared or "").strip().strip("\"'"))
    if not found:
        return None
    name = found[0].lower()
    name = _REALLY.get(name, name)
    try:
        codec = codecs.lookup(name)
    except (LookupError, ValueError):
        return None
    is_charset = getattr(codec, "_is_text_encoding", True) and codec.name not in _NO_CHARSETS
    return _REALLY.get(codec.name, codec.name) if is_charset else None


def _guessed(data: bytes) -> str:
    """Decode what is neither as declared nor UTF-8."""
    foreign = sum(byte > 127 for byte in data[:_SAMPLE_BYTES])
    letters = [len(found) for found in _UTF8_LETTER.findall(data[:_SAMPLE_BYTES])]
    if letters and sum(letters) * 2 > foreign:
        # UTF-8 with something of another charset pasted into it.
        return data.decode("utf-8", errors=_AS_CP1252)
    if len(data) < _FEWEST_FOR_STATISTICS:
        return data.decode("cp1252", errors="replace")
    if foreign * 8 < min(len(data), _SAMPLE_BYTES):
        # Mostly ASCII: Indonesian or English with some typographic quotes, from a Western program.
        # Statistics have too little to go by here and like to answer with a rare charset.
        return data.decode("cp1252", errors="replace")
    best = from_bytes(data[:_SAMPLE_BYTES]).best()
    return data.decode(best.encoding if best else "cp1252", errors="replace")
