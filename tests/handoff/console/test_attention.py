"""What needs attention: every kind has its words, leads to its conversation, and can be marked as seen."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import bot
from bot import detours
from bot.assembly import counter
from bot.quarantine import put
from bot.store import events, quarantine
from channels.port import Cursor, Parcel
from handoff.console import words
from handoff.ports.attention import TO_DO, TO_KNOW
from tests.bot.desk.floor import Floor
from tests.handoff.console.conftest import OpenPage
from tests.handoff.console.running import Desk

SOURCES = Path(bot.__file__).parent

# What is noted under a name that is no literal, by how the code writes it.
BUILT = {
    "kind": {"uncertain", "not_delivered", *detours.MARKS.values()},
    "MARKS.get(report.cause, 'not_delivered')": {"not_delivered", *detours.MARKS.values()},
    "f'media_{state}'": {"media_refused", "media_failed"},
    "quarantine.EVENT": {quarantine.EVENT},
}


def noted() -> set[str]:
    """Return every kind of event that the program notes, read from its own text."""
    kinds: set[str] = set()
    for file in SOURCES.rglob("*.py"):
        text = file.read_text(encoding="utf-8")
        kinds |= set(re.findall(r"INSERT INTO event \(kind[^)]*\)\s*SELECT '(\w+)'", text))
        for call in (node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)):
            at = place_of_kind(file, call)
            if at is not None:
                kinds |= of(call.args[at], file)
    return kinds


def place_of_kind(file: Path, call: ast.Call) -> int | None:
    """Return which argument of a call is an event's kind, None when it notes none."""
    said = ast.unparse(call.func)
    if said == "events.note":
        return 1
    return {"detours.py": 2, "report.py": 3}.get(file.name) if said == "self._note" else None


def of(argument: ast.expr, file: Path) -> set[str]:
    if isinstance(argument, ast.Constant):
        return {str(argument.value)}
    said = ast.unparse(argument)
    assert said in BUILT, f"{file.name} notes {said}: name the kinds that it stands for in BUILT"
    return BUILT[said]


def test_every_kind_that_is_noted_has_its_place_and_its_words() -> None:
    kinds = noted()
    assert kinds == {*TO_DO, *TO_KNOW}
    known = words.load().keys
    for kind in kinds:
        assert f"attention.kind_{kind}" in known
        assert f"attention.do_{kind}" in known


async def note(floor: Floor, kind: str, conversation_id: int | None = None, **detail: str | int) -> None:
    async with floor.stage.core.database.transaction() as tx:
        await events.note(
            tx, kind, now=floor.stage.clock.now(), conversation_id=conversation_id, detail=detail
        )


async def test_a_matter_tells_what_happened_to_whom_and_what_to_do(desk: Desk, floor: Floor) -> None:
    conversation, ticket = await floor.asked("Mohon data")
    await floor.run("UPDATE contact SET name = 'Bu Ani <i>'")
    await note(floor, "not_delivered", conversation, reason="Nomor tidak aktif", code=63003)
    page = (await (await desk.client()).get("/console/attention")).text
    for told in (
        "Tidak terkirim",
        "Bu Ani &lt;i&gt;",
        ticket.number,
        "Nomor tidak aktif",
        "pakai saluran lain",
    ):
        assert told in page
    assert f'href="/console/conversation/{conversation}"' in page


async def test_every_kind_is_shown_in_both_languages(desk: Desk, floor: Floor) -> None:
    conversation, _ = await floor.asked("Mohon data")
    details: dict[str, dict[str, str | int]] = {
        "stranger_quotes": {"ticket": "KST-2026-00001", "conversation": conversation},
        "mailbox_silent": {"channel": "email", "minutes": 12},
        "mail_undeliverable": {"parcel": 1, "number": 4711},
        "mail_limit": {"limit": "day"},
        "window_closing": {"ticket": "KST-2026-00001", "closes_at": "2026-11-23T10:00:00+00:00"},
        "officer_not_told": {"officer": (await desk.officer(name="Joko")).id, "reason": "Ditolak"},
    }
    for kind in (*TO_DO, *TO_KNOW, "a_kind_of_tomorrow"):
        await note(floor, kind, conversation, **details.get(kind, {"reason": "sebab"}))
    sentences = words.load()
    for language in ("id", "en"):
        client = await desk.client(await desk.officer(language=language))
        page = (await client.get("/console/attention")).text
        for kind in (*TO_DO, *TO_KNOW, "other"):
            assert sentences.say(f"attention.kind_{kind}", language) in page.replace("&#39;", "'")
        for kind in (*TO_DO, *TO_KNOW):
            assert (await client.get(f"/console/attention?kind={kind}")).status_code == 200


async def test_what_an_officer_has_seen_is_gone_and_in_the_log(desk: Desk, floor: Floor) -> None:
    sari = await desk.officer(name="Sari")
    conversation, _ = await floor.asked("Mohon data")
    for _ in range(3):
        await note(floor, "media_refused", conversation, reason="Terlalu besar")
    client = await desk.client(sari)
    first = (await floor.row("SELECT min(id) AS id FROM event")).id
    answer = await client.post("/console/attention/seen", data={"event": str(first)})
    assert answer.status_code == 303
    assert "1 ditandai sudah dilihat" in (await client.get(answer.headers["location"])).text
    last = (await floor.row("SELECT max(id) AS id FROM event")).id
    await client.post("/console/attention/seen", data={"kind": "media_refused", "until": str(last)})
    assert "Tidak ada yang perlu diperhatikan" in (await client.get("/console/attention")).text
    log = await floor.rows(
        "SELECT officer_id, action, detail FROM audit WHERE action LIKE 'attention%' ORDER BY id"
    )
    assert [(row.officer_id, row.action) for row in log] == [
        (sari.id, "attention.seen"),
        (sari.id, "attention.all_seen"),
    ]
    assert log[1].detail == {"kind": "media_refused", "count": 2}
    nonsense = await client.post("/console/attention/seen", data={"event": "1; DROP", "until": "x"})
    assert nonsense.headers["location"].endswith("seen=0")


async def test_what_has_settled_itself_is_not_shown(desk: Desk, floor: Floor) -> None:
    sari = await desk.officer(name="Sari")
    conversation, _ = await floor.asked("Mohon data")
    message = await floor.reply(sari, conversation, "Kami carikan.")
    async with floor.stage.core.database.transaction() as tx:
        now = floor.stage.clock.now()
        await events.note(tx, "waits_for_contact", now=now, conversation_id=conversation, message_id=message)
    client = await desk.client(sari)
    assert "Menunggu warga menulis lagi" in (await client.get("/console/attention")).text
    await floor.stage.deliver_all()
    assert "Menunggu warga menulis lagi" not in (await client.get("/console/attention")).text


async def test_a_mail_in_quarantine_is_read_again_at_the_press_of_a_button(desk: Desk, floor: Floor) -> None:
    core, now = floor.stage.core, floor.stage.clock.now()
    item = Parcel(channel="email", place="INBOX", epoch=1, number=7, data=b"rusak", fetched_at=now)
    await core.reception.keep([item], Cursor(1, 7), channel="email", place="INBOX")
    parcel = (await floor.row("SELECT id FROM parcel")).id
    async with core.database.transaction() as tx:
        await put(
            tx, parcel, kind=quarantine.QUARANTINED, reason="LookupError di channels/x.py:1", clock=core.clock
        )
    client = await desk.client()
    page = (await client.get("/console/attention")).text
    assert "LookupError di channels/x.py:1" in page
    assert "Baca ulang" in page
    answer = await client.post("/console/attention/replay", data={"parcel": str(parcel)})
    assert "1 surat dibaca ulang" in (await client.get(answer.headers["location"])).text
    async with core.database.transaction() as tx:
        assert [each.kind for each in await quarantine.standings(tx, [parcel])] == [None]
    assert "LookupError" not in (await client.get("/console/attention")).text
    assert (
        await floor.stage.scalar("SELECT object FROM audit WHERE action = 'mail.replayed'")
        == f"mail:{parcel}"
    )


async def test_the_mailbox_is_told_of(desk: Desk, floor: Floor) -> None:
    core = floor.stage.core
    await core.reception.checked("email", "INBOX")
    page = (await (await desk.client()).get("/console/attention")).text
    assert "Kotak surat email: terhubung" in page


async def test_events_of_a_conversation_are_to_be_had(desk: Desk, floor: Floor) -> None:
    conversation, _ = await floor.asked("Mohon data")
    await note(floor, "sent_in_part", conversation, reason="Lampiran terlalu besar")
    found = await counter.attention(floor.stage.core).events_of(conversation)
    assert [(each.kind, each.reason) for each in found] == [("sent_in_part", "Lampiran terlalu besar")]


async def test_a_new_matter_appears_without_a_reload(desk: Desk, floor: Floor, open_page: OpenPage) -> None:
    conversation, _ = await floor.asked("Mohon data")
    page = await open_page("officer", "/console/attention")
    await page.get_by_text("Tidak ada yang perlu diperhatikan").wait_for()
    async with page.expect_response(lambda answer: "/attention/groups" in answer.url, timeout=10_000):
        await note(floor, "uncertain", conversation, reason="Sambungan putus")
    await page.get_by_text("Sambungan putus").wait_for(timeout=5_000)
