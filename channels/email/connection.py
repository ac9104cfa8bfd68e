"""One connection to a mailbox. Everything has a deadline; any doubt is `MailboxTrouble`.

After trouble a connection is not used again: aioimaplib keeps its state SELECTED after a drop and
some of its waits never end, so a fresh connection is the only state worth trusting.
"""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import Coroutine, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from aioimaplib import aioimaplib

from channels.email import bodystructure
from channels.email.address import Server
from channels.email.bodystructure import Part
from channels.email.client import Client
from channels.email.token import NoToken, read_token

T = TypeVar("T")

_CODE = re.compile(rb"\[(UIDVALIDITY|UIDNEXT) (\d+)\]", re.IGNORECASE)
_UID = re.compile(rb"\bUID (\d+)", re.IGNORECASE)
_SIZE = re.compile(rb"\bRFC822\.SIZE (\d+)", re.IGNORECASE)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

# A whole command, however much it brings. Silence within one ends it much sooner.
_LONGEST_COMMAND_SECONDS = 900.0


class MailboxTrouble(Exception):
    """The mailbox cannot be used just now. `kind` is for logs and people; it quotes nothing."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


class LoginRefused(MailboxTrouble):
    """The server does not accept user and password."""


class Refused(MailboxTrouble):
    """The server answers NO or BAD; the connection itself can be used on."""


@dataclass(frozen=True, slots=True)
class Selected:
    """What the server said about the folder: its epoch, and the UID the next mail will get."""

    uid_validity: int
    uid_next: int | None


class Connection:
    """A logged-in connection; `Connection.open(...)` and `close()` or `abandon()`.

    `silence_seconds` is how long the server may say nothing while it owes an answer.
    """

    def __init__(self, client: Client, lost: asyncio.Event, silence_seconds: float) -> None:
        self._client = client
        self._lost = lost
        self._silence = silence_seconds
        self._unfinished: set[asyncio.Future[Any]] = set()

    @classmethod
    async def open(cls, server: Server, tls: ssl.SSLContext | None, silence_seconds: float) -> Connection:
        """Connect and log in. Raises `MailboxTrouble`, `LoginRefused` when the password is wrong."""
        lost = asyncio.Event()
        client = Client(
            server.host,
            server.port,
            timeout=silence_seconds,
            conn_lost_cb=lambda _error: lost.set(),
            ssl_context=tls if server.security == "tls" else None,
        )
        connection = cls(client, lost, silence_seconds)
        try:
            await connection._greet()
            await connection._login(server)
        except BaseException:
            await connection.abandon()
            raise
        return connection

    @property
    def capabilities(self) -> frozenset[str]:
        """What the server can do, e.g. IDLE."""
        return frozenset(self._client.protocol.capabilities)

    async def select(self, folder: str) -> Selected:
        """Open a folder. Raises `MailboxTrouble` when there is none or it has no UIDVALIDITY."""
        lines = await self._ask("SELECT", self._client.select(aioimaplib.quoted(folder)))
        codes = {name.upper(): int(number) for line in lines for name, number in _CODE.findall(bytes(line))}
        if b"UIDVALIDITY" not in codes:
            raise MailboxTrouble("the folder has no UIDVALIDITY")
        return Selected(codes[b"UIDVALIDITY"], codes.get(b"UIDNEXT"))

    async def uids_above(self, number: int) -> list[int]:
        """Return the UIDs above `number`, rising.

        `n:*` holds the last message even when its UID is below n (RFC 3501 section 6.4.8), hence the filter.
        """
        # What this search answers covers all that was announced before it was asked.
        self._client.protocol.news.clear()
        return [uid for uid in await self._search(f"UID {number + 1}:*") if uid > number]

    async def uids_since(self, day: date) -> list[int]:
        """Return the UIDs of mails that arrived on or after `day` (the server's INTERNALDATE), rising."""
        return await self._search(f"SINCE {day.day}-{_MONTHS[day.month - 1]}-{day.year}")

    async def sizes(self, uids: Sequence[int]) -> Mapping[int, int]:
        """Return bytes per UID; mails that are gone are not in it."""
        lines = await self._fetch(uids, "(UID RFC822.SIZE)")
        found = {}
        for line in lines:
            uid, size = _UID.search(line), _SIZE.search(line)
            if uid and size:
                found[int(uid[1])] = int(size[1])
        return found

    async def messages(self, uids: Sequence[int]) -> Mapping[int, bytes]:
        """Return raw mails per UID without marking them as read; mails that are gone are not in it."""
        lines = await self._fetch(uids, "(UID BODY.PEEK[])")
        return _literals(lines)

    async def piece(self, uid: int, offset: int, length: int) -> bytes | None:
        """Return `length` bytes of one raw mail from `offset`, None when the mail is gone."""
        lines = await self._fetch([uid], f"(UID BODY.PEEK[]<{offset}.{length}>)")
        return _literals(lines).get(uid)

    async def existing(self, uids: Sequence[int]) -> list[int]:
        """Return those of the UIDs that are still there, rising."""
        return await self._search(f"UID {sequence_set(uids)}")

    async def structure(self, uid: int) -> tuple[str, list[Part]]:
        """Return the subtype of a multipart ("" for others) and the leaves of a mail.

        Raises `MailboxTrouble`, and `Unreadable` when the server's answer is none.
        """
        lines = await self._fetch([uid], "(UID BODYSTRUCTURE)")
        return bodystructure.root_kind(lines), bodystructure.parse(lines)

    async def section(self, uid: int, section: str, length: int) -> bytes:
        """Return the first `length` bytes of a section (HEADER, 1.2); empty when there is none."""
        lines = await self._fetch([uid], f"(UID BODY.PEEK[{section}]<0.{length}>)")
        return _literals(lines).get(uid, b"")

    async def mark_seen(self, uids: Sequence[int]) -> None:
        """Mark mails as read; those that are gone are none of our business. Raises `Refused`."""
        await self._ask("STORE", self._client.uid("STORE", sequence_set(uids), r"+FLAGS.SILENT (\Seen)"))

    async def move(self, uids: Sequence[int], folder: str) -> None:
        """Move mails to a folder (RFC 6851), which is made when it is missing. Raises `Refused`."""
        if "MOVE" not in {name.upper() for name in self.capabilities}:
            raise Refused("the server cannot move mails")
        mails, name = sequence_set(uids), aioimaplib.quoted(folder)
        try:
            await self._ask("MOVE", self._client.uid("MOVE", mails, name))
        except Refused:
            with suppress(Refused):  # it may exist, and something else be wrong
                await self._ask("CREATE", self._client.create(name))
            await self._ask("MOVE", self._client.uid("MOVE", mails, name))

    async def wait_for_news(self, seconds: float) -> None:
        """Return when the server hints at something new, or after `seconds`.

        IDLE (RFC 2177) is a hint and no more; without it this only waits. Raises `MailboxTrouble`
        when the server goes away or does not end the IDLE it began.
        """
        news = self._client.protocol.news
        if news.is_set():
            return
        if "IDLE" not in {name.upper() for name in self.capabilities}:
            await self._first(news.wait(), seconds)
            return
        idle = asyncio.ensure_future(self._client.protocol.idle())
        try:
            await self._in_time("IDLE", self._idle_begun(idle))
            await self._first(news.wait(), seconds)
            self._client.idle_done()
            await self._in_time("DONE", asyncio.shield(idle))
        finally:
            idle.cancel()
            await asyncio.gather(idle, return_exceptions=True)

    async def close(self) -> None:
        """Say goodbye, briefly, and drop the connection."""
        with suppress(MailboxTrouble):
            if self._client.has_pending_idle():
                self._client.idle_done()
            await self._in_time("LOGOUT", self._client.logout(), min(self._silence, 2.0))
        await self.abandon()

    async def abandon(self) -> None:
        """Drop the connection without a word, and end all that still waits for it."""
        await self._client.abandon()
        await asyncio.gather(*self._unfinished, return_exceptions=True)

    async def _greet(self) -> None:
        try:
            await self._in_time("greeting", self._client.wait_hello_from_server())
        except ssl.SSLCertVerificationError as error:
            raise MailboxTrouble("the server's certificate is not trusted") from error
        except OSError as error:
            raise MailboxTrouble("the server cannot be reached") from error

    async def _login(self, server: Server) -> None:
        if server.token_file is not None:
            await self._authenticate(server.user or "", server.token_file)
        else:
            user, password = aioimaplib.quoted(server.user or ""), server.password or ""
            response = await self._in_time("LOGIN", self._client.login(user, password))
            if response.result != "OK":
                raise LoginRefused("user and password are refused")
        # What a server can do may differ once it knows who asks (RFC 3501 section 6.2.3).
        await self._in_time("CAPABILITY", self._client.protocol.capability())

    async def _authenticate(self, user: str, file: Path) -> None:
        """Log in by XOAUTH2, with the token that is in the file now."""
        if not user.isascii():
            raise LoginRefused("XOAUTH2 needs a user name in ASCII")
        try:
            token = await asyncio.to_thread(read_token, file)
        except NoToken as error:
            raise LoginRefused(error.reason) from error
        response = await self._in_time("AUTHENTICATE", self._client.xoauth2(user, token))
        if response.result != "OK":
            raise LoginRefused("the OAuth2 token is refused")

    async def _idle_begun(self, idle: asyncio.Future[Any]) -> None:
        begun = asyncio.ensure_future(self._client.protocol.wait_for_idle_response())
        try:
            await asyncio.wait({idle, begun}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            begun.cancel()
        if idle.done():
            raise MailboxTrouble("the server refuses IDLE")

    async def _search(self, criterion: str) -> list[int]:
        lines = await self._ask("SEARCH", self._client.uid_search(criterion, charset=None))
        return sorted(int(word) for line in lines for word in bytes(line).split() if word.isdigit())

    async def _fetch(self, uids: Sequence[int], what: str) -> list[bytes | bytearray]:
        return await self._ask("FETCH", self._client.uid("FETCH", sequence_set(uids), what))

    async def _ask(self, name: str, command: Coroutine[Any, Any, Any]) -> list[bytes | bytearray]:
        """Return the lines of an answer without its closing one. Raises `MailboxTrouble` unless OK."""
        longest = _LONGEST_COMMAND_SECONDS if name == "FETCH" else self._silence
        response = await self._in_time(name, command, longest)
        if response.result != "OK":
            raise Refused(f"the server answers {response.result} to {name}")
        lines: list[bytes | bytearray] = response.lines
        return lines if name == "SELECT" else lines[:-1]

    async def _in_time(
        self, name: str, awaitable: Coroutine[Any, Any, T] | asyncio.Future[T], seconds: float | None = None
    ) -> T:
        """Await something of aioimaplib's: not longer than `seconds`, nor than the connection lives."""
        work = asyncio.ensure_future(awaitable)
        lost = asyncio.ensure_future(self._lost.wait())
        try:
            await asyncio.wait(
                {work, lost}, timeout=seconds or self._silence, return_when=asyncio.FIRST_COMPLETED
            )
            if work.done():
                return work.result()
            raise MailboxTrouble(
                "the server closed the connection" if lost.done() else f"no answer to {name} in time"
            )
        except (TimeoutError, aioimaplib.CommandTimeout) as error:
            raise MailboxTrouble(f"no answer to {name} in time") from error
        except aioimaplib.AioImapException as error:
            raise MailboxTrouble(f"the answer to {name} makes no sense") from error
        finally:
            self._end(work, lost)

    def _end(self, *futures: asyncio.Future[Any]) -> None:
        """Cancel without waiting: aioimaplib's greeting ends only after `Client.abandon`.

        A cancelled `Condition.wait` takes its lock again first, and the task that greets may hold that
        for ever while the server owes it an answer.
        """
        for future in futures:
            future.cancel()
            self._unfinished.add(future)
            future.add_done_callback(self._unfinished.discard)

    async def _first(self, awaitable: Coroutine[Any, Any, Any], seconds: float) -> None:
        """Await something that may simply not happen. Raises `MailboxTrouble` when the connection goes."""
        work = asyncio.ensure_future(awaitable)
        lost = asyncio.ensure_future(self._lost.wait())
        try:
            await asyncio.wait({work, lost}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._end(work, lost)
        if self._lost.is_set():
            raise MailboxTrouble("the server closed the connection")


def sequence_set(uids: Sequence[int]) -> str:
    """Write rising UIDs as IMAP does: 1:3,7 (RFC 3501 section 9, sequence-set)."""
    runs: list[list[int]] = []
    for uid in uids:
        if runs and uid == runs[-1][1] + 1:
            runs[-1][1] = uid
        else:
            runs.append([uid, uid])
    return ",".join(str(first) if first == last else f"{first}:{last}" for first, last in runs)


def _literals(lines: Sequence[bytes | bytearray]) -> dict[int, bytes]:
    """Pair each literal (a bytearray of aioimaplib's) with the UID told before or after it."""
    found: dict[int, bytes] = {}
    uid: int | None = None
    literal: bytearray | None = None
    for line in lines:
        if isinstance(line, bytearray):
            literal = line
            continue
        told = _UID.search(line)
        # A line that begins an answer forgets the previous one.
        if b" FETCH (" in line:
            uid, literal = None, None
        uid = int(told[1]) if told else uid
        if uid is not None and literal is not None:
            found[uid] = bytes(literal)
    return found
