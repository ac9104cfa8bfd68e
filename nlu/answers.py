"""What the assistant knows: the answers of nlu/knowledge/*.yml, filled with the facts of office.yml."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path

import yaml

from nlu.entries import LANGUAGES, Answer, read_entry
from nlu.examples import check_examples
from nlu.places import settled
from nlu.problems import KnowledgeError, Problem
from nlu.reading import parsed

__all__ = ["LANGUAGES", "Answer", "Knowledge", "KnowledgeError", "Problem", "load"]

Place = tuple[str, str | None, str | None, str | None]  # topic, service, mode, about
Files = Mapping[str, Mapping[str, object]]


@dataclass(frozen=True, slots=True)
class Knowledge:
    """Every answer by its place (topic, service, mode, about), and what the examples know.

    `about` is the value of an entity that the topic is about: an indicator's id for `arti`, a
    classification's for `tentang_klasifikasi`. `values` are the known values by kind of entity;
    `examples` is how many differing examples were read.
    """

    answers: Mapping[Place, Answer]
    intents: tuple[str, ...]
    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    examples: int = 0

    @property
    def topics(self) -> tuple[str, ...]:
        """Return the topics that have an answer, in the order of the files."""
        return tuple(dict.fromkeys(topic for topic, *_ in self.answers))

    def services_known(self, topic: str) -> tuple[str, ...]:
        """Return the services that have answers of their own for `topic`; empty when it needs none."""
        named = (service for at, service, *_ in self.answers if at == topic and service is not None)
        return tuple(dict.fromkeys(named))

    def abouts(self, topic: str) -> tuple[str, ...]:
        """Return what `topic` has answers of its own for ("garis_kemiskinan", ...), in the order of the files."""
        named = (about for at, *_, about in self.answers if at == topic and about is not None)
        return tuple(dict.fromkeys(named))

    def answer(
        self, topic: str, service: str | None = None, mode: str | None = None, about: str | None = None
    ) -> Answer | None:
        """Return the most specific answer: first about this, then this service, then this mode.

        Never another service's, mode's or about's answer: None when there is nothing that holds.
        """
        places = product((topic,), (service, None), (mode, None), (about, None))
        ranked = sorted(places, key=lambda place: place[3] is None)  # stable: the order within stays
        return next((self.answers[place] for place in ranked if place in self.answers), None)

    def title(
        self,
        topic: str,
        service: str | None = None,
        language: str = "id",
        mode: str | None = None,
        about: str | None = None,
    ) -> str | None:
        """Return a short phrase for a numbered suggestion ("Biaya konsultasi"), None without an answer.

        Without a service, and when only one service has an answer, that one's title is meant.
        """
        known = self.services_known(topic)
        found = self.answer(topic, service, mode, about)
        if found is None and service is None and len(known) == 1:
            found = self.answer(topic, known[0], mode, about)
        return None if found is None else found.title[language]


def load(folder: Path, facts: Mapping[str, object]) -> Knowledge:
    """Read every *.yml of `folder`; `facts` is office.yml as nested mappings.

    Raises `KnowledgeError` with everything that is wrong: an unknown or empty placeholder, a missing
    language or source, an example under two topics, too few examples, an answer given twice or about
    something unknown, a wording for two things, a topic without examples, an answer for one mode only,
    a tariff or an hour in a text.
    """
    files, problems = _read_files(folder)
    examples, wrong = check_examples(
        settled({file: items.get("nlu") for file, items in files.items()}, facts)
    )
    problems += wrong
    answers: dict[Place, Answer] = {}
    for file, answer in _answers(files, facts, examples.named, problems):
        place = (answer.topic, answer.service, answer.mode, answer.about)
        if place in answers:
            problems.append(
                Problem(file, answer.topic, f"Jawaban ganda: {_spoken(place)}.", "hapus salah satunya.")
            )
        answers[place] = answer
        if answer.topic not in examples.intents:
            problems.append(
                Problem(file, answer.topic, "Topik ini tidak punya contoh pertanyaan.", "tulis di `nlu:`.")
            )
    problems += _missing_for_both_modes(answers)
    if problems:
        raise KnowledgeError(problems)
    return Knowledge(answers, examples.intents, examples.values, examples.count)


def _read_files(folder: Path) -> tuple[Files, list[Problem]]:
    files: dict[str, Mapping[str, object]] = {}
    problems: list[Problem] = []
    for path in sorted(folder.glob("*.yml")):
        try:
            content = parsed(path.read_text(encoding="utf-8"))
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            line = f"baris {mark.line + 1}" if mark else "berkas"
            mend = "periksa lekukan baris (spasi) dan tanda kutip di sekitar itu."
            problems.append(Problem(path.name, line, "Tulisan YAML tidak terbaca.", mend))
            continue
        if not isinstance(content, Mapping):
            problems.append(Problem(path.name, "berkas", "Berkas kosong.", "isi, atau hapus berkasnya."))
            continue
        files[path.name] = content
    if not files and not problems:
        problems.append(Problem(str(folder), "berkas", "Tidak ada berkas *.yml.", "kembalikan berkasnya."))
    return files, problems


def _answers(
    files: Files, facts: Mapping[str, object], named: Collection[str], problems: list[Problem]
) -> Iterator[tuple[str, Answer]]:
    for file, content in files.items():
        entries = content.get("answers") or []
        for entry in entries if isinstance(entries, list) else [entries]:
            read = read_entry(entry, file, facts, named)
            if isinstance(read, list):
                problems += read
            elif read is not None:
                yield file, read


def _missing_for_both_modes(answers: Mapping[Place, Answer]) -> list[Problem]:
    """Whoever names no mode needs an answer too, so an answer for one mode is never alone."""
    alone = {
        (topic, service, about)
        for topic, service, mode, about in answers
        if mode and (topic, service, None, about) not in answers
    }
    mend = "tambah jawaban tanpa `mode` yang menyebut keduanya dengan singkat."
    return [
        Problem("answers", topic, f"{_spoken((topic, service, None, about))} hanya dijawab per cara.", mend)
        for topic, service, about in sorted(alone, key=str)
    ]


def _spoken(place: Place) -> str:
    return ", ".join(part for part in place if part)
