"""Passwords, as argon2id digests. Each takes 150 ms and 64 MB: in a thread, two at a time."""

from __future__ import annotations

import asyncio
from functools import cache

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

AT_ONCE = 2
"""However many log in at once, no more memory is used; the others wait their turn."""


class Passwords:
    """Makes and checks digests."""

    def __init__(self) -> None:
        self._hash = PasswordHash((Argon2Hasher(),))
        self._turn = asyncio.Semaphore(AT_ONCE)

    async def digest(self, password: str) -> str:
        """Return what is kept of a password."""
        async with self._turn:
            return await asyncio.to_thread(self._hash.hash, password)

    async def fits(self, password: str, digest: str | None) -> tuple[bool, str | None]:
        """Tell whether a password is the one; where its digest is out of date, return a new one, too.

        Without a digest (nobody of that name, no password yet) the same work is done for nothing, so that the
        time it takes tells nobody which names there are.
        """
        async with self._turn:
            if digest is None:
                await asyncio.to_thread(self._hash.verify, password, await asyncio.to_thread(_nobodys))
                return False, None
            return await asyncio.to_thread(self._hash.verify_and_update, password, digest)


@cache
def _nobodys() -> str:
    return PasswordHash((Argon2Hasher(),)).hash("nobody's")
