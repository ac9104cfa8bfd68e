"""Replies that are kept ready: found by letters, filled for a conversation, every change audited."""

from __future__ import annotations

import re

import pytest

from bot.desk.canned import StoredCanned
from handoff.ports.canned import VARIABLES
from handoff.ports.desk import Unfit
from handoff.ports.values import NotFound
from tests.bot.desk.floor import Floor


@pytest.fixture
def canned(floor: Floor) -> StoredCanned:
    core = floor.stage.core
    return StoredCanned(core.database, core.clock, "Asia/Jakarta")


def words(shortcut: str = "jam", text_id: str = "Yth. {nama}, tiket {tiket}.") -> dict[str, str]:
    return {"shortcut": shortcut, "title": "Sebuah judul", "text_id": text_id, "text_en": ""}


async def test_a_dozen_are_there_from_the_start_in_both_languages(canned: StoredCanned) -> None:
    every = await canned.all()
    assert len(every) >= 12
    for each in every:
        assert each.text_en
        for text in (each.text_id, each.text_en):
            assert set(re.findall(r"\{(\w+)\}", text)) <= set(VARIABLES)
            assert not re.search(r"\d|http|Rp", text), "a seed states no fact"


async def test_it_is_filled_for_a_conversation_and_an_unknown_gap_stays(
    floor: Floor, canned: StoredCanned
) -> None:
    sari = await floor.officer("Sari Contoh")
    canned_id = await canned.add(
        sari, **words(text_id="Yth. {nama}, tiket {tiket}. Salam, {petugas}, {tanggal}")
    )
    conversation_id, ticket = await floor.asked()
    filled = await canned.fill(sari, canned_id, conversation_id)
    assert filled.startswith(f"Yth. {{nama}}, tiket {ticket.number}. Salam, Sari Contoh, ")
    await floor.run("UPDATE person SET name = 'Budi {tiket}'")
    again = await canned.fill(sari, canned_id, conversation_id)
    assert again.startswith(f"Yth. Budi {{tiket}}, tiket {ticket.number}.")


async def test_the_citizens_language_is_theirs_where_there_is_a_text(
    floor: Floor, canned: StoredCanned
) -> None:
    sari = await floor.officer("Sari")
    conversation_id, _ = await floor.written()
    await floor.run("UPDATE contact SET language = 'en'")
    one = await canned.add(sari, **{**words("satu", "Halo"), "text_en": "Hello"})
    other = await canned.add(sari, **words("dua", "Halo"))
    assert await canned.fill(sari, one, conversation_id) == "Hello"
    assert await canned.fill(sari, other, conversation_id) == "Halo"


async def test_a_shortcut_comes_before_words_in_the_text(floor: Floor, canned: StoredCanned) -> None:
    sari = await floor.officer("Sari")
    await canned.add(sari, **words("aaa", "memuat kata zebra"))
    await canned.add(sari, **words("zebra-cross", "lain"))
    assert [each.shortcut for each in await canned.found("/ZEBRA")] == ["zebra-cross", "aaa"]
    assert await canned.found("100%") == ()


async def test_every_change_is_audited_and_a_shortcut_is_one_reply(
    floor: Floor, canned: StoredCanned
) -> None:
    sari = await floor.officer("Sari")
    one = await canned.add(sari, **words("satu"))
    other = await canned.add(sari, **words("dua"))
    with pytest.raises(Unfit, match="canned_taken"):
        await canned.add(sari, **words("/SATU "))
    with pytest.raises(Unfit, match="canned_taken"):
        await canned.change(sari, other, **words("satu"))
    await canned.change(sari, other, **words("tiga", "baru"))
    assert (await canned.one(other)).updated_by == "Sari"
    await canned.remove(sari, one)
    with pytest.raises(NotFound):
        await canned.remove(sari, one)
    with pytest.raises(NotFound):
        await canned.change(sari, one, **words("empat"))
    actions = await floor.rows("SELECT action FROM audit WHERE action LIKE 'canned.%' ORDER BY id")
    assert [row.action for row in actions] == [
        "canned.added", "canned.added", "canned.changed", "canned.removed",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"shortcut": "dua kata"}, "canned_shortcut"),
        ({"shortcut": "-a"}, "canned_shortcut"),
        ({"title": " "}, "canned_title"),
        ({"text_id": " "}, "canned_text"),
        ({"text_id": "Halo {name}"}, "canned_variable"),
        ({"text_en": "Hi {tiket }"}, "canned_variable"),
    ],
)
async def test_what_would_not_work_is_refused(
    floor: Floor, canned: StoredCanned, changed: dict[str, str], reason: str
) -> None:
    sari = await floor.officer("Sari")
    with pytest.raises(Unfit, match=reason):
        await canned.add(sari, **{**words(), **changed})
