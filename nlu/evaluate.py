"""Score what the bot replied against what was expected, and count it per group. Pure.

A question is right, unsure, wrong or confidently wrong. The last is what a citizen is harmed by: an
answer with a source, given as certain, that is not the answer; or any answer where there is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

TARIFF = re.compile(r"\brp\.?\s?\d", re.IGNORECASE)
# 1.234 or 12,5 or 7 persen: what a statistic looks like. Years, codes and phone numbers do not.
FIGURE = re.compile(r"(?<![\w./])\d{1,3}(?:\.\d{3})+(?![\w/])|\b\d+,\d+\b|\b\d+ ?(?:%|persen\b|percent\b)")
CODE = re.compile(r"(?<!\d)\d{5}(?!\d)")
REFUSAL = "data_individu"


class Outcome(StrEnum):
    """What a reply does; one reply may do several things."""

    ANSWER = "answer"
    TALK = "talk"
    REJECT = "reject"
    UNSURE = "unsure"
    OFFICER = "officer"


class Verdict(StrEnum):
    """How a reply compares with what was expected, from the best to the worst."""

    RIGHT = "right"
    UNSURE = "unsure"
    WRONG = "wrong"
    CONFIDENTLY_WRONG = "confidently wrong"


@dataclass(frozen=True, slots=True)
class Reply:
    """What the bot said: `text` without introduction, labels of the `topics`, `languages` of its sources."""

    text: str
    outcomes: frozenset[Outcome]
    topics: tuple[str, ...] = ()
    languages: frozenset[str] = frozenset()

    @property
    def is_answer(self) -> bool:
        """Tell whether something was answered from the knowledge."""
        return Outcome.ANSWER in self.outcomes


@dataclass(frozen=True, slots=True)
class Expectation:
    """What a reply has to be.

    `outcomes` are the accepted ones: answer, talk, reject, officer, `ask` (asks back) or `refuse`
    (individuals' data). `topics`: one of these labels is enough; "arti/" stands for all below it,
    "*/biaya" for the topic with any service or none. `each`: one of every inner tuple, for several
    questions in one message. `codes`: the first code named is one of these. Texts are compared
    without case and markup.
    """

    outcomes: frozenset[str] = frozenset({"answer"})
    topics: tuple[str, ...] = ()
    each: tuple[tuple[str, ...], ...] = ()
    contains: tuple[str, ...] = ()
    contains_any: tuple[str, ...] = ()
    not_contains: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    language: str = "id"
    is_figure_forbidden: bool = False


def judge(expected: Expectation, reply: Reply) -> Verdict:
    """Compare a reply with what was expected."""
    if TARIFF.search(reply.text) or (expected.is_figure_forbidden and FIGURE.search(reply.text)):
        return Verdict.CONFIDENTLY_WRONG
    verdicts = [_judged(wanted, expected, reply) for wanted in expected.outcomes]
    return min(verdicts, key=list(Verdict).index)


def _judged(wanted: str, expected: Expectation, reply: Reply) -> Verdict:
    if wanted == "answer":
        return _judged_answer(expected, reply)
    if wanted == "refuse":
        return _judged_answer(Expectation(topics=(REFUSAL,), language=expected.language), reply)
    if reply.is_answer:
        is_accepted = bool(expected.topics) and _meets(expected, reply)
        return Verdict.RIGHT if is_accepted else Verdict.CONFIDENTLY_WRONG
    if wanted == "reject":  # whatever is no answer is a limit; the report says how often it was told
        return Verdict.RIGHT
    if not _is_worded(expected, reply):
        return Verdict.WRONG
    if wanted == "talk":
        is_talk = Outcome.TALK in reply.outcomes and _is_about(expected, reply)
        return Verdict.RIGHT if is_talk else _short_of_answer(reply)
    outcome = Outcome.UNSURE if wanted == "ask" else Outcome(wanted)
    return Verdict.RIGHT if outcome in reply.outcomes else _short_of_answer(reply)


def _judged_answer(expected: Expectation, reply: Reply) -> Verdict:
    if not reply.is_answer:
        is_meant = Outcome.TALK in reply.outcomes and bool(expected.topics) and _meets(expected, reply)
        return Verdict.RIGHT if is_meant else _short_of_answer(reply)
    if reply.languages and reply.languages != {expected.language} and _is_about(expected, reply):
        return Verdict.WRONG
    if _meets(expected, reply):
        return Verdict.RIGHT
    if _is_open(expected, reply):
        return Verdict.UNSURE
    if _is_part(expected, reply):
        return _short_of_answer(reply)
    is_offered = _is_about(expected, reply) and _names_code_later(expected, reply)
    return Verdict.WRONG if is_offered else Verdict.CONFIDENTLY_WRONG


def _short_of_answer(reply: Reply) -> Verdict:
    """Return unsure for a reply that says so or offers an officer, else wrong."""
    return Verdict.UNSURE if reply.outcomes & {Outcome.UNSURE, Outcome.OFFICER} else Verdict.WRONG


def _meets(expected: Expectation, reply: Reply) -> bool:
    return _is_about(expected, reply) and _is_worded(expected, reply) and _names_code_first(expected, reply)


def _is_about(expected: Expectation, reply: Reply) -> bool:
    groups = (expected.topics, *expected.each) if expected.topics else expected.each
    return all(_any_of(group, reply.topics) for group in groups)


def _is_open(expected: Expectation, reply: Reply) -> bool:
    """Tell whether the bot said that it does not know of what: "arti" where "arti/..." was expected."""
    stems = {label.removesuffix("/") for label in expected.topics if label.endswith("/")}
    return bool(reply.topics) and set(reply.topics) <= stems


def _is_part(expected: Expectation, reply: Reply) -> bool:
    """Tell whether some of several questions were answered, and nothing else."""
    wanted = [label for group in expected.each for label in group]
    return bool(wanted) and bool(reply.topics) and all(_any_of(wanted, (topic,)) for topic in reply.topics)


def _any_of(labels: Iterable[str], topics: Iterable[str]) -> bool:
    found = tuple(topics)
    return any(_is_label(label, topic) for label in labels for topic in found)


def _is_label(label: str, topic: str) -> bool:
    if label.startswith("*/"):
        return f"/{topic}".endswith(label[1:])
    return topic == label or (label.endswith("/") and topic.startswith(label))


def _is_worded(expected: Expectation, reply: Reply) -> bool:
    text = plain(reply.text)
    return (
        all(plain(part) in text for part in expected.contains)
        and (not expected.contains_any or any(plain(part) in text for part in expected.contains_any))
        and not any(plain(part) in text for part in expected.not_contains)
    )


def _names_code_first(expected: Expectation, reply: Reply) -> bool:
    if not expected.codes:
        return True
    found = CODE.search(reply.text)
    return found is not None and found[0] in expected.codes


def _names_code_later(expected: Expectation, reply: Reply) -> bool:
    return any(code in expected.codes for code in CODE.findall(reply.text))


def plain(text: str) -> str:
    """Return a text for comparing: small letters, no markup, single spaces."""
    return " ".join(re.sub(r"[*_`~]", "", text).lower().split())


@dataclass(frozen=True, slots=True)
class Score:
    """How many of a group had which verdict."""

    counts: Mapping[Verdict, int]

    @property
    def total(self) -> int:
        """Return the size of the group."""
        return sum(self.counts.values())

    def share(self, verdict: Verdict) -> float:
        """Return the share of a verdict from 0 to 100; 0 for an empty group."""
        return 100.0 * self.counts.get(verdict, 0) / self.total if self.total else 0.0


def score(verdicts: Iterable[Verdict]) -> Score:
    """Count verdicts."""
    counted = list(verdicts)
    return Score({verdict: counted.count(verdict) for verdict in Verdict})


def grouped(judged: Iterable[tuple[str, Verdict]]) -> dict[str, Score]:
    """Count verdicts by group, in the order in which the groups first appear."""
    groups: dict[str, list[Verdict]] = {}
    for group, verdict in judged:
        groups.setdefault(group, []).append(verdict)
    return {group: score(verdicts) for group, verdicts in groups.items()}


def table(heading: str, scores: Mapping[str, Score]) -> str:
    """Return a Markdown table with a row for each group; shares in percent with one decimal."""
    rows = [(heading, "n", *(f"{verdict} %" for verdict in Verdict))]
    rows += [
        (name, str(each.total), *(f"{each.share(verdict):.1f}" for verdict in Verdict))
        for name, each in scores.items()
    ]
    return markdown(rows)


def markdown(rows: Sequence[Sequence[str]]) -> str:
    """Return rows, the first being the heading, as a Markdown table with numbers to the right."""
    first, *rest = rows
    rule = ["---", *("---:" for _ in first[1:])]
    return "\n".join("| " + " | ".join(row) + " |" for row in (first, rule, *rest))
