"""Mail addresses as people type them: found, taken, or mended with their help. Pure.

Whatever could be an address is taken. What looks like a slip is asked about, and taken as it stands when it
is given again: an address that is strange to us is no wrong one (RFC 5321, section 4.1.2).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

LONGEST = 254  # characters; RFC 5321, section 4.5.3.1.3, less the angle brackets

_ADDRESS = re.compile(
    r"(?P<local>\"[^\"\n]{1,62}\"|[^\s@<>()\[\],;:\"]{1,64})@(?P<domain>\[[0-9a-fA-F:.]+\]|(?:[\w-]{1,63}\.)+[\w-]{2,63})"
)
# Marks around an address, and what a phone puts there: (budi@example.org), <budi@example.org>, "budi@example.org."
_AROUND = "<>()[]{}.,;:'\"!?*_`|\u200b\u2060"
_TOKEN = re.compile(r"\S{0,200}@\S{0,200}")
_SPACED = re.compile(
    r"(?P<local>[\w.+-]{1,64})\s{0,3}(?:@|\(at\)|\[at\]|(?<=\s)at(?=\s))\s{0,3}"
    r"(?P<domain>[\w-]{1,63}(?:\s{0,3}[.,]\s{0,3}[\w-]{1,63}){1,8})",
    re.IGNORECASE,
)
_WITHOUT_AT = re.compile(
    r"(?<![\w.+-])(?P<local>[\w.+-]{1,64}?)[\s.]{0,3}"
    r"(?P<domain>(?:gmail|yahoo|outlook|hotmail|icloud|ymail)\.(?:com|co\.id))\b",
    re.IGNORECASE,
)

# Where most people have theirs, and what is one letter away from it and is somebody's all the same.
_PROVIDERS = (
    "gmail.com",
    "yahoo.com",
    "yahoo.co.id",
    "hotmail.com",
    "outlook.com",
    "icloud.com",
    "ymail.com",
)
_OTHERS = frozenset(
    {"mail.com", "email.com", "gmx.com", "hotmail.co.id", "outlook.co.id", "rocketmail.com", "yahoo.co", "live.com",
     "me.com", "mac.com", "aol.com", "mail.ru", "gmail.co", "email.co", "fmail.com", "zmail.com", "inmail.com"}
)  # fmt: skip
_NAMES = {provider.partition(".")[0]: provider for provider in reversed(_PROVIDERS)}
_ENDINGS = dict.fromkeys(["con", "comm", "cmo", "ocm", "cm", "vom", "xom", "om", "coml", "c0m"], "com")

_NONE = re.compile(
    r"^\W*(?:(?:maaf|sorry|mohon maaf|waduh|wah|saya|aku|kami|sy|i|we)\W+)*"
    r"(?:(?:tidak|tdk|tak|ga|gak|gk|nggak|ngga|enggak|ndak|belum|blm|nda|ora|mboten|gada|do not|don'?t|no"
    r"|haven'?t)\b\W*)"
    r"(?:(?:ada|punya|pny|py|memiliki|pakai|pake|gadah|duwe|have|got|an?|any)\b\W*)*"
    r"(?:(?:alamat|email|e-mail|emel|imel|surel|mail|address|nya|emailnya|emailny|one)\b\W*)*"
    r"(?:(?:pak|bu|kak|mas|mbak|min|kok|ya|sih|saya|soalnya|aktif|yet|sama sekali)\b\W*)*$",
    re.IGNORECASE,
)

Fault = Literal["phone", "incomplete", "nothing"]


@dataclass(frozen=True, slots=True)
class Typed:
    """What a message has of an address.

    `address` is taken as it stands; else `likely` is what was probably meant, to be asked about, and `as_typed`
    what it is if that was not meant. `fault` says why there is neither.
    """

    address: str | None = None
    likely: str | None = None
    as_typed: str | None = None
    fault: Fault | None = None


def address_in(text: str, *, last: bool = False) -> Typed:
    """Return what a text has of a mail address, the first of several or the `last`."""
    found = _found(text)
    if found:
        address = found[-1 if last else 0]
        likely = _meant(address)
        return Typed(likely=likely, as_typed=address) if likely else Typed(address)
    mended = _mended(text)
    if mended is not None:
        token = _TOKEN.search(text)
        as_typed = token[0].strip(_AROUND) if token and len(token[0].strip(_AROUND)) > len("@") else None
        return Typed(likely=mended, as_typed=as_typed)
    if "@" in text:
        token = _TOKEN.search(text)
        return Typed(as_typed=token[0] if token else None, fault="incomplete")
    digits = sum(letter.isdigit() for letter in text)
    return Typed(fault="phone" if digits >= 8 and digits * 2 > len(text.strip()) else "nothing")


def is_address(text: str) -> bool:
    """Tell whether a text is one whole mail address."""
    return len(text) <= LONGEST and _ADDRESS.fullmatch(text) is not None


def has_none(text: str) -> bool:
    """Tell whether somebody says that they have no mail address: "tidak punya", "gak ada email", "-"."""
    return bool(_NONE.match(text)) or text.strip() in {"-", "--", "\u2013"}


def without_addresses(text: str) -> str:
    """Return a text with its mail addresses taken out."""
    return _ADDRESS.sub(" ", text)


def _found(text: str) -> list[str]:
    """Return the addresses of a text as they were typed, without the marks around them."""
    addresses = []
    for match in _ADDRESS.finditer(text):
        local = match["local"].lstrip("".join(set(_AROUND) - set("_'\"")))
        domain = match["domain"].rstrip(".-_")
        if local and "." in domain and len(local) + 1 + len(domain) <= LONGEST:
            addresses.append(f"{local}@{domain}")
    return addresses


def _meant(address: str) -> str | None:
    """Return the address that was meant if this one has a slip in a well-known domain; None when it has none."""
    local, _, domain = address.rpartition("@")
    plain = domain.casefold()
    if plain in _PROVIDERS or plain in _OTHERS:
        return None
    name, _, ending = plain.partition(".")
    if name in _NAMES and ending in _ENDINGS:
        return f"{local}@{name}.{_ENDINGS[ending]}"
    near = next((each for each in _PROVIDERS if _is_one_slip(plain, each)), None)
    return f"{local}@{near}" if near else None


def _mended(text: str) -> str | None:
    """Return the address behind one with spaces, a comma for a full stop, or no domain's end."""
    if match := _SPACED.search(text):
        domain = re.sub(r"\s*[.,]\s*", ".", match["domain"])
        candidate = f"{match['local']}@{domain}"
        return (_meant(candidate) or candidate) if is_address(candidate) else None
    token = _TOKEN.search(text)
    if token:
        local, _, domain = token[0].strip(_AROUND).rpartition("@")
        provider = _NAMES.get(domain.casefold().removesuffix("com").removesuffix("."))
        return f"{local}@{provider}" if local and provider and is_address(f"{local}@{provider}") else None
    if match := _WITHOUT_AT.search(text):
        candidate = f"{match['local'].rstrip('.')}@{match['domain'].casefold()}"
        return candidate if is_address(candidate) else None
    return None


def _is_one_slip(typed: str, meant: str) -> bool:
    """Tell whether one letter is wrong, missing, doubled, or two have changed places (Damerau, 1964)."""
    if typed == meant or abs(len(typed) - len(meant)) > 1:
        return False
    start = 0
    while start < min(len(typed), len(meant)) and typed[start] == meant[start]:
        start += 1
    rest, wanted = typed[start:], meant[start:]
    if len(rest) == len(wanted):
        return rest[1:] == wanted[1:] or (rest[:2] == wanted[:2][::-1] and rest[2:] == wanted[2:])
    longer, shorter = (rest, wanted) if len(rest) > len(wanted) else (wanted, rest)
    return longer[1:] == shorter
