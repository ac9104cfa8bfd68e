"""Files are kept whole or not at all, for us alone, and nothing but a name of ours leads to one."""

from __future__ import annotations

import asyncio
import stat
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from bot.clock import ManualClock
from bot.files import Files, NoSuchFile, NotKept
from channels.port import FetchFailed


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "home" / "files"


@pytest.fixture
def files(folder: Path, clock: ManualClock) -> Files:
    return Files(folder, clock.now)


async def content(files: Files, name: str) -> bytes:
    return b"".join([piece async for piece in files.read(name)])


def on_disk(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("data", [b"", b"x", b"\0\xff" * 200_000])
async def test_what_is_kept_is_read_back_as_it_was(files: Files, data: bytes) -> None:
    assert await content(files, await files.keep(data)) == data


async def test_a_large_content_comes_in_pieces(files: Files) -> None:
    name = await files.keep(b"x" * 1_000_000)
    assert len([piece async for piece in files.read(name)]) > 1


async def test_nobody_else_on_the_machine_can_read_them(files: Files, folder: Path) -> None:
    name = await files.keep(b"rahasia")
    (path,) = on_disk(folder)
    assert path.name == name
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert {stat.S_IMODE(each.stat().st_mode) for each in (path.parent, folder)} == {0o700}


async def test_names_say_nothing_and_never_meet(files: Files, folder: Path) -> None:
    names = await asyncio.gather(*(files.keep(b"sama") for _ in range(50)))
    assert len(set(names)) == 50
    assert len(on_disk(folder)) == 50


@pytest.mark.parametrize(
    "name",
    ["", "..", "../../etc/passwd", "/etc/passwd", "a" * 31, "a" * 33, "A" * 32, "g" * 32, "a" * 32 + "\n",
     "aa/" + "a" * 29, "a" * 31 + "\0", "a" * 32 + ".part"],
)  # fmt: skip
async def test_nothing_but_a_name_of_ours_leads_to_a_file(files: Files, name: str) -> None:
    await files.keep(b"x")
    with pytest.raises(NoSuchFile):
        await content(files, name)
    with pytest.raises(NoSuchFile):
        await files.remove(name)


async def test_a_removed_file_is_gone_and_removing_it_again_is_no_error(files: Files, folder: Path) -> None:
    gone, stays = await files.keep(b"satu"), await files.keep(b"dua")
    await files.remove(gone)
    await files.remove(gone)
    with pytest.raises(NoSuchFile):
        await content(files, gone)
    assert [path.name for path in on_disk(folder)] == [stays]


async def test_a_channel_gets_a_content_whole_or_hears_why_not(tmp_path: Path, clock: ManualClock) -> None:
    files = Files(tmp_path / "disk" / "files", clock.now)
    name = await files.keep(b"x" * 200_000)
    assert await files.open(name) == b"x" * 200_000
    with pytest.raises(FetchFailed) as gone:
        await files.open("0" * 32)
    assert gone.value.permanent
    (tmp_path / "disk").rename(tmp_path / "away")
    (tmp_path / "disk").write_bytes(b"no folder")
    with pytest.raises(FetchFailed) as away:
        await files.open(name)
    assert not away.value.permanent


async def test_a_disk_that_takes_nothing_is_an_error_that_passes(tmp_path: Path, clock: ManualClock) -> None:
    files = Files(tmp_path / "disk" / "files", clock.now)
    (tmp_path / "disk").write_bytes(b"no folder")
    with pytest.raises(NotKept) as failure:
        await files.keep(b"x")
    assert failure.value.reason
    (tmp_path / "disk").unlink()
    assert await content(files, await files.keep(b"x")) == b"x"


FULL = """
import asyncio, pathlib, resource, sys
from bot.clock import ManualClock
from bot.files import Files, NotKept

async def main() -> None:
    files = Files(pathlib.Path(sys.argv[1]), ManualClock().now)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))  # the disk ends in the middle of a file
    try:
        await files.keep(b"x" * 1_000_000)
    except NotKept:
        print("not kept")

asyncio.run(main())
"""


def test_half_a_file_is_none(folder: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", FULL, str(folder)], capture_output=True, text=True, check=True
    )
    assert ran.stdout == "not kept\n"
    assert on_disk(folder) == []


async def test_old_files_are_told_and_what_was_never_finished_goes(
    files: Files, folder: Path, clock: ManualClock
) -> None:
    assert await files.older(clock.now()) == []
    old = await files.keep(b"lama")
    unfinished = folder / old[:2] / ("f" * 32 + ".part")
    (folder / old[:2] / old).rename(unfinished)  # as a process that was killed leaves it
    known = await files.keep(b"lama juga")
    clock.advance(timedelta(hours=2))
    await files.keep(b"baru")
    assert await files.older(clock.now() - timedelta(hours=1)) == [known]
    assert not unfinished.exists()
    assert len(on_disk(folder)) == 2
