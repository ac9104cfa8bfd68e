"""Real mail servers for tests, on loopback: Dovecot (IMAPS), pymap (IMAP), aiosmtpd (SMTP)."""

from __future__ import annotations

import asyncio
import contextlib
import email.message
import email.policy
import imaplib
import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

USER = "kantor"
PASSWORD = "kata-sandi-uji"
ADDRESS = "bps3310@example.go.id"
START_SECONDS = 20.0


def needs_program(name: str) -> str:
    """Return a program's path; without it skip, or fail where the full suite is asked for."""
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/lib/dovecot:/sbin")
    if found is None:
        if os.environ.get("PSTTEST_FULL") == "1":
            pytest.fail(f"PSTTEST_FULL=1, but the program {name} is missing")
        pytest.skip(f"the program {name} is missing")
    return found


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for_port(port: int, alive: Callable[[], bool]) -> None:
    """Return when something listens on `port`; fail when its process ends or it takes too long."""
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1):
                return
        except OSError:
            if not alive() or time.monotonic() > deadline:
                raise
            time.sleep(0.02)


def make_certificates(folder: Path) -> tuple[Path, Path, Path]:
    """Make a CA and a certificate for 127.0.0.1 and localhost; return (CA, certificate, key)."""
    openssl = needs_program("openssl")
    ca, ca_key = folder / "ca.pem", folder / "ca.key"
    certificate, key, request = folder / "server.pem", folder / "server.key", folder / "server.csr"
    extensions = folder / "server.ext"
    extensions.write_text("subjectAltName=IP:127.0.0.1,DNS:localhost\nbasicConstraints=CA:FALSE\n")
    new_key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    ca_usage = ["-addext", "keyUsage=critical,keyCertSign,cRLSign"]
    signing = ["-CA", str(ca), "-CAkey", str(ca_key), "-CAcreateserial", "-extfile", str(extensions)]
    for arguments in (
        [
            "req",
            "-x509",
            *new_key,
            "-keyout",
            str(ca_key),
            "-out",
            str(ca),
            "-subj",
            "/CN=Test CA",
            *ca_usage,
        ],
        ["req", *new_key, "-keyout", str(key), "-out", str(request), "-subj", "/CN=localhost"],
        ["x509", "-req", "-in", str(request), "-out", str(certificate), "-days", "2", *signing],
    ):
        subprocess.run([openssl, *arguments], check=True, capture_output=True)
    return ca, certificate, key


@dataclass
class Dovecot:
    """A running Dovecot with one mailbox, a Maildir."""

    folder: Path
    port: int
    ca_file: Path
    binary: str
    process: subprocess.Popen[bytes] | None = None
    _delivered: int = 0

    @property
    def imap_url(self) -> str:
        return f"imaps://{USER}:{PASSWORD}@127.0.0.1:{self.port}/INBOX"

    def deliver(self, *mails: bytes, arrived: datetime | None = None) -> None:
        """Put mails into the mailbox as a mail server does: written aside, then moved in."""
        for raw in mails:
            self._deliver(raw, arrived)

    def _deliver(self, raw: bytes, arrived: datetime | None) -> None:
        self._delivered += 1
        name = f"{time.time_ns()}.M{self._delivered}.test"
        aside = self._inbox / "tmp" / name
        aside.write_bytes(raw)
        if os.geteuid() == 0:
            shutil.chown(aside, "mail", "mail")
        if arrived is not None:
            # A Maildir's INTERNALDATE is the file's time.
            os.utime(aside, (arrived.timestamp(), arrived.timestamp()))
        aside.rename(self._inbox / "new" / name)

    def as_other_program(self, command: str, *arguments: str) -> bytes:
        """Do something to the mailbox as the officer's mail program would; return what the server says."""
        context = ssl.create_default_context(cafile=self.ca_file)
        return _as_other_program(
            imaplib.IMAP4_SSL("127.0.0.1", self.port, ssl_context=context), command, arguments
        )

    def start(self) -> None:
        log = (self.folder / "dovecot.out").open("ab")
        self.process = subprocess.Popen(
            [self.binary, "-F", "-c", str(self.folder / "dovecot.conf")], stdout=log, stderr=log
        )
        log.close()
        process = self.process
        wait_for_port(self.port, lambda: process.poll() is None)

    def stop(self) -> None:
        """End the server and every connection to it."""
        if self.process is not None:
            self.process.terminate()
            self.process.wait(START_SECONDS)
            self.process = None

    def drop_connections(self) -> None:
        """End the processes that serve connections, as a server that is restarted does."""
        assert self.process is not None
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        for child in children:
            with contextlib.suppress(ProcessLookupError, FileNotFoundError):
                if Path(f"/proc/{child}/comm").read_text().strip() in {"imap", "imap-login"}:
                    os.kill(int(child), signal.SIGKILL)

    def renumber(self) -> None:
        """Give the mailbox a new UIDVALIDITY, with the server stopped."""
        assert self.process is None
        for file in self._inbox.glob("dovecot*"):
            file.unlink()

    @property
    def _inbox(self) -> Path:
        return self.folder / "mail" / USER

    def prepare(self, certificate: Path, key: Path) -> None:
        for name in ("new", "cur", "tmp"):
            (self._inbox / name).mkdir(parents=True)
        run = self.folder / "run"
        run.mkdir()
        am_root = os.geteuid() == 0
        owner = "mail" if am_root else os.environ.get("USER") or str(os.geteuid())
        if am_root:
            for path in (self.folder / "mail", *(self.folder / "mail").rglob("*")):
                shutil.chown(path, "mail", "mail")
        internal = "" if am_root else f"default_internal_user = {owner}\ndefault_login_user = {owner}\n"
        # Without root there is no chroot, and no other user to become.
        chroot = "" if am_root else "  chroot =\n"
        (self.folder / "users").write_text(f"{USER}:{{PLAIN}}{PASSWORD}\n")
        (self.folder / "users").chmod(0o644)
        (self.folder / "dovecot.conf").write_text(f"""
base_dir = {run}
log_path = {self.folder}/dovecot.log
protocols = imap
listen = 127.0.0.1
ssl = required
ssl_cert = <{certificate}
ssl_key = <{key}
auth_mechanisms = plain login
mail_location = maildir:{self.folder}/mail/%u
mail_uid = {owner}
mail_gid = {owner if am_root else os.getegid()}
first_valid_uid = 1
first_valid_gid = 1
mail_max_userip_connections = 50
{internal}
passdb {{
  driver = passwd-file
  args = {self.folder}/users
}}
userdb {{
  driver = static
  args = home={self.folder}/mail/%u
}}
service imap-login {{
{chroot}  inet_listener imap {{
    port = 0
  }}
  inet_listener imaps {{
    port = {self.port}
    ssl = yes
  }}
}}
service anvil {{
{chroot}}}
""")


@contextlib.contextmanager
def start_dovecot() -> Iterator[Dovecot]:
    """Run Dovecot over a fresh Maildir with IMAPS and a certificate of a CA of its own."""
    binary = needs_program("dovecot")
    # Not pytest's tmp_path: that is closed to the user that Dovecot becomes.
    with tempfile.TemporaryDirectory(prefix="pst-dovecot-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        ca, certificate, key = make_certificates(folder)
        dovecot = Dovecot(folder, free_port(), ca, binary)
        dovecot.prepare(certificate, key)
        dovecot.start()
        try:
            yield dovecot
        finally:
            dovecot.stop()


@dataclass
class Pymap:
    """A running pymap: a mailbox in memory, IMAP without TLS."""

    port: int

    @property
    def imap_url(self) -> str:
        return f"imap://{USER}:{PASSWORD}@127.0.0.1:{self.port}/INBOX"

    def deliver(self, *mails: bytes) -> None:
        client = imaplib.IMAP4("127.0.0.1", self.port, timeout=10)
        try:
            client.login(USER, PASSWORD)
            for raw in mails:
                status, _ = client.append("INBOX", "", "", raw)
                assert status == "OK"
        finally:
            client.logout()

    def as_other_program(self, command: str, *arguments: str) -> bytes:
        """Do something to the mailbox as the officer's mail program would; return what the server says."""
        return _as_other_program(imaplib.IMAP4("127.0.0.1", self.port, timeout=10), command, arguments)


def _as_other_program(client: imaplib.IMAP4, command: str, arguments: tuple[str, ...]) -> bytes:
    try:
        client.login(USER, PASSWORD)
        client.select("INBOX")
        status, said = client._simple_command(command, *arguments)
        assert status == "OK", said
        return repr(client.untagged_responses.get(command)).encode()
    finally:
        client.logout()


@contextlib.contextmanager
def start_pymap() -> Iterator[Pymap]:
    port = free_port()
    command = [sys.executable, "-c", "from pymap.main import main; main()"]
    command += ["--host", "127.0.0.1", "--port", str(port), "--no-tls"]
    command += ["dict", "--demo-user", USER, "--demo-password", PASSWORD]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            wait_for_port(port, lambda: process.poll() is None)
            yield Pymap(port)
        finally:
            process.terminate()
            process.wait(START_SECONDS)


@dataclass
class SmtpSink:
    """An SMTP server that keeps what it takes, and refuses as told.

    `replies` maps a command (CONNECT is not one: RCPT, MAIL, DATA, EOM) to what it answers next
    instead; "drop" as the answer to EOM closes the connection after the mail has been taken.
    """

    port: int = 0
    mails: list[email.message.EmailMessage] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    envelopes: list[tuple[str, list[str]]] = field(default_factory=list)
    replies: dict[str, str] = field(default_factory=dict)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return self.replies.pop("MAIL", "250 OK")

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        reply = self.replies.pop("RCPT", "250 OK")
        if reply.startswith("250"):
            envelope.rcpt_tos.append(address)
        return reply

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        reply = self.replies.pop("EOM", "250 OK")
        if reply == "silence":
            await asyncio.Event().wait()
        if reply.startswith("250") or reply == "drop":
            self.keep(envelope)
        if reply == "drop":
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()
            return "250 OK"
        return reply

    def keep(self, envelope: Envelope) -> None:
        assert isinstance(envelope.content, bytes)
        self.raw.append(envelope.content)
        parsed = email.message_from_bytes(envelope.content, policy=email.policy.default)
        assert isinstance(parsed, email.message.EmailMessage)
        self.mails.append(parsed)
        self.envelopes.append((envelope.mail_from or "", list(envelope.rcpt_tos)))
        self.arrived.set()


@contextlib.asynccontextmanager
async def start_smtp_sink(
    *, tls: ssl.SSLContext | None = None, starttls: ssl.SSLContext | None = None, smtputf8: bool = True
) -> AsyncIterator[SmtpSink]:
    """Run an SMTP server in this event loop. `tls` from the first byte on, `starttls` when asked."""
    sink = SmtpSink()
    loop = asyncio.get_running_loop()
    protocols: list[SMTP] = []

    def protocol() -> SMTP:
        made = SMTP(sink, loop=loop, tls_context=starttls, enable_SMTPUTF8=smtputf8, hostname="mx.example")
        protocols.append(made)
        return made

    server = await loop.create_server(protocol, "127.0.0.1", 0, ssl=tls)
    sink.port = server.sockets[0].getsockname()[1]
    try:
        yield sink
    finally:
        server.close()
        for made in protocols:
            if made.transport is not None:
                made.transport.close()
            if made._handler_coroutine is not None:
                made._handler_coroutine.cancel()
        await server.wait_closed()


def tls_context(certificate: Path, key: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context
