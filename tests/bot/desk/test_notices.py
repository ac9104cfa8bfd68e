"""Officers are written to over a real SMTP connection: one mail at once, then digests; failures are seen."""

from __future__ import annotations

import asyncio
import email
import email.policy
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from email.message import EmailMessage
from itertools import pairwise
from typing import Any

import pytest

from bot import jobs
from bot.assembly import duties, steps
from bot.desk.notices import FRESH, Notices
from bot.sending import SendLater
from bot.store.desk import notices as store
from bot.store.privacy import retention
from channels.email import Email
from channels.port import Channel
from channels.whatsapp.options import Templates
from channels.whatsapp.templates import TEMPLATES
from handoff.ports.values import Officer
from tests.bot.desk.floor import Floor
from tests.channels.email.building import channel
from tests.channels.email.smtp_stub import DROP, SmtpStub, start_smtp_stub

SAID = "Mohon data kemiskinan desa saya, nama saya Siti"
MAIL = "siti@contoh.example"
SID = "HX" + "0" * 32


@dataclass(frozen=True, slots=True)
class Post:
    """The desk with a real mail channel, and the server that takes its mail."""

    floor: Floor
    server: SmtpStub
    notices: Notices

    async def go(self) -> list[EmailMessage]:
        """Let the clock tick once and send what is to be sent; return the mails since the last time."""
        await self.notices.gather()
        for row in await self.floor.rows("SELECT id FROM officer_mail WHERE state = 'kept' ORDER BY id"):
            await self.notices.send(row.id)
        taken, self.server.mails[:] = list(self.server.mails), []
        return [_parsed(raw) for raw in taken]

    async def mail(self) -> Any:
        return await self.floor.row("SELECT * FROM officer_mail ORDER BY id DESC LIMIT 1")

    def later(self, by: timedelta) -> None:
        self.floor.stage.clock.advance(by)

    @property
    def digest(self) -> timedelta:
        return self.notices.digest


def _parsed(raw: bytes) -> EmailMessage:
    parsed = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(parsed, EmailMessage)
    return parsed


def words(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def everything(mail: EmailMessage) -> str:
    """Return all of a mail that somebody could read, headers and every part, in lower case."""
    parts = [str(part.get_content()) for part in mail.walk() if part.get_content_maintype() == "text"]
    return "\n".join([*map(str, mail.values()), *parts]).lower()


@pytest.fixture
async def post(floor: Floor) -> AsyncIterator[Post]:
    async with start_smtp_stub() as server:
        mail: Email = channel(smtp_url=server.url, now=floor.stage.clock.now)
        try:
            yield Post(floor, server, duties.notices(floor.stage.core, {"email": mail}))
        finally:
            await mail.close()


async def staff(floor: Floor) -> tuple[Officer, Officer]:
    return await floor.officer("Ani"), await floor.officer("Sari", "supervisor")


async def test_a_new_ticket_is_told_to_every_officer_at_once(post: Post) -> None:
    await staff(post.floor)
    conversation, ticket = await post.floor.asked(SAID)
    mails = await post.go()
    assert sorted(each["To"] for each in mails) == ["ani@example.go.id", "sari@example.go.id"]
    for mail in mails:
        assert mail["Subject"] == f"{ticket.number}: tiket baru"
        assert mail["Auto-Submitted"] == "auto-generated"
        assert f"{post.floor.stage.core.settings.public_url}/console/conversation/{conversation}" in words(
            mail
        )
        assert "hari kerja lagi, " in words(mail)
    assert await post.go() == []


@pytest.mark.parametrize(
    "sender",
    [{}, {"channel": "email", "sender": MAIL, "subject": "Data kemiskinan"}],
    ids=["whatsapp", "email"],
)
async def test_nothing_of_the_citizen_goes_over_the_wire(post: Post, sender: dict[str, Any]) -> None:
    ani, _ = await staff(post.floor)
    conversation, _ = await post.floor.asked(SAID, **sender)
    await post.floor.run("UPDATE person SET name = 'Siti Aminah', email = :mail", mail=MAIL)
    sent = [everything(each) for each in await post.go()]
    await post.floor.desk.claim(ani, conversation)
    await post.floor.reply(ani, conversation)
    post.later(post.digest)
    await post.floor.goes_on(f"{SAID} lagi", **sender)
    sent += [everything(each) for each in await post.go()]
    assert len(sent) >= 2
    assert all("kst-" in each for each in sent)
    for word in ("kemiskinan", "siti", "aminah", "contoh.example", "628111111001"):
        assert word not in "\n".join(sent)


async def test_what_follows_waits_and_is_one_digest(post: Post) -> None:
    await staff(post.floor)
    await post.floor.asked()
    assert len(await post.go()) == 2
    for n in range(2, 7):
        await post.floor.asked(sender=f"whatsapp:+62811111100{n}")
        assert await post.go() == []
    post.later(post.digest)
    mails = await post.go()
    assert [each["Subject"] for each in mails] == ["5 tiket perlu perhatian Anda"] * 2
    assert all(
        words(mails[0]).count(f"KST-{year}-0000{n}") == 1 for n in range(2, 7) for year in [_year(post)]
    )
    assert await post.go() == []
    post.later(post.digest)
    assert await post.go() == []


def _year(post: Post) -> int:
    zone = post.notices.deadlines.calendar.zone
    return post.floor.stage.clock.now().astimezone(zone).year


async def test_the_citizens_reply_is_told_to_whoever_has_the_ticket(post: Post) -> None:
    ani, _ = await staff(post.floor)
    conversation, ticket = await post.floor.asked()
    await post.go()
    await post.floor.desk.claim(ani, conversation)
    await post.floor.reply(ani, conversation)
    post.later(post.digest)
    await post.floor.goes_on("Terima kasih, kalau tahun 2023?")
    (mail,) = await post.go()
    assert mail["To"] == "ani@example.go.id"
    assert mail["Subject"] == f"{ticket.number}: warga membalas"


async def test_an_assignment_is_told_to_the_one_and_not_to_who_did_it(post: Post) -> None:
    ani, sari = await staff(post.floor)
    _, ticket = await post.floor.asked()
    await post.go()
    post.later(post.digest)
    await post.floor.desk.assign(sari, ticket.id, ani.id, version=ticket.version)
    (mail,) = await post.go()
    assert (mail["To"], mail["Subject"]) == ("ani@example.go.id", f"{ticket.number}: ditugaskan kepada Anda")


async def test_what_is_not_so_any_more_is_not_told(post: Post) -> None:
    ani, sari = await staff(post.floor)
    conversation, _ = await post.floor.asked()
    await post.floor.desk.claim(ani, conversation)
    assert await post.go() == []
    _, other = await post.floor.asked(sender="whatsapp:+628111111002")
    await post.floor.desk.assign(sari, other.id, ani.id, version=other.version)
    async with post.floor.stage.core.database.transaction() as tx:
        await post.floor.casework.close(tx, other.id)
    assert await post.go() == []
    assert await post.floor.rows("SELECT 1 FROM officer_notice") == []


async def test_in_the_officers_own_language(post: Post) -> None:
    await staff(post.floor)
    await post.floor.run("UPDATE officer SET language = 'en' WHERE login = 'ani'")
    await post.floor.asked()
    subjects = {mail["To"]: mail["Subject"] for mail in await post.go()}
    assert subjects["ani@example.go.id"].endswith(": new ticket")
    assert subjects["sari@example.go.id"].endswith(": tiket baru")


async def test_only_supervisors_where_the_office_wants_it_so(post: Post) -> None:
    await staff(post.floor)
    conversation, _ = await post.floor.written()
    casework = type(post.floor.casework)(
        post.floor.casework.clock, post.floor.casework.deadlines, told_of_new="supervisors"
    )
    async with post.floor.stage.core.database.transaction() as tx:
        await casework.open(tx, conversation, kind="konsultasi", reason="asked", is_complete=True)
    assert [mail["To"] for mail in await post.go()] == ["sari@example.go.id"]


async def test_a_disabled_account_is_not_written_to(post: Post) -> None:
    await staff(post.floor)
    await post.floor.asked()
    await post.notices.gather()
    await post.floor.run("UPDATE officer SET disabled_at = created_at WHERE login = 'ani'")
    assert [mail["To"] for mail in await post.go()] == ["sari@example.go.id"]
    await post.floor.asked(sender="whatsapp:+628111111002")
    post.later(post.digest)
    assert [mail["To"] for mail in await post.go()] == ["sari@example.go.id"]
    assert await post.floor.rows("SELECT 1 FROM event WHERE kind = 'officer_not_told'") == []


async def test_any_number_of_workers_make_one_mail(post: Post) -> None:
    await staff(post.floor)
    for n in range(3):
        await post.floor.asked(sender=f"whatsapp:+62811111100{n}")
    await asyncio.gather(*(post.notices.gather() for _ in range(4)))
    assert len(await post.go()) == 2


async def test_the_channels_pace_is_kept(post: Post) -> None:
    for name in ("Ani", "Budi", "Citra"):
        await post.floor.officer(name)
    await post.floor.asked()
    (mail,) = post.notices.channels.values()
    assert isinstance(mail, Email)
    assert mail.pace is not None
    await post.notices.gather()
    ids = [row.id for row in await post.floor.rows("SELECT id FROM officer_mail ORDER BY id")]
    for mail_id in ids:
        for _ in range(20):
            try:
                await post.notices.send(mail_id)
                break
            except SendLater as later:
                await asyncio.sleep(later.seconds)
    rows = await post.floor.rows("SELECT attempted_at FROM officer_mail ORDER BY attempted_at")
    gaps = [(after.attempted_at - before.attempted_at).total_seconds() for before, after in pairwise(rows)]
    assert len(post.server.mails) == 3
    assert all(gap >= 0.9 / mail.pace.per_second for gap in gaps)


class TestFailures:
    """A mail that is not taken."""

    async def test_put_off_is_sent_later_with_the_same_id(self, post: Post) -> None:
        await post.floor.officer("Ani")
        await post.floor.asked()
        post.server.script["EOM"] = [DROP]  # it was taken, and nobody said so
        await post.notices.gather()
        mail = await post.mail()
        with pytest.raises(SendLater):
            await post.notices.send(mail.id)
        assert (await post.mail()).state == "sending"
        post.later(timedelta(minutes=10))
        await post.notices.send(mail.id)
        assert (await post.mail()).state == "sent"
        assert (await post.mail()).attempts == 2
        first, second = (_parsed(raw) for raw in post.server.mails)
        assert first["Message-ID"] == second["Message-ID"]
        assert first["Date"] == second["Date"]

    async def test_refused_for_now_is_put_back(self, post: Post) -> None:
        await post.floor.officer("Ani")
        await post.floor.asked()
        post.server.script["RCPT"] = ["451 4.7.1 greylisted"]
        await post.notices.gather()
        mail = await post.mail()
        with pytest.raises(SendLater) as later:
            await post.notices.send(mail.id)
        assert later.value.backs_off
        assert ((await post.mail()).state, "451" in (await post.mail()).failure) == ("kept", True)
        await post.notices.send(mail.id)
        assert (await post.mail()).state == "sent"
        assert len(post.server.mails) == 1

    async def test_refused_for_good_is_seen(self, post: Post) -> None:
        ani = await post.floor.officer("Ani")
        await post.floor.asked()
        post.server.script["RCPT"] = ["550 5.1.1 no such user"]
        assert await post.go() == []
        mail = await post.mail()
        assert mail.state == "failed"
        assert "550" in mail.failure
        event = await post.floor.row("SELECT detail FROM event WHERE kind = 'officer_not_told'")
        assert event.detail["officer"] == ani.id
        assert ani.email not in str(event.detail)

    async def test_patience_ends(self, post: Post) -> None:
        await post.floor.officer("Ani")
        await post.floor.asked()
        await post.notices.gather()
        mail = await post.mail()
        post.later(timedelta(days=3))
        await post.notices.send(mail.id)
        assert (await post.mail()).state == "failed"
        assert post.server.mails == []

    async def test_what_is_sent_is_sent_once(self, post: Post) -> None:
        await post.floor.officer("Ani")
        await post.floor.asked()
        assert len(await post.go()) == 1
        mail = await post.mail()
        await post.notices.send(mail.id)
        assert post.server.mails == []


async def test_a_mail_that_lost_its_job_is_found(post: Post) -> None:
    await post.floor.officer("Ani")
    await post.floor.asked()
    await post.notices.gather()
    await post.floor.run("DELETE FROM procrastinate_jobs WHERE task_name = 'tell'")
    post.later(timedelta(minutes=5))
    for _ in range(2):
        await post.notices.gather()
    jobs_of_mail = await post.floor.rows("SELECT args FROM procrastinate_jobs WHERE task_name = 'tell'")
    assert [each.args for each in jobs_of_mail] == [{"mail_id": (await post.mail()).id}]


async def test_without_email_nothing_is_sent_and_it_grows_old(post: Post) -> None:
    await post.floor.officer("Ani")
    await post.floor.asked()
    off = duties.notices(post.floor.stage.core, {})
    await off.gather()
    assert await post.floor.rows("SELECT 1 FROM officer_mail") == []
    post.later(FRESH)
    assert await post.go() == []  # a day later nobody is told of yesterday


async def test_long_after_it_is_forgotten_except_what_would_be_told_again(post: Post) -> None:
    ani = await post.floor.officer("Ani")
    _, ticket = await post.floor.asked()
    now = post.floor.stage.clock.now()
    async with post.floor.stage.core.database.transaction() as tx:
        await store.notify(tx, "half", ticket.id, to=[ani.id], now=now, once=f"half:{ticket.id}")
    await post.go()
    post.later(timedelta(days=100))
    await forget(post)
    rows = await post.floor.rows("SELECT kind FROM officer_notice")
    assert [row.kind for row in rows] == ["half"]
    async with post.floor.stage.core.database.transaction() as tx:
        await post.floor.casework.close(tx, ticket.id)
    await forget(post)
    assert await post.floor.rows("SELECT 1 FROM officer_notice UNION ALL SELECT 1 FROM officer_mail") == []


async def forget(post: Post) -> None:
    """Let the night come in which what is older than 90 days is removed."""
    before = post.floor.stage.clock.now() - timedelta(days=90)
    async with post.floor.stage.core.database.transaction() as tx:
        await retention.notices(tx, before=before, most=100)


async def test_a_worker_does_it_all_by_its_queue(post: Post) -> None:
    """Duty, job, SMTP: as in the real thing, with a worker of its own."""
    await post.floor.officer("Ani")
    await post.floor.asked()
    core = post.floor.stage.core
    mail: dict[str, Channel] = dict(post.notices.channels)
    jobs.register(
        core.queue,
        core.database,
        core.clock,
        answering=post.floor.stage.answering,
        delivering=steps.delivering(core, mail),
        reader=steps.reader(core),
        fetching=steps.fetching(core, core.channels),
        files=core.files,
        notices=post.notices,
        tending=duties.tending(core),
    )
    async with core.queue.opened():
        worker = asyncio.create_task(jobs.work(core.queue, install_signal_handlers=False))
        await core.queue.upkeep("tickets")
        await core.queue.upkeep("notices")
        async with asyncio.timeout(20):
            while not post.server.mails:
                await asyncio.sleep(0.05)
            while (await post.mail()).state != "sent":
                await asyncio.sleep(0.05)
        worker.cancel()
        await asyncio.gather(worker, return_exceptions=True)
    assert (await post.floor.row("SELECT tended_version > 0 AS is_tended FROM ticket")).is_tended


class TestPhones:
    """WhatsApp besides the mail, where the office has a template and the officer a number."""

    async def test_a_template_goes_to_the_officers_number(self, post: Post) -> None:
        await staff(post.floor)
        await post.floor.run("UPDATE officer SET phone = '+628111111099' WHERE login = 'ani'")
        _, ticket = await post.floor.asked()
        await post.floor.asked(sender="whatsapp:+628111111002")
        phones = post.floor.stage.memory["whatsapp"]
        both = replace(
            post.notices, channels={**post.notices.channels, "whatsapp": phones}, has_template=True
        )
        mails = await replace(post, notices=both).go()
        assert len(mails) == 2
        (sent,) = phones.sent
        assert (sent.recipient, sent.key) == ("whatsapp:+628111111099", "officer_notice")
        assert sent.arguments == {"office": "BPS Kabupaten Klaten", "count": "2", "ticket": ticket.number}
        assert set(TEMPLATES[sent.key].arguments) == set(sent.arguments)
        assert sent.last_heard is None  # so it can go out as the template only
        assert await replace(post, notices=both).go() == []

    async def test_without_a_template_nothing_is_tried(self, post: Post) -> None:
        await post.floor.officer("Ani")
        await post.floor.run("UPDATE officer SET phone = '+628111111099'")
        await post.floor.asked()
        phones = post.floor.stage.memory["whatsapp"]
        without = replace(post.notices, channels={"whatsapp": phones})
        await without.gather()
        assert await post.floor.rows("SELECT 1 FROM officer_mail") == []

    async def test_the_office_yml_decides(self, post: Post) -> None:
        core = post.floor.stage.core
        assert not duties.notices(core, {}).has_template
        channels = tuple(
            replace(
                each, options=each.options.model_copy(update={"templates": Templates(officer_notice=SID)})
            )
            if each.name == "whatsapp"
            else each
            for each in core.settings.channels
        )
        assert duties.notices(
            replace(core, settings=replace(core.settings, channels=channels)), {}
        ).has_template
