"""Sends one mail by SMTP. Where it can be told, a failure says whether trying again helps.

Mail is sent at least once: after a lost answer the same mail goes out again, with the same
Message-ID, by which mail programs and servers know it. The envelope's sender is the office's own address, of
automatic mails too: an empty one is for reports only (RFC 5321 section 4.5.5) and many servers refuse or
distrust it, and reports on what did not arrive have to come to our mailbox, where they are read. That
machines do not answer is what the headers are for.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta

import aiosmtplib

from channels.email.address import Sender
from channels.email.compose import Letter, TooManyCopies, UnusableAddress, compose
from channels.email.refusals import Step, failed
from channels.email.session import SLOWEST, Session
from channels.email.sessions import Sessions
from channels.port import FetchFailed, FileStore, Outbound, Receipt, SendFailed

_OVERHEAD = 1.4
"""What base64 and its line ends make of a file's size."""


@dataclass(frozen=True, slots=True)
class Outbox:
    """The office's outgoing server.

    `timeout` in seconds counts for each step, twice it for the whole, and longer for what is large.
    `max_file_bytes` is how much of files one mail may carry.
    """

    sessions: Sessions
    sender: Sender
    office_name: str
    timeout: float
    files: FileStore | None = None
    max_file_bytes: int = 0

    @property
    def settle(self) -> timedelta:
        """How long an attempt at a mail without files can last."""
        return timedelta(seconds=2 * self.timeout)

    def lasts(self, message: Outbound) -> timedelta:
        """Return how long an attempt at this mail can last."""
        size = sum(each.size for each in message.attachments) * _OVERHEAD
        return self.settle + timedelta(seconds=size / SLOWEST)

    async def send(self, message: Outbound) -> Receipt:
        """Send one mail; the receipt is its Message-ID. Raises `SendFailed`, whose reason names nobody."""
        attempt = _Attempt(self.sessions)
        try:
            async with asyncio.timeout(self.lasts(message).total_seconds()), self.sessions.place():
                attempt.step = "CONNECT"
                # Only now, as it is in memory: so there are no more of them than connections.
                letter = await self._letter(message)
                remark = await attempt.deliver(letter)
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            raise failed(error, attempt.step) from error
        return Receipt(letter.message_id, remark=remark)

    async def greet(self) -> list[str]:
        """Connect, log in and say goodbye; return the server's extensions. Raises `SendFailed`."""
        session = self.sessions.new()
        try:
            async with asyncio.timeout(self.settle.total_seconds()):
                await session.open()
                extensions = session.extensions
                await session.say_goodbye()
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            raise failed(error, "CONNECT") from error
        finally:
            session.drop()
        return extensions

    async def _letter(self, message: Outbound) -> Letter:
        """Write the mail. Raises `SendFailed`."""
        contents = await self._contents(message)
        try:
            if not contents:
                return compose(message, self.sender, self.office_name)
            # Beside the event loop, as it takes time.
            return await asyncio.to_thread(compose, message, self.sender, self.office_name, contents)
        except UnusableAddress as error:
            which = "penerima atau tembusan" if message.cc else "penerima"
            raise SendFailed(f"Alamat {which} tidak dapat dipakai ({error})", permanent=True) from error
        except TooManyCopies as error:
            raise SendFailed("Terlalu banyak alamat tembusan", permanent=True) from error

    async def _contents(self, message: Outbound) -> list[bytes]:
        """Return what is attached. Raises `SendFailed`."""
        if not message.attachments:
            return []
        if sum(each.size for each in message.attachments) > self.max_file_bytes:
            raise SendFailed("Lampiran terlalu besar untuk satu surat", permanent=True)
        if self.files is None:
            raise SendFailed("Penyimpanan berkas tidak tersedia", permanent=False)
        try:
            async with asyncio.timeout(self.timeout):
                return [await self.files.open(each.file) for each in message.attachments]
        except FetchFailed as error:
            raise SendFailed(f"Lampiran: {error.reason}", permanent=error.permanent) from error
        except TimeoutError as error:
            raise SendFailed("Lampiran: penyimpanan berkas tidak menjawab", permanent=False) from error


class _Attempt:
    """One mail on its way through a connection that is kept, or else a new one; `step` is how far it came.

    To be used within a place of `sessions`.
    """

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions
        self.step: Step = "WAIT"

    async def deliver(self, letter: Letter) -> str:
        session = self._sessions.kept()
        if session is not None:
            try:
                return await self._through(session, letter)
            except (aiosmtplib.SMTPException, OSError) as error:
                if not _was_stale(error, self.step):
                    raise
        self.step = "CONNECT"
        return await self._through(self._sessions.new(), letter, is_new=True)

    async def _through(self, session: Session, letter: Letter, *, is_new: bool = False) -> str:
        try:
            if is_new:
                await self._sessions.open(session)
            remark = await session.hand_over(letter)
        except BaseException:
            session.drop()
            raise
        finally:
            self.step = session.step
        self._sessions.keep(session)
        return remark


def _was_stale(error: Exception, step: Step) -> bool:
    """Tell whether a connection that was kept has had its time, and the mail may go through a new one.

    Before DATA nothing of the mail has been given away, so trying again cannot double it. A server that is
    tired of a connection hangs up, says 421, or refuses the next MAIL in some way.
    """
    if step == "DATA":
        return False
    if isinstance(error, aiosmtplib.SMTPResponseException):
        return step == "MAIL" or error.code == 421
    return True
