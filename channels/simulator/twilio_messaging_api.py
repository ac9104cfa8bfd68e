"""The Messaging API, version 2: WhatsApp senders with their webhooks, and the typing indicator.

Source: https://www.twilio.com/docs/whatsapp/api/senders,
https://www.twilio.com/docs/whatsapp/api/typing-indicators-resource.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from channels.simulator.twilio_account import Account
from channels.simulator.twilio_paging import page_of
from channels.simulator.twilio_problem import TwilioProblem, not_found

HOST = "https://messaging.twilio.com"


@dataclass(slots=True)
class Webhooks:
    """Where the sender posts to; empty: not set, as for a sender that was just made."""

    callback_url: str = ""
    fallback_url: str = ""
    status_callback_url: str = ""


class MessagingApi:
    """The account's only sender, and who is told that an answer is on its way."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self.webhooks = Webhooks()
        self.status = "ONLINE"
        self.typed: list[str] = []
        self._observers: list[Callable[[str], None]] = []

    def routes(self) -> Sequence[Route]:
        """Return the routes of messaging.twilio.com."""
        return [
            Route("/v2/Indicators/Typing.json", self._typing, methods=["POST"]),
            Route("/v2/Channels/Senders", self._senders, methods=["GET"]),
            Route("/v2/Channels/Senders/{sid}", self._sender, methods=["GET"]),
        ]

    def on_typing(self, observer: Callable[[str], None]) -> None:
        """Have `observer` called with the sid of the message that an answer is prepared for."""
        self._observers.append(observer)

    async def _typing(self, request: Request) -> Response:
        self._account.authenticate(request)
        form = {name: values[-1] for name, values in parse_qs((await request.body()).decode()).items()}
        sid = form.get("messageId", "")
        if form.get("channel") != "whatsapp" or not re.fullmatch(r"(SM|MM)[0-9a-fA-F]{32}", sid):
            raise TwilioProblem(400, 20001, "channel and messageId are required")
        self.typed.append(sid)
        for observer in self._observers:
            observer(sid)
        return JSONResponse({"success": True})

    async def _senders(self, request: Request) -> Response:
        self._account.authenticate(request)
        is_ours = request.query_params.get("Channel", "whatsapp") == "whatsapp"
        return JSONResponse(page_of([self._json()] if is_ours else [], request, HOST, "senders"))

    async def _sender(self, request: Request) -> Response:
        self._account.authenticate(request)
        if request.path_params["sid"] != self._json()["sid"]:
            raise not_found()
        return JSONResponse(self._json())

    def _json(self) -> dict[str, object]:
        hooks = self.webhooks
        sid = f"XE{sha256(self._account.sender.encode()).hexdigest()[:32]}"
        return {
            "sid": sid,
            "status": self.status,
            "sender_id": self._account.sender,
            "configuration": {"waba_id": "1" * 15, "verification_method": None, "verification_code": None},
            "webhook": {
                "callback_url": hooks.callback_url,
                "callback_method": "POST",
                "fallback_url": hooks.fallback_url,
                "fallback_method": "POST",
                "status_callback_url": hooks.status_callback_url,
                "status_callback_method": "POST",
            },
            "profile": {"name": "Simulasi"},
            "properties": {"quality_rating": "HIGH", "messaging_limit": "1K Customers/24hr"},
            "offline_reasons": None,
            "compliance": None,
            "url": f"{HOST}/v2/Channels/Senders/{sid}",
        }
