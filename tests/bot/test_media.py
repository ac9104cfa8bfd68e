"""Files of citizens: fetched after the acknowledgement, kept once or accounted for, and never in the way."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from bot.assembly import steps
from bot.files import Files
from bot.media import MOST_AT_ONCE, Fetching, FetchLater
from bot.rehearsal import MemoryChannel
from bot.settings import Settings
from bot.store import media
from bot.upkeep import Upkeep
from channels.port import Attachment, Fetched, FetchFailed
from tests.bot.test_jobs import until, working
from tests.fakes import Stage

Staged = Callable[[], AbstractAsyncContextManager[Stage]]
JPEG = b"\xff\xd8\xff\xe0\0\x10JFIF foto"
URL = "https://api.twilio.com/2010-04-01/Accounts/AC1/Messages/MM1/Media/ME1"
PHOTO = Attachment("lampiran-1", "image/jpeg", url=URL, kind="image")
PLACE = Attachment("lokasi", "text/uri-list", url="geo:-7.7,110.6", kind="location")
BROKEN = FetchFailed("Berkas tidak dapat diambil", permanent=False)
GONE = FetchFailed("Berkas tidak ada di Twilio (HTTP 404)", permanent=True)
TOO_LARGE = FetchFailed("Berkas lebih besar dari 16 MB", permanent=True, refused=True)


class FileChannel(MemoryChannel):
    """Gives out what it is told, or fails as told; `open` lets fetches through."""

    file_types = frozenset({"image/jpeg", "application/pdf", "text/plain"})

    def __init__(self, content: bytes | FetchFailed | Exception = JPEG) -> None:
        super().__init__("whatsapp")
        self.content = content
        self.fetched: list[str | None] = []
        self.open = asyncio.Event()
        self.open.set()

    async def fetch(self, attachment: Attachment) -> Fetched:
        self.fetched.append(attachment.url)
        await self.open.wait()
        if isinstance(self.content, Exception):
            raise self.content
        return Fetched(self.content, "application/octet-stream")


@dataclass
class Scene:
    """A stage, what its files are fetched from, and where they are kept."""

    stage: Stage
    channel: FileChannel
    folder: Path

    @property
    def files(self) -> Files:
        return Files(self.folder, self.stage.clock.now)

    def fetching(self) -> Fetching:
        """Return a worker's own part."""
        return steps.fetching(self.stage.core, {"whatsapp": self.channel})

    async def receive(self, *attachments: Attachment, said: str = "") -> list[int]:
        """Receive a message; return the ids of what is to be fetched."""
        message_id = await self.stage.hear(said, attachments=attachments)
        return await self.stage.column(f"SELECT id FROM media WHERE message_id = {message_id} ORDER BY id")

    async def of_newest(self) -> list[media.Enclosed]:
        (message_id,) = await self.stage.column("SELECT max(id) FROM message WHERE author = 'citizen'")
        async with self.stage.core.database.transaction() as tx:
            return await media.of_message(tx, message_id)

    async def content(self, enclosed: media.Enclosed) -> bytes:
        assert enclosed.file is not None
        return b"".join([piece async for piece in self.files.read(enclosed.file)])

    def on_disk(self) -> list[str]:
        return sorted(path.name for path in self.folder.rglob("*") if path.is_file())

    async def told(self) -> list[str]:
        kinds = await self.stage.column("SELECT kind FROM event WHERE kind LIKE 'media%'")
        return [str(kind) for kind in kinds]

    async def said(self) -> list[str]:
        """Return the keys of what the citizen is told of files."""
        keys = await self.stage.column("SELECT key FROM delivery WHERE key LIKE 'file%' ORDER BY message_id")
        return [str(key) for key in keys]

    async def tidy(self) -> None:
        """Do the hourly duty."""
        core = self.stage.core
        upkeep = Upkeep(core.database, core.queue, self.stage.clock, timedelta(seconds=10), self.files)
        async with core.queue.opened():
            await upkeep.tidy()


@pytest.fixture
async def scene(staged: Staged, settings: Settings) -> AsyncIterator[Scene]:
    async with staged() as stage:
        yield Scene(stage, FileChannel(), settings.files)


async def test_a_photo_is_kept_outside_the_database_and_its_row_says_what_it_is(scene: Scene) -> None:
    (media_id,) = await scene.receive(PHOTO)
    await scene.fetching().fetch(media_id)
    (kept,) = await scene.of_newest()
    assert (kept.state, kept.content_type, kept.size) == ("kept", "image/jpeg", len(JPEG))
    assert (kept.kind, kept.name) == ("image", "lampiran-1.jpg")
    assert await scene.content(kept) == JPEG
    assert await scene.told() == []


async def test_what_points_to_no_file_costs_nothing(scene: Scene) -> None:
    mail = Attachment("surat.pdf", "application/pdf", size=100)
    for attachments in ((), (PLACE,), (mail,)):
        assert await scene.receive(*attachments, said="halo") == []
    assert await scene.stage.scalar("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'fetch'") == 0


async def test_each_of_several_files_is_fetched_under_its_own_number(scene: Scene) -> None:
    second = Attachment("lampiran-2", "image/jpeg", url=URL + "2", kind="image")
    ids = await scene.receive(PHOTO, PLACE, second)
    for media_id in ids:
        await scene.fetching().fetch(media_id)
    assert scene.channel.fetched == [URL, URL + "2"]
    assert [each.number for each in await scene.of_newest()] == [0, 2]


async def test_a_message_that_comes_twice_brings_its_file_once(scene: Scene) -> None:
    message = scene.stage.inbound("", external_id="MM1", attachments=(PHOTO,))
    kept = await asyncio.gather(*(scene.stage.core.reception(message) for _ in range(10)))
    assert sum(kept) == 1
    assert await scene.stage.scalar("SELECT count(*) FROM media") == 1
    assert await scene.stage.scalar("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'fetch'") == 1


async def test_a_job_that_runs_again_fetches_nothing_again(scene: Scene) -> None:
    (media_id,) = await scene.receive(PHOTO)
    for _ in range(3):
        await scene.fetching().fetch(media_id)
    assert len(scene.channel.fetched) == 1
    assert len(scene.on_disk()) == 1


async def test_two_workers_at_once_keep_one_file(scene: Scene) -> None:
    (media_id,) = await scene.receive(PHOTO)
    scene.channel.open.clear()
    both = asyncio.gather(*(scene.fetching().fetch(media_id) for _ in range(2)))
    await until(lambda: len(scene.channel.fetched) == 2)
    scene.channel.open.set()
    await both
    (kept,) = await scene.of_newest()
    assert scene.on_disk() == [kept.file]


@pytest.mark.parametrize(
    ("content", "claimed", "state", "why"),
    [
        (TOO_LARGE, "image/jpeg", "refused", "16 MB"),
        (b"MZ\x90\0 program", "image/jpeg", "refused", "program"),
        (b"<html><script>x</script>", "text/plain", "refused", "HTML"),
        (b"%PDF-1.7 surat", "image/jpeg", "refused", "tidak sesuai"),
        (b"GIF89a", "image/gif", "refused", "image/gif"),
        (b"", "image/jpeg", "refused", "kosong"),
    ],
)
async def test_what_is_not_wanted_is_refused_at_once_and_officers_are_told_why(
    scene: Scene, content: bytes | FetchFailed, claimed: str, state: str, why: str
) -> None:
    scene.channel.content = content
    (media_id,) = await scene.receive(Attachment("foto.jpg", claimed, url=URL, kind="image"))
    await scene.fetching().fetch(media_id)
    await scene.fetching().fetch(media_id)
    (refused,) = await scene.of_newest()
    assert (refused.state, refused.file) == (state, None)
    assert why in (refused.reason or "")
    assert scene.on_disk() == []
    assert await scene.told() == ["media_refused"]
    assert await scene.stage.scalar("SELECT detail ->> 'reason' FROM event") == refused.reason


async def test_the_citizen_hears_once_a_day_that_files_did_not_come(scene: Scene) -> None:
    scene.channel.content = TOO_LARGE
    ids = [*await scene.receive(PHOTO, PHOTO), *await scene.receive(PHOTO)]
    await asyncio.gather(*(scene.fetching().fetch(media_id) for media_id in ids))
    assert await scene.said() == ["file_refused"]
    assert (
        await scene.stage.scalar("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'deliver'") == 1
    )
    scene.stage.clock.advance(timedelta(hours=25))
    scene.channel.content = GONE
    (media_id,) = await scene.receive(PHOTO)
    scene.stage.clock.advance(timedelta(minutes=5))
    await scene.fetching().fetch(media_id)
    assert await scene.said() == ["file_refused", "file_failed"]


@pytest.mark.parametrize(
    "why",
    [
        "UPDATE message SET kind = 'auto' RETURNING id",
        "UPDATE conversation SET forgotten_at = now() RETURNING id",
    ],
)
async def test_nobody_is_told_who_is_a_machine_or_forgotten(scene: Scene, why: str) -> None:
    scene.channel.content = TOO_LARGE
    (media_id,) = await scene.receive(PHOTO)
    await scene.stage.column(why)
    await scene.fetching().fetch(media_id)
    assert await scene.told() == ["media_refused"]
    assert await scene.said() == []


async def test_a_file_twilio_does_not_have_yet_is_waited_for_a_little(scene: Scene) -> None:
    scene.channel.content = GONE
    (media_id,) = await scene.receive(PHOTO)
    with pytest.raises(FetchLater):
        await scene.fetching().fetch(media_id)
    scene.channel.content = JPEG
    await scene.fetching().fetch(media_id)
    assert (await scene.of_newest())[0].state == "kept"


async def test_one_that_stays_away_is_given_up_soon(scene: Scene) -> None:
    scene.channel.content = GONE
    (media_id,) = await scene.receive(PHOTO)
    with pytest.raises(FetchLater):
        await scene.fetching().fetch(media_id)
    scene.stage.clock.advance(timedelta(minutes=5))
    await scene.fetching().fetch(media_id)
    (lost,) = await scene.of_newest()
    assert (lost.state, lost.reason) == ("failed", GONE.reason)
    assert await scene.told() == ["media_failed"]


async def test_a_server_that_is_down_is_tried_up_to_the_channels_patience(scene: Scene) -> None:
    scene.channel.content = BROKEN
    (media_id,) = await scene.receive(PHOTO)
    scene.stage.clock.advance(scene.channel.patience - timedelta(minutes=1))
    with pytest.raises(FetchLater):
        await scene.fetching().fetch(media_id)
    scene.stage.clock.advance(timedelta(minutes=2))
    await scene.fetching().fetch(media_id)
    (lost,) = await scene.of_newest()
    assert (lost.state, lost.reason) == ("failed", BROKEN.reason)


async def test_a_disk_that_is_full_loses_nothing(scene: Scene) -> None:
    (media_id,) = await scene.receive(PHOTO)
    scene.folder.parent.mkdir(parents=True, exist_ok=True)
    scene.folder.write_bytes(b"in the way")  # nothing can be kept below it
    with pytest.raises(FetchLater):
        await scene.fetching().fetch(media_id)
    assert (await scene.of_newest())[0].state == "waiting"
    scene.folder.unlink()
    await scene.fetching().fetch(media_id)
    assert (await scene.of_newest())[0].state == "kept"


async def test_a_channel_that_is_switched_off_keeps_its_files_waiting(scene: Scene) -> None:
    (media_id,) = await scene.receive(PHOTO)
    with pytest.raises(FetchLater):
        await steps.fetching(scene.stage.core, {}).fetch(media_id)
    assert (await scene.of_newest())[0].state == "waiting"


async def test_a_worker_has_only_so_many_files_in_its_memory(scene: Scene) -> None:
    ids = [(await scene.receive(PHOTO))[0] for _ in range(MOST_AT_ONCE + 1)]
    fetching = scene.fetching()
    scene.channel.open.clear()
    first = asyncio.gather(*(fetching.fetch(media_id) for media_id in ids[:-1]))
    await until(lambda: len(scene.channel.fetched) == MOST_AT_ONCE)
    with pytest.raises(FetchLater):
        await fetching.fetch(ids[-1])
    scene.channel.open.set()
    await first
    await fetching.fetch(ids[-1])
    assert len(scene.on_disk()) == len(ids)


async def test_what_a_killed_worker_left_behind_is_tidied_up_a_day_later(scene: Scene) -> None:
    (media_id,) = await scene.receive(PHOTO)
    orphan = await scene.files.keep(JPEG)  # kept, and killed before the commit
    await scene.fetching().fetch(media_id)
    (kept,) = await scene.of_newest()
    await scene.tidy()
    assert orphan in scene.on_disk()  # it may be on its way into a row
    scene.stage.clock.advance(timedelta(hours=25))
    young = await scene.files.keep(JPEG)
    await scene.tidy()
    assert scene.on_disk() == sorted([str(kept.file), young])


async def test_tidying_asks_for_many_at_once(scene: Scene) -> None:
    (media_id,) = await scene.receive(PHOTO)
    await scene.fetching().fetch(media_id)
    await asyncio.gather(*(scene.files.keep(b"x") for _ in range(600)))
    scene.stage.clock.advance(timedelta(hours=25))
    await scene.tidy()
    assert scene.on_disk() == [(await scene.of_newest())[0].file]


async def test_a_file_whose_job_was_lost_gets_another(scene: Scene) -> None:
    await scene.receive(PHOTO)
    await scene.stage.column("DELETE FROM procrastinate_jobs WHERE task_name = 'fetch' RETURNING id")
    core = scene.stage.core
    upkeep = Upkeep(core.database, core.queue, scene.stage.clock, timedelta(seconds=10))
    scene.stage.clock.advance(timedelta(minutes=2))
    for _ in range(2):
        await upkeep.sweep()
    assert await scene.stage.scalar("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'fetch'") == 1


async def test_the_worker_fetches_and_answers_side_by_side(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = scene.stage
    monkeypatch.setitem(stage.core.channels, "whatsapp", scene.channel)
    scene.channel.open.clear()
    async with working(stage):
        await scene.receive(PHOTO)
        await until(lambda: scene.channel.sent)  # told that it came, while it is still being fetched
        assert (await scene.of_newest())[0].state == "waiting"
        scene.channel.open.set()
        await until(scene.on_disk)
        async with asyncio.timeout(20):
            while (await scene.of_newest())[0].state != "kept":
                await asyncio.sleep(0.01)


async def test_an_error_of_our_own_ends_with_the_officer(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = scene.stage
    scene.channel.content = RuntimeError("a mistake of ours")
    monkeypatch.setitem(stage.core.channels, "whatsapp", scene.channel)
    monkeypatch.setattr("bot.jobs.random.uniform", lambda *_: 0.0)  # no pauses between the attempts
    async with working(stage):
        await scene.receive(PHOTO)
        async with asyncio.timeout(30):
            while (await scene.of_newest())[0].state == "waiting":
                await asyncio.sleep(0.01)
    (lost,) = await scene.of_newest()
    assert (lost.state, lost.reason) == ("failed", "kesalahan di dalam program")
    assert await scene.told() == ["media_failed"]
