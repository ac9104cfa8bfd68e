"""What is said about a subject: what was looked up, or the answer that the office has. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from bot.dialogue.lookup import BusinessQuery, Found, Query
from bot.dialogue.shelf import Shelf
from bot.dialogue.spoken import SURE_FIT, other_edition, say_answer, say_found
from bot.dialogue.state import Say, Subject, Turn
from bot.dialogue.subject import Asked
from bot.dialogue.topics import CLASSIFICATION, DATA, LOOKED_UP
from channels.markup import literal

NOTHING = Found()


@dataclass(frozen=True, slots=True)
class Answers:
    """Answers over what the office knows, and what was looked up for one message.

    `suggest` is the confidence from which something may be meant.
    """

    shelf: Shelf
    found: Mapping[Query, Found]
    suggest: float

    def of_one_service(self, asked: tuple[Asked, ...]) -> tuple[Asked, ...]:
        """Give questions that name no service the one that another question of the message is about."""
        known = [self.shelf.services(each.subject.topic) for each in asked]
        meant = next((services[0] for services in known if len(services) == 1), None)
        return tuple(
            each
            if each.subject.service or meant is None
            else replace(each, subject=replace(each.subject, service=meant))
            for each in asked
        )

    def spoken(self, turn: Turn, asked: Asked) -> tuple[tuple[Say, ...], Subject]:
        """Return what is said about a subject, and the subject as it was answered."""
        subject, query = asked.subject, asked.query()
        if subject.topic == DATA and subject.elsewhere:
            told = {"place": literal(subject.elsewhere), "wanted": self.shelf.wanted(subject, turn.language)}
            return (Say("data_elsewhere", told),), replace(subject, service=None, mode=None)
        if self._names_no_business(asked):
            subject = Subject(CLASSIFICATION, about="kbli")
        elif subject.topic in LOOKED_UP:
            wanted = self.shelf.wanted(asked.subject, turn.language)
            brought = say_found(
                asked, self.found.get(query, NOTHING) if query else NOTHING, wanted, turn.language
            )
            if brought is not None:
                before = other_edition(brought, asked.piece.text)
                return (*before, brought), replace(subject, service=None, mode=None)
        answer = self.shelf.answer(subject)
        if answer is None:
            unknown = Say("ticket_added", {"ticket": turn.ticket}) if turn.ticket else Say("not_known")
            return (unknown,), subject
        mode = subject.mode if answer.service else None
        settled = Subject(
            answer.topic, answer.service, mode, subject.about, place=subject.place, year=subject.year
        )
        says = [say_answer(answer, turn.language)]
        if subject.topic == DATA and (wanted := self.shelf.wanted(asked.subject, turn.language)):
            says.insert(0, Say("data_wanted", {"wanted": wanted}))
        if answer.service and subject.service is None and len(self.shelf.services(answer.topic)) > 1:
            says.append(Say("other_services"))
        return tuple(says), settled

    def _names_no_business(self, asked: Asked) -> bool:
        """Tell whether a question that may be about the KBLI itself names no business that is known."""
        query = asked.query()
        if not isinstance(query, BusinessQuery):
            return False
        is_none_near = query not in self.found or not self.found[query].codes
        return is_none_near and asked.piece.meaning.confidence(CLASSIFICATION) >= self.suggest

    def holds(self, asked: Asked) -> bool:
        """Tell whether a guessed subject has an answer of its own: a sure code, an answer for this service."""
        subject, query = asked.subject, asked.query()
        if isinstance(query, BusinessQuery):
            codes = self.found[query].codes if query in self.found else ()
            return bool(codes) and codes[0].fit >= SURE_FIT
        return self.shelf.has(subject)
