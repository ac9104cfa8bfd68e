"""Connections are kept for the next mail, never shared, replaced when stale: no mail lost, none twice."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from channels.email import Email
from channels.port import Outbound, SendFailed
from tests.channels.email.building import channel
from tests.channels.email.smtp_stub import DROP, SILENCE, SmtpStub, start_smtp_stub
from tests.channels.email.test_sender import MESSAGE

SOON = 5.0
A_MAIL = ["MAIL", "RCPT", "DATA"]


def mail(number: int) -> Outbound:
    return replace(MESSAGE, id=UUID(int=number), text=f"jawaban {number}")


def ids(stub: SmtpStub) -> list[int]:
    """Return the numbers of the mails that were taken, in order."""
    return [int(raw.split(b"<pst.")[1].split(b"@")[0].replace(b"-", b""), 16) for raw in stub.mails]


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(SOON):
        while not holds():
            await asyncio.sleep(0.005)


@contextlib.asynccontextmanager
async def office(**options: Any) -> AsyncIterator[tuple[Email, SmtpStub]]:
    async with start_smtp_stub() as stub:
        made = channel(smtp_url=stub.url, **options)
        try:
            yield made, stub
        finally:
            await made.close()


async def test_several_mails_take_one_connection() -> None:
    async with office() as (made, stub):
        for number in (1, 2, 3):
            await made.send(mail(number))
        assert stub.steps(0) == ["EHLO", *A_MAIL * 3]
    assert ids(stub) == [1, 2, 3]
    assert len(stub.said) == 1


async def test_at_the_end_one_says_goodbye() -> None:
    async with office() as (made, stub):
        await made.send(mail(1))
    assert stub.steps(0)[-1] == "QUIT"


async def test_tasks_never_share_a_connection_and_there_are_few() -> None:
    async with office(smtp_connections=2) as (made, stub):
        await asyncio.gather(*(made.send(mail(number)) for number in range(1, 21)))
        assert stub.most_at_once == 2
        for connection in (0, 1):
            steps = stub.steps(connection)
            assert steps == ["EHLO", *A_MAIL * (len(steps) // 3)]
    assert sorted(ids(stub)) == list(range(1, 21))


async def test_an_idle_connection_is_closed() -> None:
    async with office(smtp_idle_seconds=0.05) as (made, stub):
        await made.send(mail(1))
        await until(lambda: stub.open_connections == 0)
        assert stub.steps(0)[-1] == "QUIT"
        await made.send(mail(2))
    assert ids(stub) == [1, 2]
    assert len(stub.said) == 2


async def test_nothing_is_kept_where_the_office_wants_so() -> None:
    async with office(smtp_idle_seconds=0) as (made, stub):
        await made.send(mail(1))
        await made.send(mail(2))
        await until(lambda: stub.open_connections == 0)
    assert len(stub.said) == 2


async def test_one_connection_is_not_used_for_ever() -> None:
    async with office() as (made, stub):
        for number in range(1, 61):
            await made.send(mail(number))
    assert ids(stub) == list(range(1, 61))
    assert len(stub.said) == 2


async def test_a_server_that_hung_up_meanwhile() -> None:
    async with office() as (made, stub):
        await made.send(mail(1))
        stub.hang_up()
        await made.send(mail(2))
    assert ids(stub) == [1, 2]


@pytest.mark.parametrize(
    ("step", "answer"),
    [
        ("MAIL", DROP),
        ("MAIL", SILENCE),
        ("MAIL", "421 4.4.2 idle too long"),
        ("MAIL", "451 4.7.1 too many messages on this connection"),
        ("MAIL", "503 5.5.1 who are you"),
        ("RCPT", DROP),
        ("RCPT", "421 4.4.2 going down"),
    ],
)
async def test_a_stale_connection_is_replaced_within_the_attempt(step: str, answer: str) -> None:
    async with office(send_timeout_seconds=1) as (made, stub):
        await made.send(mail(1))
        stub.script[step] = [answer]
        await made.send(mail(2))
        assert ids(stub) == [1, 2]
    assert len(stub.said) == 2


@pytest.mark.parametrize("answer", [DROP, SILENCE])
async def test_once_the_mail_is_given_away_it_is_not_sent_again_within_the_attempt(answer: str) -> None:
    async with office(send_timeout_seconds=1) as (made, stub):
        await made.send(mail(1))
        stub.script["EOM"] = [answer]
        with pytest.raises(SendFailed) as caught:
            await made.send(mail(2))
        assert (caught.value.permanent, caught.value.uncertain) == (False, True)
        assert len(stub.said) == 1
        assert ids(stub).count(2) == (1 if answer == DROP else 0)


async def test_a_new_connection_is_tried_once() -> None:
    async with office() as (made, stub):
        stub.script["MAIL"] = [DROP, DROP]
        with pytest.raises(SendFailed) as caught:
            await made.send(mail(1))
        assert (caught.value.permanent, caught.value.uncertain) == (False, False)
        assert len(stub.said) == 1


async def test_what_was_refused_leaves_no_connection_behind() -> None:
    async with office() as (made, stub):
        stub.script["RCPT"] = ["550 5.1.1 nobody"]
        with pytest.raises(SendFailed):
            await made.send(mail(1))
        await until(lambda: stub.open_connections == 0)
        await made.send(mail(2))
    assert ids(stub) == [2]


async def test_who_waits_for_a_place_too_long_comes_back_later() -> None:
    async with office(send_timeout_seconds=0.2, smtp_connections=1) as (made, stub):
        stub.script["EOM"] = [SILENCE] * 3
        failures = await asyncio.gather(*(made.send(mail(n)) for n in (1, 2, 3)), return_exceptions=True)
    assert all(isinstance(each, SendFailed) and not each.permanent for each in failures)
    waited = [each for each in failures if isinstance(each, SendFailed) and "terpakai" in each.reason]
    assert waited
    assert not any(each.uncertain for each in waited)
