"""What keeps strangers out, colleagues within their role, and forged forms without effect.

The tests that go over "every page" take the pages from the console itself: a new one is covered by itself.
"""

from __future__ import annotations

import re
from datetime import timedelta

import httpx
import pytest

from bot.assembly import counter
from bot.desk.audit import AuditLog
from bot.store.desk import accounts, attempts
from handoff.accounts import source_key
from handoff.console.frame import BASE, HERE, OpenPage, Page
from handoff.ports.audit import Wanted
from handoff.ports.values import Officer, Role
from tests.handoff.console.entering import PASSWORD, code, enter, submit, with_password
from tests.handoff.console.running import Desk

UNSAFE = {"POST", "PUT", "DELETE", "PATCH"}


def address(page: Page | OpenPage, given: str = "1") -> str:
    """Return a page's address with something for each of its parameters."""
    return BASE + re.sub(r"\{[^}]+\}", given, page.path)


def officers_pages(desk: Desk) -> list[tuple[str, str, Page]]:
    """Return method, address and page of everything that needs a session."""
    return [
        (method, address(page), page)
        for page in desk.console.pages()
        if isinstance(page, Page)
        for method in page.methods
    ]


async def acts(desk: Desk, action: str) -> list[dict[str, object]]:
    """Return what the log has of an action."""
    log = AuditLog(desk.stage.core.database, desk.stage.clock)
    rows = [row for row in await log.read(Wanted(), most=500) if row.action == action]
    return [dict(row.detail) | {"about": row.about, "by": row.officer_id} for row in rows]


async def is_in(client: httpx.AsyncClient) -> bool:
    return (await client.get("/console/me")).status_code == 200


async def session_of(desk: Desk, client: httpx.AsyncClient) -> str:
    return client.cookies.get(desk.console.cookies.session) or ""


async def test_no_page_opens_without_a_session(desk: Desk) -> None:
    stranger = await desk.client(None)
    wrong = {}
    for method, path, _ in officers_pages(desk):
        answer = await stranger.request(method, path)
        if answer.status_code != 303 or not answer.headers["location"].startswith("/console/login"):
            wrong[f"{method} {path}"] = answer.status_code
    assert len(officers_pages(desk)) > 15
    assert wrong == {}


async def test_a_made_up_token_is_no_session(desk: Desk) -> None:
    stranger = await desk.client(None)
    stranger.cookies.set(desk.console.cookies.session, "x" * 43)
    assert not await is_in(stranger)


@pytest.mark.parametrize(
    ("role", "refused"), [("officer", {"supervisor", "admin"}), ("supervisor", {"admin"})]
)
async def test_no_page_opens_for_a_smaller_role(desk: Desk, role: Role, refused: set[Role]) -> None:
    client = await desk.client(role)
    pages = [each for each in officers_pages(desk) if each[2].role in refused]
    wrong = {
        f"{method} {path}": answer.status_code
        for method, path, _ in pages
        if (answer := await client.request(method, path)).status_code != 403
    }
    assert pages
    assert wrong == {}


async def test_no_form_is_taken_without_its_token(desk: Desk) -> None:
    client = await desk.client("admin")
    token = client.headers.pop("X-CSRF-Token")
    stranger = await desk.client(None)
    wrong = {}
    for page in desk.console.pages():
        for method in UNSAFE & set(page.methods):
            sender = client if isinstance(page, Page) else stranger
            for given in ({}, {"csrf": "x"}, {"csrf": token[:-1]}, {"csrf": ""}):
                answer = await sender.request(method, address(page), data=given)
                if answer.status_code != 403:
                    wrong[f"{method} {page.path} {given}"] = answer.status_code
    assert wrong == {}
    assert await is_in(client), "nothing was done, not even the logout"


@pytest.mark.parametrize("given", ["9" * 18, "9" * 19, "9" * 5000, "-1", "٣", "x", "%00"])
async def test_an_address_that_is_made_up_is_an_answer_and_no_error(desk: Desk, given: str) -> None:
    client = await desk.client("admin")
    wrong = {}
    for page in desk.console.pages():
        if "{" in page.path and "GET" in page.methods:
            answer = await client.get(address(page, given))
            if answer.status_code >= 500:
                wrong[page.path] = answer.status_code
    assert wrong == {}


@pytest.mark.parametrize("given", ["\x00", "9" * 400, "2026-02-31", "😀" * 50, ""])
async def test_a_field_that_is_made_up_is_an_answer_and_no_error(desk: Desk, given: str) -> None:
    rooms = (HERE / "templates").rglob("*.html")
    names = {name for room in rooms for name in re.findall(r'name="([a-z_]+)"', room.read_text("utf-8"))}
    wrong = {}
    for page in desk.console.pages():
        for method in {"GET", "POST"} & set(page.methods) if page.path != "/events" else ():
            client = await desk.client("admin")
            fields = {**dict.fromkeys(names, given), "csrf": client.headers["X-CSRF-Token"]}
            told, params = (fields, {}) if method == "POST" else ({}, fields)
            answer = await client.request(method, address(page), data=told, params=params)
            if answer.status_code >= 500:
                wrong[f"{method} {page.path}"] = answer.status_code
    assert len(names) > 30
    assert wrong == {}


async def test_a_form_of_another_site_is_not_taken_whatever_it_brings(desk: Desk) -> None:
    client = await desk.client("officer")
    answer = await client.post("/console/logout", headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    assert await is_in(client)


async def test_every_answer_brings_the_strict_headers(desk: Desk) -> None:
    client, stranger = await desk.client("officer"), await desk.client(None)
    answers = [
        await stranger.get("/console/login"),
        await stranger.get("/console/"),
        await stranger.get("/console/nowhere"),
        await stranger.get("/console/welcome/x"),
        await stranger.get("/console/static/console.css"),
        await client.get("/console/me"),
        await client.get("/console/people"),
        await client.post("/console/me", data={"name": ""}),
    ]
    for answer in answers:
        policy = answer.headers["content-security-policy"]
        assert "default-src 'self'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["x-frame-options"] == "DENY"
        assert answer.headers["referrer-policy"] == "same-origin"
        if "/static/" not in str(answer.url):
            assert answer.headers["cache-control"] == "no-store"


async def test_no_page_has_script_or_style_within(desk: Desk) -> None:
    client = await desk.client("admin")
    for path in ("/console/", "/console/me", "/console/people", "/console/people/1", "/console/audit"):
        text = (await client.get(path)).text
        assert not re.search(r"<script(?![^>]+src=)|<style|\sstyle=|\son\w+=|javascript:", text), path


async def test_a_session_from_before_the_login_is_not_the_one_after(desk: Desk) -> None:
    """Session fixation: whoever plants a token in a browser does not get in with it."""
    officer = await with_password(desk)
    planted = "p" * 43
    victim = await desk.client(None)
    victim.cookies.set(desk.console.cookies.session, planted, domain="127.0.0.1")
    await enter(victim, officer.login)
    assert await is_in(victim)
    attacker = await desk.client(None)
    attacker.cookies.set(desk.console.cookies.session, planted)
    assert not await is_in(attacker)


async def test_the_second_factor_changes_the_token(desk: Desk) -> None:
    admin = await with_password(desk, "admin")
    client = await desk.client(None)
    answer = await enter(client, admin.login)
    assert answer.headers["location"] == "/console/login/code"
    half = await session_of(desk, client)
    assert not await is_in(client), "a password alone opens nothing"
    answer = await submit(client, "/console/login/code", code=code(desk.stage.clock.now()))
    assert answer.headers["location"] == "/console/"
    assert await is_in(client)
    thief = await desk.client(None)
    thief.cookies.set(desk.console.cookies.session, half)
    assert not await is_in(thief)


async def test_a_code_is_taken_once(desk: Desk) -> None:
    admin = await with_password(desk, "admin")
    first, second = await desk.client(None), await desk.client(None)
    now = desk.stage.clock.now()
    for client in (first, second):
        await enter(client, admin.login)
    assert (await submit(first, "/console/login/code", code=code(now))).status_code == 303
    assert (await submit(second, "/console/login/code", code=code(now))).status_code == 422
    assert (await submit(second, "/console/login/code", code=code(now, steps=-1))).status_code == 422
    assert not await is_in(second)
    assert (await submit(second, "/console/login/code", code=code(now, steps=1))).status_code == 303
    assert await is_in(second)


async def test_who_knows_the_password_alone_cannot_set_another_second_factor(desk: Desk) -> None:
    admin = await with_password(desk, "admin")
    client = await desk.client(None)
    await enter(client, admin.login)
    answer = await client.get("/console/login/factor")
    assert answer.headers["location"] == "/console/login/code"
    answer = await submit(client, "/console/login/code", at="/console/login/factor", code="123456", offer="x")
    assert answer.headers["location"] == "/console/login/code"
    assert not await is_in(client)


async def test_who_becomes_admin_sets_up_a_second_factor_first(desk: Desk) -> None:
    officer = await desk.officer()
    client = await desk.client(officer)
    assert await is_in(client)
    people = counter.people(desk.stage.core)
    await people.change(officer.id, name="Sari", email="sari@example.go.id", phone="", role="admin", by=None)
    assert not await is_in(client)
    answer = await client.get("/console/login")
    assert answer.headers["location"] == "/console/login/factor"


async def test_a_token_is_nothing_after_the_logout(desk: Desk) -> None:
    client = await desk.client("officer")
    token = await session_of(desk, client)
    answer = await client.post("/console/logout")
    assert answer.headers["location"] == "/console/login"
    again = await desk.client(None)
    again.cookies.set(desk.console.cookies.session, token)
    assert not await is_in(again)


async def test_a_disabled_officer_is_out_at_once_and_stays_out(desk: Desk) -> None:
    officer = await with_password(desk)
    client = await desk.client(officer)
    admin = await desk.client("admin")
    answer = await admin.post(f"/console/people/{officer.id}/disable")
    assert answer.status_code == 303
    assert not await is_in(client)
    assert (await enter(await desk.client(None), officer.login)).status_code == 422
    await admin.post(f"/console/people/{officer.id}/enable")
    assert not await is_in(client), "the old session stays over"
    assert (await enter(await desk.client(None), officer.login)).status_code == 303


async def test_a_new_password_ends_all_other_sessions(desk: Desk) -> None:
    officer = await with_password(desk)
    other, client = await desk.client(officer), await desk.client(officer)
    new = "kuning tangga sabtu 4"
    answer = await client.post(
        "/console/me/password", data={"old": PASSWORD, "password": new, "repeated": new}
    )
    assert answer.status_code == 303
    assert not await is_in(other)
    assert await is_in(client)
    assert (await enter(await desk.client(None), officer.login)).status_code == 422
    assert (await enter(await desk.client(None), officer.login, new)).status_code == 303


async def test_the_password_is_asked_for_once_more_before_it_is_changed(desk: Desk) -> None:
    client = await desk.client(await with_password(desk))
    new = "kuning tangga sabtu 4"
    wrong = {"old": "salah", "password": new, "repeated": new}
    assert (await client.post("/console/me/password", data=wrong)).status_code == 422
    assert (await client.post("/console/me/factor", data={"proof": "salah"})).status_code == 422


async def test_a_session_ends_unused_and_at_the_end_of_the_day(desk: Desk) -> None:
    numbers = desk.stage.core.settings.office.console
    officer = await with_password(desk)
    client = await desk.client(None)
    await enter(client, officer.login)
    idle = timedelta(minutes=numbers.session_idle_minutes)
    desk.stage.clock.advance(idle - timedelta(seconds=30))
    assert await is_in(client)
    desk.stage.clock.advance(idle + timedelta(seconds=30))
    assert not await is_in(client)

    await enter(client, officer.login)
    step, hours = timedelta(minutes=numbers.session_idle_minutes / 2), timedelta()
    while hours < timedelta(hours=numbers.session_hours) - step:
        desk.stage.clock.advance(step)
        hours += step
        assert await is_in(client)
    desk.stage.clock.advance(step)
    assert not await is_in(client)


@pytest.mark.parametrize("is_known", [True, False])
async def test_a_name_is_shut_after_too_many_tries_whether_somebody_has_it_or_not(
    desk: Desk, is_known: bool
) -> None:
    numbers = desk.stage.core.settings.office.console
    officer = await with_password(desk)
    login = officer.login if is_known else "nobody"
    client = await desk.client(None)
    answers = [await enter(client, login, "salah sekali") for _ in range(numbers.lock_after_failures)]
    assert {answer.status_code for answer in answers} == {422}
    shut = await enter(client, login, PASSWORD)
    assert shut.status_code == 429
    assert int(shut.headers["retry-after"]) <= numbers.lock_minutes * 60
    elsewhere = await enter(await desk.client(None), login, PASSWORD)
    assert elsewhere.status_code == 429
    desk.stage.clock.advance(timedelta(minutes=numbers.lock_minutes))
    assert (await enter(client, login, PASSWORD)).status_code == (303 if is_known else 422)
    assert len(await acts(desk, "login.shut")) == 1


async def test_codes_are_counted_like_passwords(desk: Desk) -> None:
    admin = await with_password(desk, "admin")
    client = await desk.client(None)
    await enter(client, admin.login)
    most = desk.stage.core.settings.office.console.lock_after_failures
    for _ in range(most - 1):
        assert (await submit(client, "/console/login/code", code="000000")).status_code == 422
    answer = await submit(client, "/console/login/code", code=code(desk.stage.clock.now()))
    assert answer.status_code == 429


async def test_an_address_is_shut_after_too_many_tries_as_whomever(desk: Desk) -> None:
    numbers = desk.stage.core.settings.office.console
    officer = await with_password(desk)
    async with desk.stage.core.database.transaction() as tx:
        for _ in range(numbers.source_failures):
            window = timedelta(minutes=numbers.lock_minutes)
            key = source_key("127.0.0.1")
            await attempts.count(tx, [key], now=desk.stage.clock.now(), window=window)
    assert (await enter(await desk.client(None), officer.login)).status_code == 429


async def test_who_gets_in_has_their_earlier_tries_forgiven(desk: Desk) -> None:
    most = desk.stage.core.settings.office.console.lock_after_failures
    officer = await with_password(desk)
    client = await desk.client(None)
    for _ in range(2):
        for _ in range(most - 1):
            assert (await enter(client, officer.login, "salah sekali")).status_code == 422
        assert (await enter(client, officer.login)).status_code == 303
        await client.post("/console/logout", headers={"X-CSRF-Token": "x"})
        client.cookies.delete(desk.console.cookies.session)


async def test_nobody_is_told_whether_a_name_exists(desk: Desk) -> None:
    officer = await with_password(desk)
    known = await enter(await desk.client(None), officer.login, "salah sekali")
    unknown = await enter(await desk.client(None), "x" * len(officer.login), "salah sekali")
    plain = [re.sub(r'value="[^"]*"', "", answer.text) for answer in (known, unknown)]
    assert plain[0] == plain[1]


async def test_what_was_typed_as_a_name_is_not_kept(desk: Desk) -> None:
    """Who types the password into the wrong field does not find it in the log."""
    await enter(await desk.client(None), "kata-sandi-saya", "x")
    [failed] = await acts(desk, "login.failed")
    assert failed == {"from": "127.0.0.1", "about": None, "by": None}


async def test_a_link_works_once_and_looking_at_it_does_not_use_it(desk: Desk) -> None:
    people = counter.people(desk.stage.core)
    _, link = await people.add(login="joko", name="Joko", email="joko@example.go.id", role="officer", by=None)
    path = f"/console/welcome/{link}"
    good = {"name": "Joko", "email": "joko@example.go.id", "password": PASSWORD, "repeated": PASSWORD}
    client = await desk.client(None)
    for _ in range(2):
        assert (await client.get(path)).status_code == 200
    assert (
        await submit(client, path, **good | {"password": "pendek", "repeated": "pendek"})
    ).status_code == 422
    assert (await submit(client, path, **good | {"repeated": "lain"})).status_code == 422
    assert (await submit(client, path, **good)).status_code == 303
    assert await is_in(client)
    assert (await client.get(path)).status_code == 404


async def test_a_link_is_void_when_it_is_old_or_a_newer_one_is_made(desk: Desk) -> None:
    people = counter.people(desk.stage.core)
    number, first = await people.add(
        login="joko", name="Joko", email="joko@example.go.id", role="officer", by=None
    )
    second = await people.reset(number, by=None)
    client = await desk.client(None)
    assert (await client.get(f"/console/welcome/{first}")).status_code == 404
    assert (await client.get(f"/console/welcome/{second}")).status_code == 200
    desk.stage.clock.advance(timedelta(hours=desk.stage.core.settings.office.console.link_hours))
    assert (await client.get(f"/console/welcome/{second}")).status_code == 404


@pytest.mark.parametrize(
    "after",
    [
        "https://example.org/",
        "//example.org/",
        "/\\example.org",
        "/console//example.org",
        "/console/\\example.org",
        "javascript:alert(1)",
        "/console/\r\nSet-Cookie: a=b",
        "/elsewhere",
    ],
)
async def test_a_login_leads_nowhere_but_into_the_console(desk: Desk, after: str) -> None:
    officer = await with_password(desk)
    answer = await enter(await desk.client(None), officer.login, next=after)
    assert answer.headers["location"] == "/console/"


async def test_a_login_leads_back_to_where_somebody_wanted_to_go(desk: Desk) -> None:
    officer = await with_password(desk)
    stranger = await desk.client(None)
    login = (await stranger.get("/console/audit?room=login&until=2026-11-23")).headers["location"]
    token = re.search(r'name="next" value="([^"]+)"', (await stranger.get(login)).text)
    assert token
    answer = await enter(stranger, officer.login, next=token[1].replace("&amp;", "&"))
    assert answer.headers["location"] == "/console/audit?room=login&until=2026-11-23"


async def test_a_body_that_is_too_large_is_not_read_to_its_end(desk: Desk) -> None:
    client = await desk.client("officer")
    answer = await client.post("/console/me", data={"name": "x" * 2_000_000})
    assert answer.status_code == 413


@pytest.fixture
def _behind_https(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PST_PUBLIC_URL", "https://pst.example.go.id")


@pytest.mark.usefixtures("_behind_https")
async def test_behind_https_the_cookies_are_bound_to_this_host(desk: Desk) -> None:
    officer = await with_password(desk)
    client = await desk.client(None)
    form = await client.get("/console/login")
    [guest] = form.headers.get_list("set-cookie")
    # Over plain http the client does not send it back by itself, as it should.
    client.headers["Cookie"] = guest.split(";")[0]
    answer = await enter(client, officer.login)
    [session] = answer.headers.get_list("set-cookie")
    for cookie in (guest, session):
        name, *rest = [part.strip().lower() for part in cookie.split(";")]
        assert name.startswith("__host-")
        assert {"secure", "httponly", "samesite=lax", "path=/"} <= set(rest)
        assert not any(part.startswith("domain") for part in rest)


async def test_the_last_admin_stays(desk: Desk) -> None:
    officer = await desk.officer("admin")
    admin = await desk.client(officer)
    assert (await admin.post(f"/console/people/{officer.id}/disable")).status_code == 403
    less = {"name": "Wati", "email": "wati@example.go.id", "role": "officer"}
    assert (await admin.post(f"/console/people/{officer.id}", data=less)).status_code == 403
    assert await is_in(admin)


async def test_a_factor_sealed_with_another_key_is_said_so(desk: Desk) -> None:
    admin = await with_password(desk, "admin")
    async with desk.stage.core.database.transaction() as tx:
        await accounts.set_factor(tx, admin.id, "sealed-with-another-key")
    client = await desk.client(None)
    await enter(client, admin.login)
    answer = await submit(client, "/console/login/code", code="123456")
    assert answer.status_code == 422
    assert "tidak terbaca" in answer.text


async def test_a_name_with_markup_is_shown_as_it_is(desk: Desk) -> None:
    name = "<script>alert(1)</script>\" onload='x'"
    officer: Officer = await desk.officer("admin", name=name)
    client = await desk.client(officer)
    for path in ("/console/", "/console/people", f"/console/people/{officer.id}", "/console/me"):
        text = (await client.get(path)).text
        assert "<script>alert" not in text
        assert "&lt;script&gt;alert" in text
