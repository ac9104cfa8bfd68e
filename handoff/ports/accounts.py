"""Who may come in, and as whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from handoff.ports.values import Officer, Role

Step = Literal["", "code", "enrol"]
"""What still stands between a session and the pages: nothing; the code of the second factor; setting one up."""


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody who is logged in. `digest` is what is kept of the token in the cookie, `csrf` goes into each form."""

    officer: Officer
    csrf: str
    digest: bytes
    step: Step = ""


@dataclass(frozen=True, slots=True)
class Entered:
    """A session that has just begun: its token for the cookie, which is kept nowhere else."""

    token: str
    officer: Officer
    step: Step


@dataclass(frozen=True, slots=True)
class OwnSession:
    """One of an officer's sessions, for the list of them."""

    digest: bytes
    created_at: datetime
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class Account:
    """An officer as admins see them.

    `has_password` is False until the first link was used, `seen_at` when a session was last used,
    `shut_until` when somebody has tried too often to log in as them.
    """

    officer: Officer
    phone: str | None
    has_password: bool
    has_factor: bool
    disabled_at: datetime | None
    created_at: datetime
    sessions: int = 0
    seen_at: datetime | None = None
    shut_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Invited:
    """Who a one-time link is for. `is_new`: they have never had a password."""

    officer: Officer
    is_new: bool


class WrongLogin(Exception):
    """No such officer, a wrong password, or an account that is disabled: nobody is told which."""


class WrongCode(Exception):
    """The code is not the current one, or has been taken already."""


class TooManyTries(Exception):
    """Somebody tried too often; `until` is when it may be tried again."""

    def __init__(self, until: datetime) -> None:
        super().__init__(until.isoformat())
        self.until = until


class Unreadable(Exception):
    """A second factor was sealed with another PST_SECRET_KEY; an admin has to take it away."""


class WeakPassword(Exception):
    """A new password is refused: `fault` is "short", "long" or "guessed"."""

    def __init__(self, fault: str) -> None:
        super().__init__(fault)
        self.fault = fault


class Invalid(Exception):
    """Something typed about an officer is refused: `fault` is "login", "login_taken", "name", "email" or "phone"."""

    def __init__(self, fault: str) -> None:
        super().__init__(fault)
        self.fault = fault


class Sessions(Protocol):
    """The door of the pages: who is it?"""

    async def session(self, token: str) -> Session | None:
        """Return whose session that token is, and count it as used; None when it has ended or never was one.

        Only one with no `step` left opens pages.
        """
        ...

    async def is_alive(self, digest: bytes) -> bool:
        """Tell whether a session goes on, without counting that as use: for streams that stay open."""
        ...


class Entrance(Sessions, Protocol):
    """Logging in and out."""

    async def enter(self, login: str, password: str, *, source: str) -> Entered:
        """Check a password and begin a session. Raises `WrongLogin`, `TooManyTries`."""
        ...

    async def confirm(self, token: str, code: str, *, source: str) -> Entered:
        """Check the second factor of a session and begin it anew under another token.

        Raises `WrongCode`, `TooManyTries`, `WrongLogin` when the session has ended, `Unreadable`.
        """
        ...

    async def offer(self, officer: Officer) -> str:
        """Return a new secret for an authenticator app, sealed: it can be shown to its officer for 15 minutes."""
        ...

    async def offer_again(self, officer: Officer, *, password: str, source: str) -> str:
        """Do the same for somebody who is in already and says their password.

        Raises `WrongLogin`, `TooManyTries`.
        """
        ...

    async def shown(self, officer: Officer, sealed: str) -> tuple[str, str]:
        """Return an offered secret and its otpauth:// address. Raises `WrongCode`: not theirs, or too old."""
        ...

    async def enrol(self, token: str, sealed: str, code: str, *, source: str) -> Entered:
        """Take an offered secret as the session's officer's second factor; begin the session anew.

        The officer's other sessions end. Raises `WrongCode`, `TooManyTries`, `WrongLogin`.
        """
        ...

    async def leave(self, digest: bytes) -> None:
        """End a session."""
        ...

    async def invited(self, link: str) -> Invited:
        """Return who a one-time link is for, without using it. Raises `NotFound` when it is used or too old."""
        ...

    async def accept(self, link: str, *, name: str, email: str, password: str, source: str) -> Entered:
        """Use a one-time link: set the password, end all sessions of that officer, begin a new one.

        Raises `NotFound`, `WeakPassword`, `Invalid`; then the link can still be used.
        """
        ...


class OwnAccount(Protocol):
    """What officers do to their own account."""

    async def own_sessions(self, officer_id: int) -> Sequence[OwnSession]:
        """Return an officer's sessions, the last used first."""
        ...

    async def describe(self, officer_id: int, *, name: str, email: str, language: str) -> None:
        """Change how an officer is named and written to, and their language. Raises `Invalid`."""
        ...

    async def speak(self, officer_id: int, language: str) -> None:
        """Change the language of an officer's pages, "id" or "en"."""
        ...

    async def change_password(self, officer_id: int, *, old: str, new: str, source: str) -> Entered:
        """Change a password; all sessions end, and a new one begins.

        Raises `WrongLogin`, `WeakPassword`, `TooManyTries`.
        """
        ...

    async def end_others(self, officer_id: int, *, but: bytes) -> int:
        """End an officer's other sessions; return how many there were."""
        ...

    async def has_factor(self, officer_id: int) -> bool:
        """Tell whether an officer has a second factor."""
        ...

    async def drop_factor(self, officer_id: int, *, password: str, source: str) -> None:
        """Take one's own second factor away. Raises `WrongLogin`, `TooManyTries`, and `NotAllowed` for an admin."""
        ...


class Accounts(Entrance, OwnAccount, Protocol):
    """Both: one's own way in and out, and one's own account."""


class People(Protocol):
    """What admins do to accounts. `by` is the admin's id, None on the command line."""

    async def all(self) -> Sequence[Account]:
        """Return every account: those in use first, each by name."""
        ...

    async def account(self, officer_id: int) -> Account:
        """Return one account. Raises `NotFound`."""
        ...

    async def named(self, login: str) -> Account:
        """Return the account of that login. Raises `NotFound`."""
        ...

    async def add(self, *, login: str, name: str, email: str, role: Role, by: int | None) -> tuple[int, str]:
        """Add an officer; return their id and a one-time link's token. Raises `Invalid`."""
        ...

    async def change(
        self, officer_id: int, *, name: str, email: str, phone: str, role: Role, by: int | None
    ) -> None:
        """Change what is known of an officer.

        Raises `Invalid`, `NotFound`, and `NotAllowed` when nobody would be admin any more.
        """
        ...

    async def reset(self, officer_id: int, *, by: int | None, factor: bool = False) -> str:
        """Return a one-time link's token for a new password; earlier links are void, sessions end.

        `factor` takes the second factor away, too. Raises `NotFound`, `NotAllowed` when disabled.
        """
        ...

    async def disable(self, officer_id: int, *, by: int | None) -> None:
        """Let an officer in no more; sessions and links end. Raises `NotFound`, `NotAllowed` for the last admin."""
        ...

    async def enable(self, officer_id: int, *, by: int | None) -> None:
        """Let an officer in again. Raises `NotFound`."""
        ...

    async def end_sessions(self, officer_id: int, *, by: int | None) -> int:
        """End all sessions of an officer; return how many there were."""
        ...

    async def first(self) -> str | None:
        """Return a one-time link's token for the first admin while nobody has ever set a password, else None."""
        ...
