"""A stand-in for Twilio's Messages API, for simulation, tests and benches.

It takes what the real twilio client posts, answers in Twilio's shapes (version 2010-04-01) and keeps
every message in memory. It refuses what Twilio refuses at the door: wrong credentials (20003), a missing
or impossible recipient (21604, 21211), a sender that is not ours (63007), no body (21619), more than
1600 characters (21617). Error numbers: https://www.twilio.com/docs/api/errors.
"""

from __future__ import annotations

import asyncio
import base64
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from secrets import token_hex
from urllib.parse import parse_qsl, urlencode

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from channels.simulator.twilio_faults import Fault, Faults
from channels.simulator.twilio_messages import (
    VERSION,
    SentMessage,
    TwilioProblem,
    content_variables,
    matches,
    message_json,
    rfc2822,
    validate,
)
from channels.simulator.twilio_webhook import sign_webhook, webhook_form

__all__ = ["Fault", "Faults", "SentMessage", "TwilioStandIn", "sign_webhook", "webhook_form"]

MAX_PAGE = 1000


@dataclass(frozen=True, slots=True)
class _Media:
    content_type: str
    data: bytes


class TwilioStandIn:
    """One Twilio account with the WhatsApp sender `sender` (`whatsapp:+...`).

    `app` is the ASGI app to serve; `messages` what was taken, oldest first; `faults` what goes wrong
    next. `now` gives the time (aware) for the API's dates.
    """

    def __init__(
        self, *, account_sid: str, auth_token: str, sender: str, now: Callable[[], datetime]
    ) -> None:
        self.account_sid = account_sid
        self.sender = sender
        self.messages: list[SentMessage] = []
        self.faults = Faults()
        self._now = now
        self._observers: list[Callable[[SentMessage], None]] = []
        self._media: dict[str, _Media] = {}
        self._credentials = base64.b64encode(f"{account_sid}:{auth_token}".encode())
        account = f"/{VERSION}/Accounts/{{account_sid}}"
        self.app = Starlette(
            routes=[
                Route(f"{account}.json", self._account),
                Route(f"{account}/Messages.json", self._create, methods=["POST"]),
                Route(f"{account}/Messages.json", self._list, methods=["GET"]),
                Route(f"{account}/Messages/{{sid}}.json", self._fetch),
                Route(f"{account}/Messages/{{sid}}/Media/{{media_sid}}", self._download),
            ],
            exception_handlers={TwilioProblem: _answer_problem},
        )

    def on_message(self, observer: Callable[[SentMessage], None]) -> None:
        """Have `observer` called with every message, right after it was taken."""
        self._observers.append(observer)

    def keep_media(self, message_sid: str, content_type: str, data: bytes) -> str:
        """Keep what a phone attached; return its URL as Twilio would write it (host api.twilio.com)."""
        media_sid = f"ME{token_hex(16)}"
        self._media[media_sid] = _Media(content_type, data)
        path = f"/{VERSION}/Accounts/{self.account_sid}/Messages/{message_sid}/Media/{media_sid}"
        return f"https://api.twilio.com{path}"

    async def _create(self, request: Request) -> Response:
        self._authenticate(request)
        body = (await request.body()).decode("utf-8", "replace")
        form = dict(parse_qsl(body, keep_blank_values=True))
        fault = self.faults.next("POST")
        if fault is None:
            return JSONResponse(message_json(self._take(form)), status_code=201)
        await asyncio.sleep(fault.delay_seconds)
        taken = message_json(self._take(form)) if fault.accepted or fault.status is None else None
        return await _faulty(fault, taken, 201)

    async def _list(self, request: Request) -> Response:
        self._authenticate(request)
        fault = self.faults.next("GET")
        listing = self._page(request)
        if fault is None:
            return JSONResponse(listing)
        await asyncio.sleep(fault.delay_seconds)
        return await _faulty(fault, listing, 200)

    async def _fetch(self, request: Request) -> Response:
        self._authenticate(request)
        sid = request.path_params["sid"]
        found = next((message for message in self.messages if message.sid == sid), None)
        if found is None:
            raise _not_found()
        return JSONResponse(message_json(found))

    async def _account(self, request: Request) -> Response:
        self._authenticate(request)
        created = rfc2822(self._now())
        account = {
            "auth_token": None,
            "date_created": created,
            "date_updated": created,
            "friendly_name": "Simulasi",
            "owner_account_sid": self.account_sid,
            "sid": self.account_sid,
            "status": "active",
            "subresource_uris": {"messages": f"/{VERSION}/Accounts/{self.account_sid}/Messages.json"},
            "type": "Full",
            "uri": f"/{VERSION}/Accounts/{self.account_sid}.json",
        }
        return JSONResponse(account)

    async def _download(self, request: Request) -> Response:
        self._authenticate(request)
        media = self._media.get(request.path_params["media_sid"])
        if media is None:
            raise _not_found()
        return Response(media.data, media_type=media.content_type)

    def _authenticate(self, request: Request) -> None:
        kind, _, given = request.headers.get("authorization", "").partition(" ")
        known = hmac.compare_digest(given.encode(), self._credentials)
        if kind.lower() != "basic" or not known or request.path_params["account_sid"] != self.account_sid:
            raise TwilioProblem(401, 20003, "Authenticate")

    def _take(self, form: Mapping[str, str]) -> SentMessage:
        """Validate and keep a message, tell the observers. Raises `TwilioProblem`."""
        validate(form, self.sender)
        message = SentMessage(
            sid=f"SM{token_hex(16)}",
            account_sid=self.account_sid,
            sender=form["From"],
            recipient=form["To"],
            body=form.get("Body", ""),
            created_at=self._now(),
            status_callback=form.get("StatusCallback"),
            content_sid=form.get("ContentSid"),
            content_variables=content_variables(form),
        )
        self.messages.append(message)
        for observer in self._observers:
            observer(message)
        return message

    def _page(self, request: Request) -> dict[str, object]:
        """Return one page, newest first, in the shape of Twilio's lists."""
        query = request.query_params
        size = min(int(query.get("PageSize", "50")), MAX_PAGE)
        page = int(query.get("Page", "0"))
        found = [message for message in reversed(self.messages) if matches(message, query)]
        start, end = page * size, (page + 1) * size
        shown = [message_json(message) for message in found[start:end]]
        return {
            "messages": shown,
            "page": page,
            "page_size": size,
            "start": start,
            "end": start + max(len(shown) - 1, 0),
            "uri": _page_uri(request, page),
            "first_page_uri": _page_uri(request, 0),
            "next_page_uri": _page_uri(request, page + 1) if len(found) > end else None,
            "previous_page_uri": _page_uri(request, page - 1) if page else None,
        }


def _page_uri(request: Request, page: int) -> str:
    query = {**request.query_params, "Page": str(page)}
    if page:
        query["PageToken"] = f"PA{page}"
    # From Twilio's root, wherever the stand-in is mounted: the client puts its own base before it.
    return f"/{VERSION}/Accounts/{request.path_params['account_sid']}/Messages.json?{urlencode(query)}"


async def _faulty(fault: Fault, answer: dict[str, object] | None, status: int) -> Response:
    """Answer as the fault says; `answer` is what would have been answered without it."""
    await asyncio.sleep(fault.hang_seconds)
    if fault.status is not None:
        return TwilioProblem(fault.status, fault.code or fault.status, "Planned fault").response()
    if not fault.dropped:
        return JSONResponse(answer, status_code=status)
    # The head promises more than comes: the server can only close the connection in the middle.
    whole = json.dumps(answer).encode()
    half = iter([whole[: len(whole) // 2]])
    return StreamingResponse(half, status_code=status, headers={"content-length": str(len(whole))})


async def _answer_problem(_request: Request, problem: Exception) -> Response:
    if not isinstance(problem, TwilioProblem):
        raise problem
    return problem.response()


def _not_found() -> TwilioProblem:
    return TwilioProblem(404, 20404, "The requested resource was not found")
