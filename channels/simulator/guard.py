"""Keeps the simulator to this machine and its pages to themselves.

The office's whole conversation is open in the simulator, without a password. So nobody from outside
may reach it, not even through a browser on this machine: by a name that was pointed at 127.0.0.1
(DNS rebinding), or by a form on another site (CSRF).
"""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; base-uri 'none'; object-src 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


class LoopbackOnly:
    """ASGI middleware: 403 for whoever is not on this machine, strict headers for everybody else."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the request, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        app = self._app if _is_from_here(scope) else PlainTextResponse("Simulasi: hanya dari mesin ini.", 403)
        await app(scope, receive, send_guarded)


def _is_from_here(scope: Scope) -> bool:
    headers = Headers(scope=scope)
    client = scope.get("client")
    if client is None or not _is_loopback(client[0]):
        return False
    host = headers.get("host", "")
    if not _is_loopback(urlsplit(f"//{host}").hostname or ""):
        return False
    origin = headers.get("origin")  # sent by browsers with every POST
    return origin is None or urlsplit(origin).netloc == host


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
