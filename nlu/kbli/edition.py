"""A full edition of KBLI, read from the five JSON files it is published in, and checked."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from nlu.problems import KnowledgeError, Problem

# One file a level: its name, the shape of its codes, the key that names the level above.
LEVELS: tuple[tuple[str, str, str | None], ...] = (
    ("01_kategori.json", r"[A-Z]", None),
    ("02_golongan_pokok.json", r"\d{2}", "kategori_code"),
    ("03_golongan.json", r"\d{3}", "golongan_pokok_code"),
    ("04_subgolongan.json", r"\d{4}", "golongan_code"),
    ("05_kelompok.json", r"\d{5}", "subgolongan_code"),
)
NAMES = ("kategori", "golongan pokok", "golongan", "subgolongan", "kelompok")
FEWEST = (10, 50, 100, 200, 500)  # less than this is a part of an edition, which would answer wrongly
_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Code:
    """One code of an edition. `level` is 1 (kategori) to 5 (kelompok); `parent` is the code above, None on top."""

    code: str
    level: int
    title: str
    description: str
    parent: str | None


def read_edition(folder: Path) -> list[Code]:
    """Return every code in `folder`, from the top down.

    Raises `KnowledgeError` when a file is missing or no list of codes, or when a code is double, has no title,
    hangs in the air, stands under a code that is not its beginning, or when there are too few.
    """
    problems: list[Problem] = []
    found: list[Code] = []
    for level, (file, _, _) in enumerate(LEVELS, start=1):
        read = _read(folder / file, problems)
        codes = [
            code
            for number, each in enumerate(read, start=1)
            if (code := _code(each, level, f"butir ke-{number}", problems)) is not None
        ]
        if len(codes) < FEWEST[level - 1] and not problems:
            problems.append(Problem(file, "jumlah", f"hanya {len(codes)} kode.", "ambil edisi yang lengkap."))
        found += codes
    problems += _inconsistent(found)
    if problems:
        raise KnowledgeError(problems[:_SHOWN])
    return found


def _read(path: Path, problems: list[Problem]) -> list[object]:
    try:
        read = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        problems.append(
            Problem(path.name, "berkas", f"{error.strerror}.", "lima berkas JSON harus ada di folder.")
        )
        return []
    except ValueError as error:
        problems.append(Problem(path.name, "berkas", f"bukan JSON: {error}.", "ambil ulang berkasnya."))
        return []
    if not isinstance(read, list):
        problems.append(Problem(path.name, "berkas", "bukan daftar kode.", "bentuknya [{...}, {...}]."))
        return []
    return read


def _code(each: object, level: int, place: str, problems: list[Problem]) -> Code | None:
    file, shape, above = LEVELS[level - 1]
    if not isinstance(each, Mapping) or not isinstance(each.get("code"), str):
        problems.append(Problem(file, place, "tanpa `code` berupa teks.", 'bentuknya {"code": "..."}.'))
        return None
    code, title, description = each["code"], each.get("title"), each.get("description")
    parent = each.get(above) if above else None
    if not re.fullmatch(shape, code):
        problems.append(Problem(file, code, f"bukan kode {NAMES[level - 1]}.", f"bentuknya {shape}."))
    if not isinstance(title, str) or not title.strip():
        problems.append(Problem(file, code, "tanpa `title`.", "lengkapi judulnya."))
        return None
    if above and not isinstance(parent, str):
        problems.append(Problem(file, code, f"tanpa `{above}`.", "sebutkan induknya."))
        return None
    text = description if isinstance(description, str) else ""
    return Code(code, level, " ".join(title.split()), " ".join(text.split()), parent)


def _inconsistent(codes: list[Code]) -> Iterator[Problem]:
    by_level = [{each.code for each in codes if each.level == level} for level in range(len(LEVELS) + 1)]
    met: set[str] = set()
    for each in codes:
        file = LEVELS[each.level - 1][0]
        if each.code in met:
            yield Problem(file, each.code, "ada dua kali.", "sisakan satu.")
        met.add(each.code)
        if each.parent is None:
            continue
        if each.parent not in by_level[each.level - 1]:
            yield Problem(file, each.code, f"induknya {each.parent} tidak ada.", "periksa kedua berkas.")
        elif each.parent.isdigit() and not each.code.startswith(each.parent):
            yield Problem(file, each.code, f"bukan bagian dari {each.parent}.", "periksa induknya.")
