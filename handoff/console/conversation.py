"""/console/conversation/{id}: the page an officer lives in, and what of it is asked for again while it is open."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import Response

from handoff.address import number_of
from handoff.console import conversation_words as words
from handoff.console.conversation_view import Composing, Parts, View, view
from handoff.console.doors import Talk
from handoff.console.frame import Frame, Page, Visitor
from handoff.console.visible import line, visible
from handoff.dates import plain_day
from handoff.ports.thread import Colleague, Draft, Happened, Look, Sending
from handoff.ticket import KINDS

MOST = 40
"""Messages on a page."""
NEWS = 15
"""Messages that an open page is sent when something changes."""
LONGEST_DRAFT = 20_000
MOST_FILES_MB = 15
"""What a reply's files may weigh together; channels may take less (`max_file_bytes`)."""


class Conversations:
    """Shows conversations. `ConversationDesk` does things to them."""

    def __init__(self, frame: Frame, talk: Talk) -> None:
        self.frame = frame
        self.threads = talk.threads
        self._canned = talk.canned
        self.parts = Parts(
            talk.knowledge, talk.announcing, talk.deadlines, talk.render, ZoneInfo(frame.timezone)
        )

    def pages(self) -> list[Page]:
        """Return the page and its parts."""
        here = "/conversation/{conversation:id}"
        return [
            Page(here, self._page, name="conversation"),
            Page(f"{here}/news", self._news),
            Page(f"{here}/message/{{message:id}}", self._whole),
            Page(f"{here}/canned", self._found_canned),
            Page(f"{here}/canned/{{canned:id}}", self._filled),
            Page(f"{here}/answers", self._answers),
            Page(f"{here}/draft", self._draft, ("POST",)),
            Page(f"{here}/viewing", self._viewing, ("POST",)),
        ]

    async def show(
        self,
        visitor: Visitor,
        conversation_id: int,
        *,
        status: int = 200,
        is_part: bool = False,
        template: str = "",
        before: int | None = None,
        **said: Any,
    ) -> Response:
        """Render the conversation as it is now: whole, or its body only, for htmx.

        `said` goes to `conversation_view.view` (composing, problem, asked).
        """
        look = await self.threads.look(visitor.officer.id, conversation_id, before=before, most=MOST)
        seen = view(look, visitor.officer, self.parts, now=self.frame.now(), **said)
        name = template or ("conversation_body.html" if is_part else "conversation.html")
        return self.frame.page(visitor, name, status, **self.values(visitor, seen, before=before))

    def values(self, visitor: Visitor, seen: View, *, before: int | None = None) -> dict[str, Any]:
        """Return what the templates need."""
        return {
            "view": seen,
            "look": seen.look,
            "composing": seen.composing,
            "before": before,
            "kinds": KINDS,
            "show": self.shown,
            "seen": visible,
            "line": line,
            "size": words.size,
            "titles": lambda topics: self.parts.knowledge.titles(topics, visitor.language),
            "delivery": lambda sending: self._delivery(visitor, sending),
            "happened": lambda entry: self._happened(visitor, entry.happened),
            "changed": lambda change: self._happened(visitor, change),
            "most_files_mb": MOST_FILES_MB,
            "many_channels": len({each.channel for each in seen.look.said}) > 1,
            "called": lambda officer: self._called(visitor, officer, seen.look),
            "now": self.frame.now(),
        }

    def shown(self, text: str) -> Any:
        """Return a text of anybody's as safe HTML."""
        return self.parts.render(visible(text))

    def _called(self, visitor: Visitor, officer: Colleague, look: Look) -> str:
        """Return an officer's name, with a word when they can log in no more."""
        works_here = any(each.id == officer.id for each in look.officers)
        return officer.name if works_here else self.frame.say(visitor, "inbox.disabled", name=officer.name)

    def _delivery(self, visitor: Visitor, sending: Sending) -> words.Words:
        return words.delivery(sending, self.frame.say(visitor, "conversation.no_reason"))

    def _happened(self, visitor: Visitor, happened: Happened) -> str:
        """Say what happened, in the visitor's words."""
        key = words.happened_key(happened.what, self.frame.words.keys)
        given = {
            "what": happened.what,
            "who": happened.officer or self.frame.say(visitor, words.actor_key(happened)),
            "ticket": happened.detail.get("ticket", ""),
            "reason": happened.detail.get("reason", ""),
            "before": self._value(visitor, happened.what, happened.before),
            "after": self._value(visitor, happened.what, happened.after),
        }
        return self.frame.say(visitor, key, **given)

    def _value(self, visitor: Visitor, what: str, value: str | None) -> str:
        """Return a value of a ticket's history as officers call it."""
        key = f"conversation.{what}_{value or 'none'}"
        if key in self.frame.words.keys:
            return self.frame.say(visitor, key)
        if value and what in words.MOMENTS:
            return self.frame.almanacs[visitor.language].told(datetime.fromisoformat(value))
        if value and what in words.DAYS:
            return plain_day(date.fromisoformat(value), visitor.language)
        return line(value or "", 200)

    async def _page(self, request: Request, visitor: Visitor) -> Response:
        conversation_id = request.path_params["conversation"]
        before = number_of(request.query_params.get("before"))
        composing = await self._prefilled(request, visitor, conversation_id)
        asked = request.query_params.get("answers", "")[:200]
        return await self.show(
            visitor,
            conversation_id,
            is_part=request.headers.get("hx-target") == "conversation",
            before=before,
            composing=composing,
            asked=asked,
        )

    async def _prefilled(self, request: Request, visitor: Visitor, conversation_id: int) -> Composing | None:
        """Return the composer with what was chosen by a link, where there is no script to put it in."""
        chosen = request.query_params.get("use", "")
        kind, _, which = chosen.partition(":")
        canned = number_of(which)
        if kind == "canned" and canned is not None:
            text = await self._canned.fill(visitor.officer, canned, conversation_id)
        elif kind == "answer":
            language = "en" if request.query_params.get("in") == "en" else "id"
            found = self.parts.knowledge.suggested([which], language)
            text = found[0].text if found else ""
        else:
            return None
        look = await self.threads.look(visitor.officer.id, conversation_id, most=1)
        kept = f"{look.draft.text.rstrip()}\n\n" if look.draft.text.strip() else ""
        return Composing(kept + text, look.draft.is_note, look.last_id)

    async def _news(self, request: Request, visitor: Visitor) -> Response:
        """Return the newest messages and what stands around them, for a page that is open."""
        look = await self.threads.look(visitor.officer.id, request.path_params["conversation"], most=NEWS)
        seen = view(look, visitor.officer, self.parts, now=self.frame.now())
        return self.frame.fragment(visitor, "conversation_news.html", **self.values(visitor, seen))

    async def _whole(self, request: Request, visitor: Visitor) -> Response:
        conversation_id = request.path_params["conversation"]
        whole = await self.threads.whole(conversation_id, request.path_params["message"])
        return self.frame.page(
            visitor,
            "conversation_message.html",
            said=whole.said,
            conversation_id=conversation_id,
            show=self.shown,
            seen=visible,
        )

    async def _found_canned(self, request: Request, visitor: Visitor) -> Response:
        """Return canned replies: options for what stands after a slash, a list of links, or a page of them."""
        typed = request.query_params.get("q", "")[:100]
        found = await (self._canned.found(typed) if typed.strip() else self._canned.all())
        is_part = "hx-request" in request.headers
        name = "options" if "options" in request.query_params else "canned" if is_part else "canned_page"
        return self.frame.page(
            visitor,
            f"conversation_{name}.html",
            found=found[:8] if name == "options" else found,
            conversation_id=request.path_params["conversation"],
            line=line,
        )

    async def _filled(self, request: Request, visitor: Visitor) -> Response:
        """Return one canned reply with its gaps filled, as plain text."""
        text = await self._canned.fill(
            visitor.officer, request.path_params["canned"], request.path_params["conversation"]
        )
        return Response(text, media_type="text/plain; charset=utf-8")

    async def _answers(self, request: Request, visitor: Visitor) -> Response:
        conversation_id = request.path_params["conversation"]
        asked = request.query_params.get("answers", "")[:200]
        return await self.show(visitor, conversation_id, template="conversation_answers.html", asked=asked)

    async def _draft(self, request: Request, visitor: Visitor) -> Response:
        """Keep what is being written; what colleagues see of it is that it is."""
        form = await request.form()
        text = str(form.get("text", ""))[:LONGEST_DRAFT]
        is_note = form.get("mode") == "note"
        draft = Draft(text.replace("\x00", ""), is_note)
        await self.threads.keep_draft(visitor.officer.id, request.path_params["conversation"], draft)
        return self.frame.fragment(
            visitor, "conversation_kept.html", at=self.frame.now() if text.strip() else None
        )

    async def _viewing(self, request: Request, visitor: Visitor) -> Response:
        conversation_id = request.path_params["conversation"]
        form = await request.form()
        if form.get("leaves"):
            await self.threads.leave(visitor.officer.id, conversation_id)
            return Response(status_code=204)
        colleagues = await self.threads.watch(visitor.officer.id, conversation_id)
        return self.frame.fragment(visitor, "conversation_watching.html", colleagues=colleagues)
