"""A questionnaire taken apart into what is asked, one thing at a time. Pure.

A slot is one thing that is asked: "element:U1", "trait:umur", "remark".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.dialogue.state import Sheet, SheetChange
from handoff.instrument import Question, Trait, Wording

ELEMENT, TRAIT, REMARK = "element:", "trait:", "remark"


def slots(sheet: Sheet) -> list[str]:
    """Return all that is asked, in order."""
    instrument = sheet.instrument
    return [
        *(f"{ELEMENT}{question.code}" for question in instrument.questions),
        *(f"{TRAIT}{trait.key}" for trait in instrument.traits),
        REMARK,
    ]


def next_slot(sheet: Sheet, passed: Sequence[str]) -> str:
    """Return the first thing that has no answer and was not left out; the last word is always left."""
    done = {*_done(sheet), *passed}
    return next(slot for slot in slots(sheet) if slot not in done or slot == REMARK)


def missing(sheet: Sheet, language: str) -> list[str]:
    """Return what has no answer, by its name."""
    left = [slot for slot in slots(sheet) if slot != REMARK and slot not in _done(sheet)]
    named = [element(sheet, slot) or trait(sheet, slot) for slot in left]
    return [each.name.of(language) for each in named if each is not None]


def element(sheet: Sheet, slot: str) -> Question | None:
    """Return the element that a slot is for."""
    return next((each for each in sheet.instrument.questions if f"{ELEMENT}{each.code}" == slot), None)


def trait(sheet: Sheet, slot: str) -> Trait | None:
    """Return what a slot asks of the respondent."""
    return next((each for each in sheet.instrument.traits if f"{TRAIT}{each.key}" == slot), None)


def options(sheet: Sheet, slot: str) -> tuple[Wording, ...]:
    """Return what can be chosen; nothing where words are asked for."""
    asked, about = element(sheet, slot), trait(sheet, slot)
    if asked is not None:
        return asked.answers
    return tuple(name for _, name in about.options) if about is not None else ()


def answer(sheet: Sheet, slot: str, chosen: int) -> SheetChange:
    """Return what choosing an option (1 is the first) does."""
    about = trait(sheet, slot)
    if about is not None:
        return SheetChange(sheet.id, slot, option=about.options[chosen - 1][0])
    return SheetChange(sheet.id, slot, score=chosen)


def changed(sheet: Sheet, change: SheetChange) -> Sheet:
    """Return the sheet as it is after a change."""
    kind, _, key = (change.slot or "").partition(":")
    if f"{kind}:" == TRAIT:
        profile = {each: option for each, option in sheet.profile.items() if each != key}
        return replace(sheet, profile=profile if change.option is None else {**profile, key: change.option})
    scores = {each: score for each, score in sheet.scores.items() if each != key}
    return replace(sheet, scores=scores if change.score is None else {**scores, key: change.score})


def _done(sheet: Sheet) -> set[str]:
    return {*(f"{ELEMENT}{code}" for code in sheet.scores), *(f"{TRAIT}{key}" for key in sheet.profile)}
