"""Turns what the office says into a mail. Pure.

What comes from outside reaches a header by `_one_line` only.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from email.utils import format_datetime
from typing import Any

from channels.email import identity
from channels.email.address import Sender
from channels.email.mail import MAX_REFERENCES
from channels.email.render import to_html
from channels.markup import plain
from channels.port import Outbound

_MESSAGE_ID = re.compile(r"<[!-;=?-~]{3,900}>")  # printable ASCII without < and >
_CONTROLS = re.compile(r"[\x00-\x1f\x7f\u0085\u2028\u2029]+")
_FORBIDDEN_IN_ADDRESS = re.compile(r"[\x00-\x20\x7f\u0080-\u00a0\u2028\u2029<>(),;:\"\[\]\\]")
_RE = re.compile(r"\s*(re|bls|balas)(\[\d{1,3}\])?\s*:\s*", re.IGNORECASE)
_LONGEST_SUBJECT = 300


class UnusableAddress(ValueError):
    """A recipient's address that no mail can be sent to, or that could mean two things."""


class _ThreadPolicy(EmailPolicy):
    """SMTP's policy that leaves message ids whole.

    Python folds a long id in References as an encoded word, which no mail program can find again
    (RFC 5322 section 3.6.4 allows no encoding there; RFC 2047 section 5 neither).
    """

    def fold(self, name: str, value: Any) -> str:
        """Write one field; a list of ids has one id per line."""
        if name.lower() in {"references", "in-reply-to", "message-id"}:
            return f"{name}: " + "\r\n ".join(str(value).split()) + "\r\n"
        return str(super().fold(name, value))

    def fold_binary(self, name: str, value: Any) -> bytes:
        """Write one field as bytes."""
        if name.lower() in {"references", "in-reply-to", "message-id"}:
            return self.fold(name, value).encode("ascii")
        return super().fold_binary(name, value)


_POLICY = _ThreadPolicy(linesep=SMTP.linesep, cte_type="7bit", max_line_length=78)
_POLICY_UTF8 = _ThreadPolicy(linesep=SMTP.linesep, utf8=True, max_line_length=78)


def recipient(raw: str) -> str:
    """Return an address as SMTP takes it: the domain in IDNA's ASCII form. Raises `UnusableAddress`.

    The local part may hold letters beyond ASCII (RFC 6531); the server then has to know SMTPUTF8.
    """
    local, at, domain = raw.strip().rpartition("@")
    if not local or not at or not domain or "@" in local or len(raw) > 254:
        raise UnusableAddress("no address of the form name@domain")
    if _FORBIDDEN_IN_ADDRESS.search(local + domain) or ".." in local + domain or local.startswith("-"):
        raise UnusableAddress("characters that an address cannot hold")
    try:
        ascii_domain = domain.encode("idna").decode("ascii") if not domain.isascii() else domain
    except UnicodeError:
        raise UnusableAddress("a domain that does not exist") from None
    return f"{local}@{ascii_domain.lower()}"


def compose(message: Outbound, sender: Sender, office_name: str) -> EmailMessage:
    """Return the mail, the same on every attempt. Raises `UnusableAddress`."""
    to = recipient(message.recipient)
    mail = EmailMessage(policy=_POLICY if to.isascii() else _POLICY_UTF8)
    local, _, domain = to.rpartition("@")
    mail["From"] = Address(_one_line(sender.name), addr_spec=sender.address)
    mail["To"] = Address("", username=local, domain=domain)
    mail["Subject"] = subject_line(message, office_name)
    mail["Date"] = format_datetime(message.created_at)
    mail["Message-ID"] = identity.ours(message.id, sender.domain)
    chain = _chain(message)
    if chain:
        mail["In-Reply-To"] = chain[-1]
        mail["References"] = " ".join(chain)
    # RFC 3834 section 5: what a machine answers says so; Exchange has a header of its own.
    mail["Auto-Submitted"] = "auto-replied"
    mail["X-Auto-Response-Suppress"] = "All"
    text = message.text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "").strip("\n") + "\n"
    mail.set_content(plain(text), cte="quoted-printable")
    mail.add_alternative(to_html(text, message.language), subtype="html", cte="quoted-printable")
    # A boundary by chance would make every attempt another mail.
    mail.set_boundary(f"=_pst_{message.id.hex}")
    mail["Content-Language"] = (
        message.language
    )  # RFC 3282; Python would move it into a part, were it set before
    return mail


def subject_line(message: Outbound, office_name: str) -> str:
    """Return the subject: "Re:" once before the citizen's own; the office's name where there is none."""
    given = _one_line(message.subject or "")
    while found := _RE.match(given):
        given = given[found.end() :]
    given = given[:_LONGEST_SUBJECT].strip()
    if not given:
        return f"Pesan dari {_one_line(office_name)}"
    return f"Re: {given}"


def _chain(message: Outbound) -> Sequence[str]:
    """Return the thread's ids, oldest first, last the mail that is answered (RFC 5322 section 3.6.4)."""
    given = [*message.references, *([message.in_reply_to] if message.in_reply_to else [])]
    ids = [one.strip() for one in given if _MESSAGE_ID.fullmatch(one.strip())]
    if not message.in_reply_to or message.in_reply_to.strip() not in ids:
        return ()
    chain = [one for one in dict.fromkeys(ids) if one != ids[-1]] + [ids[-1]]
    return chain if len(chain) <= MAX_REFERENCES else chain[:1] + chain[1 - MAX_REFERENCES :]


def _one_line(text: str) -> str:
    """Return text that cannot end a header field: without CR, LF and other controls."""
    return " ".join(_CONTROLS.sub(" ", text).split())
