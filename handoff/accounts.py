"""The rules of accounts: what a name and a password may be, when a second factor is due, which code counts.

Pure, apart from the randomness of a new secret. Sources: NIST SP 800-63B section 3.1.1 (passwords: length
counts, no rules about characters, none that is easily guessed), RFC 6238 (codes by time).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network

import pyotp

from handoff.ports.accounts import Step
from handoff.ports.values import Role

SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 256
"""Longer ones would only make the server work."""
LONGEST_NAME = 80
STEP_SECONDS = 30
"""How long a code is shown (RFC 6238 section 4, the default of all authenticator apps)."""
STEPS_ASIDE = 1
"""One step before and after is taken, too, for clocks that differ (RFC 6238 section 5.2)."""

_LOGIN = re.compile(r"[a-z][a-z0-9._-]{1,31}")
_EMAIL = re.compile(r"[^\s@<>,;]+@[^\s@<>,;]+\.[^\s@<>,;]+")
_PHONE = re.compile(r"\+[1-9][0-9]{7,14}")
_GUESSED = ("password", "katasandi", "kata sandi", "rahasia", "qwerty", "123456", "administrator", "selamat")


@dataclass(frozen=True, slots=True)
class Limits:
    """The numbers of `office.yml`, section `console`.

    A session ends `idle` after its last use, and `session` after the login in any case. So many `failures` of
    one login within `lock` shut that login until `lock` has passed; `source_failures` the same for one address.
    """

    idle: timedelta
    session: timedelta
    failures: int
    source_failures: int
    lock: timedelta
    link: timedelta


def step_of(role: Role, *, has_factor: bool, is_complete: bool) -> Step:
    """Return what stands between a session and the pages.

    An admin without a second factor sets one up first, whenever they became one.
    """
    if role == "admin" and not has_factor:
        return "enrol"
    return "" if is_complete else "code"


def is_login(typed: str) -> bool:
    """Tell whether something can be a login: 2 to 32 of a-z, 0-9, dot, hyphen, underscore; a letter first."""
    return _LOGIN.fullmatch(typed) is not None


def is_email(typed: str) -> bool:
    """Tell whether something looks like one mail address."""
    return len(typed) <= 254 and _EMAIL.fullmatch(typed) is not None


def is_phone(typed: str) -> bool:
    """Tell whether something is a number as WhatsApp takes it: E.164, e.g. +6281111110000."""
    return _PHONE.fullmatch(typed) is not None


def fault_of(password: str, *, login: str, name: str) -> str | None:
    """Return what is wrong with a new password: "short", "long", "guessed", or None."""
    if len(password) < SHORTEST_PASSWORD:
        return "short"
    if len(password) > LONGEST_PASSWORD:
        return "long"
    plain = password.casefold()
    known = (*_GUESSED, login.casefold(), *(part for part in name.casefold().split() if len(part) > 2))
    rest = plain
    for word in known:
        rest = rest.replace(word, "")
    # What remains when what everybody would try is taken away has to be something by itself.
    return "guessed" if len(set(rest)) < 5 else None


def new_secret() -> str:
    """Return a new secret for an authenticator app: 160 random bits (RFC 4226 section 4, R6) in base32."""
    return pyotp.random_base32(32)


def address_for_app(secret: str, *, login: str, office: str) -> str:
    """Return what the QR code says: an otpauth:// address with the secret."""
    return pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=office)


def step_of_code(secret: str, code: str, now: datetime) -> int | None:
    """Return the time step that a typed code belongs to, None when it is not one of now's.

    Spaces in it are forgiven. Who takes the code notes the step and takes none of it or of earlier ones again.
    """
    typed = "".join(code.split())
    if not re.fullmatch(r"[0-9]{6}", typed):
        return None
    totp = pyotp.TOTP(secret)
    current = int(now.timestamp()) // STEP_SECONDS
    around = range(current - STEPS_ASIDE, current + STEPS_ASIDE + 1)
    matching = [step for step in around if pyotp.utils.strings_equal(typed, totp.at(step * STEP_SECONDS))]
    return matching[-1] if matching else None


def source_key(address: str) -> str:
    """Return what tries from an address are counted under: it, or the /64 network of an IPv6 address.

    Who has IPv6 has a whole network of addresses (RFC 6177).
    """
    try:
        found = ip_address(address)
    except ValueError:
        return f"from:{address}"
    if isinstance(found, IPv6Address):
        mapped = found.ipv4_mapped
        return f"from:{mapped or ip_network((found, 64), strict=False)}"
    return f"from:{found}"


def login_key(login: str) -> str:
    """Return what tries as somebody are counted under, whether there is such an officer or not."""
    return f"as:{login[:64]}"
