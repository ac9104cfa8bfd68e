"""Keeps second factors from whoever reads the database, and keeps what guests carry from being made up."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from datetime import timedelta

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


class Unsealable(Exception):
    """It was sealed with another key, changed, or is too old."""


def derived(key: bytes, purpose: str) -> bytes:
    """Return 32 bytes for one purpose (HKDF, RFC 5869); those of one purpose tell nothing of another's."""
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=f"pst {purpose}".encode()).derive(key)


class Seal:
    """Seals short texts with a key of 32 bytes, so that they can be neither read nor changed without it."""

    def __init__(self, key: bytes) -> None:
        self._fernet = Fernet(urlsafe_b64encode(key))

    def close(self, text: str) -> str:
        """Return the sealed text, in letters that an address can hold."""
        return self._fernet.encrypt(text.encode()).decode()

    def open(self, sealed: str, *, within: timedelta | None = None) -> str:
        """Return what was sealed. Raises `Unsealable`; `within` is how old it may be, by the real time."""
        seconds = None if within is None else int(within.total_seconds())
        try:
            return self._fernet.decrypt(sealed.encode(), ttl=seconds).decode()
        except (InvalidToken, UnicodeError) as error:
            raise Unsealable from error
