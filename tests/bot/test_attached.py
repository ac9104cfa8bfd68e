"""What comes without a word is answered all the same: helpfully, and by an officer where one has to look."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import pytest

from channels.port import Attachment
from tests.fakes import Stage

Staged = Callable[[], AbstractAsyncContextManager[Stage]]


def sent(*kinds: str) -> tuple[Attachment, ...]:
    return tuple(
        Attachment(f"lampiran-{n}", "application/octet-stream", url=f"https://api.twilio.com/{n}", kind=kind)
        for n, kind in enumerate(kinds)
    )


@pytest.mark.parametrize(
    ("kinds", "reason", "said"),
    [
        (("voice",), "voice", "Pesan suara"),
        (("audio",), "voice", "Pesan suara"),
        (("image",), "image", "Gambar"),
        (("image", "image", "sticker"), "image", "Gambar"),
        (("video",), "video", "Video"),
        (("contact",), "contact", "Kartu kontak"),
        (("document",), "attachment", "Lampiran"),
        (("image", "document"), "attachment", "Lampiran"),
        (("location", "voice"), "voice", "Pesan suara"),
        (("something new",), "attachment", "Lampiran"),
    ],
)
async def test_what_the_bot_cannot_read_goes_to_an_officer_under_its_name(
    staged: Staged, kinds: tuple[str, ...], reason: str, said: str
) -> None:
    async with staged() as stage:
        (reply,) = await stage.answered("", attachments=sent(*kinds))
        assert said in reply
        assert str(await stage.scalar("SELECT number FROM ticket")) in reply
        assert await stage.scalar("SELECT reason FROM ticket") == reason


@pytest.mark.parametrize(("kind", "said"), [("sticker", "stiker"), ("location", "Lokasi Anda")])
async def test_a_sticker_or_a_place_gets_a_friendly_line_and_needs_no_officer(
    staged: Staged, kind: str, said: str
) -> None:
    async with staged() as stage:
        (reply,) = await stage.answered("", attachments=sent(kind))
        assert said in reply
        assert await stage.scalar("SELECT count(*) FROM ticket") == 0


@pytest.mark.parametrize("kind", ["voice", "image", "document", "sticker", "location"])
async def test_what_comes_while_a_ticket_is_open_belongs_to_it(staged: Staged, kind: str) -> None:
    async with staged() as stage:
        await stage.answered("", attachments=sent("document"))
        number = str(await stage.scalar("SELECT number FROM ticket"))
        (reply,) = await stage.answered("  ", attachments=sent(kind))
        assert number in reply
        assert await stage.scalar("SELECT count(*) FROM ticket") == 1


async def test_a_file_with_a_question_is_answered_as_the_question_and_kept(staged: Staged) -> None:
    async with staged() as stage:
        stage.model.teach("biaya konsultasi?", "biaya", service="konsultasi")
        (alone,) = await stage.answered("biaya konsultasi?", sender="whatsapp:+628111111002")
        (reply,) = await stage.answered("biaya konsultasi?", attachments=sent("image"))
        assert reply == alone
        assert await stage.scalar("SELECT count(*) FROM ticket") == 0
        assert await stage.scalar("SELECT count(*) FROM media") == 1


async def test_a_sticker_keeps_what_was_offered(staged: Staged) -> None:
    async with staged() as stage:
        stage.model.teach("bisa apa?", "bisa_apa")
        await stage.answered("bisa apa?")
        await stage.answered("", attachments=sent("sticker"))
        (chosen,) = await stage.answered("1")
        assert "Pilihannya" not in chosen
        assert await stage.scalar("SELECT count(*) FROM ticket") == 0
