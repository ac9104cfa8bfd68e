"""A character that the database cannot keep loses no message and stops nobody behind it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest

from channels.port import Attachment
from tests.fakes import Stage

Staged = Callable[[], AbstractAsyncContextManager[Stage]]

NUL, HALF = "\x00", "\udcff"  # PostgreSQL refuses the one, UTF-8 the other


@pytest.mark.parametrize(
    "named",
    [
        {"said": f"biaya{NUL}?"},
        {"said": f"biaya{HALF}?"},
        {"said": "biaya?", "sender": f"whatsapp:+628111111001{NUL}"},
        {"said": "biaya?", "external_id": f"id{HALF}"},
        {"said": "biaya?", "subject": f"tanya{NUL}", "channel": "email", "sender": "warga@contoh.example"},
        {"said": "", "attachments": (Attachment(f"foto{NUL}{HALF}.jpg", "image/jpeg"),)},
    ],
)
async def test_a_message_with_a_character_that_cannot_be_kept_is_kept_without_it(
    staged: Staged, named: dict[str, Any]
) -> None:
    async with staged() as stage:
        said = named["said"]
        await stage.hear(said, **{name: value for name, value in named.items() if name != "said"})
        expected = said.replace(NUL, "").replace(HALF, "?")
        assert await stage.scalar("SELECT text FROM message") == expected
