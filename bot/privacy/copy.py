"""A person's copy of all that is kept about them, as one ZIP (UU 27/2022, Pasal 32: access to the personal data
and to the record of what was done with it).

Internal notes are about the person, too, and are part of it; whoever hands the copy out may leave them out where they
disclose somebody else's personal data (Pasal 33). Officers' names are such data and are never in it.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import structlog

from bot.clock import Clock
from bot.files import Files, NoSuchFile
from bot.filetypes.judge import download_name
from bot.privacy import readable
from bot.privacy.archive import Archive
from bot.store.contents import ContentLost, Contents, Packed
from bot.store.database import Database
from bot.store.desk import audit
from bot.store.privacy.copying import Copying, Portion, Row
from handoff.ports.values import NotFound

log = structlog.get_logger()

FORMAT = "pst-person/1"
FILES, MAILS = "berkas", "surat"


@dataclass(frozen=True, slots=True)
class Copies:
    """Makes copies for people. `office_name` and `timezone` are what the readable part tells."""

    database: Database
    files: Files
    contents: Contents
    clock: Clock
    office_name: str
    timezone: str

    async def of(
        self, person_id: int, *, with_notes: bool = True, officer_id: int | None = None
    ) -> AsyncIterator[bytes]:
        """Yield the ZIP of a person piece by piece. Raises `NotFound` before the first.

        That it was made is in the audit, with `officer_id` (None: on the command line).
        """
        reading = Copying(self.database, person_id, with_notes=with_notes)
        people = await reading.people()
        if not people:
            raise NotFound
        now = self.clock.now()
        async with self.database.statement() as tx:
            await audit.note(
                tx,
                "person.copied",
                now=now,
                officer_id=officer_id,
                about=f"person:{person_id}",
                detail={"notes": with_notes},
            )
        archive = Archive(now.astimezone(ZoneInfo(self.timezone)))
        about = readable.about(self.office_name, now, self.timezone, with_notes=with_notes)
        members = [
            ("BACA-SAYA.txt", _one(about)),
            ("data.json", self._data(reading, people, now)),
            ("pesan.html", self._page(reading, now)),
        ]
        for name, content in members:
            async for piece in archive.member(name, content):
                yield piece
        async for name, content in self._files(reading):
            async for piece in archive.member(name, content):
                yield piece
        yield archive.end()
        log.info("copy made", person=person_id)

    async def _data(self, reading: Copying, people: list[Row], now: datetime) -> AsyncIterator[bytes]:
        """Yield data.json; what it holds is told in BACA-SAYA.txt (`readable.about`)."""
        top = {"format": FORMAT, "office": self.office_name, "made_at": now, "people": people}
        top |= {
            "contacts": await reading.contacts(),
            "joins": await reading.joins(),
            "surveys": await reading.surveys(),
        }
        yield _json(top)[:-1] + b',\n"conversations": ['
        separator = b"\n"
        async for conversation in reading.conversations():
            whole = {
                **conversation,
                "tickets": await reading.tickets(conversation["id"]),
                "ratings": await reading.ratings(conversation["id"]),
                "events": await reading.events(conversation["id"]),
                "drafts": await reading.drafts(conversation["id"]),
            }
            yield separator + _json(whole)[:-1] + b',\n"messages": ['
            between = b"\n"
            async for portion in reading.portions(conversation["id"]):
                for message in portion.messages:
                    yield between + _json(_whole(message, portion))
                    between = b",\n"
            yield b"]}"
            separator = b",\n"
        yield b"]}\n"

    async def _page(self, reading: Copying, now: datetime) -> AsyncIterator[bytes]:
        yield readable.head(self.office_name, now, self.timezone).encode()
        async for conversation in reading.conversations():
            yield readable.conversation(conversation, self.timezone).encode()
            async for portion in reading.portions(conversation["id"]):
                for message in portion.messages:
                    yield readable.message(_whole(message, portion), self.timezone).encode()
        yield readable.FOOT.encode()

    async def _files(self, reading: Copying) -> AsyncIterator[tuple[str, AsyncIterator[bytes]]]:
        async for conversation in reading.conversations():
            async for portion in reading.portions(conversation["id"]):
                for message in portion.messages:
                    for name, file in _stored(message, portion):
                        yield name, self._file(file)
                    for parcel in portion.raw.get(message["id"], ()):
                        yield _mail_name(message["id"], parcel), self._mail(reading, parcel)

    async def _file(self, name: str) -> AsyncIterator[bytes]:
        try:
            async for piece in self.files.read(name):
                yield piece
        except NoSuchFile:
            log.warning("file lost", file=name)

    async def _mail(self, reading: Copying, parcel_id: int) -> AsyncIterator[bytes]:
        try:
            yield await self.contents.unpack(Packed(*await reading.raw(parcel_id)))
        except (ContentLost, NoSuchFile):
            log.warning("raw mail lost", parcel=parcel_id)


async def _one(text: str) -> AsyncIterator[bytes]:
    yield text.encode()


def _json(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, default=_moment).encode("utf-8", "replace")


def _moment(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(type(value).__name__)


def _whole(message: Row, portion: Portion) -> Row:
    """Return a message with what became of it, and where its files are in the archive."""
    key = message["id"]
    whole = {**message, "files": [*_came(message, portion), *_went(message, portion)]}
    if key in portion.deliveries:
        whole["delivery"] = {**portion.deliveries[key], "reports": portion.reports.get(key, [])}
    if key in portion.raw:
        whole["raw_mails"] = [_mail_name(key, parcel) for parcel in portion.raw[key]]
    return whole


def _came(message: Row, portion: Portion) -> list[Row]:
    return [
        {
            "name": (name := _told_name(message, each)),
            "content_type": each["content_type"],
            "size": each["size"],
            "state": each["state"],
            "reason": each["reason"],
            "file": f"{FILES}/{message['id']}-{each['number']}-{name}" if each["file"] else None,
        }
        for each in portion.media.get(message["id"], ())
    ]


def _told_name(message: Row, each: Row) -> str:
    told = message["attachments"][each["number"]] if each["number"] < len(message["attachments"]) else {}
    return download_name(told.get("name") or "", each["content_type"] or "")


def _went(message: Row, portion: Portion) -> list[Row]:
    return [
        {
            "name": (name := download_name(each["name"], each["content_type"])),
            "content_type": each["content_type"],
            "size": each["size"],
            "state": "kept",
            "reason": None,
            "file": f"{FILES}/{message['id']}-{each['number']}-{name}",
        }
        for each in portion.attachments.get(message["id"], ())
    ]


def _stored(message: Row, portion: Portion) -> list[tuple[str, str]]:
    """Return the archive's name and the store's name of each file of a message."""
    rows = [*portion.media.get(message["id"], ()), *portion.attachments.get(message["id"], ())]
    told = [*_came(message, portion), *_went(message, portion)]
    return [(each["file"], row["file"]) for each, row in zip(told, rows, strict=True) if each["file"]]


def _mail_name(message_id: int, parcel_id: int) -> str:
    return f"{MAILS}/{message_id}-{parcel_id}.eml"
