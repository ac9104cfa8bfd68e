"""Logging in and out, and what officers do to their own account."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from hashlib import sha256
from secrets import token_urlsafe

import structlog

from bot.clock import Clock
from bot.desk.passwords import Passwords
from bot.desk.sealing import Seal, Unsealable
from bot.store.database import Database, Transaction
from bot.store.desk import accounts, attempts, audit, sessions
from handoff import accounts as rules
from handoff.accounts import Limits
from handoff.ports.accounts import (
    Entered,
    Invalid,
    Invited,
    OwnSession,
    Session,
    TooManyTries,
    Unreadable,
    WeakPassword,
    WrongCode,
    WrongLogin,
)
from handoff.ports.values import NotAllowed, NotFound, Officer

HALFWAY = timedelta(minutes=10)
"""How long the second factor may take after the password."""
OFFERED = timedelta(minutes=15)

log = structlog.get_logger()


def digest_of(token: str) -> bytes:
    """Return what is kept of a random token: without the token it opens nothing."""
    return sha256(token.encode()).digest()


class Accounts:
    """Implements `handoff.ports.accounts.Entrance` and `OwnAccount`.

    `clock` is the office's time, for what is noted; `real` the time by which sessions end and authenticator
    apps count, which nobody skips.
    """

    def __init__(
        self, database: Database, clock: Clock, limits: Limits, seal: Seal, *, office: str, real: Clock
    ) -> None:
        self._database = database
        self._clock = clock
        self._real = real
        self._limits = limits
        self._seal = seal
        self._office = office
        self._passwords = Passwords()

    async def session(self, token: str) -> Session | None:
        """Return whose session a token is, and count it as used; None when it has ended or never was one."""
        now, digest = self._real.now(), digest_of(token)
        async with self._database.statement() as tx:
            found = await sessions.find(tx, digest, now=now, idle=self._limits.idle)
        if found is None:
            return None
        session, seen_at = found
        if now - seen_at >= sessions.SEEN_EVERY:
            async with self._database.statement() as tx:
                await sessions.touch(tx, digest, now)
        return session

    async def is_alive(self, digest: bytes) -> bool:
        """Tell whether a session goes on, without counting that as use."""
        async with self._database.statement() as tx:
            found = await sessions.find(tx, digest, now=self._real.now(), idle=self._limits.idle)
        return found is not None and not found[0].step

    async def enter(self, login: str, password: str, *, source: str) -> Entered:
        """Check a password and begin a session. Raises `WrongLogin`, `TooManyTries`."""
        login = login.strip().casefold()
        await self._count_try(login, source)
        async with self._database.statement() as tx:
            found = await accounts.by_login(tx, login)
        officer = await self._let_in(found, password, source)
        async with self._database.transaction() as tx:
            await self._tidy(tx)
            # Read again under a lock: what was so when the password was read may have changed meanwhile.
            found = await accounts.by_id(tx, officer.id, lock=True)
            if found is None or found.is_disabled:
                raise WrongLogin
            return await self._begin(tx, officer, has_factor=found.factor is not None, source=source)

    async def confirm(self, token: str, code: str, *, source: str) -> Entered:
        """Check the second factor of a session and begin it anew under another token.

        Raises `WrongCode`, `TooManyTries`, `WrongLogin` when the session has ended, `Unreadable`.
        """
        session = await self._open(token, "code")
        await self._count_try(session.officer.login, source)
        async with self._database.transaction() as tx:
            found = await accounts.by_id(tx, session.officer.id, lock=True)
            if found is None or found.factor is None:
                raise WrongLogin
            step = rules.step_of_code(self._unsealed(found.factor), code, self._real.now())
            is_taken = step is not None and await accounts.take_code(tx, session.officer.id, step)
            if is_taken:
                await sessions.end(tx, session.digest)
                return await self._begin(tx, session.officer, has_factor=False, source=source)
            await self._note(tx, "login.wrong_code", session.officer.id, {"from": source})
        raise WrongCode

    async def offer(self, officer: Officer) -> str:
        """Return a new secret for an authenticator app, sealed; it can be shown to its officer for 15 minutes."""
        return self._seal.close(f"{officer.id}:{rules.new_secret()}")

    async def offer_again(self, officer: Officer, *, password: str, source: str) -> str:
        """The same for somebody who is in already and says their password. Raises `WrongLogin`, `TooManyTries`."""
        await self._prove(officer.id, password, source)
        return await self.offer(officer)

    async def shown(self, officer: Officer, sealed: str) -> tuple[str, str]:
        """Return an offered secret and its otpauth:// address. Raises `WrongCode` when it is not theirs or too old."""
        try:
            owner, _, secret = self._seal.open(sealed, within=OFFERED).partition(":")
        except Unsealable as error:
            raise WrongCode from error
        if owner != str(officer.id):
            raise WrongCode
        return secret, rules.address_for_app(secret, login=officer.login, office=self._office)

    async def enrol(self, token: str, sealed: str, code: str, *, source: str) -> Entered:
        """Take an offered secret as the session's officer's second factor; begin the session anew.

        The officer's other sessions end. Raises `WrongCode`, `TooManyTries`, `WrongLogin`.
        """
        session = await self._open(token, "enrol", "")
        secret, _ = await self.shown(session.officer, sealed)
        await self._count_try(session.officer.login, source)
        step = rules.step_of_code(secret, code, self._real.now())
        if step is None:
            raise WrongCode
        async with self._database.transaction() as tx:
            await accounts.set_factor(tx, session.officer.id, self._seal.close(secret), used=step)
            await sessions.end_all(tx, session.officer.id)
            await self._note(tx, "factor.set", session.officer.id)
            return await self._begin(tx, session.officer, has_factor=False, source=source)

    async def leave(self, digest: bytes) -> None:
        """End a session."""
        async with self._database.transaction() as tx:
            officer_id = await sessions.end(tx, digest)
            if officer_id is not None:
                await self._note(tx, "login.left", officer_id)

    async def invited(self, link: str) -> Invited:
        """Return who a one-time link is for, without using it. Raises `NotFound` when it is used or too old."""
        async with self._database.statement() as tx:
            found = await sessions.invited(tx, digest_of(link), now=self._real.now())
        if found is None:
            raise NotFound
        return found

    async def accept(self, link: str, *, name: str, email: str, password: str, source: str) -> Entered:
        """Use a one-time link: set the password, end all sessions of that officer, begin a new one.

        Raises `NotFound`, `WeakPassword`, `Invalid`; then the link can still be used.
        """
        invited = await self.invited(link)
        name, email = checked(name, email)
        digest = await self._new_password(password, login=invited.officer.login, name=name)
        async with self._database.transaction() as tx:
            if await sessions.use_link(tx, digest_of(link), now=self._real.now()) is None:
                raise NotFound
            found = await accounts.by_id(tx, invited.officer.id, lock=True)
            if found is None or found.is_disabled:
                raise NotFound
            await accounts.describe(tx, found.officer.id, name=name, email=email)
            await accounts.set_password(tx, found.officer.id, digest)
            await sessions.end_all(tx, found.officer.id)
            await attempts.forget(tx, rules.login_key(found.officer.login))
            await self._note(tx, "link.used", found.officer.id, {"from": source})
            has_factor = found.factor is not None
            return await self._begin(tx, found.officer, has_factor=has_factor, source=source)

    async def own_sessions(self, officer_id: int) -> Sequence[OwnSession]:
        """Return an officer's sessions, the last used first."""
        async with self._database.statement() as tx:
            return await sessions.of_officer(tx, officer_id, now=self._real.now(), idle=self._limits.idle)

    async def describe(self, officer_id: int, *, name: str, email: str, language: str) -> None:
        """Change how an officer is named and written to, and their language. Raises `Invalid`."""
        name, email = checked(name, email)
        async with self._database.transaction() as tx:
            await accounts.describe(tx, officer_id, name=name, email=email, language=language)
            await self._note(tx, "officer.changed", officer_id, about=f"officer:{officer_id}")

    async def speak(self, officer_id: int, language: str) -> None:
        """Change the language of an officer's pages, "id" or "en"."""
        async with self._database.statement() as tx:
            await accounts.describe(tx, officer_id, language=language)

    async def change_password(self, officer_id: int, *, old: str, new: str, source: str) -> Entered:
        """Change a password; all sessions end, and a new one begins.

        Raises `WrongLogin`, `WeakPassword`, `TooManyTries`.
        """
        officer = await self._prove(officer_id, old, source)
        digest = await self._new_password(new, login=officer.login, name=officer.name)
        async with self._database.transaction() as tx:
            await accounts.set_password(tx, officer_id, digest)
            await sessions.end_all(tx, officer_id)
            await sessions.void_links(tx, officer_id)
            await self._note(tx, "password.changed", officer_id)
            return await self._begin(tx, officer, has_factor=False, source=source)

    async def end_others(self, officer_id: int, *, but: bytes) -> int:
        """End an officer's other sessions; return how many there were."""
        async with self._database.transaction() as tx:
            ended = await sessions.end_all(tx, officer_id, but=but)
            await self._note(tx, "sessions.ended", officer_id, {"count": ended})
        return ended

    async def has_factor(self, officer_id: int) -> bool:
        """Tell whether an officer has a second factor."""
        async with self._database.statement() as tx:
            found = await accounts.by_id(tx, officer_id)
        return found is not None and found.factor is not None

    async def drop_factor(self, officer_id: int, *, password: str, source: str) -> None:
        """Take one's own second factor away. Raises `WrongLogin`, `TooManyTries`, `NotAllowed` for an admin."""
        officer = await self._prove(officer_id, password, source)
        if officer.role == "admin":
            raise NotAllowed("Admin wajib memakai faktor kedua.")
        async with self._database.transaction() as tx:
            await accounts.set_factor(tx, officer_id, None)
            await self._note(tx, "factor.taken_away", officer_id, about=f"officer:{officer_id}")

    async def _let_in(self, found: accounts.Credentials | None, password: str, source: str) -> Officer:
        """Return whose password it is. Raises `WrongLogin`, after the same work for everybody."""
        is_open = found is not None and not found.is_disabled
        digest = found.password if found is not None and is_open else None
        fits, fresh = await self._passwords.fits(password[: rules.LONGEST_PASSWORD], digest)
        async with self._database.transaction() as tx:
            if found is not None and fits:
                if fresh is not None:
                    await accounts.set_password(tx, found.officer.id, fresh)
                return found.officer
            about = f"officer:{found.officer.id}" if found else None  # what was typed may be a password
            await audit.note(tx, "login.failed", now=self._clock.now(), about=about, detail={"from": source})
        raise WrongLogin

    async def _prove(self, officer_id: int, password: str, source: str) -> Officer:
        """Check the password of somebody who is in already."""
        async with self._database.statement() as tx:
            found = await accounts.by_id(tx, officer_id)
        if found is None:
            raise WrongLogin
        await self._count_try(found.officer.login, source)
        officer = await self._let_in(found, password, source)
        async with self._database.transaction() as tx:
            await self._forgive(tx, officer, source)
        return officer

    async def _open(self, token: str, *steps: str) -> Session:
        """Return a session that stands at one of these steps. Raises `WrongLogin`."""
        session = await self.session(token)
        if session is None or session.step not in steps:
            raise WrongLogin
        return session

    async def _begin(self, tx: Transaction, officer: Officer, *, has_factor: bool, source: str) -> Entered:
        """Begin a session under a new token; with a second factor still to come it is a short one."""
        token, now = token_urlsafe(32), self._real.now()
        digest = digest_of(token)
        await sessions.begin(
            tx,
            digest=digest,
            officer_id=officer.id,
            csrf=token_urlsafe(32),
            is_complete=not has_factor,
            now=now,
            until=now + (HALFWAY if has_factor else self._limits.session),
        )
        begun = await sessions.find(tx, digest, now=now, idle=self._limits.idle)
        if begun is None:
            raise WrongLogin
        if not begun[0].step:
            await self._forgive(tx, officer, source)
            await self._note(tx, "login.entered", officer.id, {"from": source})
        return Entered(token, begun[0].officer, begun[0].step)

    async def _count_try(self, login: str, source: str) -> None:
        """Count a try, before anything is looked at. Raises `TooManyTries`."""
        as_somebody, from_somewhere = rules.login_key(login), rules.source_key(source)
        most = {as_somebody: self._limits.failures, from_somewhere: self._limits.source_failures}
        now = self._real.now()
        async with self._database.transaction() as tx:
            counted = await attempts.count(tx, list(most), now=now, window=self._limits.lock)
            shut = [since + self._limits.lock for key, (many, since) in counted.items() if many > most[key]]
            for key, (many, _) in counted.items():
                if many == most[key] + 1:  # told once, not with every further try
                    await self._note_shut(tx, login, source, is_login=key == as_somebody)
        if shut:
            raise TooManyTries(max(shut))

    async def _note_shut(self, tx: Transaction, login: str, source: str, *, is_login: bool) -> None:
        found = await accounts.by_login(tx, login) if is_login else None
        about = f"officer:{found.officer.id}" if found else None
        log.warning("login shut", officer=found.officer.id if found else None)
        await audit.note(tx, "login.shut", now=self._clock.now(), about=about, detail={"from": source})

    async def _forgive(self, tx: Transaction, officer: Officer, source: str) -> None:
        await attempts.forgive(tx, login=rules.login_key(officer.login), source=rules.source_key(source))

    async def _new_password(self, password: str, *, login: str, name: str) -> str:
        fault = rules.fault_of(password, login=login, name=name)
        if fault is not None:
            raise WeakPassword(fault)
        return await self._passwords.digest(password)

    def _unsealed(self, factor: str) -> str:
        try:
            return self._seal.open(factor)
        except Unsealable as error:
            log.error("second factor unreadable: PST_SECRET_KEY has changed")  # noqa: TRY400  its frames hold the secret
            raise Unreadable from error

    async def _note(
        self,
        tx: Transaction,
        action: str,
        officer_id: int,
        detail: dict[str, str | int] | None = None,
        about: str | None = None,
    ) -> None:
        await audit.note(tx, action, now=self._clock.now(), officer_id=officer_id, about=about, detail=detail)

    async def _tidy(self, tx: Transaction) -> None:
        """Forget what is over; a login is a good moment, and there are few."""
        now = self._real.now()
        await sessions.sweep(tx, now=now, idle=self._limits.idle)
        await attempts.sweep(tx, before=now - self._limits.lock)


def checked(name: str, email: str) -> tuple[str, str]:
    """Return an officer's name and address, tidied up. Raises `Invalid`."""
    name, email = " ".join(name.split()), email.strip()
    if not name or len(name) > rules.LONGEST_NAME:
        raise Invalid("name")
    if not rules.is_email(email):
        raise Invalid("email")
    return name, email
