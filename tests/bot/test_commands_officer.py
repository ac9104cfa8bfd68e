"""`pst officer`: as somebody at the terminal runs it."""

from __future__ import annotations

import asyncio
import os
import re
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import psycopg
import pytest

Run = Callable[..., Awaitable[tuple[int, str, str]]]
LINK = re.compile(r"http://127\.0\.0\.1:8000/console/welcome/[\w-]{43}$", re.MULTILINE)


@pytest.fixture
def pst(tmp_path: Path, database_url: str) -> Run:
    async def run(*words: str) -> tuple[int, str, str]:
        environment = {**os.environ, "PST_HOME": str(tmp_path / "home"), "PST_DATABASE_URL": database_url}
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", "officer", *words),
            env=environment,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, problems = await asyncio.wait_for(process.communicate(), 60)
        return process.returncode or 0, out.decode(), problems.decode()

    return run


async def test_an_account_from_its_beginning_to_its_end(pst: Run, database_url: str) -> None:
    code, out, _ = await pst("add", "Sari.P", "--name", "Sari Contoh", "--email", "sari@example.go.id")
    assert code == 0
    [link] = LINK.findall(out)
    token = link.rpartition("/")[2]
    with psycopg.connect(database_url) as connection:
        kept = str(connection.execute("SELECT * FROM officer_link").fetchall())
        done = connection.execute("SELECT action, officer_id FROM audit ORDER BY id").fetchall()
    assert token not in kept
    assert done == [("officer.added", None), ("link.made", None)]

    code, out, _ = await pst("reset", "sari.p", "--factor")
    assert code == 0
    assert LINK.findall(out) != [link]
    code, _, problem = await pst("add", "sari.p", "--name", "x", "--email", "x@example.org")
    assert (code, problem) == (1, "pst officer: nama masuk ini sudah dipakai\n")
    assert (await pst("disable", "sari.p"))[0] == 0
    assert "nonaktif" in (await pst("list"))[1]
    assert (await pst("reset", "sari.p"))[0] == 1
    assert (await pst("enable", "sari.p"))[0] == 0
    assert "nonaktif" not in (await pst("list"))[1]


async def test_the_first_link_is_there_until_somebody_is(pst: Run) -> None:
    first, second = await pst("first"), await pst("first")
    links = [LINK.findall(problems) for _, _, problems in (first, second)]
    assert [len(each) for each in links] == [1, 1]
    assert links[0] != links[1], "each is in place of the one before"
    await pst("add", "sari", "--name", "Sari", "--email", "sari@example.go.id")
    assert LINK.findall((await pst("first"))[2]) == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["reset", "nobody"], "tidak ada petugas"),
        (["disable", "nobody"], "tidak ada petugas"),
        (["add", "a b", "--name", "A", "--email", "a@example.org"], "nama masuk"),
        (["add", "ab", "--name", "A", "--email", "a"], "--email"),
        (["add", "ab", "--name", " ", "--email", "a@example.org"], "--name"),
        (["add", "ab", "--name", "A", "--email", "a@example.org", "--role", "king"], "--role"),
    ],
)
async def test_what_cannot_be_is_said_in_one_line(pst: Run, words: list[str], said: str) -> None:
    code, out, problems = await pst(*words)
    assert code == 1
    assert out == ""
    assert said in problems
    assert "Traceback" not in problems
