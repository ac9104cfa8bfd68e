"""Brings mails from a connection in portions that fit into memory, oversized ones shortened."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence

from channels.email.connection import Connection
from channels.email.mail import SHORTENED_HEADER

# Mails per portion, and bytes per portion: what one transaction keeps at a time.
PORTION_MAILS = 50
PORTION_BYTES = 8 * 1024 * 1024

# aioimaplib needs about eight times a literal's size to take it in, so big mails come in pieces.
PIECE_BYTES = 1024 * 1024

# Of an oversized mail this much is fetched: its headers and, as mail programs put it first, its text.
SHORTENED_BYTES = 256 * 1024


async def portions(
    connection: Connection, uids: Sequence[int], limit: int
) -> AsyncIterator[tuple[int, list[tuple[int, bytes]]]]:
    """Yield (last UID, [(UID, raw mail)]) in rising order; mails over `limit` bytes are shortened.

    Mails that another client has moved away meanwhile are not in it. Raises `MailboxTrouble`.
    """
    for start in range(0, len(uids), PORTION_MAILS):
        wanted = uids[start : start + PORTION_MAILS]
        sizes = await connection.sizes(wanted)
        for group in _groups([(uid, sizes[uid]) for uid in wanted if uid in sizes]):
            yield group[-1][0], await _bring(connection, group, limit)
        yield wanted[-1], []


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


async def _bring(
    connection: Connection, group: Sequence[tuple[int, int]], limit: int
) -> list[tuple[int, bytes]]:
    small = [uid for uid, size in group if size <= PIECE_BYTES]
    found = dict(await connection.messages(small)) if small else {}
    for uid, size in group:
        if size > PIECE_BYTES:
            data = await _in_pieces(connection, uid, size, limit)
            if data is not None:
                found[uid] = data
    return sorted(found.items())


async def _in_pieces(connection: Connection, uid: int, size: int, limit: int) -> bytes | None:
    """Return a big mail, or the beginning of an oversized one; None when it is gone."""
    wanted = size if size <= limit else SHORTENED_BYTES
    data = bytearray() if size <= limit else bytearray(SHORTENED_HEADER + b": %d\r\n" % size)
    start = len(data)
    while len(data) - start < wanted:
        offset = len(data) - start
        piece = await connection.piece(uid, offset, min(PIECE_BYTES, wanted - offset))
        if piece is None and offset == 0:
            return None
        if not piece:
            break  # some servers tell a size that is a little too large (against RFC 3501 section 2.3.4)
        data += piece
    return bytes(data)
