"""What the parts of a mail hold, put together. Values only."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from email.message import Message

from channels.email.mail import MAX_TEXT_CHARACTERS, MailAttachment


class TooMuch(Exception):
    """A mail has more parts, or deeper ones, than anybody writes."""


@dataclass(slots=True)
class Body:
    """What a part holds: text parts in reading order, attachments, and mails inside it.

    `pictures` have a content id, by which an HTML text may show them (`cids`); `shown` are those it does.
    `spare` is read when there is no other text; `aside` stands beside the text (invitations),
    and so does what is `hidden` by encryption.
    """

    texts: list[str] = field(default_factory=list)
    attachments: list[MailAttachment] = field(default_factory=list)
    enclosed: list[Message] = field(default_factory=list)
    cids: set[str] = field(default_factory=set)
    pictures: list[tuple[str, MailAttachment]] = field(default_factory=list)
    shown: list[MailAttachment] = field(default_factory=list)
    spare: list[str] = field(default_factory=list)
    aside: list[str] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """All texts, one below the other."""
        return "\n\n".join(text for text in self.texts if text.strip())[:MAX_TEXT_CHARACTERS]

    def take_spare(self) -> None:
        """Read what is read only when nothing else says something."""
        if not self.text:
            self.texts, self.spare = self.spare[:1], self.spare[1:]

    def add(self, other: Body) -> None:
        """Take over what `other` holds."""
        self.texts += other.texts
        self.attachments += other.attachments
        self.enclosed += other.enclosed
        self.cids |= other.cids
        self.pictures += other.pictures
        self.shown += other.shown
        self.spare += other.spare
        self.aside += other.aside
        self.hidden += other.hidden


def joined(bodies: Iterable[Body]) -> Body:
    """Return what several parts hold, in their order."""
    whole = Body()
    for body in bodies:
        whole.add(body)
    return whole
