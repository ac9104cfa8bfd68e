"""What the dialogue knows of a conversation, and what it decides. Values only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from typing import Literal

from handoff.instrument import Instrument
from handoff.ticket import Kind, State
from nlu.port import Meaning

Field = Literal["name", "email", "organisation", "purpose"]
FIELDS: tuple[Field, ...] = ("name", "email", "organisation", "purpose")
"""What a registration asks for, in this order: nama, email aktif, instansi or pekerjaan, keperluan. Only the
email is required (decree, Persyaratan of each service)."""


@dataclass(frozen=True, slots=True)
class Subject:
    """A place in what the office knows: topic (component), service and mode of the decree's cube, and
    what it is about (an indicator, a classification). Of data, for which place and year
    ("2023", or several: "2020, 2024"); `elsewhere` is a place that is another office's. All but the topic may be
    open."""

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
class Details:
    """What somebody told about themselves and what they need it for; None: not told."""

    name: str | None = None
    email: str | None = None
    organisation: str | None = None
    purpose: str | None = None

    def told(self) -> tuple[Field, ...]:
        """Return the fields that were told, in the order in which they are asked for."""
        return tuple(each for each in FIELDS if getattr(self, each))

    def over(self, before: Details) -> Details:
        """Return these, and what is not told here as it was before."""
        return Details(
            **{each.name: getattr(self, each.name) or getattr(before, each.name) for each in fields(self)}
        )


@dataclass(frozen=True, slots=True)
class Form:
    """A registration that is going on: its ticket is open already, and told is kept at once.

    `asking` is what was asked last; None: all at once, in a letter; consent: whether to remember it for the next
    time. `done` are the fields that were told or passed over, `misses` how often in a row the answer was none.
    `offered` is the address that was probably meant by `typed`, and was asked about.
    """

    asking: Field | Literal["consent"] | None = "name"
    told: tuple[Field, ...] = ()
    passed: tuple[Field, ...] = ()
    misses: int = 0
    offered: str | None = None
    typed: str | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """What is kept of the person. `is_remembered`: with their word that it is for the next time, too.

    `sender` is the address that a letter came from.
    """

    details: Details = Details()
    is_remembered: bool = False
    sender: str | None = None


@dataclass(frozen=True, slots=True)
class TicketNow:
    """How a ticket of this person stands; `due_at` and `closed_at` are local moments of the office.

    `is_late`: it was due before now. `merged_into` is the number under which it goes on.
    """

    number: str
    kind: Kind
    state: State
    due_at: datetime | None = None
    closed_at: datetime | None = None
    is_late: bool = False
    merged_into: str | None = None


@dataclass(frozen=True, slots=True)
class Filling:
    """A questionnaire that is being filled in here; what was answered stands in its sheet.

    `sheet` is whose; `asking` the slot that was asked for last (see `dialogue.survey`), None: it was left for now;
    `passed` the slots that were left out since it was taken up, `misses` how often in a row the answer was none.
    `asked_by` is the message of ours that asked.
    """

    sheet: int
    asking: str | None = None
    passed: tuple[str, ...] = ()
    misses: int = 0
    asked_by: int | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """A person's questionnaire as it stands: `scores` by element, `profile` by trait, as far as it was answered.

    It can be filled in up to `closes_on`, the survey's last day, once: `is_over` and `is_finished` say that it
    cannot be any more. `is_overtaken`: an officer has written since the last question was asked; `is_early`: the
    message was written before.
    """

    id: int
    instrument: Instrument
    scores: Mapping[str, int]
    profile: Mapping[str, str]
    closes_on: date
    is_finished: bool = False
    is_over: bool = False
    is_overtaken: bool = False
    is_early: bool = False


@dataclass(frozen=True, slots=True)
class SheetChange:
    """What a message does to a sheet: the answer to one element or trait, None: left out; or it hands it in.

    Without `slot` and `finishes` nothing is answered, but the sheet is taken up.
    """

    sheet: int
    slot: str | None = None
    score: int | None = None
    option: str | None = None
    finishes: bool = False
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Context:
    """What is carried from one message of a conversation to the next.

    `subject` is what was last talked about, `choices` the numbered suggestions that still wait for a
    number, `failures` how often in a row nothing was understood, `told_unavailable` whether the
    citizen already heard that the model is down, `language` what the citizen last clearly wrote in. `form` is
    a registration that is going on, `confirming` what waits for a yes or no, `told_added` whether the citizen
    just heard that what they write goes to their ticket. `filling` is a questionnaire that is being filled in.
    """

    subject: Subject | None = None
    choices: tuple[Subject, ...] = ()
    failures: int = 0
    told_unavailable: bool = False
    language: str | None = None
    form: Form | None = None
    confirming: Literal["cancel", "close"] | None = None
    told_added: bool = False
    filling: Filling | None = None


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
    is the number on the button that was tapped; the text is its title then. `ticket` is the number of the open
    ticket of the conversation. `is_letter`: what belongs together is said at once there. `tickets` are those of
    this person that the message may ask about, when it asks (see `dialogue.ticket_talk.wants_tickets`). `sheet` is
    their questionnaire, when one is being filled in or the message is about it.
    """

    text: str
    attachments: tuple[str, ...]
    context: Context
    ticket: str | None
    language: str
    is_first_contact: bool
    choice: int | None = None
    ticket_kind: Kind = "konsultasi"
    ticket_state: State = "new"
    is_letter: bool = False
    known: Known = field(default_factory=Known)
    tickets: tuple[TicketNow, ...] = ()
    sheet: Sheet | None = None


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
    `kind` is that of the ticket to open. `details` are to be kept of the person and the ticket; `is_registered`:
    the form has come to its end with what the decree demands; `consents`: their word on being remembered, None:
    none given. `ends` says that the open ticket ends at their wish. `owes`: the office owes an officer's answer to
    this message, if there is a ticket. `sheet` is what the message does to a questionnaire; None: nothing, it was
    about something else.
    """

    says: tuple[Say, ...]
    context: Context
    ticket_reason: str | None = None
    topics: tuple[str, ...] = ()
    confidence: float = 0.0
    notices: bool | None = None
    kind: Kind = "konsultasi"
    details: Details = Details()
    is_registered: bool = False
    consents: bool | None = None
    ends: Literal["cancelled", "done"] | None = None
    owes: bool = False
    sheet: SheetChange | None = None
