"""`python -m tests.evaluation`: ask everything, print the tables, write them into docs/evaluation.md."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from nlu.evaluate import Verdict
from tests.evaluation import report
from tests.evaluation.comparison import compare
from tests.evaluation.playing import Judged, ask, conversation, play
from tests.evaluation.sets import dialogues, questions


def main() -> None:
    """Run the evaluation with the knowledge and model as they are."""
    arguments = _arguments()
    if arguments.pipelines is not None:
        _compare(arguments.pipelines, is_dry=arguments.dry)
        return
    asked, scenes = questions(), dialogues()
    with conversation() as chat:
        judged = []
        for number, question in enumerate(asked, start=1):
            judged.append(ask(chat, question))
            _progress(number, len(asked))
        played = [play(chat, scene) for scene in scenes]
    found = report.results(asked, judged, played)
    sys.stdout.write(found + "\n")
    if arguments.topics:
        sys.stdout.write("\n" + report.by_topic(asked, judged) + "\n")
    if arguments.details:
        _write_details(arguments.details, [*judged, *(turn for turns in played for turn in turns)])
    if not arguments.dry:
        report.write("results", found)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.evaluation", description=__doc__)
    parser.add_argument("--dry", action="store_true", help="print only, leave docs/evaluation.md as it is")
    parser.add_argument("--topics", action="store_true", help="also print a table by expected topic")
    parser.add_argument(
        "--pipelines", nargs="*", metavar="NAME", help="train and compare tests/evaluation/pipelines/NAME.yml"
    )
    parser.add_argument(
        "--details", type=Path, help="also write id, verdict, topics and reply of all, as JSON lines"
    )
    return parser.parse_args()


def _compare(names: list[str], *, is_dry: bool) -> None:
    """Compare the named pipelines, or all; only a comparison of all is kept."""
    found = compare(names)
    sys.stdout.write(found + "\n")
    if not is_dry and not names:
        report.write("pipelines", found)


def _write_details(file: Path, judged: list[Judged]) -> None:
    lines = [
        {
            "id": each.id,
            "verdict": each.verdict,
            "does": sorted(each.reply.outcomes),
            "topics": each.reply.topics,
            "reply": each.reply.text,
        }
        for each in sorted(judged, key=lambda each: list(Verdict).index(each.verdict), reverse=True)
    ]
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    file.write_text(text, encoding="utf-8")


def _progress(number: int, total: int) -> None:
    if number % 100 == 0 or number == total:
        sys.stderr.write(f"{number} of {total} questions\n")


if __name__ == "__main__":
    main()
