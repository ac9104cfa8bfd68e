"""What the dialogue knows of a conversation, and what it decides. Values only."""

from __future__ import annotations

from dataclasses import dataclass, field

from nlu.port import Meaning


@dataclass(frozen=True, slots=True)
class Subject:
    """A place in what the office knows: topic (component), service and mode of the decree's cube, and
    what it is about (an indicator, a classification). Of data, for which place and year; `elsewhere` is a
    place that is another office's. All but the topic may be open."""

    topic: str
    service: str | None = None
    mode: str | None = None
    about: str | None = None
    place: str | None = None
    year: str | None = None
    elsewhere: str | None = None

    def label(self) -> str:
        """Return the name used in records and evaluations: "konsultasi/biaya", "arti/gini_ratio"."""
        if self.service:
            return f"{self.service}/{self.topic}"
        return f"{self.topic}/{self.about}" if self.about else self.topic


@dataclass(frozen=True, slots=True)
class Context:
    """What is carried from one message of a conversation to the next.

    `subject` is what was last talked about, `choices` the numbered suggestions that still wait for a
    number, `failures` how often in a row nothing was understood, `told_unavailable` whether the
    citizen already heard that the model is down, `language` what the citizen last clearly wrote in.
    """

    subject: Subject | None = None
    choices: tuple[Subject, ...] = ()
    failures: int = 0
    told_unavailable: bool = False
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Piece:
    """A message, a sentence or a clause of one, with what it means.

    `clauses` may be questions of their own; `wider` is the sentence with the one before it, which often
    says what "that" and "it" are.
    """

    text: str
    meaning: Meaning
    clauses: tuple[Piece, ...] = ()
    wider: Piece | None = None


@dataclass(frozen=True, slots=True)
class Heard:
    """What the model made of a message: as a whole, and sentence by sentence where it has several."""

    whole: Piece
    parts: tuple[Piece, ...] = ()


@dataclass(frozen=True, slots=True)
class Turn:
    """One message of the citizen and everything the decision depends on.

    `attachments` are the kinds of what came along (see `channels.port.Attachment`), one for each. `choice`
    is the number on the button that was tapped; the text is its title then.
    """

    text: str
    attachments: tuple[str, ...]
    context: Context
    ticket: str | None
    language: str
    is_first_contact: bool
    choice: int | None = None


@dataclass(frozen=True, slots=True)
class Say:
    """One paragraph of the reply: a key of texts.yml, what fills it, and what it offers to choose from.

    The choices are titles in the order of their numbers; a text has them as `{choices}`.
    """

    key: str
    arguments: dict[str, str] = field(default_factory=dict)
    choices: tuple[str, ...] = ()

    def fillings(self) -> dict[str, str]:
        """Return everything that fills the text, the choices as numbered lines among it."""
        if not self.choices:
            return self.arguments
        numbered = "\n".join(f"{n}. {title}" for n, title in enumerate(self.choices, 1))
        return {**self.arguments, "choices": numbered}


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of a message.

    `says` are the paragraphs of one reply (none: silence), `context` what is carried on,
    `ticket_reason` is set when a ticket is to be opened, `topics` and `confidence` say what was
    understood, for the record; `notices` whether the person wants any from now on, None to leave that.
    """

    says: tuple[Say, ...]
    context: Context
    ticket_reason: str | None = None
    topics: tuple[str, ...] = ()
    confidence: float = 0.0
    notices: bool | None = None
