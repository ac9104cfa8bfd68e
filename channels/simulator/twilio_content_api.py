"""The Content API: templates and their approval by WhatsApp.

Shapes: content.v1 of Twilio's OpenAPI description; https://www.twilio.com/docs/content/content-api-resources.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from secrets import token_hex
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from channels.simulator.twilio_account import Account, iso8601
from channels.simulator.twilio_content import Content
from channels.simulator.twilio_paging import page_of
from channels.simulator.twilio_problem import TwilioProblem, not_found

HOST = "https://content.twilio.com"


class ContentApi:
    """The templates of an account: `known` by their sid."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self.known: dict[str, Content] = {}

    def routes(self) -> Sequence[Route]:
        """Return the routes of content.twilio.com."""
        return [
            Route("/v1/Content", self._list(content_json), methods=["GET"]),
            Route("/v1/Content", self._create, methods=["POST"]),
            Route("/v1/ContentAndApprovals", self._list(with_approval), methods=["GET"]),
            Route("/v1/Content/{sid}", self._fetch, methods=["GET"]),
            Route("/v1/Content/{sid}/ApprovalRequests", self._approval, methods=["GET"]),
            Route("/v1/Content/{sid}/ApprovalRequests/whatsapp", self._submit, methods=["POST"]),
        ]

    def keep(
        self, types: Mapping[str, Mapping[str, Any]], *, sid: str | None = None, name: str = "", **more: Any
    ) -> str:
        """Keep a template, approved unless `status` says otherwise; return its sid. `more`: see `Content`."""
        sid = sid or f"HX{token_hex(16)}"
        self.known[sid] = Content(
            sid=sid,
            friendly_name=name or sid,
            types={kind: dict(parts) for kind, parts in types.items()},
            created_at=self._account.now(),
            name=name,
            **more,
        )
        return sid

    def _list(self, shape: Callable[[Content, str], dict[str, Any]]) -> Callable[[Request], Any]:
        async def listed(request: Request) -> Response:
            self._account.authenticate(request)
            shown = [shape(content, self._account.sid) for content in self.known.values()]
            return JSONResponse(page_of(shown, request, HOST, "contents"))

        return listed

    async def _create(self, request: Request) -> Response:
        self._account.authenticate(request)
        told = await _json(request)
        types = told.get("types")
        if not isinstance(types, dict) or not types:
            raise TwilioProblem(400, 20001, "types is required")
        sid = self.keep(
            types,
            name=str(told.get("friendly_name") or ""),
            language=str(told.get("language") or "en"),
            variables={str(name): str(value) for name, value in (told.get("variables") or {}).items()},
            status="unsubmitted",
        )
        return JSONResponse(content_json(self.known[sid], self._account.sid), status_code=201)

    async def _fetch(self, request: Request) -> Response:
        return JSONResponse(content_json(self._found(request), self._account.sid))

    async def _approval(self, request: Request) -> Response:
        content = self._found(request)
        answer = {
            "sid": content.sid,
            "account_sid": self._account.sid,
            "whatsapp": {"type": "whatsapp", **approval_json(content)},
            "url": f"{HOST}/v1/Content/{content.sid}/ApprovalRequests",
        }
        return JSONResponse(answer)

    async def _submit(self, request: Request) -> Response:
        content = self._found(request)
        told = await _json(request)
        name, category = str(told.get("name") or ""), str(told.get("category") or "")
        if not re.fullmatch(r"[a-z0-9_]{1,512}", name) or category not in {
            "UTILITY",
            "MARKETING",
            "AUTHENTICATION",
        }:
            raise TwilioProblem(400, 20001, "name and category are required")
        content.name, content.category, content.status = name, category, "received"
        return JSONResponse(approval_json(content), status_code=201)

    def _found(self, request: Request) -> Content:
        self._account.authenticate(request)
        content = self.known.get(request.path_params["sid"])
        if content is None:
            raise not_found()
        return content


def content_json(content: Content, account_sid: str) -> dict[str, Any]:
    """Return a template as the API shows it."""
    url = f"{HOST}/v1/Content/{content.sid}"
    return {
        "sid": content.sid,
        "account_sid": account_sid,
        "friendly_name": content.friendly_name,
        "language": content.language,
        "variables": content.variables,
        "types": content.types,
        "url": url,
        "links": {
            "approval_create": f"{url}/ApprovalRequests/whatsapp",
            "approval_fetch": f"{url}/ApprovalRequests",
        },
        "date_created": iso8601(content.created_at),
        "date_updated": iso8601(content.created_at),
    }


def with_approval(content: Content, account_sid: str) -> dict[str, Any]:
    """Return a template together with its approval, as `ContentAndApprovals` lists it."""
    whole = content_json(content, account_sid)
    del whole["url"], whole["links"]
    return {**whole, "approval_requests": approval_json(content)}


def approval_json(content: Content) -> dict[str, Any]:
    """Return what WhatsApp says of a template."""
    is_submitted = content.status != "unsubmitted"
    return {
        "name": content.name if is_submitted else "",
        "category": content.category if is_submitted else "",
        "content_type": next(iter(content.types), "") if is_submitted else "",
        "status": content.status,
        "rejection_reason": content.rejection_reason,
        "allow_category_change": False,
    }


async def _json(request: Request) -> dict[str, Any]:
    try:
        told = json.loads(await request.body())
    except ValueError:
        told = None
    if not isinstance(told, dict):
        raise TwilioProblem(400, 20001, "the body is no JSON object")
    return told
