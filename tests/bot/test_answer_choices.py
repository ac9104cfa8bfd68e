"""A tapped button or line of a list is the number it bears."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import pytest

from tests.fakes import Stage

Staged = Callable[[], AbstractAsyncContextManager[Stage]]
CITIZEN = "whatsapp:+628111111001"


async def offered(stage: Stage, sender: str = CITIZEN) -> list[str]:
    """Let the bot offer something to choose from, and return the titles in the order of their numbers."""
    await stage.answered("anu itu lho", sender=sender)
    return list(stage.memory["whatsapp"].sent[-1].choices)


async def test_a_tapped_button_is_the_number_it_bears_whatever_its_words_may_mean(staged: Staged) -> None:
    async with staged() as stage:
        titles = await offered(stage)
        assert len(titles) >= 2
        stage.model.teach(titles[1], "di_luar_topik")
        [tapped] = await stage.answered(titles[1], choice=2)
        other = "whatsapp:+628111111002"
        await offered(stage, other)
        [typed] = await stage.answered("2", sender=other)
        assert "Sumber:" in tapped
        assert tapped == typed


@pytest.mark.parametrize("shown", ["whole", "cut", "number"])
async def test_a_button_may_show_the_beginning_of_a_title(staged: Staged, shown: str) -> None:
    async with staged() as stage:
        title = (await offered(stage))[0]
        said = {"whole": title, "cut": title[:6] + "\u2026", "number": "1"}[shown]
        stage.model.teach(said, "di_luar_topik")
        [reply] = await stage.answered(said, choice=1)
        assert "Sumber:" in reply


async def test_a_tap_on_a_list_that_is_gone_is_what_it_says(staged: Staged) -> None:
    async with staged() as stage:
        stage.model.teach("Alamat kantor", "alamat")
        [first] = await stage.answered("Alamat kantor", choice=2)
        assert "Merapi" in first
        await offered(stage)
        [again] = await stage.answered("Alamat kantor", choice=2)
        assert again in first


async def test_a_tap_works_while_the_model_is_away(staged: Staged) -> None:
    async with staged() as stage:
        titles = await offered(stage)
        stage.model.is_down = True
        [reply] = await stage.answered(titles[0], choice=1)
        assert "Sumber:" in reply


async def test_a_number_that_answers_nothing_is_asked_about(staged: Staged) -> None:
    async with staged() as stage:
        stage.model.teach("3", "di_luar_topik")
        [reply] = await stage.answered("3")
        assert "Angka itu untuk apa?" in reply
        assert "di luar layanan" not in reply
