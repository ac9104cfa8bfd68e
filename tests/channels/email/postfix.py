"""A real Postfix for tests: STARTTLS on a high port of loopback, mailboxes in folders, nothing leaves the machine."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.channels.email.servers import (
    START_SECONDS,
    free_port,
    make_certificates,
    needs_program,
    wait_for_port,
)

CITIZEN = "siti@contoh.example"
LARGEST = 400_000

_SERVICES = """
127.0.0.1:{port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
error unix - - n - - error
qmgr unix n - n 300 1 qmgr
proxymap unix - - n - - proxymap
tlsmgr unix - - n 1000? 1 tlsmgr
anvil unix - - n - 1 anvil
virtual unix - n n - - virtual
postlog unix-dgram n - n - 1 postlogd
"""


@dataclass(frozen=True, slots=True)
class Postfix:
    """A running Postfix that takes mail for `CITIZEN` and nobody else."""

    port: int
    ca_file: Path
    inbox: Path

    @property
    def smtp_url(self) -> str:
        return f"smtp+starttls://127.0.0.1:{self.port}"

    def received(self) -> list[bytes]:
        """Return the mails that were put into the mailbox."""
        return [file.read_bytes() for file in sorted((self.inbox / "new").glob("*"))]


@contextlib.contextmanager
def start_postfix() -> Iterator[Postfix]:
    """Run it in a folder of its own; its master process has to be root's."""
    program = needs_program("postfix")
    if os.geteuid() != 0:
        pytest.skip("Postfix is started by root only")
    with tempfile.TemporaryDirectory(prefix="pst-postfix-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        port = free_port()
        ca, certificate, key = make_certificates(folder)
        _configure(folder, port, certificate, key)
        process = subprocess.Popen(
            [program, "-c", str(folder / "etc"), "start-fg"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            wait_for_port(port, lambda: process.poll() is None)
            yield Postfix(port, ca, folder / "mail" / CITIZEN)
        finally:
            subprocess.run([program, "-c", str(folder / "etc"), "stop"], capture_output=True, check=False)
            process.wait(START_SECONDS)


def _configure(folder: Path, port: int, certificate: Path, key: Path) -> None:
    for each in ("etc", "queue", "data", "mail"):
        (folder / each).mkdir()
    shutil.chown(folder / "data", "postfix")
    shutil.chown(folder / "mail", "mail", "mail")
    mail = folder / "mail"
    (folder / "etc" / "master.cf").write_text(_SERVICES.format(port=port))
    (folder / "etc" / "main.cf").write_text(f"""
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file_prefixes = {folder}
maillog_file = {folder}/log
myhostname = mx.example
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
default_transport = error:5.7.1 nothing leaves this machine
relay_transport = error:5.7.1 nothing leaves this machine
alias_maps =
alias_database =
local_recipient_maps =
virtual_mailbox_domains = contoh.example
virtual_mailbox_base = {mail}
virtual_mailbox_maps = inline:{{ {{ {CITIZEN} = {CITIZEN}/ }} }}
virtual_uid_maps = static:{mail.stat().st_uid}
virtual_gid_maps = static:{mail.stat().st_gid}
virtual_minimum_uid = 1
message_size_limit = {LARGEST}
virtual_mailbox_limit = 0
smtpd_tls_security_level = may
smtpd_tls_cert_file = {certificate}
smtpd_tls_key_file = {key}
smtpd_recipient_restrictions = reject_unauth_destination
""")
