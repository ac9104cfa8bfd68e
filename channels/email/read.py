"""A parcel of the depot to a citizen's message, or to the reason why it is none. Pure and total."""

from __future__ import annotations

from channels.email import identity
from channels.email.address import Sender
from channels.email.attached import url_of
from channels.email.mail import Bounced, Mail, MailAttachment, Outcome
from channels.email.parse import parse
from channels.port import Attachment, Cause, Ignored, Inbound, Parcel, Report, ReportState

_MOST_FETCHED = 50
"""So many files of one mail are offered to be fetched; the others are named."""
_NO_FILES = frozenset(
    {
        "application/pkcs7-signature",
        "application/x-pkcs7-signature",
        "application/pgp-signature",
        "application/pgp-encrypted",
        "application/pgp-keys",
    }
)
"""What a mail program puts beside every mail: nobody sent it along to be opened."""


def read(parcel: Parcel, own: Sender | None, authserv_id: str = "") -> Inbound | Ignored:
    """Understand a raw mail; `own` is the office's address, `authserv_id` as in `trust`. Never raises."""
    mail = parse(parcel.data, own, authserv_id)
    if mail.kind != "message":
        return Ignored(mail.kind, mail.reason, _reports(mail, parcel))
    if "@" not in mail.from_address:
        return Ignored("unparseable", "alamat pengirim tidak ada")
    return _inbound(mail, parcel, own)


def _inbound(mail: Mail, parcel: Parcel, own: Sender | None) -> Inbound:
    """Return the citizen's message.

    It is answered to From and never to Reply-To: the sender is who a conversation belongs to, and whoever may
    name another address for the answer could have us write to anybody, or read what is for somebody else.
    """
    replies_to = tuple(dict.fromkeys((*mail.in_reply_to, *mail.references)))
    known = {mail.from_address, own.address.lower() if own else ""}
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
        replies_to=replies_to,
        reply_id=mail.message_id if mail.has_message_id else None,
        references=mail.references,
        attachments=_attachments(mail, parcel),
        is_letter=True,
        ours=identity.ours_in(replies_to, own.domain) if own else (),
        trust=mail.finding.trust,
        distrust=mail.finding.reason,
        reply_to=mail.reply_to,
        cc=tuple(one for one in dict.fromkeys(mail.others) if one not in known),
    )


_STATES: dict[Outcome, ReportState] = {
    "failed": "failed",
    "delayed": "queued",
    "relayed": "sent",
    "delivered": "delivered",
}


def _reports(mail: Mail, parcel: Parcel) -> tuple[Report, ...]:
    """Return what a bounce tells; nothing of one that is not from whom it says."""
    if mail.finding.trust == "failed":
        return ()
    return tuple(
        Report(
            channel=parcel.channel,
            external_id=f"{each.message}:{each.recipients[0]}",
            state=_STATES[each.outcome],
            at=parcel.fetched_at,
            message=each.message,
            code=each.code or (int(each.status[0]) * 100 if each.status else None),
            reason=_reason(each),
            cause=Cause.NOT_REACHABLE if each.is_nobody else None,
            recipients=each.recipients,
        )
        for each in mail.bounced
        if each.recipients
    )


def _reason(bounced: Bounced) -> str:
    """Say for officers what came back; the server's own words are left out, as they repeat the address."""
    numbers = " ".join(filter(None, [str(bounced.code or ""), bounced.status]))
    code = f" ({numbers})" if numbers else ""
    match bounced.outcome:
        case "delayed":
            return f"Surat tertunda di server penerima{code}"
        case "failed" if bounced.is_nobody:
            return f"Surat kembali: alamat penerima tidak ada{code}"
        case "failed":
            return f"Surat kembali dari server penerima{code}"
        case _:
            return ""


def _attachments(mail: Mail, parcel: Parcel) -> tuple[Attachment, ...]:
    """Return what came along; of a mail that was too large, without sizes, and with the mail itself.

    Pictures within the text come behind the others; they are all that is said where nobody wrote a word.
    """
    if mail.full_size is not None:
        named = (Attachment(one.name, one.content_type) for one in mail.attachments)
        whole = Attachment(
            "surat.eml", "message/rfc822", mail.full_size, url=url_of(parcel, 0), kind="too_large"
        )
        return (*named, whole)
    shown = "inline" if mail.text else "image"
    files = [(one, "document") for one in mail.attachments] + [(one, shown) for one in mail.pictures]
    return tuple(
        Attachment(
            one.name,
            one.content_type,
            one.size,
            url=url_of(parcel, number) if _is_fetched(one, number) else None,
            kind=kind,
        )
        for number, (one, kind) in enumerate(files)
    )


def _is_fetched(file: MailAttachment, number: int) -> bool:
    return number < _MOST_FETCHED and file.content_type not in _NO_FILES
