"""Full editions: imported whole or not at all, searched by words through the index, looked up by code."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator, Callable
from dataclasses import replace as dataclass_replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from bot.__main__ import app
from bot.complaints import SettingsError
from bot.store import kbli
from bot.store.database import Database, Transaction
from bot.store.kbli_wording import readable, search_words
from nlu.kbli.edition import LEVELS, Code, read_edition
from nlu.problems import KnowledgeError

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
KINDS = (
    ("MEBEL BAMBU", "pembuatan kursi dan meja dari bambu"),
    ("REPARASI SEPEDA", "perbaikan sepeda di bengkel, juga yang keliling"),
    ("PERDAGANGAN MEBEL", "toko yang menjual kursi dan meja"),
)


def made_up(titled: str = "") -> list[Code]:
    """An edition in the shape of the real one, in which three codes say something."""
    codes: list[Code] = []
    above: list[str | None] = [None]
    for level, count in enumerate((20, 90, 200, 400, 900), start=1):
        here = [chr(65 + n) if level == 1 else _number(n, level) for n in range(count)]
        for n, code in enumerate(here):
            parent = above[n % len(above)] if level < 3 else code[:-1]
            title, uraian = (
                KINDS[n] if level == 5 and n < len(KINDS) else (f"BIDANG {code}", f"Uraian {code}.")
            )
            codes.append(Code(code, level, titled + title, uraian, parent))
        above = list(here)
    return codes


def _number(n: int, level: int) -> str:
    """Spread the codes of a level under those above it: 1000 codes of five digits under 100 of two."""
    width = (0, 0, 90, 200, 400, 900)[level]
    per_parent = {2: 1, 3: 3, 4: 3, 5: 3}[level]
    if level == 2:
        return f"{n % width + 10:02d}"
    return f"{_number(n // per_parent, level - 1)}{n % per_parent}"


def published(codes: list[Code], folder: Path) -> Path:
    """Write the codes as the five files they are published in."""
    folder.mkdir(exist_ok=True)
    for level, (file, _, above) in enumerate(LEVELS, start=1):
        rows = [
            {
                "code": each.code,
                "title": each.title,
                "description": each.description,
                above or "": each.parent,
            }
            for each in codes
            if each.level == level
        ]
        (folder / file).write_text(json.dumps(rows), encoding="utf-8")
    return folder


def changed(file: int, change: Callable[[list[dict[str, object]]], object], folder: Path) -> Path:
    path = folder / LEVELS[file][0]
    rows = json.loads(path.read_text(encoding="utf-8"))
    change(rows)
    path.write_text(json.dumps(rows), encoding="utf-8")
    return folder


@pytest.fixture
async def tx(database_url: str) -> AsyncIterator[Transaction]:
    base = Database(database_url, pool_size=2)
    async with base.transaction() as transaction:
        yield transaction
    await base.close()


async def test_nothing_is_stocked_before_the_first_import(tx: Transaction) -> None:
    assert not await kbli.is_stocked(tx)
    assert await kbli.search(tx, "mebel", limit=3) == []
    await kbli.replace(tx, "KBLI 2025", made_up(), NOW)
    assert await kbli.is_stocked(tx)


async def test_a_title_says_more_than_a_description(tx: Transaction) -> None:
    await kbli.replace(tx, "KBLI 2025", made_up(), NOW)
    hits = await kbli.search(tx, "kode KBLI usaha mebel dari bambu berapa ya?", limit=3)
    assert [hit.title for hit in hits][:2] == ["Mebel bambu", "Perdagangan mebel"]
    assert hits[0].edition == "KBLI 2025"
    assert hits[0].fit >= kbli.SURE > hits[1].fit
    assert hits[0].description


async def test_what_only_a_description_says_is_never_sure(tx: Transaction) -> None:
    await kbli.replace(tx, "KBLI 2025", made_up(), NOW)
    [hit] = await kbli.search(tx, "perbaikan keliling", limit=1)
    assert hit.title == "Reparasi sepeda"
    assert hit.fit < kbli.SURE


@pytest.mark.parametrize(
    "words", ["", "   ", "kode kbli berapa ya", "!!! & | ( ) :* '", "<->", "\\", "a & !b"]
)
async def test_words_that_say_nothing_find_nothing(tx: Transaction, words: str) -> None:
    await kbli.replace(tx, "KBLI 2025", made_up(), NOW)
    assert await kbli.search(tx, words, limit=3) == []


async def test_importing_again_replaces_the_edition_and_leaves_others(tx: Transaction) -> None:
    await kbli.replace(tx, "KBLI 2020", made_up("LAMA "), NOW)
    await kbli.replace(tx, "KBLI 2025", made_up("KELIRU "), NOW)
    await kbli.replace(tx, "KBLI 2025", made_up("BARU "), NOW)
    code = next(each.code for each in made_up() if each.title == "MEBEL BAMBU")
    assert [(hit.edition, hit.title) for hit in await kbli.by_code(tx, code)] == [
        ("KBLI 2025", "Baru mebel bambu"),
        ("KBLI 2020", "Lama mebel bambu"),
    ]
    # The newest edition is in force: only that one is searched.
    assert {hit.edition for hit in await kbli.search(tx, "mebel", limit=10)} == {"KBLI 2025"}


async def test_codes_of_every_level_are_known(tx: Transaction) -> None:
    await kbli.replace(tx, "KBLI 2025", made_up(), NOW)
    assert [hit.title for hit in await kbli.by_code(tx, " a ")] == ["Bidang a"]
    assert [hit.code for hit in await kbli.by_code(tx, "10")] == ["10"]
    assert await kbli.by_code(tx, "99999") == []


async def test_search_and_look_up_use_their_index(tx: Transaction) -> None:
    # As long as real descriptions are: a table of a few pages is read whole instead.
    long = [dataclass_replace(each, description=each.description * 60) for each in made_up()]
    await kbli.replace(tx, "KBLI 2025", long, NOW)
    asked = {"words": ["mebel"], "any": "mebel", "most": 3}
    search = await tx.execute(text(f"EXPLAIN {kbli.SEARCH.text}"), asked)
    plan = "\n".join(search.scalars())
    assert "kbli_code_words_idx" in plan, plan
    looked_up = await tx.execute(text("EXPLAIN SELECT * FROM kbli_code WHERE code = '10000'"))
    assert "kbli_code_pkey" in "\n".join(looked_up.scalars())


def test_titles_in_capitals_are_written_as_one_would() -> None:
    assert readable("PERDAGANGAN ECERAN GAS TABUNG LPG") == "Perdagangan eceran gas tabung LPG"
    assert readable("PENDIDIKAN DASAR KEAGAMAAN ISLAM") == "Pendidikan dasar keagamaan Islam"
    assert readable("Restoran") == "Restoran"


def test_stop_words_and_marks_are_left_out() -> None:
    assert search_words("Kode KBLI untuk usaha 'ternak' lele & nila?") == ["budi", "lele", "nila"]


def test_an_edition_comes_back_from_its_files(tmp_path: Path) -> None:
    assert read_edition(published(made_up(), tmp_path)) == made_up()


@pytest.mark.parametrize(
    ("file", "change", "complaint"),
    [
        (4, lambda rows: rows.append(rows[0]), "ada dua kali"),
        (4, lambda rows: rows[0].update(subgolongan_code="9999"), "induknya 9999 tidak ada"),
        (4, lambda rows: rows[0].update(subgolongan_code=rows[-1]["subgolongan_code"]), "bukan bagian dari"),
        (4, lambda rows: rows[0].pop("subgolongan_code"), "tanpa `subgolongan_code`"),
        (2, lambda rows: rows[0].update(title=" "), "tanpa `title`"),
        (2, lambda rows: rows[0].update(code=101), "tanpa `code`"),
        (0, lambda rows: rows[0].update(code="1"), "bukan kode kategori"),
        (4, lambda rows: rows.__delitem__(slice(10, None)), "hanya 10 kode"),
    ],
)
def test_an_edition_that_does_not_hold_together_is_refused(
    tmp_path: Path, file: int, change: Callable[[list[dict[str, object]]], object], complaint: str
) -> None:
    folder = changed(file, change, published(made_up(), tmp_path))
    with pytest.raises(KnowledgeError) as refused:
        read_edition(folder)
    assert complaint in str(refused.value)


def test_a_folder_without_the_files_is_refused(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match=r"05_kelompok\.json"):
        read_edition(tmp_path)
    (tmp_path / LEVELS[0][0]).write_text("{", encoding="utf-8")
    with pytest.raises(KnowledgeError, match="bukan JSON"):
        read_edition(tmp_path)


async def test_the_command_imports_and_tells_counts(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PST_DATABASE_URL", database_url)
    monkeypatch.setenv("PST_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    folder = published(made_up(), tmp_path / "edisi")
    result = await asyncio.to_thread(CliRunner().invoke, app, ["kbli", "import", str(folder)])
    assert result.exit_code == 0, result.output
    assert "KBLI 2025: 1610 kode dimuat (20 kategori, 90 golongan pokok" in result.output
    refused = await asyncio.to_thread(
        CliRunner().invoke, app, ["kbli", "import", str(tmp_path / "tidak ada")]
    )
    assert isinstance(refused.exception, SettingsError)
    base = Database(database_url, pool_size=1)
    async with base.transaction() as tx:
        assert await kbli.is_stocked(tx)
    await base.close()


async def test_the_official_edition_imports_and_is_found(tx: Transaction) -> None:
    folder = os.environ.get("PSTTEST_KBLI_DIR")
    if not folder:
        pytest.skip("PSTTEST_KBLI_DIR is not set: the full edition is not part of the project")
    await kbli.replace(tx, "KBLI 2025", read_edition(Path(folder)), NOW)
    [hit] = await kbli.by_code(tx, "56101")
    assert hit.title == "Aktivitas penyediaan makanan di bangunan tetap"
    # "RUMAH MINUM/KAFE": a stroke between two words is not the name of a file.
    assert "56303" in [hit.code for hit in await kbli.search(tx, "kafe", limit=3)]
    found = await kbli.search(tx, "pembuatan tempe dari kedelai", limit=3)
    assert found[0].code == "10307"
