"""What an officer does with conversations and tickets: the door of the pages, and what goes through it.

Every act is one transaction. It is refused with `NotFound`, `NotAllowed`, `Taken`, `Stale` or `Unfit`, and then
nothing was done; what was written is kept as the officer's draft. `version` is the ticket's as the page showed
it, `seen` the newest message that it showed (0: none).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from handoff.invitation import Meeting
from handoff.ports.values import Officer, Stale
from handoff.ticket import Kind

__all__ = ["TEMPLATE", "Desk", "Meeting", "Overtaken", "Registration", "Reply", "Then", "Unfit", "Upload"]

Then = Literal["stay", "wait", "close"]
"""What becomes of the tickets once a reply is kept: stay in work, wait for the citizen, be done."""

TEMPLATE = "officer_replied"
"""The key of the template that tells somebody that an answer waits; see the section `templates` of office.yml."""


class Unfit(Exception):
    """What was written or attached cannot go out; `reason` is a word of the console's `desk.*`, `detail` fills it."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.detail = detail


class Overtaken(Stale):
    """A colleague, or the citizen (`by` is None), has said something that the page did not show yet."""

    def __init__(self, by: str | None) -> None:
        super().__init__(by or "")
        self.by = by


@dataclass(frozen=True, slots=True)
class Upload:
    """A file from an officer's machine; `content_type` is what the browser calls it, not to be trusted."""

    name: str
    content_type: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Reply:
    """What an officer says to a citizen, in the light markup of the channels.

    `contact_id` is where to, of the same person, None: the conversation's own contact. `cc` and `files` are for
    mail only. Outside WhatsApp's window it waits for the citizen's next message; the person is told by the
    template, or else by mail, that it does.
    """

    text: str
    seen: int
    then: Then = "stay"
    contact_id: int | None = None
    cc: tuple[str, ...] = ()
    files: tuple[Upload, ...] = ()


@dataclass(frozen=True, slots=True)
class Registration:
    """What an officer fills in for a citizen; empty ones leave what is there. `email` may stay unknown."""

    name: str = ""
    email: str = ""
    organisation: str = ""
    purpose: str = ""


class Desk(Protocol):
    """The officers' acts."""

    async def claim(self, officer: Officer, conversation_id: int) -> None:
        """Take a conversation over with its open tickets: the bot is silent. Twice is once. Raises `Taken`."""
        ...

    async def release(self, officer: Officer, conversation_id: int) -> None:
        """Give a conversation and its tickets up, for anybody to claim; the bot speaks again."""
        ...

    async def hand_back(self, officer: Officer, conversation_id: int) -> None:
        """Let the bot speak again; the tickets stay the officer's."""
        ...

    async def assign(self, officer: Officer, ticket_id: int, to: int | None, *, version: int) -> None:
        """Make a ticket somebody's, or nobody's. Others than oneself may only a supervisor; `NotAllowed`."""
        ...

    async def reply(self, officer: Officer, conversation_id: int, reply: Reply) -> int:
        """Keep a reply, to be delivered; return its message. It claims what nobody has.

        The same words again from the same view are the same reply: they go out once.

        Raises `Overtaken` where a colleague has written since `seen`, or before closing the citizen; `Unfit`.
        """
        ...

    async def note(self, officer: Officer, conversation_id: int, text: str) -> int:
        """Keep a note for colleagues, which is never sent; return its message."""
        ...

    async def no_reply_needed(self, officer: Officer, conversation_id: int, *, seen: int) -> None:
        """Note that what the citizen wrote needs no answer. Raises `Overtaken` where they wrote since `seen`."""
        ...

    async def keep_open(self, officer: Officer, conversation_id: int, reason: str) -> None:
        """Hold back that silence closes a conversation, until `let_close`; a reason for colleagues is needed.

        Held back already, the reason is the new one. Raises `Stale` for one that is closed, `Unfit`.
        """
        ...

    async def let_close(self, officer: Officer, conversation_id: int) -> None:
        """Hold a conversation back no longer: its silence begins anew. Raises `Stale` for one that is closed."""
        ...

    async def wait(self, officer: Officer, ticket_id: int, *, version: int) -> None:
        """Let a ticket wait for the citizen: its deadline's clock stands still."""
        ...

    async def resume(self, officer: Officer, ticket_id: int, *, version: int) -> None:
        """Let a ticket wait for the citizen no longer."""
        ...

    async def open(self, officer: Officer, conversation_id: int, kind: Kind, *, purpose: str = "") -> str:
        """Open a ticket on a conversation and take it over; return its number. Raises `Taken`.

        On one that has an open ticket already it is a second one: both are answered in the same conversation.
        """
        ...

    async def merge(self, officer: Officer, ticket_id: int, into: str, *, version: int) -> None:
        """End a ticket in favour of another open one, of that number, of the same person.

        Raises `NotFound` for another's, or one that has ended. Its conversation goes on in the other's: closed
        where both are with the same contact, held by the same officer where they are not.
        """
        ...

    async def split(self, officer: Officer, ticket_id: int, kind: Kind, *, purpose: str, version: int) -> str:
        """Open a second ticket beside one, for a second request; return its number."""
        ...

    async def change_kind(self, officer: Officer, ticket_id: int, kind: Kind, *, version: int) -> None:
        """Say what a ticket is about after all. It keeps the number that the citizen was told."""
        ...

    async def prioritise(self, officer: Officer, ticket_id: int, *, is_urgent: bool, version: int) -> None:
        """Put a ticket before all others, or not."""
        ...

    async def tag(self, officer: Officer, ticket_id: int, tags: Sequence[str], *, version: int) -> None:
        """Set a ticket's tags. Raises `Unfit` for too many or too long ones."""
        ...

    async def tick(
        self, officer: Officer, ticket_id: int, requirement: str, *, is_met: bool, version: int
    ) -> None:
        """Tick a requirement of the ticket's kind (`handoff/checklist.py`), or take the tick back."""
        ...

    async def clear(self, officer: Officer, ticket_id: int, *, version: int) -> None:
        """Say that the request is clear and complete: the deadline's clock starts."""
        ...

    async def unclear(self, officer: Officer, ticket_id: int, *, version: int) -> None:
        """Take that back: the clock has not started."""
        ...

    async def register(self, officer: Officer, conversation_id: int, registration: Registration) -> None:
        """Fill in what the citizen told of themselves. Raises `Unfit` for an impossible address."""
        ...

    async def close(
        self, officer: Officer, ticket_id: int, *, version: int, reply: Reply | None = None
    ) -> None:
        """Say that a ticket is done, with a last word to the citizen if there is one. May raise as `reply`."""
        ...

    async def cancel(
        self, officer: Officer, ticket_id: int, *, version: int, reply: Reply | None = None
    ) -> None:
        """End a ticket that comes to nothing, with a last word to the citizen if there is one."""
        ...

    async def reopen(self, officer: Officer, ticket_id: int, *, version: int) -> None:
        """Go on with a ticket that had ended, merged ones excepted; it is the officer's then."""
        ...

    async def invite(self, officer: Officer, conversation_id: int, meeting: Meeting, *, seen: int) -> int:
        """Invite the citizen to a video call or a visit; return the message.

        By mail with a file for their calendar, on a chat as a text. Raises as `reply`.
        """
        ...
