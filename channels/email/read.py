"""A parcel of the depot to a citizen's message, or to the reason why it is none. Pure and total."""

from __future__ import annotations

from channels.email.address import Sender
from channels.email.mail import Mail
from channels.email.parse import parse
from channels.port import Attachment, Ignored, Inbound, Parcel


def read(parcel: Parcel, own: Sender | None, authserv_id: str = "") -> Inbound | Ignored:
    """Understand a raw mail; `own` is the office's address. Never raises."""
    mail = parse(parcel.data, own)
    if mail.kind != "message":
        return Ignored(mail.kind, mail.reason)
    if "@" not in mail.from_address:
        return Ignored("unparseable", "it has no sender's address")
    return _inbound(mail, parcel)


def _inbound(mail: Mail, parcel: Parcel) -> Inbound:
    return Inbound(
        channel=parcel.channel,
        external_id=mail.identity,
        sender=mail.from_address,
        # Many people write their whole question into the subject line.
        text=mail.text or mail.subject,
        received_at=parcel.fetched_at,
        sender_name=mail.from_name or None,
        subject=mail.subject or None,
        quoted=mail.quoted,
        replies_to=tuple(dict.fromkeys((*mail.in_reply_to, *mail.references))),
        reply_id=mail.message_id if mail.has_message_id else None,
        references=mail.references,
        attachments=_attachments(mail),
    )


def _attachments(mail: Mail) -> tuple[Attachment, ...]:
    """Return what came along; of a mail that was too large, without sizes, and with the mail itself."""
    if mail.full_size is None:
        return tuple(Attachment(one.name, one.content_type, one.size) for one in mail.attachments)
    named = (Attachment(one.name, one.content_type) for one in mail.attachments)
    return (*named, Attachment("surat.eml", "message/rfc822", mail.full_size, kind="too_large"))
