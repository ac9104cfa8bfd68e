"""Turns rows of the thread into what its page shows. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Row

from bot.filetypes.judge import download_name
from handoff.ports.thread import (
    Attached,
    Case,
    Colleague,
    Earlier,
    Happened,
    Said,
    Sending,
    Understood,
)

REPORTED = ("queued", "sent", "delivered", "read")
_LINK = re.compile(r"https?://\S*?(/(?:nilai|survei)/)[\w-]{20,}")


def said(row: Row[Any], files: Sequence[Row[Any]]) -> Said:
    """Return a message with its files (rows of `store.files`)."""
    return Said(
        id=row.id,
        conversation_id=row.conversation_id,
        channel=row.channel,
        author=row.author,
        kind=row.kind,
        text=row.text if row.author == "officer" else without_keys(row.text),
        length=row.length,
        at=row.created_at,
        subject=row.subject,
        quoted=row.quoted,
        quoted_length=row.quoted_length,
        reply_to=row.reply_to,
        cc=tuple(row.cc),
        trust=row.trust,
        choice=row.choice,
        officer=row.officer,
        understood=_understood(row.understood),
        sending=_sending(row),
        files=tuple(_files(row.attachments, files)),
        is_forgotten=row.is_forgotten,
    )


def without_keys(text: str) -> str:
    """Return a text without what opens a citizen's link: an officer who had it could rate the officers' work."""
    return _LINK.sub(r"…\1…", text)


def _understood(kept: dict[str, Any] | None) -> Understood | None:
    if not kept:
        return None
    topics, confidence = kept.get("topics") or (), kept.get("confidence") or 0.0
    return Understood(tuple(topics), float(confidence), bool(kept.get("flood")))


def _sending(row: Row[Any]) -> Sending | None:
    if row.state is None:
        return None
    return Sending(
        state=row.state,
        told=REPORTED[row.told - 1] if row.told else None,
        failure=row.failure,
        cause=row.cause,
        way=row.way,
        cc=tuple(row.copies),
        is_elsewhere=row.is_elsewhere,
        attempts=row.attempts,
    )


def _files(told: Sequence[dict[str, Any]], rows: Sequence[Row[Any]]) -> Iterator[Attached]:
    """Yield what came along in its order: what is in the file store, and what only was told of."""
    stored = {row.number: row for row in rows}
    for number, each in enumerate(told):
        row = stored.get(number)
        yield _told(each) if row is None else _stored(each, row)
    if not told:
        for row in rows:
            yield _stored({"name": row.name, "kind": "document"}, row)


def _told(each: dict[str, Any]) -> Attached:
    url = each.get("url") or ""
    latitude, _, longitude = url.removeprefix("geo:").partition(",")
    return Attached(
        name=each.get("name") or "",
        kind=each.get("kind") or "document",
        state="told",
        size=each.get("size"),
        content_type=each.get("content_type"),
        place=(latitude, longitude) if url.startswith("geo:") and longitude else None,
    )


def _stored(each: dict[str, Any], row: Row[Any]) -> Attached:
    where = f"media/{row.id}" if row.origin == "media" else f"attachment/{row.message_id}-{row.number}"
    return Attached(
        name=download_name(each.get("name") or "", row.content_type or "") if row.file else each["name"],
        kind=each.get("kind") or "document",
        state=row.state,
        size=row.size if row.size is not None else each.get("size"),
        content_type=row.content_type,
        reason=row.reason,
        path=where if row.file else None,
    )


def happened(row: Row[Any]) -> Happened:
    """Return an event or a change of a ticket."""
    detail = getattr(row, "detail", None) or {}
    return Happened(
        what=row.what,
        at=row.at,
        key=f"{row.origin}{row.id}",
        actor=row.actor,
        officer=row.officer,
        before=row.before,
        after=row.after,
        detail={name: str(value) for name, value in detail.items()},
    )


def case(row: Row[Any]) -> Case:
    """Return a ticket."""
    return Case(
        id=row.id,
        number=row.number,
        kind=row.kind,
        state=row.state,
        reason=row.reason,
        version=row.version,
        priority=row.priority,
        conversation_id=row.conversation_id,
        opened_at=row.opened_at,
        assignee=Colleague(row.assignee_id, row.assignee) if row.assignee_id else None,
        tags=tuple(row.tags),
        purpose=row.purpose,
        checklist=tuple(row.checklist),
        clear_at=row.clear_at,
        due_at=row.due_at,
        paused_at=row.paused_at,
        answered_at=row.answered_at,
        closed_at=row.closed_at,
        merged_into=row.merged_into,
    )


def earlier(row: Row[Any]) -> Earlier:
    """Return another conversation of the person."""
    return Earlier(
        id=row.id,
        channel=row.channel,
        subject=row.subject,
        opened_at=row.opened_at,
        closed_at=row.closed_at,
        first_words=row.first_words or "",
        tickets=tuple(row.tickets or ()),
    )
