"""How a person would be told of an answer that waits for them. Implements `handoff.ports.thread.Announcing`.

The same steps as `bot.notices.detour` takes when the answer is delivered, said beforehand.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bot import notices
from bot.texts import Texts
from handoff.ports.thread import Announcement

TemplateText = Callable[[str], str | None]
"""What the template says for a ticket's number, None where the office has set none."""


@dataclass(frozen=True, slots=True)
class Announcements:
    """Says what goes out. `has_mail_channel`: the office has mail set up."""

    texts: Texts
    template: TemplateText
    has_mail_channel: bool

    def announcement(
        self, channel: str, language: str, *, ticket: str | None, has_mail: bool
    ) -> Announcement:
        """Return how the person would be told; `has_mail`: they left an address."""
        told = self.template(ticket or "")
        if told is not None:
            return Announcement("template", told)
        step = notices.detour(
            notices.OFFICER_REPLIED, "system", has_address=has_mail and self.has_mail_channel
        )
        if step.mail is None:
            return Announcement("none")
        return Announcement("mail", self.texts.say(step.mail, language))
