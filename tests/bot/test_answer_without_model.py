"""While the model is away: the citizen is told once, and waits or is handed over."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import timedelta
from typing import cast

import pytest

from bot.answer import AnswerLater
from bot.presence import Presence
from channels.port import Channel
from tests.fakes import FakeInterpreter, Stage

Staged = Callable[[], AbstractAsyncContextManager[Stage]]
HOW_LONG = "berapa lama konsultasi online dilayani?"
BURST = timedelta(seconds=3)


async def test_while_the_model_is_away_the_citizen_is_told_once_and_answered_later(staged: Staged) -> None:
    async with staged() as stage:
        limits = stage.core.settings.office.understanding
        stage.model.teach(HOW_LONG, "jangka_waktu", service="konsultasi")
        stage.model.is_down = True
        message_id = await stage.hear(HOW_LONG)
        with pytest.raises(AnswerLater):
            await stage.answering.answer(message_id)
        assert await stage.scalar("SELECT count(*) FROM delivery") == 0  # a hiccup is nobody's business
        stage.clock.advance(timedelta(seconds=limits.tell_after_seconds))
        for _ in range(3):
            with pytest.raises(AnswerLater):
                await stage.answering.answer(message_id)
        await stage.deliver_all()
        [told] = stage.memory["whatsapp"].take("whatsapp:+628111111001")
        assert "petugas akan melihat" in told
        stage.model.is_down = False
        await stage.answering.answer(message_id)
        await stage.deliver_all()
        [reply] = stage.memory["whatsapp"].take("whatsapp:+628111111001")
        assert "Sumber:" in reply


async def test_while_another_machines_model_answers_nobody_is_told_that_the_assistant_is_out_of_order(
    staged: Staged,
) -> None:
    async with staged() as stage:
        told = timedelta(seconds=stage.core.settings.office.understanding.tell_after_seconds)
        other = FakeInterpreter()
        other.teach("biaya?", "biaya", service="konsultasi")
        elsewhere = replace(stage.answering, interpreter=other)
        stage.model.is_down = True
        message_id = await stage.hear(HOW_LONG)
        for _ in range(2):
            stage.clock.advance(told)
            await elsewhere.answer(await stage.hear("biaya?", sender="whatsapp:+628111111002"))
            with pytest.raises(AnswerLater):
                await stage.answering.answer(message_id)
            assert await stage.scalar("SELECT count(*) FROM delivery WHERE key = 'nlu_down'") == 0
        stage.clock.advance(told)  # whatever the reason, the citizen hears of it
        with pytest.raises(AnswerLater):
            await stage.answering.answer(message_id)
        assert await stage.scalar("SELECT count(*) FROM delivery WHERE key = 'nlu_down'") == 1


async def test_a_model_that_stays_away_hands_the_message_to_an_officer(staged: Staged) -> None:
    async with staged() as stage:
        limits = stage.core.settings.office.understanding
        stage.model.is_down = True
        message_id = await stage.hear(HOW_LONG)
        almost = timedelta(minutes=limits.hand_over_after_minutes) - timedelta(seconds=1)
        stage.clock.advance(almost)
        with pytest.raises(AnswerLater):
            await stage.answering.answer(message_id)
        assert await stage.scalar("SELECT count(*) FROM ticket") == 0
        stage.clock.advance(timedelta(seconds=1))
        await stage.answering.answer(message_id)
        assert await stage.scalar("SELECT reason FROM ticket") == "unavailable"
        assert (
            await stage.scalar(
                "SELECT count(*) FROM message WHERE answered_at IS NULL AND author = 'citizen'"
            )
            == 0
        )


class Watched:
    """A channel that notes for which messages it was to show that somebody is typing."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self.typed: list[str] = []

    def __getattr__(self, name: str) -> object:
        return getattr(self._channel, name)

    async def typing(self, external_id: str) -> None:
        self.typed.append(external_id)


async def test_who_has_to_wait_sees_once_that_somebody_is_typing(staged: Staged) -> None:
    async with staged() as stage:
        watched = Watched(stage.memory["whatsapp"])
        presence = Presence({"whatsapp": cast("Channel", watched)})
        answering = replace(stage.answering, burst=BURST, presence=presence)
        stage.model.teach("biaya konsultasi?", "biaya", service="konsultasi")
        await answering.answer(await stage.hear("biaya konsultasi?"))
        assert watched.typed == []  # answered at once
        stage.model.is_down = True
        message_id = await stage.hear("biaya konsultasi?", external_id="SM7")
        for _ in range(3):
            with pytest.raises(AnswerLater):
                await answering.answer(message_id)
        assert watched.typed == ["SM7"]
