"""The survey by an invitation of its own: the same nine questions as behind a rating link, without a rating."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from starlette.requests import Request
from starlette.responses import Response

from handoff.citizen.room import LinkRoom, Pages
from handoff.dates import long_day
from handoff.ports.ratings import Sheet
from handoff.ports.surveys import SurveyLinks


@dataclass(frozen=True, slots=True)
class Invited:
    """An invitation as the pages take it."""

    language: str
    closes_on: date
    sheet: Sheet


class SurveyPages(LinkRoom):
    """The pages behind a survey link: whoever has it may fill in that one questionnaire."""

    base = "/survei"
    ended = "survey_ended"

    def __init__(
        self, links: SurveyLinks, *, office_name: str, office_mail: str, is_simulation: bool = False
    ) -> None:
        super().__init__(office_name=office_name, office_mail=office_mail, is_simulation=is_simulation)
        self._links = links

    async def open_link(self, token: str) -> Invited:
        """Return what a link opens. Raises `NotFound`, `LinkEnded`."""
        found = await self._links.invited(token)
        sheet = Sheet(
            found.title, found.instrument, found.scores, found.profile, is_finished=found.is_finished
        )
        return Invited(found.language, found.closes_on, sheet)

    async def keep_answer(self, token: str, code: str, score: int | None) -> None:
        """Keep the answer to one element."""
        await self._links.answer(token, code, score)

    async def keep_rest(self, token: str, profile: Mapping[str, str], remark: str) -> None:
        """Keep the rest of the questionnaire."""
        await self._links.finish(token, profile, remark)

    def own_pages(self) -> Pages:
        """Return the page that the link opens, and the one after the last question."""
        return (("/{token}", self.begin, ["GET"]), ("/{token}/selesai", self.begin, ["GET"]))

    async def begin(self, request: Request) -> Response:
        """Say what it is about and lead to the first question that has no answer; or thank for all of them."""
        found = await self.open_link(str(request.path_params["token"]))
        codes, scores = found.sheet.instrument.codes, found.sheet.scores
        following = next((n for n, code in enumerate(codes, 1) if code not in scores), len(codes))
        day = {language: long_day(found.closes_on, language) for language in ("id", "en")}
        return self.page(request, found, "survey.html", following=following, day=day)
