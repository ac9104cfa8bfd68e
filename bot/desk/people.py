"""What admins, and the command line, do to officers' accounts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from secrets import token_urlsafe

from bot.clock import Clock
from bot.desk.accounts import checked, digest_of
from bot.store.database import Database, Transaction
from bot.store.desk import accounts, attempts, audit, sessions
from handoff import accounts as rules
from handoff.accounts import Limits
from handoff.ports.accounts import Account, Invalid
from handoff.ports.values import NotAllowed, NotFound, Role

FIRST_LOGIN = "admin"
LAST_ADMIN = "Harus ada sedikitnya satu admin yang aktif."


class People:
    """Implements `handoff.ports.accounts.People`. `clock` and `real` as for `bot.desk.accounts.Accounts`."""

    def __init__(
        self, database: Database, clock: Clock, limits: Limits, *, office_mail: str, real: Clock
    ) -> None:
        self._database = database
        self._clock = clock
        self._real = real
        self._limits = limits
        self._office_mail = office_mail

    async def all(self) -> Sequence[Account]:
        """Return every account: those in use first, each by name."""
        return await self._accounts()

    async def account(self, officer_id: int) -> Account:
        """Return one account. Raises `NotFound`."""
        found = await self._accounts(officer_id)
        if not found:
            raise NotFound
        return found[0]

    async def named(self, login: str) -> Account:
        """Return the account of that login. Raises `NotFound`."""
        async with self._database.statement() as tx:
            found = await accounts.by_login(tx, login)
        if found is None:
            raise NotFound
        return await self.account(found.officer.id)

    async def add(self, *, login: str, name: str, email: str, role: Role, by: int | None) -> tuple[int, str]:
        """Add an officer; return their id and a one-time link's token. Raises `Invalid`."""
        login = login.strip().casefold()
        if not rules.is_login(login):
            raise Invalid("login")
        name, email = checked(name, email)
        async with self._database.transaction() as tx:
            if await accounts.is_taken(tx, login):
                raise Invalid("login_taken")
            officer_id = await accounts.add_officer(
                tx, login=login, name=name, email=email, role=role, now=self._clock.now()
            )
            await self._note(tx, "officer.added", officer_id, by, {"role": role})
            return officer_id, await self._link(tx, officer_id, by)

    async def change(
        self, officer_id: int, *, name: str, email: str, phone: str, role: Role, by: int | None
    ) -> None:
        """Change what is known of an officer.

        Raises `Invalid`, `NotFound`, and `NotAllowed` when nobody would be admin any more.
        """
        name, email = checked(name, email)
        number = "".join(character for character in phone if character not in " -()")
        if number and not rules.is_phone(number):
            raise Invalid("phone")
        async with self._database.transaction() as tx:
            others = await accounts.other_admins(tx, officer_id)
            before = await self._locked(tx, officer_id)
            if before.officer.role == "admin" and role != "admin" and not before.is_disabled:
                _insist_on(others)
            await accounts.describe(tx, officer_id, name=name, email=email, phone=number or None, role=role)
            detail = {} if role == before.officer.role else {"before": before.officer.role, "role": role}
            await self._note(tx, "officer.changed", officer_id, by, detail)

    async def reset(self, officer_id: int, *, by: int | None, factor: bool = False) -> str:
        """Return a one-time link's token for a new password; earlier links are void, sessions end.

        `factor` takes the second factor away, too. Raises `NotFound`, `NotAllowed` when disabled.
        """
        async with self._database.transaction() as tx:
            found = await self._locked(tx, officer_id)
            if found.is_disabled:
                raise NotAllowed("Akun ini nonaktif. Aktifkan dulu.")
            await sessions.end_all(tx, officer_id)
            await attempts.forget(tx, rules.login_key(found.officer.login))
            if factor and found.factor is not None:
                await accounts.set_factor(tx, officer_id, None)
                await self._note(tx, "factor.taken_away", officer_id, by)
            return await self._link(tx, officer_id, by)

    async def disable(self, officer_id: int, *, by: int | None) -> None:
        """Let an officer in no more; sessions and links end. Raises `NotFound`, `NotAllowed` for the last admin."""
        async with self._database.transaction() as tx:
            others = await accounts.other_admins(tx, officer_id)
            found = await self._locked(tx, officer_id)
            if found.is_disabled:
                return
            if found.officer.role == "admin":
                _insist_on(others)
            await accounts.set_disabled(tx, officer_id, self._clock.now())
            await sessions.end_all(tx, officer_id)
            await sessions.void_links(tx, officer_id)
            await self._note(tx, "officer.disabled", officer_id, by)

    async def enable(self, officer_id: int, *, by: int | None) -> None:
        """Let an officer in again. Raises `NotFound`."""
        async with self._database.transaction() as tx:
            found = await self._locked(tx, officer_id)
            if found.is_disabled:
                await accounts.set_disabled(tx, officer_id, None)
                await self._note(tx, "officer.enabled", officer_id, by)

    async def end_sessions(self, officer_id: int, *, by: int | None) -> int:
        """End all sessions of an officer; return how many there were."""
        async with self._database.transaction() as tx:
            ended = await sessions.end_all(tx, officer_id)
            await self._note(tx, "sessions.ended", officer_id, by, {"count": ended})
        return ended

    async def first(self) -> str | None:
        """Return a one-time link's token for the first admin while nobody else is there, else None.

        Each one is in place of the one before, until it is used.
        """
        async with self._database.transaction() as tx:
            there = await accounts.all_accounts(tx, now=self._real.now())
            if not there:
                officer_id = await accounts.add_officer(
                    tx,
                    login=FIRST_LOGIN,
                    name="Admin",
                    email=self._office_mail,
                    role="admin",
                    now=self._clock.now(),
                )
                await self._note(tx, "officer.added", officer_id, None, {"role": "admin"})
            elif len(there) == 1 and not there[0].has_password and there[0].officer.login == FIRST_LOGIN:
                officer_id = there[0].officer.id
            else:
                return None
            return await self._link(tx, officer_id, None)

    async def _accounts(self, officer_id: int | None = None) -> Sequence[Account]:
        now = self._real.now()
        async with self._database.transaction() as tx:
            found = await accounts.all_accounts(tx, now=now, officer_id=officer_id)
            keys = {rules.login_key(each.officer.login): each for each in found}
            shut = await attempts.shut(
                tx, list(keys), most=self._limits.failures + 1, now=now, window=self._limits.lock
            )
        return [replace(each, shut_until=shut.get(rules.login_key(each.officer.login))) for each in found]

    async def _locked(self, tx: Transaction, officer_id: int) -> accounts.Credentials:
        found = await accounts.by_id(tx, officer_id, lock=True)
        if found is None:
            raise NotFound
        return found

    async def _link(self, tx: Transaction, officer_id: int, by: int | None) -> str:
        token, now = token_urlsafe(32), self._real.now()
        await sessions.add_link(
            tx, digest=digest_of(token), officer_id=officer_id, now=now, until=now + self._limits.link
        )
        await self._note(tx, "link.made", officer_id, by)
        return token

    async def _note(
        self,
        tx: Transaction,
        action: str,
        officer_id: int,
        by: int | None,
        detail: Mapping[str, str | int] | None = None,
    ) -> None:
        await audit.note(
            tx,
            action,
            now=self._clock.now(),
            officer_id=by,
            about=f"officer:{officer_id}",
            detail=detail,
        )


def _insist_on(other_admins: int) -> None:
    if other_admins == 0:
        raise NotAllowed(LAST_ADMIN)
