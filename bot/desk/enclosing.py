"""Files that officers send along: judged by their content, and kept before the message that carries them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from bot.files import NotKept
from bot.filetypes.judge import download_name, judge
from bot.filetypes.types import EXTENSIONS
from channels.port import Channel, Enclosure
from handoff.desk import MOST_FILES
from handoff.ports.desk import Unfit, Upload

ADMITTED = frozenset(EXTENSIONS)
"""Of officers every type that is told with certainty is taken; what runs is refused all the same."""


class Keeper(Protocol):
    """Keeps contents; see bot/files.py."""

    async def keep(self, data: bytes) -> str:
        """Keep a content and return its name. Raises `NotKept`."""
        ...


async def enclose(files: Keeper, uploads: Sequence[Upload]) -> tuple[Enclosure, ...]:
    """Keep an officer's files; those that no message takes up are removed after a day.

    Raises `Unfit` (too_many_files, file_refused, file_not_kept); then none of them goes out.
    """
    if len(uploads) > MOST_FILES:
        raise Unfit("too_many_files", str(MOST_FILES))
    judged = [(each, judge(each.data, each.content_type, ADMITTED)) for each in uploads]
    for upload, found in judged:
        if found.refusal is not None:
            raise Unfit("file_refused", f"{upload.name[:100]}: {found.refusal}")
    return tuple(
        [
            await keep(files, download_name(upload.name, found.content_type), found.content_type, upload.data)
            for upload, found in judged
        ]
    )


async def keep(files: Keeper, name: str, content_type: str, data: bytes) -> Enclosure:
    """Keep one content. Raises `Unfit` (file_not_kept) when the disk does not take it."""
    try:
        return Enclosure(name, content_type, len(data), await files.keep(data))
    except NotKept as error:
        raise Unfit("file_not_kept", error.reason) from error


def check_size(channel: Channel, enclosures: Sequence[Enclosure]) -> None:
    """Refuse files that the channel does not carry. Raises `Unfit` (no_files_here, files_too_large)."""
    if not enclosures:
        return
    if channel.max_file_bytes == 0:
        raise Unfit("no_files_here", channel.name)
    if sum(each.size for each in enclosures) > channel.max_file_bytes:
        raise Unfit("files_too_large", str(channel.max_file_bytes // 1_048_576))
