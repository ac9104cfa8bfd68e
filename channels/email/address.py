"""Where the mail servers are: the three settings of the environment, taken apart and checked."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from email.utils import parseaddr
from ipaddress import ip_address
from pathlib import Path
from typing import Literal
from urllib.parse import SplitResult, unquote, urlsplit

Security = Literal["tls", "starttls", "none"]

IMAP_SHAPE = "imaps://user:password@host:993/INBOX (percent-encode special characters)"
SMTP_SHAPE = "smtps://user:password@host:465 or smtp+starttls://user:password@host:587"
MAIL_FROM_SHAPE = "an address such as pst@example.go.id or 'Layanan PST <pst@example.go.id>'"

_IMAP_SCHEMES: dict[str, tuple[Security, int]] = {"imaps": ("tls", 993), "imap": ("none", 143)}
_SMTP_SCHEMES: dict[str, tuple[Security, int]] = {
    "smtps": ("tls", 465),
    "smtp+starttls": ("starttls", 587),
    "smtp": ("none", 25),
}
_ADDRESS = re.compile(r"[^\s@<>(),:;\"\\\[\]]+@[^\s@<>(),:;\"\\\[\]]+\.?[^\s@<>(),:;\"\\\[\]]*")


@dataclass(frozen=True, slots=True)
class Server:
    """One mail server and how to log in; `folder` is IMAP's. The password is not part of its repr.

    With a `token_file` the login is XOAUTH2, with what the file holds at that moment.
    """

    host: str
    port: int
    security: Security
    user: str | None
    password: str | None = field(repr=False)
    folder: str = "INBOX"
    token_file: Path | None = None


@dataclass(frozen=True, slots=True)
class Sender:
    """Who the office's mail is from."""

    name: str
    address: str

    @property
    def domain(self) -> str:
        """The part after the last @, lower-cased."""
        return self.address.rpartition("@")[2].lower()


def imap_server(url: str, *, needs_password: bool = True) -> Server:
    """Take PST_IMAP_URL apart. Raises `ValueError` that says what is wrong, without the password."""
    server = _server(url, _IMAP_SCHEMES, IMAP_SHAPE)
    if server.user is None or (server.password is None and needs_password):
        raise ValueError(f"user and password are missing; expected {IMAP_SHAPE}")
    if not server.folder.isascii():
        raise ValueError("write the folder in modified UTF-7 (RFC 3501 section 5.1.3)")
    return server


def smtp_server(url: str, *, needs_password: bool = True) -> Server:
    """Take PST_SMTP_URL apart. Raises `ValueError` that says what is wrong, without the password."""
    server = _server(url, _SMTP_SCHEMES, SMTP_SHAPE)
    if server.user is None and not needs_password:
        raise ValueError(f"the user is missing, whose token it is; expected {SMTP_SHAPE}")
    if (server.user is None) != (server.password is None) and needs_password:
        raise ValueError(f"user and password belong together; expected {SMTP_SHAPE}")
    return server


def mail_from(text: str) -> Sender:
    """Take PST_MAIL_FROM apart. Raises `ValueError` that says what was expected."""
    name, address = parseaddr(text.strip())
    if any(ord(letter) < 32 for letter in text) or not address.isascii() or not _ADDRESS.fullmatch(address):
        raise ValueError(f"expected {MAIL_FROM_SHAPE}")
    return Sender(name=name, address=address)


def is_loopback(host: str) -> bool:
    """Tell whether `host` can only be this machine."""
    if host.lower() == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _server(url: str, schemes: dict[str, tuple[Security, int]], shape: str) -> Server:
    """Take a URL of a mail server apart; no message ever quotes the URL, which holds a password."""
    parts, port = _split(url, shape)
    if parts.scheme not in schemes:
        raise ValueError(f"does not begin with one of {', '.join(schemes)}; expected {shape}")
    if not parts.hostname:
        raise ValueError(f"the host is missing; expected {shape}")
    security, usual_port = schemes[parts.scheme]
    if security == "none" and not is_loopback(parts.hostname):
        raise ValueError(f"{parts.scheme}:// is for this machine only (127.0.0.1); expected {shape}")
    if parts.query or parts.fragment:
        raise ValueError(f"'?' and '#' have to be percent-encoded; expected {shape}")
    return Server(
        host=parts.hostname,
        port=port or usual_port,
        security=security,
        user=_decoded(parts.username),
        password=_decoded(parts.password),
        folder=_decoded(parts.path.strip("/")) or "INBOX",
    )


def _split(url: str, shape: str) -> tuple[SplitResult, int | None]:
    """Split a URL; the errors of urllib quote their input, so they are replaced."""
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError:
        raise ValueError(f"host or port cannot be read; expected {shape}") from None
    return parts, port


def _decoded(text: str | None) -> str | None:
    if text is None:
        return None
    plain = unquote(text)
    if any(ord(letter) < 32 or ord(letter) == 127 for letter in plain):
        # CR, LF or NUL would end the command line that carries it (RFC 3501 section 9).
        raise ValueError("control characters are not allowed")
    return plain
