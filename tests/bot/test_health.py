"""What /healthz tells of the mailbox: when it was last looked at, how long ago, and whether that is too long."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from pathlib import Path

from bot.health import report
from channels.port import Cursor
from tests.fakes import Stage

Staged = Callable[[], AbstractAsyncContextManager[Stage]]
SILENCE = timedelta(minutes=15)


async def mailbox(stage: Stage) -> dict[str, object]:
    status, found = await report(stage.core, None, Path("nowhere.json"))
    assert status == 200
    return dict(found["parts"]["mailbox"])


async def test_the_mailbox_and_its_lag(staged: Staged) -> None:
    async with staged() as stage:
        stage.memory["email"].silence = SILENCE
        reception, clock = stage.core.reception, stage.clock
        assert await mailbox(stage) == {"state": "starting", "checked_at": None}
        await reception.keep([], Cursor(7, 1), channel="email", place="INBOX")
        looked = clock.now().isoformat(timespec="seconds")
        found = await mailbox(stage)
        assert (found["state"], found["checked_at"]) == ("up", looked)
        clock.advance(SILENCE - timedelta(minutes=1))
        assert (await mailbox(stage))["state"] == "up"
        clock.advance(timedelta(minutes=1, seconds=1))
        found = await mailbox(stage)
        assert (found["state"], found["checked_at"]) == ("late", looked)
        assert found["seconds_ago"] >= SILENCE.total_seconds()  # type: ignore[operator]
        await reception.checked("email", "INBOX")
        assert (await mailbox(stage))["state"] == "up"


async def test_a_mailbox_that_was_never_reached_is_late_too(staged: Staged) -> None:
    async with staged() as stage:
        stage.memory["email"].silence = SILENCE

        async def work() -> None:
            """Reach nothing."""

        await stage.core.reception.alone("email", "INBOX", work)
        assert (await mailbox(stage))["state"] == "starting"
        stage.clock.advance(SILENCE + timedelta(seconds=1))
        found = await mailbox(stage)
        assert (found["state"], found["checked_at"]) == ("late", None)
