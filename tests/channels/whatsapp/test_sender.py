from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import traceback
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from channels.port import Build, Cause, Channel, Enclosure, Ignored, Outbound, Parcel, SendFailed
from channels.simulator.twilio import Fault, TwilioStandIn
from channels.simulator.twilio_content import Content
from channels.whatsapp import WhatsApp, build
from channels.whatsapp.buttons import definition
from channels.whatsapp.channel import status_base
from channels.whatsapp.templates import TEMPLATES, fill
from channels.whatsapp.window import WINDOW
from tests.channels.whatsapp.conftest import (
    CITIZEN,
    MESSAGE_ID,
    OFFICE,
    START,
    Clock,
    Connect,
    options,
    outbound,
)

PERMANENT, PASSING, UNCERTAIN = (True, False), (False, False), (False, True)
PARAGRAPHS = "\n\n".join(letter * 900 for letter in "abc")


async def failing(channel: WhatsApp, message: Outbound) -> SendFailed:
    """Return how sending fails; neither the reason nor a traceback tells the number or the text."""
    with capture_logs() as logs, pytest.raises(SendFailed) as refusal:
        await channel.send(message)
    told = "".join(traceback.format_exception(refusal.value)) + repr(logs) + refusal.value.reason
    assert CITIZEN.removeprefix("whatsapp:") not in told
    assert message.text not in told
    return refusal.value


async def test_a_reply_goes_out_with_our_id_in_the_callback(channel: WhatsApp, twilio: TwilioStandIn) -> None:
    receipt = await channel.send(outbound("Gratis? Lihat tarif PNBP. 📊"))
    (sent,) = twilio.messages
    assert receipt.external_id == sent.sid
    assert (sent.sender, sent.recipient, sent.body) == (OFFICE, CITIZEN, "Gratis? Lihat tarif PNBP. 📊")
    assert sent.status_callback == f"https://bot.example.org/webhooks/twilio/status?m={MESSAGE_ID}&a=1"


async def test_many_at_once_over_one_session(channel: WhatsApp, twilio: TwilioStandIn) -> None:
    receipts = await asyncio.gather(*(channel.send(outbound(f"jawaban {n}")) for n in range(20)))
    assert {receipt.external_id for receipt in receipts} == {sent.sid for sent in twilio.messages}
    assert len(twilio.messages) == 20


@pytest.mark.parametrize(
    ("fault", "verdict", "told"),
    [
        (Fault(status=400, code=21610), PERMANENT, "21610"),
        (Fault(status=400, code=63016), PERMANENT, "63016"),
        (Fault(status=404, code=20404), PERMANENT, "20404"),
        (Fault(status=429, code=20429), PASSING, "20429"),
        (Fault(status=429, code=63018), PASSING, "63018"),
        (Fault(status=400, code=63018), PASSING, "63018"),
        (Fault(status=401, code=20003), PASSING, "20003"),
        (Fault(status=408), PASSING, "408"),
        (Fault(status=403), PASSING, "403"),
        (Fault(status=500, code=20500), UNCERTAIN, "20500"),
        (Fault(status=503), UNCERTAIN, "503"),
    ],
    ids=lambda value: f"{value.status}-{value.code}" if isinstance(value, Fault) else "",
)
async def test_what_a_refusal_means(
    channel: WhatsApp, twilio: TwilioStandIn, fault: Fault, verdict: tuple[bool, bool], told: str
) -> None:
    twilio.faults.plan(fault)
    refusal = await failing(channel, outbound())
    assert (refusal.permanent, refusal.uncertain) == verdict
    assert told in refusal.reason
    assert twilio.messages == []
    assert (await channel.send(outbound())).external_id == twilio.messages[0].sid


async def test_twilios_words_with_the_number_are_not_repeated(channel: WhatsApp) -> None:
    # The stand-in's 21211 names the number, as Twilio's does.
    message = outbound(recipient="+628111111001")
    refusal = await failing(channel, message)
    assert (refusal.permanent, "21211" in refusal.reason) == (True, True)


async def test_a_blank_text_is_never_sent(channel: WhatsApp, twilio: TwilioStandIn) -> None:
    assert (await failing(channel, outbound(" \n"))).permanent
    assert twilio.messages == []


async def test_files_are_refused_and_nothing_is_sent(channel: WhatsApp, twilio: TwilioStandIn) -> None:
    file = Enclosure("Tabel.pdf", "application/pdf", 9, "0" * 32)
    refusal = await failing(channel, replace(outbound("Terlampir."), attachments=(file,)))
    assert (refusal.permanent, "berkas" in refusal.reason) == (True, True)
    assert channel.max_file_bytes == 0
    assert twilio.messages == []


async def test_wrong_credentials_wait_for_the_office(connect: Connect) -> None:
    channel = await connect(token="rotated-away")
    refusal = await failing(channel, outbound())
    assert (refusal.permanent, refusal.uncertain) == (False, False)


async def test_a_refused_connection_sent_nothing(connect: Connect) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    refusal = await failing(await connect(f"http://127.0.0.1:{port}"), outbound())
    assert (refusal.permanent, refusal.uncertain) == (False, False)


async def test_an_answer_after_the_deadline_is_uncertain(connect: Connect, twilio: TwilioStandIn) -> None:
    channel = await connect(send_timeout_seconds=0.3)
    twilio.faults.plan(Fault(accepted=True, hang_seconds=1))
    refusal = await failing(channel, outbound())
    assert (refusal.permanent, refusal.uncertain) == (False, True)
    receipt = await channel.find(outbound())
    assert receipt is not None
    assert receipt.external_id == twilio.messages[0].sid


@pytest.mark.parametrize(
    "fault", [Fault(accepted=True, dropped=True), Fault(accepted=True, status=500, code=20500)]
)
async def test_a_message_whose_answer_is_lost_is_found_and_not_sent_twice(
    channel: WhatsApp, twilio: TwilioStandIn, fault: Fault
) -> None:
    twilio.faults.plan(fault)
    refusal = await failing(channel, outbound())
    assert (refusal.permanent, refusal.uncertain) == (False, True)
    receipt = await channel.find(outbound())
    assert receipt is not None
    assert [sent.sid for sent in twilio.messages] == [receipt.external_id]


@contextlib.asynccontextmanager
async def answering(answer: bytes) -> AsyncIterator[str]:
    """Serve a host that answers every request with these bytes and closes the connection."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"HTTP/1.1 201 Created\r\nContent-Length: 4\r\nContent-Type: text/html\r\n\r\noops",
        b"HTTP/1.1 201 Created\r\nContent-Length: 2\r\nContent-Type: application/json\r\n\r\n{}",
        b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 4\r\n\r\noops",
        b"not http at all\r\n\r\n",
    ],
    ids=["closed", "no json", "no sid", "empty", "proxy", "garbage"],
)
async def test_an_answer_that_says_nothing_is_uncertain(connect: Connect, answer: bytes) -> None:
    async with answering(answer) as url:
        refusal = await failing(await connect(url), outbound())
    assert (refusal.permanent, refusal.uncertain) == (False, True)


async def test_a_redirect_is_not_followed(connect: Connect, twilio: TwilioStandIn, twilio_url: str) -> None:
    head = f"HTTP/1.1 307 Temporary Redirect\r\nLocation: {twilio_url}\r\nContent-Length: 0\r\n\r\n"
    async with answering(head.encode()) as url:
        refusal = await failing(await connect(url), outbound())
    assert (refusal.permanent, "307" in refusal.reason) == (False, True)
    assert twilio.messages == []


async def test_none_when_it_never_arrived_and_enough_time_has_passed(channel: WhatsApp, clock: Clock) -> None:
    assert await channel.find(outbound(attempted_at=None)) is None
    with pytest.raises(SendFailed) as unsure:
        await channel.find(outbound())
    assert (unsure.value.permanent, unsure.value.uncertain) == (False, True)
    clock.skip(60)
    assert await channel.find(outbound()) is None


async def test_neither_older_nor_other_messages_are_taken_for_it(
    channel: WhatsApp, twilio: TwilioStandIn, clock: Clock
) -> None:
    await channel.send(outbound("Tiga hari kerja."))
    clock.skip(600)
    later = outbound("Tiga hari kerja.", attempted_at=clock())
    await channel.send(outbound("Jawaban lain"))
    await channel.send(outbound("Tiga hari kerja.", recipient="whatsapp:+628111111002"))
    clock.skip(60)
    assert await channel.find(later) is None
    await channel.send(later)
    receipt = await channel.find(later)
    assert receipt is not None
    assert receipt.external_id == twilio.messages[-1].sid


async def test_a_queued_message_is_found_though_its_clock_is_behind(
    channel: WhatsApp, twilio: TwilioStandIn, clock: Clock
) -> None:
    clock.skip(0.9)
    message = outbound(attempted_at=clock())
    clock.skip(-2)
    await channel.send(message)
    assert twilio.messages[0].date_sent is None
    assert await channel.find(message) is not None


async def test_when_the_listing_fails_nothing_is_known(channel: WhatsApp, twilio: TwilioStandIn) -> None:
    for fault in (Fault(status=500, code=20500), Fault(status=429, code=20429), Fault(dropped=True)):
        twilio.faults.plan(fault, method="GET")
        with pytest.raises(SendFailed) as refusal:
            await channel.find(outbound())
        assert refusal.value.permanent is False
        assert "628111" not in "".join(traceback.format_exception(refusal.value))


async def test_a_storm_of_newer_messages_leaves_it_unknown(
    channel: WhatsApp, twilio: TwilioStandIn, clock: Clock
) -> None:
    await asyncio.gather(*(channel.send(outbound(f"jawaban {n}")) for n in range(100)))
    clock.skip(60)
    with pytest.raises(SendFailed) as unsure:
        await channel.find(outbound("yang dicari"))
    assert unsure.value.permanent is False
    assert await channel.find(outbound("jawaban 50")) is not None


async def test_a_long_text_goes_out_in_parts_in_order(channel: WhatsApp, twilio: TwilioStandIn) -> None:
    receipt = await channel.send(outbound(PARAGRAPHS))
    assert [sent.body[0] for sent in twilio.messages] == ["a", "b", "c"]
    assert receipt.external_id == twilio.messages[-1].sid
    again = await channel.send(outbound(PARAGRAPHS, attempt=2))
    assert again == receipt
    assert await channel.find(outbound(PARAGRAPHS)) == receipt
    assert len(twilio.messages) == 3


async def test_a_long_reply_with_the_words_of_an_earlier_one_goes_out_whole(
    channel: WhatsApp, twilio: TwilioStandIn
) -> None:
    await channel.send(outbound(PARAGRAPHS))
    await channel.send(outbound(PARAGRAPHS))
    assert [sent.body[0] for sent in twilio.messages] == ["a", "b", "c", "a", "b", "c"]


@pytest.mark.parametrize(
    "fault",
    [Fault(status=429, code=63018), Fault(accepted=True, dropped=True), Fault(status=500, code=20500)],
)
async def test_after_a_failure_in_the_middle_it_carries_on_there(
    channel: WhatsApp, twilio: TwilioStandIn, clock: Clock, fault: Fault
) -> None:
    await channel.send(outbound("pembuka"))
    twilio.faults.plan(Fault(accepted=True))
    twilio.faults.plan(fault)
    await failing(channel, outbound(PARAGRAPHS))
    clock.skip(60)
    assert await channel.find(outbound(PARAGRAPHS)) is None
    receipt = await channel.send(outbound(PARAGRAPHS, attempted_at=clock(), attempt=2))
    assert [sent.body[0] for sent in twilio.messages] == ["p", "a", "b", "c"]
    assert receipt.external_id == twilio.messages[-1].sid


@pytest.mark.parametrize(
    ("public_url", "api_url", "asked"),
    [
        ("https://bot.example.org/", None, "https://bot.example.org"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:1", "http://127.0.0.1:8000"),
        ("http://bot.example.org", None, None),
    ],
)
def test_callbacks_are_asked_for_where_twilio_can_reach_us(
    public_url: str, api_url: str | None, asked: str | None
) -> None:
    assert status_base(public_url, api_url) == asked


async def test_it_stands_behind_the_door_of_channels(channel: WhatsApp) -> None:
    door: Channel = channel
    builder: Build = build
    assert (builder, door.name) == (build, "whatsapp")
    assert door.patience == timedelta(hours=options().retry_hours)
    assert door.settle > timedelta(seconds=options().send_timeout_seconds)
    await asyncio.wait_for(door.listen(), 1)
    parcel = Parcel("whatsapp", "x", 1, 1, b"\xff", START)
    assert isinstance(door.read(parcel), Ignored)


async def test_closed_and_used_again(channel: WhatsApp, twilio: TwilioStandIn) -> None:
    await channel.send(outbound("satu"))
    await channel.close()
    await channel.send(outbound("dua"))
    assert [sent.body for sent in twilio.messages] == ["satu", "dua"]


async def test_check_tells_the_account_or_what_hinders(connect: Connect) -> None:
    (good,) = await (await connect()).check()
    assert (good.holds, "active" in good.detail) == (True, True)
    (bad,) = await (await connect(token="wrong")).check()
    assert (bad.holds, "20003" in bad.detail) == (False, True)
    (away,) = await (await connect("http://127.0.0.1:9")).check()
    assert away.holds is False


async def test_nothing_is_logged_by_the_library(
    channel: WhatsApp, caplog: pytest.LogCaptureFixture, clock: Clock
) -> None:
    with caplog.at_level(logging.DEBUG):
        await channel.send(outbound("rahasia"))
        await channel.find(outbound("rahasia"))
    # The stand-in's web server writes of its own requests; what counts is our side.
    ours = [record.getMessage() for record in caplog.records if not record.name.startswith("uvicorn")]
    assert not [line for line in ours if "628111" in line or "rahasia" in line]


SIDS = {
    key: f"HX{number:032x}" for number, key in enumerate(("closing", "rating", "officer_replied", "warning"))
}
OUTSIDE = WINDOW + timedelta(minutes=1)
ARGUMENTS = {"office": "BPS Contoh", "ticket": "PST-2026-0001", "days": "7", "date": "24 Maret 2026"}


def approve(twilio: TwilioStandIn, sids: Mapping[str, str] = SIDS) -> None:
    for key, sid in sids.items():
        body = TEMPLATES[key].body
        twilio.contents.known[sid] = Content(sid, key, {"twilio/text": {"body": body}}, START)


async def test_outside_the_window_a_notice_goes_out_as_its_template(
    connect: Connect, twilio: TwilioStandIn, clock: Clock
) -> None:
    approve(twilio)
    channel = await connect(templates=SIDS)
    clock.skip(OUTSIDE.total_seconds())
    receipt = await channel.send(outbound("tidak dipakai", key="closing", arguments=ARGUMENTS))
    (sent,) = twilio.messages
    assert (sent.content_sid, sent.content_variables) == (SIDS["closing"], fill("closing", ARGUMENTS))
    assert "tidak dipakai" not in sent.body
    assert (receipt.external_id, receipt.parts, receipt.way) == (sent.sid, (sent.sid,), "template")


@pytest.mark.parametrize("key", ["closing", "officer", "answer"])
async def test_outside_the_window_without_a_template_nothing_is_posted(
    channel: WhatsApp, twilio: TwilioStandIn, clock: Clock, key: str
) -> None:
    clock.skip(OUTSIDE.total_seconds())
    refusal = await failing(channel, outbound(key=key))
    assert (refusal.permanent, refusal.cause) == (True, Cause.WINDOW_CLOSED)
    assert twilio.messages == []


@pytest.mark.parametrize(
    ("code", "cause"),
    [
        (63016, Cause.WINDOW_CLOSED),
        (21610, Cause.OPTED_OUT),
        (63014, Cause.OPTED_OUT),
        (63003, Cause.NOT_REACHABLE),
        (63024, Cause.NOT_REACHABLE),
        (63013, None),
    ],
)
async def test_what_lies_with_the_person_is_told_apart(
    channel: WhatsApp, twilio: TwilioStandIn, code: int, cause: Cause | None
) -> None:
    twilio.faults.plan(Fault(status=400, code=code))
    assert (await failing(channel, outbound())).cause is cause


@pytest.mark.parametrize("code", [21655, 21656, 63027, 63028, 63041])
async def test_a_template_that_is_refused_is_named(
    connect: Connect, twilio: TwilioStandIn, clock: Clock, code: int
) -> None:
    channel = await connect(templates=SIDS)
    clock.skip(OUTSIDE.total_seconds())
    twilio.faults.plan(Fault(status=400, code=code))
    refusal = await failing(channel, outbound(key="rating"))
    assert (refusal.permanent, refusal.cause) == (True, None)
    assert "rating" in refusal.reason
    assert str(code) in refusal.reason


async def test_a_template_whose_answer_is_lost_is_found_by_what_it_was_filled_with(
    connect: Connect, twilio: TwilioStandIn, clock: Clock
) -> None:
    approve(twilio)
    channel = await connect(templates=SIDS)
    clock.skip(OUTSIDE.total_seconds())
    message = outbound(key="closing", arguments=ARGUMENTS, attempted_at=clock())
    twilio.faults.plan(Fault(accepted=True, dropped=True))
    assert (await failing(channel, message)).uncertain
    receipt = await channel.find(message)
    assert receipt is not None
    assert (receipt.external_id, receipt.way) == (twilio.messages[0].sid, "template")
    other = outbound(key="closing", arguments=ARGUMENTS | {"ticket": "PST-2026-0002"}, attempted_at=clock())
    clock.skip(60)
    assert await channel.find(other) is None


async def test_a_template_that_nothing_tells_apart_stays_unknown(
    connect: Connect, twilio: TwilioStandIn, clock: Clock
) -> None:
    approve(twilio)
    channel = await connect(templates=SIDS)
    clock.skip(OUTSIDE.total_seconds())
    nameless = outbound(key="rating", arguments={}, attempted_at=clock())
    clock.skip(60)
    assert await channel.find(nameless) is None  # nothing at all is there
    await channel.send(outbound(key="rating", arguments=ARGUMENTS))
    with pytest.raises(SendFailed) as unsure:
        await channel.find(nameless)
    assert (unsure.value.permanent, unsure.value.uncertain) == (False, True)


async def test_what_failed_on_its_way_is_not_taken_for_the_next_attempt(
    channel: WhatsApp, twilio: TwilioStandIn, clock: Clock
) -> None:
    await channel.send(outbound())
    twilio.messages[0].status = "failed"
    clock.skip(20)
    assert await channel.find(outbound(attempted_at=START)) is None


CHOICES = ("Persyaratan konsultasi", "Biaya konsultasi")
ASKED = (
    "Apakah salah satu dari ini?\n1. Persyaratan konsultasi\n2. Biaya konsultasi\n\nBalas dengan angkanya."
)
TWO = "HX" + "2" * 32


def offer(twilio: TwilioStandIn) -> None:
    twilio.contents.known[TWO] = Content(TWO, "two", definition("two")["types"], START)


async def test_choices_are_buttons_where_there_is_a_template_for_so_many(
    connect: Connect, twilio: TwilioStandIn
) -> None:
    offer(twilio)
    channel = await connect(buttons={"two": TWO})
    receipt = await channel.send(outbound(ASKED, choices=CHOICES))
    assert (twilio.messages[0].content_sid, receipt.way) == (TWO, "buttons")
    receipt = await channel.send(outbound(ASKED, choices=(*CHOICES, "a", "b")))
    assert (twilio.messages[1].content_sid, twilio.messages[1].body, receipt.way) == (None, ASKED, "text")


async def test_buttons_that_are_refused_become_numbers(connect: Connect, twilio: TwilioStandIn) -> None:
    channel = await connect(buttons={"two": TWO})
    twilio.faults.plan(Fault(status=400, code=63027))
    receipt = await channel.send(outbound(ASKED, choices=CHOICES))
    assert (twilio.messages[0].body, receipt.way) == (ASKED, "text")


async def test_buttons_whose_answer_is_lost_are_found(connect: Connect, twilio: TwilioStandIn) -> None:
    offer(twilio)
    channel = await connect(buttons={"two": TWO})
    twilio.faults.plan(Fault(accepted=True, dropped=True))
    message = outbound(ASKED, choices=CHOICES)
    assert (await failing(channel, message)).uncertain
    receipt = await channel.find(message)
    assert receipt is not None
    assert (receipt.external_id, receipt.way) == (twilio.messages[0].sid, "buttons")


async def test_each_part_says_in_its_callback_which_it_is(channel: WhatsApp, twilio: TwilioStandIn) -> None:
    receipt = await channel.send(outbound(PARAGRAPHS, attempt=1))
    queries = [str(sent.status_callback).partition("?")[2] for sent in twilio.messages]
    assert queries == [f"m={MESSAGE_ID}&a=1&p={part}&n=3" for part in (1, 2, 3)]
    assert receipt.parts == tuple(sent.sid for sent in twilio.messages)


async def test_twilio_says_for_how_long_it_wants_to_be_left_alone(
    channel: WhatsApp, twilio: TwilioStandIn
) -> None:
    twilio.faults.plan(Fault(status=429, code=20429))
    refusal = await failing(channel, outbound())
    assert (refusal.permanent, refusal.uncertain, refusal.after) == (False, False, 1.0)
