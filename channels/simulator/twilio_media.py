"""Files that came with messages: kept by the stand-in, given out to the account only.

Source: https://www.twilio.com/docs/messaging/api/media-resource. The real media address answers with a
redirect to a store of Twilio's that asks for no password.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from secrets import token_hex

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from channels.simulator.twilio_account import PATH, VERSION, Account, rfc2822
from channels.simulator.twilio_problem import not_found

HOST = "https://api.twilio.com"
STORE = "https://mms.twiliocdn.com"


@dataclass(frozen=True, slots=True)
class _Media:
    message_sid: str
    content_type: str
    data: bytes
    created_at: datetime


class MediaApi:
    """The files of an account. With `redirects` a file is given out as Twilio does it, by way of its store."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._files: dict[str, _Media] = {}
        self.redirects = False

    def routes(self) -> Sequence[Route]:
        """Return the routes of the media resource, and of the store behind it."""
        media = f"{PATH}/Messages/{{message_sid}}/Media"
        return [
            Route(f"{media}.json", self._list),
            Route(f"{media}/{{sid}}.json", self._fetch),
            Route(f"{media}/{{sid}}", self._download),
            Route("/store/{sid}", self._stored),
        ]

    def keep(self, message_sid: str, content_type: str, data: bytes) -> str:
        """Keep what a phone attached; return its URL as Twilio would write it (host api.twilio.com)."""
        sid = f"ME{token_hex(16)}"
        self._files[sid] = _Media(message_sid, content_type, data, self._account.now())
        return f"{HOST}/{VERSION}/Accounts/{self._account.sid}/Messages/{message_sid}/Media/{sid}"

    async def _list(self, request: Request) -> Response:
        self._account.authenticate(request)
        wanted = request.path_params["message_sid"]
        shown = [self._json(sid, file) for sid, file in self._files.items() if file.message_sid == wanted]
        uri = f"/{VERSION}/Accounts/{self._account.sid}/Messages/{wanted}/Media.json?PageSize=50&Page=0"
        page = {"page": 0, "page_size": 50, "start": 0, "end": max(len(shown) - 1, 0)}
        links = {"uri": uri, "first_page_uri": uri, "next_page_uri": None, "previous_page_uri": None}
        return JSONResponse({"media_list": shown, **page, **links})

    async def _fetch(self, request: Request) -> Response:
        return JSONResponse(self._json(request.path_params["sid"], self._found(request)))

    async def _download(self, request: Request) -> Response:
        file = self._found(request)
        if self.redirects:
            return RedirectResponse(f"{STORE}/store/{request.path_params['sid']}", status_code=307)
        return Response(file.data, media_type=file.content_type)

    async def _stored(self, request: Request) -> Response:
        file = self._files.get(request.path_params["sid"])
        if file is None:
            raise not_found()
        return Response(file.data, media_type=file.content_type)

    def _found(self, request: Request) -> _Media:
        self._account.authenticate(request)
        file = self._files.get(request.path_params["sid"])
        if file is None or file.message_sid != request.path_params["message_sid"]:
            raise not_found()
        return file

    def _json(self, sid: str, file: _Media) -> dict[str, object]:
        created = rfc2822(file.created_at)
        return {
            "account_sid": self._account.sid,
            "content_type": file.content_type,
            "date_created": created,
            "date_updated": created,
            "parent_sid": file.message_sid,
            "sid": sid,
            "uri": f"/{VERSION}/Accounts/{self._account.sid}/Messages/{file.message_sid}/Media/{sid}.json",
        }
