"""Turns what the office says into a mail. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from email.headerregistry import Address
from email.utils import format_datetime

from channels.email import identity, mime
from channels.email.address import Sender
from channels.email.mail import MAX_REFERENCES
from channels.email.render import to_html
from channels.markup import plain
from channels.port import Outbound

_MESSAGE_ID = re.compile(r"<[!-;=?-~]{3,900}>")  # printable ASCII without < and >
_FORBIDDEN_IN_ADDRESS = re.compile(r"[\x00-\x20\x7f\u0080-\u00a0\u2028\u2029<>(),;:\"\[\]\\]")
_RE = re.compile(r"\s*(re|bls|balas)(\[\d{1,3}\])?\s*:\s*", re.IGNORECASE)
_TICKET = re.compile(r"[A-Z]{2,6}-\d{4}-\d{3,9}")
_TAG = re.compile(rf"\s*\[{_TICKET.pattern}\]\s*")
_LONGEST_SUBJECT = 300
_LONGEST_CHAIN = 16_384
"""Characters of all ids together; some servers refuse a header of 32 KB or more."""
MOST_COPIES = 20


class UnusableAddress(ValueError):
    """A recipient's address that no mail can be sent to, or that could mean two things."""


class TooManyCopies(ValueError):
    """More people in Cc than an officer can have meant."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail ready to be sent: `data` as it goes over the wire, `recipient` and `copies` for the envelope."""

    recipient: str
    copies: tuple[str, ...]
    message_id: str
    data: bytes = field(repr=False)

    @property
    def needs_utf8(self) -> bool:
        """Tell whether an address holds letters beyond ASCII (RFC 6531)."""
        return not "".join((self.recipient, *self.copies)).isascii()


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
        local.encode("utf-8")
    except UnicodeError:
        raise UnusableAddress("a domain that does not exist") from None
    return Address("", username=local, domain=ascii_domain.lower()).addr_spec


def compose(message: Outbound, sender: Sender, office_name: str, files: Sequence[bytes] = ()) -> Letter:
    """Return the mail, the same on every attempt; `files` are the contents of its attachments in their order.

    Raises `UnusableAddress` and `TooManyCopies`.
    """
    to = recipient(message.recipient)
    copies = tuple(one for one in dict.fromkeys(map(recipient, message.cc)) if one != to)
    if len(copies) > MOST_COPIES:
        raise TooManyCopies(f"more than {MOST_COPIES}")
    message_id = identity.ours(message.id, sender.domain)
    head = [
        mime.field("Date", [format_datetime(message.created_at)]),
        mime.field("From", [*mime.phrase(sender.name), f"<{sender.address}>"]),
        mime.field("To", [to]),
        *([mime.field("Cc", _listed(copies))] if copies else []),
        mime.field("Message-ID", [message_id]),
        *_thread(message),
        mime.field("Subject", mime.words(subject_line(message, office_name))),
        *_automatic(message),
        # What comes back with it went round in a circle (`automatic`): programs that pass mail on keep it.
        mime.field("X-Loop", [sender.address]),
        mime.field("Content-Language", [message.language]),  # RFC 3282
        b"MIME-Version: 1.0\r\n",
    ]
    return Letter(to, copies, message_id, b"".join(head) + _content(message, files))


def subject_line(message: Outbound, office_name: str) -> str:
    """Return the subject: the citizen's own with "Re:" once and the ticket's number; without one, the office.

    The number stands at the very beginning, where programs that put mails with the same subject together do
    not count it (RFC 5256 section 2.1: what stands in brackets there is no part of the base subject).
    """
    given = mime.one_line(message.subject or "")
    ticket = message.ticket if message.ticket and _TICKET.fullmatch(message.ticket) else None
    if ticket:
        # Of an earlier conversation, or where the citizen's program left it.
        given = _TAG.sub(" ", given).strip()
    is_reply = message.author != "system" or message.in_reply_to is not None
    while is_reply and (found := _RE.match(given)):
        given = given[found.end() :]
    given = given[:_LONGEST_SUBJECT].strip()
    begins = "Re: " if given and is_reply else ""
    return f"{begins}{f'[{ticket}] ' if ticket else ''}{given or f'Pesan dari {mime.one_line(office_name)}'}"


def _thread(message: Outbound) -> Iterator[bytes]:
    chain = _chain(message)
    if chain:
        yield mime.field("In-Reply-To", [chain[-1]])
        # One id a line, and never encoded: nobody would find it again (RFC 2047 section 5).
        yield ("References: " + "\r\n ".join(chain) + "\r\n").encode("ascii")


def _chain(message: Outbound) -> Sequence[str]:
    """Return the thread's ids, oldest first, last the mail that is answered (RFC 5322 section 3.6.4).

    Of a thread that is too long for a header the first id and the newest ones stay (RFC 5537 section 3.4.4).
    """
    given = [*message.references, *([message.in_reply_to] if message.in_reply_to else [])]
    ids = [one.strip() for one in given if _MESSAGE_ID.fullmatch(one.strip())]
    if not message.in_reply_to or message.in_reply_to.strip() not in ids:
        return ()
    first, *others = [one for one in dict.fromkeys(ids) if one != ids[-1]] + [ids[-1]]
    room = _LONGEST_CHAIN - len(first)
    newest: list[str] = []
    for one in reversed(others):
        room -= len(one)
        if (room < 0 and newest) or len(newest) == MAX_REFERENCES - 1:
            break
        newest.insert(0, one)
    return [first, *newest]


def _automatic(message: Outbound) -> Iterator[bytes]:
    """Yield what tells machines that a machine wrote it, and not to answer (RFC 3834 section 5).

    An officer's own words are a person's: they carry none of it.
    """
    if message.author == "officer":
        return
    yield mime.field("Auto-Submitted", ["auto-generated" if message.author == "system" else "auto-replied"])
    yield mime.field("X-Auto-Response-Suppress", ["All"])  # Exchange's own


def _content(message: Outbound, files: Sequence[bytes]) -> bytes:
    words = message.text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "").strip("\n") + "\n"
    both = [mime.text("plain", plain(words)), mime.text("html", to_html(words, message.language))]
    # A boundary by chance would make every attempt another mail.
    said = mime.multipart("alternative", f"=_pst_{message.id.hex}", both)
    if not message.attachments:
        return said
    enclosed = [
        mime.file(each.name, each.content_type, data)
        for each, data in zip(message.attachments, files, strict=True)
    ]
    return mime.multipart("mixed", f"=_all_{message.id.hex}", [said, *enclosed])


def _listed(addresses: Sequence[str]) -> list[str]:
    return [f"{one}," for one in addresses[:-1]] + [addresses[-1]]
