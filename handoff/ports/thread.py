"""What the page of a conversation shows: who it is with, what was said, what became of it, what is owed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

LONGEST = 4000
"""Characters of a text that are shown in the thread; the rest stands on the message's own page."""


@dataclass(frozen=True, slots=True)
class Colleague:
    """An officer as others see them; `is_typing`: they are writing in the conversation just now."""

    id: int
    name: str
    is_typing: bool = False


@dataclass(frozen=True, slots=True)
class Attached:
    """Something that came along with a message, or went out with it; `size` in bytes.

    `kind` as in channels.port.Attachment (image, voice, location, ...). `state` is kept, waiting (it is being
    fetched), refused or failed with a `reason` for officers, or told: there is nothing to fetch. `path` is where
    it is downloaded, below /console/file/; `place` is a shared place as (latitude, longitude).
    """

    name: str
    kind: str
    state: str
    size: int | None = None
    content_type: str | None = None
    reason: str | None = None
    path: str | None = None
    place: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Sending:
    """What became of a message of ours.

    `state` is kept, sending, sent, waiting, rerouted, failed or uncertain (see the table `delivery`); `told` is
    how far the channel says that it came (queued, sent, delivered, read), None while it says nothing. `cause` is
    why it cannot go out where the office can do something about it (window_closed, opted_out, not_reachable).
    `is_elsewhere`: it went to another address than the contact's own.
    """

    state: str
    told: str | None = None
    failure: str | None = None
    cause: str | None = None
    way: str | None = None
    cc: tuple[str, ...] = ()
    is_elsewhere: bool = False
    attempts: int = 0


@dataclass(frozen=True, slots=True)
class Understood:
    """What the bot took a citizen's message for: labels such as konsultasi/biaya, and how sure it was (0 to 1)."""

    topics: tuple[str, ...]
    confidence: float
    is_flood: bool = False


@dataclass(frozen=True, slots=True)
class Said:
    """One message. `author` is citizen, bot, system or officer; `kind` also `note`, `reaction`, `stop`, `start`.

    `text` and `quoted` are cut after `LONGEST` characters, `length` and `quoted_length` are the whole ones'.
    `officer` is who wrote it. `choice` is the number of the button that was tapped. `is_forgotten`: it was kept as long
    as the office keeps what people wrote, and has been emptied.
    """

    id: int
    conversation_id: int
    channel: str
    author: str
    kind: str
    text: str
    length: int
    at: datetime
    subject: str | None = None
    quoted: str | None = None
    quoted_length: int = 0
    reply_to: str | None = None
    cc: tuple[str, ...] = ()
    trust: str | None = None
    choice: int | None = None
    officer: str | None = None
    understood: Understood | None = None
    sending: Sending | None = None
    files: tuple[Attached, ...] = ()
    is_forgotten: bool = False

    @property
    def is_note(self) -> bool:
        """Tell whether it is for colleagues only."""
        return self.author == "officer" and self.kind == "note"

    @property
    def is_cut(self) -> bool:
        """Tell whether there is more of it than is shown."""
        return self.length > len(self.text) or self.quoted_length > len(self.quoted or "")


@dataclass(frozen=True, slots=True)
class Happened:
    """Something that happened in a conversation besides messages; `what` is a word such as claimed or mail_limit.

    `key` tells it apart from everything else that happened. `actor` is citizen, bot, system or officer, `officer` that
    one's name. `before` and `after` are what was changed, `detail` what else is known.
    """

    what: str
    at: datetime
    key: str = ""
    actor: str = "system"
    officer: str | None = None
    before: str | None = None
    after: str | None = None
    detail: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Contact:
    """A person's address on a channel. `conversation_id` is their newest open conversation there.

    `window_ends` is until when anything may be written, None where the channel has no such limit or nobody has
    written yet; `has_window`: the channel has the limit.
    """

    id: int
    channel: str
    address: str
    name: str | None
    language: str
    conversation_id: int | None
    has_window: bool = False
    window_ends: datetime | None = None
    opted_out_at: datetime | None = None
    unreachable: str | None = None


@dataclass(frozen=True, slots=True)
class Citizen:
    """Who it is with. `email` was told by themselves and is not verified; `has_consented`: remembered for later."""

    id: int
    name: str | None
    organisation: str | None
    email: str | None
    has_consented: bool
    is_erased: bool
    contacts: tuple[Contact, ...]


@dataclass(frozen=True, slots=True)
class Case:
    """A ticket as the page shows it. `paused_at`: its clock stands still since then, for the citizen's sake."""

    id: int
    number: str
    kind: str
    state: str
    reason: str
    version: int
    priority: int
    conversation_id: int
    opened_at: datetime
    assignee: Colleague | None = None
    tags: tuple[str, ...] = ()
    purpose: str | None = None
    checklist: tuple[str, ...] = ()
    clear_at: datetime | None = None
    due_at: datetime | None = None
    paused_at: datetime | None = None
    answered_at: datetime | None = None
    closed_at: datetime | None = None
    merged_into: str | None = None

    @property
    def is_open(self) -> bool:
        """Tell whether it is still worked on."""
        return self.closed_at is None


@dataclass(frozen=True, slots=True)
class Earlier:
    """Another conversation of the same person, in one line; `first_words` are the citizen's."""

    id: int
    channel: str
    subject: str | None
    opened_at: datetime
    closed_at: datetime | None
    first_words: str
    tickets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Draft:
    """What an officer has written and not sent."""

    text: str = ""
    is_note: bool = False
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class KeptOpen:
    """That an officer holds the closing of a conversation back: whose name, why, since when."""

    by: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Look:
    """Everything on the page, as it was at one moment.

    `said` and `happened` are in their order, `has_older` tells of more before them. `ticket` is the one of this
    conversation: the open one, else the newest; `tickets` are all of the person. `last_id` is the newest message
    of the thread and stands for what the officer has seen. `language` is the citizen's, `officers` are all who
    work here, `colleagues` those who look at it just now. `closes_at` is when silence closes it as things stand,
    None where it does not; `kept_open`: somebody holds that back.
    """

    id: int
    channel: str
    contact_id: int
    state: str
    subject: str | None
    holder: Colleague | None
    held_at: datetime | None
    owed_since: datetime | None
    opened_at: datetime
    closed_at: datetime | None
    language: str
    citizen: Citizen
    said: tuple[Said, ...]
    has_older: bool
    last_id: int
    happened: tuple[Happened, ...] = ()
    ticket: Case | None = None
    tickets: tuple[Case, ...] = ()
    changes: tuple[Happened, ...] = ()
    earlier: tuple[Earlier, ...] = ()
    follows: Earlier | None = None
    later_id: int | None = None
    draft: Draft = Draft()
    colleagues: tuple[Colleague, ...] = ()
    officers: tuple[Colleague, ...] = ()
    closes_at: datetime | None = None
    kept_open: KeptOpen | None = None

    @property
    def is_open(self) -> bool:
        """Tell whether it goes on."""
        return self.closed_at is None

    @property
    def threads(self) -> tuple[int, ...]:
        """Return the conversations that are shown in one: while it is open, those on other addresses, too."""
        if not self.is_open:
            return (self.id,)
        beside = (each.conversation_id for each in self.citizen.contacts if each.id != self.contact_id)
        return (self.id, *(each for each in beside if each is not None))

    @property
    def contact(self) -> Contact:
        """Return the address that this conversation is with."""
        return next(each for each in self.citizen.contacts if each.id == self.contact_id)


@dataclass(frozen=True, slots=True)
class Whole:
    """One message with all of its text, for its own page."""

    said: Said
    conversation_id: int


class Threads(Protocol):
    """The door of the conversation's page. Everything raises `NotFound` where there is no such conversation."""

    async def look(
        self, officer_id: int, conversation_id: int, *, before: int | None = None, most: int = 40
    ) -> Look:
        """Return the page: the `most` newest messages, or those before the message `before`."""
        ...

    async def whole(self, conversation_id: int, message_id: int) -> Whole:
        """Return one message uncut. Raises `NotFound` when it is not one of that person's."""
        ...

    async def keep_draft(self, officer_id: int, conversation_id: int, draft: Draft) -> None:
        """Keep what is being written, and show colleagues that it is; an empty text forgets it."""
        ...

    async def watch(self, officer_id: int, conversation_id: int) -> tuple[Colleague, ...]:
        """Note that the officer looks at it now; return which others do."""
        ...

    async def leave(self, officer_id: int, conversation_id: int) -> None:
        """Note that the officer has gone on to something else."""
        ...


@dataclass(frozen=True, slots=True)
class Suggestion:
    """An answer of the office's knowledge: `topic` is its label, `source` what it is based on."""

    topic: str
    title: str
    text: str
    source: str


class Knowledge(Protocol):
    """What the office has an answer to. Pure: nothing is awaited."""

    def suggested(self, topics: Sequence[str], language: str) -> tuple[Suggestion, ...]:
        """Return the answers on these labels, without doubles; unknown ones are left out."""
        ...

    def found(self, words: str, language: str, *, most: int = 8) -> tuple[Suggestion, ...]:
        """Return the answers whose title or text has these words, best first."""
        ...

    def titles(self, topics: Sequence[str], language: str) -> tuple[str, ...]:
        """Return what these labels are called, the label itself where it has no title."""
        ...


@dataclass(frozen=True, slots=True)
class Announcement:
    """How a person is told of an answer that waits for them, where free text cannot be sent.

    `way` is template (`text` is what it says), mail (a mail of its own, without the content), or none.
    """

    way: Literal["template", "mail", "none"]
    text: str = ""


class Announcing(Protocol):
    """Says beforehand what will become of an answer outside the window. Pure."""

    def announcement(
        self, channel: str, language: str, *, ticket: str | None, has_mail: bool
    ) -> Announcement:
        """Return how the person would be told; `has_mail`: they left an address."""
        ...
