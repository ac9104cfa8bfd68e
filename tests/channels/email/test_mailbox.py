"""The mailbox against real servers: each mail kept once, none lost, whatever the server does."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from channels.port import Cursor, Inbound
from tests.channels.email import servers
from tests.channels.email.building import NOW, channel, listening
from tests.channels.email.depot import MemoryDepot
from tests.channels.email.imap_stub import StubbornImap, start_stub

Server = servers.Dovecot | servers.Pymap


def raw_mail(number: int, body: str = "Berapa lama konsultasi?") -> bytes:
    lines = (
        "Received: from mail.example.org by mx.example.go.id; Mon, 3 Feb 2025 10:00:01 +0700",
        "From: Budi <budi@example.org>",
        f"To: {servers.ADDRESS}",
        f"Subject: Pertanyaan {number}",
        f"Message-ID: <{number}@example.org>",
        "Date: Mon, 3 Feb 2025 10:00:00 +0700",
        "",
        body,
        "",
    )
    return "\r\n".join(lines).encode()


def subjects(depot: MemoryDepot) -> list[int]:
    """Return the numbers of the kept mails, in the order of their UIDs."""
    lines = [data.partition(b"Subject: Pertanyaan ")[2].partition(b"\r\n")[0] for data in depot.bodies]
    return [int(line) for line in lines]


def has_more(before: int, depot: MemoryDepot) -> bool:
    return len(depot.parcels) > before


@pytest.fixture(params=["dovecot", "pymap"])
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    with servers.start_dovecot() if request.param == "dovecot" else servers.start_pymap() as running:
        yield running


@pytest.fixture
def dovecot() -> Iterator[servers.Dovecot]:
    with servers.start_dovecot() as running:
        yield running


def ca_of(server: Server) -> Path | None:
    return server.ca_file if isinstance(server, servers.Dovecot) else None


async def test_new_mail_is_noticed_through_idle(server: Server) -> None:
    depot = MemoryDepot()
    await asyncio.to_thread(server.deliver, raw_mail(1))
    made = channel(server.imap_url, depot, ca_of(server), poll_seconds=600, idle_seconds=600)
    async with listening(made):
        await depot.until(lambda kept: kept.looks >= 1)
        assert not depot.parcels, "mail from before the first start is not ours to answer"
        for number in (2, 3):
            began = time.monotonic()
            kept_before = len(depot.parcels)
            await asyncio.to_thread(server.deliver, raw_mail(number))
            await depot.until(partial(has_more, kept_before))
            assert time.monotonic() - began < 2
    assert subjects(depot) == [2, 3]
    assert depot.bodies[0] == raw_mail(2)


async def test_all_mails_count_where_the_office_says_so(server: Server) -> None:
    depot = MemoryDepot()
    await asyncio.to_thread(server.deliver, raw_mail(1))
    async with listening(channel(server.imap_url, depot, ca_of(server), first_start="all")):
        await depot.until(lambda kept: kept.looks >= 1)
    assert subjects(depot) == [1]
    [parcel] = depot.parcels.values()
    message = channel().read(parcel)
    assert isinstance(message, Inbound)
    assert (message.sender, message.text) == ("budi@example.org", "Berapa lama konsultasi?")
    assert message.received_at == NOW


async def test_two_hundred_mails_wait(server: Server) -> None:
    depot = MemoryDepot()
    async with listening(channel(server.imap_url, depot, ca_of(server))):
        await depot.until(lambda kept: kept.looks >= 1)
    await asyncio.to_thread(server.deliver, *map(raw_mail, range(200)))
    async with listening(channel(server.imap_url, depot, ca_of(server))):
        await depot.until(lambda kept: len(kept.parcels) == 200)
    assert sorted(subjects(depot)) == list(range(200))
    assert depot.kept_twice == 0


async def test_a_killed_process_goes_on_where_the_cursor_is(server: Server) -> None:
    """The database refuses in the middle: nothing is skipped, and nothing is kept twice."""
    depot = MemoryDepot()
    await asyncio.to_thread(server.deliver, *map(raw_mail, range(120)))
    made = channel(server.imap_url, depot, ca_of(server), first_start="all")
    depot.refuse_at = 3  # the first keeps the place, the second a portion
    with pytest.raises(ConnectionError, match="the database went away"):
        async with asyncio.timeout(15):
            await made.listen()
    assert 0 < len(depot.parcels) < 120
    async with listening(made):
        await depot.until(lambda kept: len(kept.parcels) == 120)
    assert sorted(subjects(depot)) == list(range(120))
    assert depot.kept_twice == 0


async def test_a_mail_that_another_program_reads_or_removes(server: Server) -> None:
    depot = MemoryDepot()
    await asyncio.to_thread(server.deliver, *map(raw_mail, range(3)))
    await asyncio.to_thread(server.as_other_program, "STORE", "1", "+FLAGS", r"(\Seen)")
    await asyncio.to_thread(server.as_other_program, "STORE", "2", "+FLAGS", r"(\Deleted)")
    await asyncio.to_thread(server.as_other_program, "EXPUNGE")
    async with listening(channel(server.imap_url, depot, ca_of(server), first_start="all")):
        await depot.until(lambda kept: kept.looks >= 1)
    assert subjects(depot) == [0, 2]


async def test_fetching_marks_nothing_as_read(server: Server) -> None:
    depot = MemoryDepot()
    await asyncio.to_thread(server.deliver, raw_mail(1))
    async with listening(channel(server.imap_url, depot, ca_of(server), first_start="all")):
        await depot.until(lambda kept: len(kept.parcels) == 1)
    assert b"\\Seen" not in await asyncio.to_thread(server.as_other_program, "FETCH", "1", "(FLAGS)")


async def test_a_large_mail_comes_whole_and_an_oversized_one_shortened(server: Server) -> None:
    depot = MemoryDepot()
    large = raw_mail(1, "x" * 70 + ("\r\n" + "y" * 70) * 50_000)
    oversized = raw_mail(2, "Terlampir data kami." + ("\r\n" + "z" * 70) * 70_000)
    await asyncio.to_thread(server.deliver, large, oversized)
    made = channel(server.imap_url, depot, ca_of(server), first_start="all", max_message_bytes=4_500_000)
    async with listening(made):
        await depot.until(lambda kept: len(kept.parcels) == 2)
    whole, shortened = depot.parcels.values()
    assert whole.data == large
    assert len(shortened.data) < 300_000
    message = made.read(shortened)
    assert isinstance(message, Inbound)
    assert message.text.startswith("Terlampir data kami.")
    assert message.sender == "budi@example.org"


async def test_the_server_closes_while_we_wait(dovecot: servers.Dovecot) -> None:
    depot = MemoryDepot()
    made = channel(dovecot.imap_url, depot, dovecot.ca_file, poll_seconds=600, idle_seconds=600)
    async with listening(made):
        await depot.until(lambda kept: kept.looks >= 1)
        looks = depot.looks
        dovecot.drop_connections()
        await depot.until(lambda kept: kept.looks > looks)
        await asyncio.to_thread(dovecot.deliver, raw_mail(1))
        await depot.until(lambda kept: len(kept.parcels) == 1)


async def test_the_server_is_down_for_a_while(dovecot: servers.Dovecot) -> None:
    depot = MemoryDepot()
    async with listening(channel(dovecot.imap_url, depot, dovecot.ca_file)) as task:
        await depot.until(lambda kept: kept.looks >= 1)
        await asyncio.to_thread(dovecot.stop)
        dovecot.deliver(raw_mail(1))
        await asyncio.to_thread(dovecot.start)
        await depot.until(lambda kept: len(kept.parcels) == 1)
        assert not task.done()


async def test_a_new_uidvalidity(dovecot: servers.Dovecot) -> None:
    """Mails are renumbered: recent ones are read again, under the same identity; old ones are not answered."""
    depot = MemoryDepot()
    made = channel(dovecot.imap_url, depot, dovecot.ca_file, reread_days=30)
    long_ago, recently = NOW - timedelta(days=90), NOW - timedelta(days=3)
    dovecot.deliver(raw_mail(1), arrived=long_ago)
    async with listening(made):
        await depot.until(lambda kept: kept.looks >= 1)
        dovecot.deliver(raw_mail(2), arrived=recently)
        await depot.until(lambda kept: len(kept.parcels) == 1)
        before = next(iter(depot.cursors.values()))
        await asyncio.to_thread(dovecot.stop)
        dovecot.renumber()
        dovecot.deliver(raw_mail(3), arrived=recently)
        await asyncio.to_thread(dovecot.start)
        await depot.until(lambda kept: len(kept.parcels) == 3)
    after = next(iter(depot.cursors.values()))
    assert after.epoch != before.epoch
    assert sorted(subjects(depot)) == [2, 2, 3]
    read = [made.read(parcel) for parcel in depot.parcels.values()]
    ids = [message.external_id for message in read if isinstance(message, Inbound)]
    assert len(ids) == 3
    assert len(set(ids)) == 2


async def test_a_wrong_password_then_a_right_one() -> None:
    async with start_stub(StubbornImap({1: raw_mail(1)}, refuse={"LOGIN": 2})) as stub:
        depot = MemoryDepot()
        async with listening(channel(stub.imap_url, depot, first_start="all")):
            await depot.until(lambda kept: len(kept.parcels) == 1)
        assert stub.connections == 3


async def test_a_certificate_of_somebody_else(dovecot: servers.Dovecot) -> None:
    findings = await channel(dovecot.imap_url).check()
    assert not findings[0].holds
    assert "certificate" in findings[0].detail
    assert servers.PASSWORD not in str(findings)


@pytest.mark.parametrize("command", ["CAPABILITY", "LOGIN", "SELECT", "SEARCH", "FETCH", "IDLE"])
async def test_a_black_hole_is_noticed(command: str) -> None:
    """The server stops answering at any point; a fresh connection gets everything."""
    async with start_stub(StubbornImap({1: raw_mail(1)}, silent_on={command})) as stub:
        depot = MemoryDepot()
        made = channel(stub.imap_url, depot, first_start="all", imap_timeout_seconds=0.3, poll_seconds=0.3)
        async with listening(made):
            await stub.until(lambda: stub.connections >= 2)
            stub.silent_on.clear()
            await depot.until(lambda kept: len(kept.parcels) == 1)
            looks = depot.looks
            await depot.until(lambda kept: kept.looks > looks)


async def test_news_that_comes_with_another_answer() -> None:
    """EXISTS during the search is not repeated in IDLE; the mail is fetched at once all the same."""
    stub = StubbornImap({1: raw_mail(1)}, extra={"FETCH": b"* 2 EXISTS\r\n"})
    async with start_stub(stub):
        depot = MemoryDepot()
        made = channel(stub.imap_url, depot, first_start="all", poll_seconds=600, idle_seconds=600)
        async with listening(made):
            await depot.until(lambda kept: kept.looks >= 2)
            await stub.until(lambda: "IDLE" in stub.commands)
    searches = [command.startswith("UID SEARCH") for command in stub.commands[: stub.commands.index("IDLE")]]
    assert sum(searches) == 2


async def test_a_server_without_idle_is_polled() -> None:
    async with start_stub(StubbornImap({}, capabilities="IMAP4rev1")) as stub:
        depot = MemoryDepot()
        async with listening(channel(stub.imap_url, depot, first_start="all", poll_seconds=0.1)):
            await depot.until(lambda kept: kept.looks >= 1)
            stub.mails[4] = raw_mail(4)
            await depot.until(lambda kept: len(kept.parcels) == 1)
        assert "IDLE" not in stub.commands


async def test_thousands_of_expunges_at_once() -> None:
    """Somebody empties a folder: aioimaplib's own parser would exceed Python's stack."""
    async with start_stub(
        StubbornImap({5: raw_mail(5)}, extra={"SEARCH": b"* 1 EXPUNGE\r\n" * 5_000})
    ) as stub:
        depot = MemoryDepot()
        async with listening(channel(stub.imap_url, depot, first_start="all")):
            await depot.until(lambda kept: len(kept.parcels) == 1)
        assert stub.connections == 1


async def test_the_last_message_is_not_fetched_again() -> None:
    """`UID n:*` names the last message even when it is below n."""
    async with start_stub(StubbornImap({3: raw_mail(3)})) as stub:
        depot = MemoryDepot()
        depot.cursors["email", f"{servers.USER}@127.0.0.1/INBOX"] = Cursor(7, 3)
        async with listening(channel(stub.imap_url, depot)):
            await depot.until(lambda kept: kept.looks >= 1)
        assert not depot.parcels
        assert not any("FETCH" in command for command in stub.commands)


async def test_check_names_both_servers(server: Server) -> None:
    async with servers.start_smtp_sink() as sink:
        made = channel(server.imap_url, MemoryDepot(), ca_of(server), smtp_url=sink.url)
        findings = await made.check()
        assert [finding.holds for finding in findings] == [True, True]
        assert "IDLE" in findings[0].detail
        bad = channel(server.imap_url.replace(servers.PASSWORD, "salah"), MemoryDepot(), ca_of(server))
        refused = await bad.check()
    assert [finding.holds for finding in refused] == [False, False]
    assert "salah" not in str(refused)


@pytest.mark.skipif(os.environ.get("PSTTEST_FULL") != "1", reason="2,000 mails: with PSTTEST_FULL=1")
async def test_two_thousand_mails_wait(dovecot: servers.Dovecot) -> None:
    depot = MemoryDepot()
    dovecot.deliver(*map(raw_mail, range(2_000)))
    async with listening(channel(dovecot.imap_url, depot, dovecot.ca_file, first_start="all")):
        await depot.until(lambda kept: len(kept.parcels) == 2_000, seconds=60)
    assert sorted(subjects(depot)) == list(range(2_000))
    assert depot.kept_twice == 0
