"""What the dialogue knows of a conversation, and what it decides. Values only."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Subject:
    """A place in the decree's cube: topic (component), service and mode; the last two may be open."""

    topic: str
    service: str | None = None
    mode: str | None = None

    def label(self) -> str:
        """Return the name used in records and evaluations, e.g. "konsultasi/biaya"."""
        return f"{self.service}/{self.topic}" if self.service else self.topic


@dataclass(frozen=True, slots=True)
class Context:
    """What is carried from one message of a conversation to the next.

    `subject` is what was last talked about, `choices` the numbered suggestions that still wait for a
    number, `failures` how often in a row nothing was understood, `told_unavailable` whether the
    citizen already heard that the model is down.
    """

    subject: Subject | None = None
    choices: tuple[Subject, ...] = ()
    failures: int = 0
    told_unavailable: bool = False


@dataclass(frozen=True, slots=True)
class Turn:
    """One message of the citizen and everything the decision depends on."""

    text: str
    has_attachments: bool
    context: Context
    ticket: str | None
    language: str
    is_first_contact: bool


@dataclass(frozen=True, slots=True)
class Say:
    """One paragraph of the reply: a key of texts.yml and what fills it."""

    key: str
    arguments: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of a message.

    `says` are the paragraphs of one reply (none: silence), `context` what is carried on,
    `ticket_reason` is set when a ticket is to be opened, `topics` and `confidence` say what was
    understood, for the record.
    """

    says: tuple[Say, ...]
    context: Context
    ticket_reason: str | None = None
    topics: tuple[str, ...] = ()
    confidence: float = 0.0
