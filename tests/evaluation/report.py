"""Writes what was measured into docs/evaluation.md, between its markers; what stands around is kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Literal

from nlu.evaluate import Outcome, Score, Verdict, grouped, markdown, score, table
from tests.evaluation.playing import Judged
from tests.evaluation.sets import Question

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "evaluation.md"
DECREE: Literal["keputusan"] = "keputusan"
OUT_OF_SCOPE: Literal["luar"] = "luar"


def results(questions: Sequence[Question], judged: Sequence[Judged], played: Sequence[list[Judged]]) -> str:
    """Return the goals, the tables and the failing ids as Markdown, without a date."""
    verdicts = {each.id: each.verdict for each in judged}
    parts = [_goals(questions, judged, played)]
    groups: Mapping[str, Callable[[Question], str]] = {
        "kind": lambda question: question.kind,
        "language": lambda question: question.language,
        "style": lambda question: question.style,
    }
    for name, group in groups.items():
        scores = grouped((group(question), verdicts[question.id]) for question in questions)
        if name == "kind":
            scores["all"] = score(verdicts.values())
        parts.append(table(name, scores))
    parts.append(_of_dialogues(played))
    parts.append(_failing(questions, verdicts, played))
    return "\n\n".join(parts)


def by_topic(questions: Sequence[Question], judged: Sequence[Judged]) -> str:
    """Return a table by the topic that was expected first, the weakest first: labels only."""
    verdicts = {each.id: each.verdict for each in judged}
    scores = grouped((_topic(question), verdicts[question.id]) for question in questions)
    weakest = sorted(scores.items(), key=lambda item: (item[1].share(Verdict.RIGHT), item[0]))
    return table("expected topic", dict(weakest))


def _topic(question: Question) -> str:
    several = "several: " + ", ".join(group[0] for group in question.expect.each)
    labels = question.expect.topics or ((several,) if question.expect.each else question.expect.outcome)
    return labels[0]


def write(marker: str, content: str, document: Path = DOCUMENT) -> None:
    """Put `content` between `<!-- marker -->` and `<!-- /marker -->`. Raises ValueError without them."""
    text = document.read_text(encoding="utf-8")
    begin, end = f"<!-- {marker} -->", f"<!-- /{marker} -->"
    before, _, rest = text.partition(begin)
    _, found, after = rest.partition(end)
    if not found:
        raise ValueError(f"{document.name}: no {begin} ... {end}")
    document.write_text(f"{before}{begin}\n\n{content}\n\n{end}{after}", encoding="utf-8")


def _goals(questions: Sequence[Question], judged: Sequence[Judged], played: Sequence[list[Judged]]) -> str:
    verdicts = {each.id: each.verdict for each in judged}
    kinds = grouped((question.kind, verdicts[question.id]) for question in questions)
    weakest = min(kinds, key=lambda kind: kinds[kind].share(Verdict.RIGHT))
    right = Verdict.RIGHT
    wrong = score(verdicts.values()).share(Verdict.CONFIDENTLY_WRONG)
    done = _dialogues(played).share(right)
    rows: list[tuple[str, str, float, bool]] = [
        ("questions about the decree right", ">= 95 %", *_at_least(kinds[DECREE], 95)),
        (f"every kind right (lowest: {weakest})", ">= 90 %", *_at_least(kinds[weakest], 90)),
        ("confidently wrong, of all", "< 2 %", wrong, wrong < 2),
        ("out of scope rejected", ">= 95 %", *_at_least(kinds[OUT_OF_SCOPE], 95)),
        ("dialogues right", ">= 90 %", done, done >= 90),
    ]
    heading = ("goal", "wanted", "measured", "holds")
    told = _limit_told(questions, judged)
    return (
        markdown(
            [heading, *((name, want, f"{is_:.1f} %", "yes" if ok else "no") for name, want, is_, ok in rows)]
        )
        + f"\n\nOf the questions out of scope, {told:.1f} % were told the limit itself; the other rejected ones "
        "were asked back, met with talk or offered an officer."
    )


def _at_least(measured: Score, goal: float) -> tuple[float, bool]:
    share = measured.share(Verdict.RIGHT)
    return share, share >= goal


def _limit_told(questions: Sequence[Question], judged: Sequence[Judged]) -> float:
    foreign = {question.id for question in questions if question.kind == OUT_OF_SCOPE}
    told = [Outcome.REJECT in each.reply.outcomes for each in judged if each.id in foreign]
    return 100.0 * sum(told) / len(told) if told else 0.0


def _dialogues(played: Sequence[list[Judged]]) -> Score:
    return score(max((turn.verdict for turn in turns), key=list(Verdict).index) for turns in played)


def _of_dialogues(played: Sequence[list[Judged]]) -> str:
    turns = score(turn.verdict for each in played for turn in each)
    return table("dialogues", {"whole dialogues (as their worst turn)": _dialogues(played), "turns": turns})


def _failing(
    questions: Sequence[Question], verdicts: Mapping[str, Verdict], played: Sequence[list[Judged]]
) -> str:
    rows = [("not right", *list(Verdict)[1:])]
    for kind in dict.fromkeys(question.kind for question in questions):
        ids = {question.id for question in questions if question.kind == kind}
        rows.append((kind, *_listed({id_: verdict for id_, verdict in verdicts.items() if id_ in ids})))
    turns = {turn.id: turn.verdict for each in played for turn in each}
    rows.append(("dialogues (turn)", *_listed(turns)))
    return markdown(rows).replace("---:", "---")


def _listed(verdicts: Mapping[str, Verdict]) -> list[str]:
    return [" ".join(id_ for id_, is_ in verdicts.items() if is_ is verdict) for verdict in list(Verdict)[1:]]
