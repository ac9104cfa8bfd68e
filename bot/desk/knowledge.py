"""The office's knowledge for officers: answers on what was understood, and by words. Implements `Knowledge`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.dialogue.shelf import NOT_OFFERED, Shelf
from bot.dialogue.state import Subject
from handoff.ports.thread import Suggestion
from handoff.ticket import KINDS
from nlu.answers import Answer

_WORD = re.compile(r"\w{2,}")
_IN_TITLE, _IN_TEXT = 3, 1


@dataclass(frozen=True, slots=True)
class ShelfKnowledge:
    """Reads the shelf that the bot answers from."""

    shelf: Shelf

    def suggested(self, topics: Sequence[str], language: str) -> tuple[Suggestion, ...]:
        """Return the answers on these labels, without doubles; unknown ones are left out."""
        subjects = (subject_of(label) for label in topics)
        answers = (
            (label, self.shelf.answer(subject))
            for label, subject in zip(topics, subjects, strict=True)
            if subject.topic not in NOT_OFFERED
        )
        found = {
            answer.text[language]: _suggestion(label, answer, language) for label, answer in answers if answer
        }
        return tuple(found.values())

    def found(self, words: str, language: str, *, most: int = 8) -> tuple[Suggestion, ...]:
        """Return the answers whose title or text has all of these words, best first."""
        wanted = [word.casefold() for word in _WORD.findall(words)]
        if not wanted:
            return ()
        ranked = sorted(self._ranked(wanted, language), key=lambda each: -each[0])
        return tuple(_suggestion(_label(answer), answer, language) for _, answer in ranked[:most])

    def titles(self, topics: Sequence[str], language: str) -> tuple[str, ...]:
        """Return what these labels are called, the label itself where it has no title."""
        return tuple(self.shelf.title(subject_of(label), language) or label for label in topics)

    def _ranked(self, wanted: Sequence[str], language: str) -> Iterator[tuple[int, Answer]]:
        for answer in self.shelf.knowledge.answers.values():
            title, text = answer.title[language].casefold(), answer.text[language].casefold()
            if all(word in title or word in text for word in wanted):
                yield sum(_IN_TITLE if word in title else _IN_TEXT for word in wanted), answer


def subject_of(label: str) -> Subject:
    """Read what `Subject.label` wrote: "konsultasi/biaya", "arti/gini_ratio", "kontak"."""
    first, _, second = label.partition("/")
    if not second:
        return Subject(first)
    return Subject(second, service=first) if first in KINDS else Subject(first, about=second)


def _label(answer: Answer) -> str:
    return Subject(answer.topic, service=answer.service, about=answer.about).label()


def _suggestion(label: str, answer: Answer, language: str) -> Suggestion:
    return Suggestion(label, answer.title[language], answer.text[language], answer.source[language])
