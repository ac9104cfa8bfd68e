"""The evaluation set: questions/*.yml and dialogues.yml as values; what they may say is checked here."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from nlu.evaluate import Expectation

FOLDER = Path(__file__).resolve().parent

Kind = Literal["keputusan", "kantor", "konsep", "klasifikasi", "data", "percakapan", "luar", "rahasia"]
Language = Literal["id", "jv", "en"]
Style = Literal["baku", "santai", "singkat", "typo", "surat"]
Wanted = Literal["answer", "talk", "reject", "officer", "ask", "refuse"]


# The intents of what is no topic, as bot/dialogue knows them.
ACTS: Mapping[Wanted, tuple[str, ...]] = {
    "answer": (),
    "ask": (),
    "talk": ("salam", "terima_kasih", "pamit", "ya", "tidak"),
    "reject": ("di_luar_topik",),
    "officer": ("minta_petugas",),
    "refuse": ("data_individu",),
}
# Labels that name the intent before what it is about, the others after their service.
ABOUT = ("arti", "minta_data", "tentang_klasifikasi", "aplikasi")


def _several(value: object) -> object:
    return value if isinstance(value, list) else [value]


Words = Annotated[tuple[str, ...], BeforeValidator(_several)]


class Expect(BaseModel):
    """What the reply has to be; see `nlu.evaluate.Expectation`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    outcome: Annotated[tuple[Wanted, ...], BeforeValidator(_several)] = ("answer",)
    topics: Words = ()
    each: tuple[Words, ...] = ()
    contains: Words = ()
    contains_any: Words = ()
    not_contains: Words = ()
    codes: Words = ()


class Question(BaseModel):
    """One message of a citizen who has never written before."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Annotated[str, Field(pattern=r"^[a-z]{3}-\d{3}$")]
    text: Annotated[str, Field(min_length=1)]
    channel: Literal["whatsapp", "email"] = "whatsapp"
    subject: str | None = None
    kind: Kind
    language: Language = "id"
    style: Style
    expect: Expect

    @property
    def intents(self) -> frozenset[str]:
        """Return the intents the model may see in it; none for several questions in one message."""
        if self.expect.each:
            return frozenset()
        named = {_intent(label) for label in self.expect.topics}
        return frozenset(named | {intent for outcome in self.expect.outcome for intent in ACTS[outcome]})

    @property
    def expected(self) -> Expectation:
        """Return the expectation; a figure is never a right answer to a request for data."""
        return _expectation(self.expect, self.language, is_data=self.kind == "data")


class Turn(BaseModel):
    """One message of a dialogue.

    `choose` writes the number of the suggestion that holds these words in place of {number}, {ordinal}
    (Indonesian) or {title} of the text; `if_asked` leaves the turn out unless the bot just asked back.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    text: Annotated[str, Field(min_length=1)]
    expect: Expect
    choose: str | None = None
    if_asked: bool = False


class Dialogue(BaseModel):
    """Several messages of one citizen; right when every turn is."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Annotated[str, Field(pattern=r"^dia-\d{3}$")]
    about: str
    channel: Literal["whatsapp", "email"] = "whatsapp"
    language: Language = "id"
    turns: Annotated[tuple[Turn, ...], Field(min_length=3, max_length=6)]

    def expected(self, turn: Turn) -> Expectation:
        """Return the expectation of one of its turns."""
        return _expectation(turn.expect, self.language, is_data=False)


def questions(folder: Path = FOLDER / "questions") -> list[Question]:
    """Read every file of questions. Raises `pydantic.ValidationError` for what is unknown or missing."""
    found: list[Question] = []
    for path in sorted(folder.glob("*.yml")):
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        shared: Mapping[str, Any] = content["shared"]
        found += [Question.model_validate({**shared, **each}) for each in content["questions"]]
    return found


def dialogues(file: Path = FOLDER / "dialogues.yml") -> list[Dialogue]:
    """Read the dialogues. Raises `pydantic.ValidationError`."""
    content = yaml.safe_load(file.read_text(encoding="utf-8"))
    return [Dialogue.model_validate(each) for each in content["dialogues"]]


def _intent(label: str) -> str:
    parts = label.removesuffix("/").split("/")
    return parts[0] if parts[0] in ABOUT else parts[-1]


def _expectation(expect: Expect, language: str, *, is_data: bool) -> Expectation:
    return Expectation(
        outcomes=frozenset(expect.outcome),
        topics=expect.topics,
        each=expect.each,
        contains=expect.contains,
        contains_any=expect.contains_any,
        not_contains=expect.not_contains,
        codes=expect.codes,
        language="en" if language == "en" else "id",
        is_figure_forbidden=is_data,
    )
