"""The account whose API is imitated: who may ask, and what the API tells about the account.

Shapes: api.v2010.account of Twilio's OpenAPI description.
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from channels.simulator.twilio_problem import TwilioProblem

VERSION = "2010-04-01"
PATH = f"/{VERSION}/Accounts/{{account_sid}}"


@dataclass(frozen=True, slots=True)
class Account:
    """One account with one WhatsApp sender (`whatsapp:+...`). `now` gives the time (aware) of its dates."""

    sid: str
    auth_token: str = field(repr=False)
    sender: str
    now: Callable[[], datetime]

    def routes(self) -> Sequence[Route]:
        """Return the account's own resource."""
        return [Route(f"{PATH}.json", self._fetch)]

    def authenticate(self, request: Request) -> None:
        """Check the Basic credentials, and the account in the path if there is one. Raises `TwilioProblem`."""
        kind, _, given = request.headers.get("authorization", "").partition(" ")
        wanted = base64.b64encode(f"{self.sid}:{self.auth_token}".encode())
        is_known = hmac.compare_digest(given.encode(), wanted)
        if (
            kind.lower() != "basic"
            or not is_known
            or request.path_params.get("account_sid", self.sid) != self.sid
        ):
            raise TwilioProblem(401, 20003, "Authenticate")

    async def _fetch(self, request: Request) -> Response:
        self.authenticate(request)
        created = rfc2822(self.now())
        uri = f"/{VERSION}/Accounts/{self.sid}"
        return JSONResponse(
            {
                "auth_token": None,
                "date_created": created,
                "date_updated": created,
                "friendly_name": "Simulasi",
                "owner_account_sid": self.sid,
                "sid": self.sid,
                "status": "active",
                "subresource_uris": {"messages": f"{uri}/Messages.json"},
                "type": "Full",
                "uri": f"{uri}.json",
            }
        )


def rfc2822(moment: datetime) -> str:
    """Return a date as the API of 2010 shows it: RFC 2822 in GMT, with whole seconds."""
    return format_datetime(moment.astimezone(UTC))


def iso8601(moment: datetime) -> str:
    """Return a date as the newer APIs show it, e.g. 2026-11-23T03:05:00Z."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
