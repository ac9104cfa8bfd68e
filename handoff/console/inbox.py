"""The inbox: queues, filters and search; where one is looking stands in the address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from handoff.address import day_of, number_of, text_of
from handoff.console.frame import Frame, Page, Visitor
from handoff.deadline import in_words
from handoff.ports import inbox as door
from handoff.ports.inbox import MOST_COUNTED, QUEUES, Choices, Filter, Queue
from handoff.reports.figures import FIGURES
from handoff.ticket import KINDS

TONES = {"missed": "red", "near": "amber", "ok": "", "none": "", "paused": ""}
LONGEST_WORDS = 200
WITH_OR_WITHOUT = ("some", "none")
UNCLEAR = "unclear"
"""Of a figure: conversations of which it is not known what they are about."""


class Inbox:
    """Pages of the inbox."""

    def __init__(self, frame: Frame, inbox: door.Inbox) -> None:
        self._frame = frame
        self._inbox = inbox

    def pages(self) -> list[Page]:
        """Return the pages of this room."""
        return [
            Page("/inbox", self.show, name="inbox"),
            Page("/inbox/rows", self.rows, name="inbox_rows"),
        ]

    async def show(self, request: Request, visitor: Visitor) -> Response:
        """Show a queue, or what was found."""
        return self._frame.page(visitor, "inbox.html", **await self._values(request, visitor))

    async def rows(self, request: Request, visitor: Visitor) -> Response:
        """Return the rows alone: the next page, or the first one again because something changed."""
        template = "inbox_more.html" if request.query_params.get("after") else "inbox_rows.html"
        return self._frame.fragment(visitor, template, **await self._values(request, visitor))

    async def _values(self, request: Request, visitor: Visitor) -> dict[str, Any]:
        wanted = filter_of(request.query_params)
        after = request.query_params.get("after")
        listing = await self._inbox.listing(visitor.officer.id, wanted, after=after)
        counts = await self._inbox.counts(visitor.officer.id)
        return {
            "wanted": wanted,
            "listing": listing,
            "counts": {
                queue: counted(getattr(counts, queue)) if hasattr(counts, queue) else "" for queue in QUEUES
            },
            "missed": counted(counts.missed),
            "options": self._options(visitor, wanted, await self._inbox.choices()),
            "queues": QUEUES,
            "is_narrowed": replace(wanted, queue="all", words="") != Filter("all"),
            "is_first": not after,
            "channel": partial(self.channel, visitor),
            "query": lambda **changed: query_of(wanted, **changed),
            "due": lambda standing: in_words(standing, visitor.language),
            "tones": TONES,
        }

    def _options(
        self, visitor: Visitor, wanted: Filter, choices: Choices
    ) -> dict[str, list[tuple[object, str]]]:
        """Return what each filter can be set to, with its words."""
        say = partial(self._frame.say, visitor)
        tags = sorted({*choices.tags, *((wanted.tag,) if wanted.tag else ())})
        return {
            "channel": [
                ("", say("inbox.any")),
                *((each, self.channel(visitor, each)) for each in choices.channels),
            ],
            "kind": [
                ("", say("inbox.any")),
                *(
                    (each, say(f"inbox.kind_{each}"))
                    for each in (*KINDS, *((UNCLEAR,) if wanted.figure else WITH_OR_WITHOUT))
                ),
            ],
            "officer": [("", say("inbox.anybody")), *choices.officers],
            "tag": [("", say("inbox.any")), *((each, each) for each in tags)],
        }

    def channel(self, visitor: Visitor, name: str) -> str:
        """Return what a channel is called; one without a word of ours by its own name."""
        key = f"inbox.channel_{name}"
        return self._frame.say(visitor, key) if key in self._frame.words.keys else name


def counted(number: int) -> str:
    """Return a count in words: "" for none, "99+" for more than are counted."""
    if number > MOST_COUNTED:
        return f"{MOST_COUNTED}+"
    return str(number) if number else ""


def filter_of(asked: Mapping[str, str]) -> Filter:
    """Read an address; what makes no sense is as if it were not there."""
    queue = asked.get("queue", "")
    words = asked.get("q", "")[:LONGEST_WORDS].replace("\x00", "")
    usual: Queue = "all" if words.strip() else "unclaimed"
    kind = asked.get("kind")
    figure = next((each for each in FIGURES if each == asked.get("figure")), None)
    if figure and day_of(asked.get("since")) and day_of(asked.get("until")):
        queue, words = "all", ""
    else:
        figure = None
    kinds = (*KINDS, *((UNCLEAR,) if figure else WITH_OR_WITHOUT))
    return Filter(
        queue=next((each for each in QUEUES if each == queue), usual),
        channel=text_of(asked.get("channel")),
        kind=kind if kind in kinds else None,
        officer_id=number_of(asked.get("officer")),
        tag=text_of(asked.get("tag")),
        since=day_of(asked.get("since")),
        until=day_of(asked.get("until")),
        words=words,
        figure=figure,
    )


def query_of(wanted: Filter, **changed: Any) -> str:
    """Return the address of a filter, with what is changed in it; `after` may be given besides."""
    after = changed.pop("after", None)
    which = replace(wanted, **changed)
    values = {
        "queue": which.queue,
        "channel": which.channel,
        "kind": which.kind,
        "officer": which.officer_id,
        "tag": which.tag,
        "since": which.since,
        "until": which.until,
        "figure": which.figure,
        "q": which.words.strip(),
        "after": after,
    }
    return urlencode({name: value for name, value in values.items() if value})
