"""Message ids: the ones we give, and what makes two fetched mails the same mail. Pure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from email.message import Message
from uuid import UUID

from channels.email import headers
from channels.email.charset import decode
from channels.email.headers import Headers
from channels.email.leaf import payload

# Distinguishes our ids from those of Apple Mail, which are <UUID@sender's domain>, too.
_MARK = "pst."
_OURS = re.compile(r"<pst\.[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}@([^<>@\s]+)>", re.IGNORECASE)
_WORD_CHARACTERS = re.compile(r"[\W_]+")
_FIRST_CHARACTERS = 4_000
_LONGEST_ID = 400


def ours(message_id: UUID, domain: str) -> str:
    """Return the Message-ID of our own message, the same on every attempt (RFC 5322 section 3.6.4)."""
    return f"<{_MARK}{message_id}@{domain}>"


def is_ours(message_id: str, domain: str) -> bool:
    """Tell whether a Message-ID is one that `ours` made for this domain."""
    found = _OURS.fullmatch(message_id.strip())
    return found is not None and found[1].lower() == domain.lower()


def ours_in(ids: Iterable[str], domain: str) -> tuple[UUID, ...]:
    """Return our own ids (`Outbound.id`) among Message-IDs, in their order."""
    found = (one.strip() for one in ids if is_ours(one, domain))
    return tuple(dict.fromkeys(UUID(one[1 + len(_MARK) :].partition("@")[0]) for one in found))


def message_id_of(fields: Headers) -> str | None:
    """Return a mail's Message-ID with angle brackets, None when it has none.

    An id that lacks its brackets gets them: programs that do so are quoted with them by all others.
    """
    raw = fields.raw("message-id")
    if not raw:
        return None
    found = re.search(r"<[^<>]{1,900}>", raw)
    bare = "".join((found[0][1:-1] if found else raw.strip("<> ")).split())
    return f"<{bare[:900]}>" if bare else None


def fingerprint(message: Message, fields: Headers) -> str:
    """Return 16 hex digits that are the same whenever the same mail is fetched again.

    They are taken of sender, date, subject and the letters of the first text part, as the sender's
    program wrote them: not of the way the mail took (Received), not of how a server stores it
    (line ends, boundaries, transfer encoding), and not of what our parser makes of it. THIS MUST
    NEVER CHANGE: after a new UIDVALIDITY, every mail would be taken for a new one and answered again.
    """
    sent = headers.date(fields.raw("date"))
    parts = (
        headers.address(fields.raw("from"))[1],
        sent.isoformat() if sent else fields.text("date"),
        _letters(fields.text("subject")),
        _letters(_first_text(message)),
    )
    return hashlib.sha256("\x00".join(parts).encode("utf-8", errors="replace")).hexdigest()[:16]


def of_bytes(raw: bytes) -> str:
    """Return the fingerprint of something that is no mail."""
    return hashlib.sha256(raw).hexdigest()[:16]


def external_id(message_id: str, mark: str) -> str:
    """Return the id of a mail within the channel: its Message-ID and fingerprint.

    Together: a program that writes one Message-ID on all its mails loses none of them.
    """
    return f"{message_id[:_LONGEST_ID]}#{mark}"


def synthesised(mark: str) -> str:
    """Return a Message-ID for a mail that has none; in a domain that never exists (RFC 2606)."""
    return f"<{mark}@no-message-id.invalid>"


def _letters(text: str) -> str:
    return _WORD_CHARACTERS.sub("", text).lower()[:_FIRST_CHARACTERS]


def _first_text(message: Message) -> str:
    for count, part in enumerate(message.walk()):
        if part.get_content_maintype() == "text" and not part.is_multipart():
            return decode(payload(part)[: 4 * _FIRST_CHARACTERS], None)
        if count > 50:
            break
    return ""
