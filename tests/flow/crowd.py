"""Thirty citizens who ask ten questions each, and the books that must be right afterwards."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

import httpx
import psycopg

from bot.assembly import speech
from bot.settings import Settings
from channels.simulator.twilio import Fault, SentMessage, TwilioStandIn, sign_webhook, webhook_form
from tests.flow.processes import OFFICE, PUBLIC_URL, SID, TOKEN, until

WEBHOOK = "/webhooks/twilio/whatsapp"
CITIZENS = 30
OUT_OF_ORDER = "Asisten sedang terganggu"

# What is asked and the topic that it is sure to be taken for, whatever was asked before.
QUESTIONS = {
    "konsultasi tu bayar ga sih": "biaya",
    "gmn sih caranya konsul di bps": "prosedur",
    "hasil yang saya terima dari konsultasi itu apa": "produk",
    "layanan konsultasi dasar hukumnya uu apa": "dasar_hukum",
    "di ruang pst ada wifi sama loker ga": "sarana",
    "yg mengawasi pelayanan konsultasi siapa ya": "pengawasan",
    "petugas yang jaga konsultasi ada brp orang": "jumlah_pelaksana",
    "apa jaminan pelayanan dari bps klaten": "jaminan",
    "kantor bps klaten tu dmn sih lokasinya": "alamat",
    "tolong sambungkan saya dengan petugas aja": "minta_petugas",
}


def answers_of(settings: Settings) -> dict[str, str]:
    """Return for each topic what its answer contains and no other answer does."""
    knowledge = speech.dialogue(settings).shelf.knowledge
    found = {"minta_petugas": "Nomor tiket Anda"}
    for topic in QUESTIONS.values():
        answer = knowledge.answer(topic, "konsultasi")
        if answer is not None:
            found[topic] = answer.text["id"].strip()
    return found


def unsteady(twilio: TwilioStandIn, chance: random.Random, messages: int) -> None:
    """Let the stand-in be slow with every message, and wrong with some of them."""
    wrong = [
        Fault(hang_seconds=2.0),  # taken, but our patience is over before the answer comes
        Fault(dropped=True),  # taken, and the connection breaks in the answer
        Fault(status=500, code=20500, accepted=True),  # taken in spite of the error
        Fault(status=503, code=20503),  # not taken
        Fault(status=429, code=20429),  # not taken: too many requests
    ]
    plan = [Fault(hang_seconds=chance.uniform(0.05, 0.4)) for _ in range(messages)] + wrong * 2
    chance.shuffle(plan)
    for fault in plan:
        twilio.faults.plan(fault)


@dataclass(slots=True)
class Citizen:
    """One conversation: its questions, and what came back."""

    number: int
    questions: Sequence[str]
    replies: list[str] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"whatsapp:+628111111{self.number:04}"

    async def talk(self, client: httpx.AsyncClient, webs: Sequence[str], allowed: Callable[[], int]) -> None:
        """Ask as many questions as are allowed by now; Twilio posts each message twice at once."""
        for count, question in enumerate(self.questions):
            await until(partial(_is_more, allowed, count), within=120.0)
            form = webhook_form(account_sid=SID, sender=self.address, recipient=OFFICE, body=question)
            headers = sign_webhook(TOKEN, PUBLIC_URL + WEBHOOK, form)
            first, second = webs[count % len(webs)], webs[(count + 1) % len(webs)]
            posted = await asyncio.gather(
                *(client.post(web + WEBHOOK, data=form, headers=headers) for web in (first, second))
            )
            assert [answer.status_code for answer in posted] == [200, 200]


def _is_more(allowed: Callable[[], int], count: int) -> bool:
    return allowed() > count


class Crowd:
    """All `citizens` at once, each with every question, in an order of chance."""

    def __init__(self, twilio: TwilioStandIn, chance: random.Random, citizens: int = CITIZENS) -> None:
        self.citizens = [
            Citizen(1000 + count, chance.sample(list(QUESTIONS), len(QUESTIONS))) for count in range(citizens)
        ]
        self.size = citizens * len(QUESTIONS)
        self._twilio = twilio
        self._by_address = {citizen.address: citizen for citizen in self.citizens}
        twilio.on_message(self._note)

    def _note(self, message: SentMessage) -> None:
        citizen = self._by_address.get(message.recipient)
        # A notice of the office's is no reply, and that the model is away is said besides.
        is_reply = message.content_sid is None and OUT_OF_ORDER not in message.body
        if citizen is not None and is_reply:
            citizen.replies.append(message.body)

    async def talk(self, webs: Sequence[str], allowed: Callable[[], int]) -> None:
        """Have every citizen talk, webhooks going to the webs in turn."""
        # No kept connections: the web closes idle ones after 5 s, perhaps under a request of ours.
        limits = httpx.Limits(max_connections=40, max_keepalive_connections=0)
        async with (
            httpx.AsyncClient(timeout=30, limits=limits) as client,
            asyncio.TaskGroup() as group,
        ):
            for citizen in self.citizens:
                group.create_task(citizen.talk(client, webs, allowed))

    def check_replies(self, answers: Mapping[str, str]) -> None:
        """Every question has its own answer, once, in the order of the questions."""
        for citizen in self.citizens:
            asked = [[QUESTIONS[question]] for question in citizen.questions]
            got = [_topics(reply, answers) for reply in citizen.replies]
            assert got == asked, f"citizen {citizen.number}: asked {asked}, got {got}"

    def check_books(self, database_url: str) -> None:
        """The database tells the same: everything answered and sent, every effect once."""
        with psycopg.connect(database_url) as books:
            one = _Books(books)
            assert one("SELECT count(*) FROM message WHERE author = 'citizen'") == self.size
            assert one("SELECT count(*) FROM message WHERE author = 'citizen' AND answered_at IS NULL") == 0
            assert one("SELECT count(*) FROM message WHERE author <> 'citizen'") == self.size
            assert books.execute("SELECT state, count(*) FROM delivery GROUP BY state").fetchall() == [
                ("sent", self.size)
            ]
            for table in ("person", "contact", "conversation"):
                assert one(f"SELECT count(*) FROM {table}") == len(self.citizens), table
            assert one("SELECT count(*) FROM ticket") == len(self.citizens)
            assert one("SELECT count(DISTINCT conversation_id) FROM ticket") == len(self.citizens)
            assert one("SELECT last FROM ticket_counter") == len(self.citizens)
            assert one("SELECT count(*) FROM procrastinate_jobs WHERE lock IS NOT NULL") == 0
            kept = books.execute(
                "SELECT address, array_agg(external_id ORDER BY message.id) FROM message"
                " JOIN conversation ON conversation.id = conversation_id"
                " JOIN contact ON contact.id = contact_id WHERE author = 'bot' GROUP BY 1"
            ).fetchall()
        taken: dict[str, list[str]] = {}
        for message in self._twilio.messages:
            taken.setdefault(message.recipient, []).append(message.sid)
        assert dict(kept) == taken

    def check_logs(self, written: str, answers: Mapping[str, str]) -> None:
        """The processes wrote what they did, and nothing of what was said or by whom."""
        assert '"message kept"' in written
        assert '"message sent"' in written
        for citizen in self.citizens:
            assert citizen.address.removeprefix("whatsapp:+") not in written
        lines = [line for text in answers.values() for line in text.splitlines() if len(line) > 12]
        for said in (*QUESTIONS, *lines, "asisten otomatis"):
            assert said not in written


class _Books:
    def __init__(self, connection: psycopg.Connection) -> None:
        self._connection = connection

    def __call__(self, query: str) -> object:
        row = self._connection.execute(query.encode()).fetchone()
        return row[0] if row else None


def _topics(reply: str, answers: Mapping[str, str]) -> list[str]:
    return [topic for topic, text in answers.items() if text in reply]


async def is_done(database_url: str, size: int) -> bool:
    """Tell whether every message is answered and every answer sent."""
    async with await psycopg.AsyncConnection.connect(database_url) as connection:
        row = await (
            await connection.execute("SELECT count(*) FROM delivery WHERE state = 'sent'")
        ).fetchone()
    return row is not None and row[0] >= size
