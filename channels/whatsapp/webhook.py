"""What Twilio posts to us: incoming messages and status callbacks.

Nothing is read from a request, let alone kept, before its signature holds; an oversized body is not even
read to its end. Twilio waits 15 seconds for the answer, so a message is only kept here (`accept`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime

import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from channels.port import Accept, TakeReport
from channels.whatsapp.parse import parse
from channels.whatsapp.signature import Pairs, form_pairs, is_genuine, url_variants
from channels.whatsapp.status import STATUS_PATH, read_status

MESSAGE_PATH = "/webhooks/twilio/whatsapp"
ACCEPT_SECONDS = 10.0
"""Below Twilio's 15 s read time-out, so that it hears 503 and not silence (error 11200)."""
EMPTY_TWIML = b'<?xml version="1.0" encoding="UTF-8"?><Response/>'

log = structlog.get_logger()


class Refused(Exception):
    """The request is answered with `status` and nothing of it is kept."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class Webhook:
    """The two addresses that Twilio calls.

    `tokens` are the auth tokens a signature may be made with, `own` is the number we send from.
    """

    def __init__(
        self,
        *,
        accept: Accept,
        report: TakeReport,
        now: Callable[[], datetime],
        own: str,
        tokens: Sequence[str],
        public_url: str,
        max_form_bytes: int,
    ) -> None:
        self._accept = accept
        self._report = report
        self._now = now
        self._own = own
        self._tokens = tuple(tokens)
        self._bases = url_variants(public_url.rstrip("/"))
        self._max_form_bytes = max_form_bytes

    def routes(self) -> Sequence[BaseRoute]:
        """Return the routes to mount at the root of the ASGI app."""
        return [
            Route(MESSAGE_PATH, self.message, methods=["POST"]),
            Route(STATUS_PATH, self.status, methods=["POST"]),
        ]

    async def message(self, request: Request) -> Response:
        """Keep an incoming message.

        200 with empty TwiML: it is safe, or it is from our own number and so nobody's message. 503: it could
        not be kept, Twilio's fallback or the sender has to come again. 400: signed, but without MessageSid or
        From. 403: not signed. 413: too large.
        """
        try:
            pairs = await self._signed_form(request)
        except Refused as refused:
            return Response(status_code=refused.status)
        inbound = parse(pairs, self._now())
        if not inbound.external_id or not inbound.sender:
            log.warning("whatsapp.webhook.incomplete", fields=len(pairs))
            return Response(status_code=400)
        if inbound.sender == self._own:
            # What we sent comes back (a loop, or status callbacks at the wrong address): nobody wrote.
            log.info("whatsapp.webhook.own", message=inbound.external_id)
            return Response(EMPTY_TWIML, media_type="text/xml")
        try:
            async with asyncio.timeout(ACCEPT_SECONDS):
                await self._accept(inbound)
        except Exception as error:  # noqa: BLE001  whatever hinders keeping is answered 503, not lost
            # The kind only: a database's error repeats the values of the statement, the text among them.
            log.error(  # noqa: TRY400
                "whatsapp.webhook.not_kept", message=inbound.external_id, error=type(error).__name__
            )
            return Response(status_code=503, headers={"Retry-After": "10"})
        return Response(EMPTY_TWIML, media_type="text/xml")

    async def status(self, request: Request) -> Response:
        """Keep what became of a message of ours (queued, sent, delivered, ...).

        204: it is safe, or tells nothing. 503: it could not be kept. 403, 413: as above.
        """
        try:
            pairs = await self._signed_form(request)
        except Refused as refused:
            return Response(status_code=refused.status)
        report = read_status(pairs, request.scope["query_string"], self._now())
        if report is None:
            return Response(status_code=204)
        try:
            async with asyncio.timeout(ACCEPT_SECONDS):
                await self._report(report)
        except Exception as error:  # noqa: BLE001  whatever hinders keeping is answered 503, not lost
            log.error(  # noqa: TRY400
                "whatsapp.status.not_kept", message=report.external_id, error=type(error).__name__
            )
            return Response(status_code=503, headers={"Retry-After": "10"})
        return Response(status_code=204)

    async def _signed_form(self, request: Request) -> Pairs:
        """Return the form of a genuine request. Raises `Refused`."""
        pairs = form_pairs(await self._body(request))
        target = _target(request)
        urls = [base + target for base in self._bases]
        if not is_genuine(self._tokens, urls, pairs, request.headers.get("x-twilio-signature")):
            # The usual cause is PST_PUBLIC_URL: what we took for the signed URL has to be seen. Of the query
            # only its length: whoever calls may have written anything into it.
            log.warning(
                "whatsapp.webhook.unsigned",
                assumed_url=urls[0].partition("?")[0][:200],
                query_characters=len(target.partition("?")[2]),
                tokens_tried=len(self._tokens),
                signature="wrong" if "x-twilio-signature" in request.headers else "missing",
            )
            raise Refused(403)
        return pairs

    async def _body(self, request: Request) -> bytes:
        """Read at most `max_form_bytes`, whatever Content-Length says. Raises `Refused`."""
        announced = request.headers.get("content-length", "")
        if announced.isdecimal() and int(announced[:20]) > self._max_form_bytes:
            raise Refused(413)
        body = bytearray()
        try:
            async for chunk in request.stream():
                body += chunk
                if len(body) > self._max_form_bytes:
                    raise Refused(413)
        except ClientDisconnect as gone:
            raise Refused(400) from gone
        return bytes(body)


def _target(request: Request) -> str:
    """Return path and query as they were called, undecoded: they are part of what is signed."""
    path: bytes = request.scope.get("raw_path") or request.url.path.encode()
    query: bytes = request.scope["query_string"]
    return (path + (b"?" + query if query else b"")).decode("latin-1")
