"""Brings mails from a connection in portions that fit into memory, oversized ones cut."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Iterator, Sequence
from typing import TypeVar

from channels.email import cut
from channels.email.bodystructure import Unreadable
from channels.email.connection import Connection, MailboxTrouble, Refused
from channels.email.mail import SHORTENED_HEADER

T = TypeVar("T")

# Mails per portion, and bytes per portion: what one transaction keeps at a time.
PORTION_MAILS = 100
PORTION_BYTES = 8 * 1024 * 1024

# aioimaplib needs about eight times a literal's size to take it in, so big mails come in pieces.
PIECE_BYTES = 1024 * 1024


class NotHandedOver(MailboxTrouble):
    """The server has these mails and did not give them; perhaps it is only one of them that it cannot."""

    def __init__(self, kind: str, uids: Sequence[int]) -> None:
        super().__init__(kind)
        self.uids = tuple(uids)


async def portions(
    connection: Connection, uids: Sequence[int], limit: int, *, singly_to: int = 0
) -> AsyncIterator[tuple[int, list[tuple[int, bytes]]]]:
    """Yield (last UID, [(UID, raw mail)]) in rising order; mails over `limit` bytes are cut.

    Those up to `singly_to` come one by one. Mails that another client has moved away meanwhile are not in
    it. Raises `NotHandedOver`.
    """
    for wanted in _batches(uids, singly_to):
        sizes = await _handed_over(wanted, _sizes(connection, wanted))
        for group in _groups([(uid, sizes[uid]) for uid in wanted if uid in sizes]):
            bringing = _bring(connection, group, limit)
            yield group[-1][0], await _handed_over([uid for uid, _ in group], bringing)
        yield wanted[-1], []


def _batches(uids: Sequence[int], singly_to: int) -> Iterator[Sequence[int]]:
    alone = [uid for uid in uids if uid <= singly_to]
    yield from ([uid] for uid in alone)
    for start in range(len(alone), len(uids), PORTION_MAILS):
        yield uids[start : start + PORTION_MAILS]


def _groups(sized: Sequence[tuple[int, int]]) -> Iterator[list[tuple[int, int]]]:
    """Cut a list of (UID, size) so that a group stays under PORTION_BYTES or is one mail."""
    group: list[tuple[int, int]] = []
    weight = 0
    for uid, size in sized:
        if group and weight + size > PORTION_BYTES:
            yield group
            group, weight = [], 0
        group.append((uid, size))
        weight += size
    if group:
        yield group


async def _handed_over(uids: Sequence[int], work: Awaitable[T]) -> T:
    try:
        return await work
    except MailboxTrouble as trouble:
        raise NotHandedOver(trouble.kind, uids) from trouble


async def _sizes(connection: Connection, uids: Sequence[int]) -> dict[int, int]:
    sizes = dict(await connection.sizes(uids))
    await _insist(connection, [uid for uid in uids if uid not in sizes])
    return sizes


async def _bring(
    connection: Connection, group: Sequence[tuple[int, int]], limit: int
) -> list[tuple[int, bytes]]:
    small = [uid for uid, size in group if size <= PIECE_BYTES]
    found = dict(await connection.messages(small)) if small else {}
    for uid, size in group:
        if size > PIECE_BYTES:
            whole = size <= limit
            data = await (_in_pieces(connection, uid, size) if whole else _cut(connection, uid, size))
            if data is not None:
                found[uid] = data
    await _insist(connection, [uid for uid, _ in group if uid not in found])
    return sorted(found.items())


async def _insist(connection: Connection, missing: Sequence[int]) -> None:
    """Tell mails that are gone from those which the server keeps to itself: these must not be passed over."""
    if missing and await connection.existing(missing):
        raise MailboxTrouble("the server has a mail and does not give it")


async def _in_pieces(connection: Connection, uid: int, wanted: int) -> bytes | None:
    """Return so many bytes of a big mail; None when it is gone."""
    data = bytearray()
    while len(data) < wanted:
        piece = await connection.piece(uid, len(data), min(PIECE_BYTES, wanted - len(data)))
        if piece is None and not data:
            return None
        if not piece:
            break  # some servers tell a size that is a little too large (against RFC 3501 section 2.3.4)
        data += piece
    return bytes(data)


async def _cut(connection: Connection, uid: int, size: int) -> bytes | None:
    """Return what is kept of an oversized mail; None when it is gone."""
    try:
        kind, parts = await connection.structure(uid)
    except (Unreadable, Refused):
        return await _beginning(connection, uid, size)
    text = cut.text_of(parts)
    if kind == "report" or (text is None and kind == ""):
        # What a report is about stands at its beginning; and without a structure there is only that.
        return await _beginning(connection, uid, size)
    header = await connection.section(uid, "HEADER", cut.TEXT_BYTES)
    body = await connection.section(uid, text.section, cut.TEXT_BYTES) if text else b""
    if not header:
        return await _beginning(connection, uid, size)
    return cut.written(header, text, body, parts, full_size=size)


async def _beginning(connection: Connection, uid: int, size: int) -> bytes | None:
    data = await _in_pieces(connection, uid, cut.TEXT_BYTES)
    return None if data is None else SHORTENED_HEADER + b": %d\r\n" % size + data
