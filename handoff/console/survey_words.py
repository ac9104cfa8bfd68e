"""/console/surveys/questions: the words of the questionnaire. Saving makes a new version; the elements stay."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from typing import Any

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from handoff.address import COUNT_DIGITS, number_of
from handoff.console.frame import Frame, Page, Visitor, url
from handoff.instrument import LANGUAGES
from handoff.ports.surveys import Refused, Surveys, Version

LONGEST = 500  # characters of a sentence
Words = dict[str, Any]
Place = tuple[str, str, Words]
"""The name of a group of fields, what it belongs to (an element's code or a trait's key), and the words there."""


class SurveyWords:
    """Shows and keeps the words."""

    def __init__(self, frame: Frame, surveys: Surveys) -> None:
        self._frame, self._surveys = frame, surveys

    def pages(self) -> Sequence[Page]:
        """Return the page of the questionnaire."""
        return [Page("/surveys/questions", self.words, ("GET", "POST"), role="supervisor")]

    async def words(self, request: Request, visitor: Visitor) -> Response:
        """Show the newest version, or keep what was changed as the next one."""
        known = await self._surveys.newest()
        if request.method == "GET":
            return self._form(
                visitor, known.number, known.content, kept=request.query_params.get("kept") == "1"
            )
        form = await request.form(max_fields=2000)
        written = _written(known.content, form)
        base = number_of(str(form.get("version", "")), digits=COUNT_DIGITS)
        if base is None:
            return self._form(visitor, known.number, written, problem="surveys.newer_version")
        missing = next((about for _, about, words in places(written) if not _is_whole(words)), None)
        if missing is not None:
            return self._form(visitor, base, written, problem="surveys.words_missing", about=missing)
        try:
            await self._surveys.reword(visitor.officer, Version(base, written))
        except Refused as refusal:
            return self._form(visitor, base, written, problem=f"surveys.{refusal.reason}")
        return RedirectResponse(url("/surveys/questions?kept=1"), 303)

    def _form(
        self,
        visitor: Visitor,
        version: int,
        content: Mapping[str, Any],
        *,
        problem: str = "",
        about: str = "",
        kept: bool = False,
    ) -> Response:
        return self._frame.page(
            visitor,
            "survey_words.html",
            422 if problem else 200,
            version=version,
            content=content,
            problem=problem,
            about=about,
            kept=kept,
            longest=LONGEST,
        )


def places(content: Mapping[str, Any]) -> Iterator[Place]:
    """Yield every place with words in both languages, with its name in the form (`U1.answer.3`)."""
    for element in content["elements"]:
        code = element["code"]
        yield f"{code}.name", code, element["name"]
        yield f"{code}.question", code, element["question"]
        for n, answer in enumerate(element["answers"], 1):
            yield f"{code}.answer.{n}", code, answer
    for trait in content["profile"]:
        key = trait["key"]
        yield f"{key}.name", key, trait["name"]
        for option in trait["options"]:
            yield f"{key}.option.{option['key']}", key, option


def _written(known: Mapping[str, Any], form: FormData) -> Words:
    """Return the content with the form's words in it; what the form leaves out stays as it was."""
    content: Words = deepcopy(dict(known))
    for name, _, words in places(content):
        for language in LANGUAGES:
            value = form.get(f"{name}.{language}")
            if isinstance(value, str):
                words[language] = " ".join(value.replace("\x00", "").split())[:LONGEST]
    return content


def _is_whole(words: Words) -> bool:
    return all(words.get(language) for language in LANGUAGES)
