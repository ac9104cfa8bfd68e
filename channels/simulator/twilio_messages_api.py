"""The Messages resource: taking, listing and fetching messages."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from secrets import token_hex
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from channels.simulator.twilio_account import PATH, VERSION, Account
from channels.simulator.twilio_content import Content, show
from channels.simulator.twilio_faults import Fault, Faults
from channels.simulator.twilio_messages import (
    SentMessage,
    chosen_content,
    content_variables,
    matches,
    message_json,
    validate,
)
from channels.simulator.twilio_paging import address_of, wanted
from channels.simulator.twilio_problem import TOO_MANY, TwilioProblem, not_found, too_many
from channels.simulator.twilio_rules import Numbers, Rules, Turnstile


class MessagesApi:
    """The messages of an account, oldest first; `turned_away` were too many in a second."""

    def __init__(
        self,
        account: Account,
        *,
        faults: Faults,
        rules: Rules,
        numbers: Numbers,
        contents: Mapping[str, Content],
    ) -> None:
        self.messages: list[SentMessage] = []
        self.turned_away = 0
        self._account = account
        self._faults = faults
        self._rules = rules
        self._numbers = numbers
        self._contents = contents
        self._turnstile = Turnstile()
        self._observers: list[Callable[[SentMessage], None]] = []

    def routes(self) -> Sequence[Route]:
        """Return the resource's routes."""
        return [
            Route(f"{PATH}/Messages.json", self._create, methods=["POST"]),
            Route(f"{PATH}/Messages.json", self._list, methods=["GET"]),
            Route(f"{PATH}/Messages/{{sid}}.json", self._fetch),
        ]

    def on_message(self, observer: Callable[[SentMessage], None]) -> None:
        """Have `observer` called with every message, right after it was taken."""
        self._observers.append(observer)

    async def _create(self, request: Request) -> Response:
        self._account.authenticate(request)
        body = (await request.body()).decode("utf-8", "replace")
        form = dict(parse_qsl(body, keep_blank_values=True))
        fault = self._faults.next("POST")
        if fault is None:
            return JSONResponse(message_json(self._take(form)), status_code=201)
        await asyncio.sleep(fault.delay_seconds)
        taken = message_json(self._take(form)) if fault.accepted or fault.status is None else None
        return await _faulty(fault, taken, 201)

    async def _list(self, request: Request) -> Response:
        self._account.authenticate(request)
        fault = self._faults.next("GET")
        listing = self._page(request)
        if fault is None:
            return JSONResponse(listing)
        await asyncio.sleep(fault.delay_seconds)
        return await _faulty(fault, listing, 200)

    async def _fetch(self, request: Request) -> Response:
        self._account.authenticate(request)
        sid = request.path_params["sid"]
        found = next((message for message in self.messages if message.sid == sid), None)
        if found is None:
            raise not_found()
        return JSONResponse(message_json(found))

    def _take(self, form: Mapping[str, str]) -> SentMessage:
        """Validate and keep a message, tell the observers. Raises `TwilioProblem`."""
        rate = self._rules.per_second
        if rate is not None and not self._turnstile.lets_pass(rate):
            self.turned_away += 1
            raise too_many()
        validate(form, self._account.sender)
        content, variables = chosen_content(form, self._contents), content_variables(form)
        if self._rules.honours_stop and self._numbers.has_opted_out(form["To"]):
            raise TwilioProblem(400, 21610, "Attempt to send to unsubscribed recipient")
        shown = show(content, variables) if content else None
        message = SentMessage(
            sid=f"SM{token_hex(16)}",
            account_sid=self._account.sid,
            sender=form["From"],
            recipient=form["To"],
            body=shown.text if shown else form["Body"],
            created_at=self._account.now(),
            status_callback=form.get("StatusCallback"),
            content_sid=content.sid if content else None,
            content_variables=variables,
            shown=shown,
        )
        self.messages.append(message)
        for observer in self._observers:
            observer(message)
        return message

    def _page(self, request: Request) -> dict[str, object]:
        """Return one page, newest first, in the shape of the lists of 2010."""
        page, size = wanted(request)
        found = [message for message in reversed(self.messages) if matches(message, request.query_params)]
        start, end = page * size, (page + 1) * size
        shown = [message_json(message) for message in found[start:end]]
        # From Twilio's root, wherever the stand-in is mounted: the client puts its own base before it.
        path = f"/{VERSION}/Accounts/{self._account.sid}/Messages.json"
        return {
            "messages": shown,
            "page": page,
            "page_size": size,
            "start": start,
            "end": start + max(len(shown) - 1, 0),
            "uri": address_of(request, path, page),
            "first_page_uri": address_of(request, path, 0),
            "next_page_uri": address_of(request, path, page + 1) if len(found) > end else None,
            "previous_page_uri": address_of(request, path, page - 1) if page else None,
        }


async def _faulty(fault: Fault, answer: dict[str, object] | None, status: int) -> Response:
    """Answer as the fault says; `answer` is what would have been answered without it."""
    await asyncio.sleep(fault.hang_seconds)
    if fault.status == 429:
        return too_many(fault.code or TOO_MANY).response()
    if fault.status is not None:
        return TwilioProblem(fault.status, fault.code or fault.status, "Planned fault").response()
    if not fault.dropped:
        return JSONResponse(answer, status_code=status)
    # The head promises more than comes: the server can only close the connection in the middle.
    whole = json.dumps(answer).encode()
    half = iter([whole[: len(whole) // 2]])
    return StreamingResponse(half, status_code=status, headers={"content-length": str(len(whole))})
