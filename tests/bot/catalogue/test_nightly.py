"""`pst sync bps`, the clock's duty and /healthz: the catalogue in the running program."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.assembly.core import Core, assemble
from bot.clock import ManualClock
from bot.complaints import SettingsError
from bot.health import report
from bot.settings import ROOT, load
from bot.upkeep import Upkeep
from tests.bot.catalogue.standin import TOKEN, StandIn, error, publication


async def pst(*words: str, **variables: str) -> tuple[int, str]:
    """Run the command; return its exit code and all it wrote."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        *words,
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if not name.startswith("PST_")} | variables,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    async with asyncio.timeout(60):
        written, _ = await process.communicate()
    return process.returncode or 0, written.decode()


@pytest.fixture
def variables(standin: StandIn, database_url: str, tmp_path: Path) -> dict[str, str]:
    return {
        "PST_BPS_TOKEN": TOKEN,
        "PST_BPS_API_URL": standin.url,
        "PST_DATABASE_URL": database_url,
        "PST_HOME": str(tmp_path),
    }


async def test_the_command_tells_what_it_read(standin: StandIn, variables: dict[str, str]) -> None:
    standin.lists["publication"] = [publication(n, f"Publikasi {n}") for n in range(12)]
    code, written = await pst("sync", "bps", **variables)
    assert code == 0, written
    assert "publikasi: 12 (12 baru, 0 tidak ada lagi)" in written
    assert "selesai: 12 entri, 0 angka" in written
    assert TOKEN not in written


async def test_the_command_fails_when_something_failed(standin: StandIn, variables: dict[str, str]) -> None:
    standin.broken["publication"] = error
    code, written = await pst("sync", "bps", **variables)
    assert code == 1
    assert "publikasi: WebAPI BPS menolak: Ada yang salah dengan ***" in written
    assert TOKEN not in written


async def test_without_a_token_the_command_says_where_to_get_one(tmp_path: Path) -> None:
    code, written = await pst("sync", "bps", PST_HOME=str(tmp_path))
    assert code == 2
    assert "PST_BPS_TOKEN: missing" in written
    assert "https://webapi.bps.go.id" in written


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PST_BPS_API_URL", "http://webapi.example.org"),
        ("PST_BPS_API_URL", "webapi.example.org"),
        ("PST_BPS_TOKEN", "dua kata"),
        ("PST_BPS_TOKEN", "../../x"),
    ],
)
def test_what_would_give_the_token_away_is_refused(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as refused:
        load(tmp_path / "none")
    assert [problem.split(": ")[1] for problem in refused.value.problems] == [name]
    assert value not in str(refused.value)


@asynccontextmanager
async def assembled(
    variables: dict[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, clock: ManualClock
) -> AsyncIterator[Core]:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    url = variables["PST_DATABASE_URL"]
    async with assemble(load(tmp_path / "none"), url, clock=clock, build=lambda *_: {}) as core:
        yield core


async def test_the_clock_has_it_read_every_night_and_health_tells(
    standin: StandIn, variables: dict[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    standin.lists["publication"] = [publication(1, "Kabupaten Klaten Dalam Angka 2024")]
    clock = ManualClock()
    async with assembled(variables, monkeypatch, tmp_path, clock) as core:

        async def health() -> dict[str, object]:
            part = (await report(core, None, tmp_path / "none"))[1]["parts"]["catalogue"]
            assert isinstance(part, dict)
            return part

        assert (await health())["state"] == "empty"
        upkeep = Upkeep(
            core.database, core.queue, clock, stalled=timedelta(seconds=1), catalogue=core.catalogue()
        )
        await upkeep.sync()
        once = len(standin.asked)
        assert once == 4
        await upkeep.sync()  # the tick after: nothing is due
        assert len(standin.asked) == once
        part = await health()
        assert (part["state"], part["entries"], part["failure"]) == ("up", 1, None)
        clock.advance(timedelta(days=2))
        assert (await health())["state"] == "late"
        standin.broken["publication"] = error
        await upkeep.sync()
        assert (await health())["failure"] == "Refused"
        assert TOKEN not in str(await report(core, None, tmp_path / "none"))


@pytest.mark.parametrize("has_token", [True, False])
async def test_it_is_scheduled_only_with_a_token(
    variables: dict[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, has_token: bool
) -> None:
    if not has_token:
        del variables["PST_BPS_TOKEN"]
    async with assembled(variables, monkeypatch, tmp_path, ManualClock()) as core:
        assert (core.catalogue() is not None) is has_token
        async with core.queue.opened():
            ticking = asyncio.create_task(core.schedule().run())
            async with asyncio.timeout(10):
                while not {"tidy"} | ({"sync"} if has_token else set()) <= (ticked := await _ticked(core)):
                    await asyncio.sleep(0)
            ticking.cancel()
            with pytest.raises(asyncio.CancelledError):
                await ticking
        assert ("sync" in ticked) is has_token


async def _ticked(core: Core) -> set[str]:
    async with core.database.transaction() as tx:
        return set((await tx.execute(text("SELECT name FROM tick"))).scalars())


async def test_without_a_token_the_duty_does_nothing(
    standin: StandIn, variables: dict[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    del variables["PST_BPS_TOKEN"]
    async with assembled(variables, monkeypatch, tmp_path, ManualClock()) as core:
        await Upkeep(
            core.database, core.queue, core.clock, stalled=timedelta(seconds=1), catalogue=core.catalogue()
        ).sync()
        parts = (await report(core, None, tmp_path / "none"))[1]["parts"]
    assert not standin.asked
    assert parts["catalogue"] == {"state": "not set"}
