"""`pst chat --jsonl` and `pst email inspect`: a line in, a line out, whatever the line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.nlu.rasa import ROOT, RunningRasa

Lines = list[dict[str, Any]]


@pytest.fixture
def environment(rasa_server: RunningRasa, server_url: str, tmp_path: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PST_")}
    return {
        **kept,
        "PST_HOME": str(tmp_path),
        "PST_DATABASE_URL": server_url,
        "PST_NLU_URL": rasa_server.url,
        "PST_NLU_TOKEN": rasa_server.token,
    }


def chat(environment: dict[str, str], *lines: object, keep: bool = False) -> Lines:
    said = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
    command = [sys.executable, "-m", "bot", "chat", "--jsonl", *(["--keep"] if keep else [])]
    ended = subprocess.run(
        command,
        cwd=ROOT,
        env=environment,
        input=said,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    return [json.loads(line) for line in ended.stdout.splitlines()]


def test_each_line_is_answered_with_a_line(environment: dict[str, str]) -> None:
    first, second, mail, officer = chat(
        environment,
        {
            "id": 1,
            "conversation": "a",
            "channel": "whatsapp",
            "text": "berapa lama konsultasi online dilayani?",
        },
        {"id": 2, "conversation": "a", "channel": "whatsapp", "text": "kalau datang langsung?"},
        {"id": 3, "conversation": "b", "channel": "email", "text": "biaya konsultasi?", "subject": "Biaya"},
        {"id": 4, "conversation": "a", "channel": "whatsapp", "text": "saya mau bicara dengan petugas"},
    )
    assert set(first) == {"id", "conversation", "replies", "state", "ticket", "topics", "confidence", "ms"}
    assert (first["id"], first["conversation"], first["state"], first["ticket"]) == (1, "a", "bot", None)
    assert "3 hari kerja" in first["replies"][0]
    assert first["topics"] == ["konsultasi/jangka_waktu"]
    assert 0.5 < first["confidence"] <= 1.0
    assert first["ms"] > 0
    assert "10 menit" in second["replies"][0]
    assert len(second["replies"]) == 1
    assert "tidak dipungut biaya" in mail["replies"][0].lower()
    assert (officer["state"], officer["ticket"][:4]) == ("waiting", "KST-")


def test_a_bad_line_is_answered_with_its_error_and_the_run_goes_on(environment: dict[str, str]) -> None:
    answers = chat(
        environment,
        "nonsense",
        "[1, 2]",
        {"id": 1, "conversation": "a"},
        {"id": 2, "conversation": "a", "text": "halo", "unknown": 1},
        {"id": 3, "conversation": "a", "text": "halo", "channel": "telegram"},
        {"id": 4, "conversation": "a", "officer": "claim"},
        {"id": 5, "conversation": "", "text": "halo"},
        {"id": 6, "conversation": "a", "text": "x", "advance_days": 1},
        {"id": 7, "conversation": "a", "text": "alamat kantor di mana?"},
    )
    assert [("error" in answer) for answer in answers] == [True] * 8 + [False]
    assert [answer.get("id") for answer in answers] == [None, None, 1, 2, 3, 4, 5, 6, 7]
    assert "officer" in answers[5]["error"]


def test_time_is_moved_for_this_run_only(environment: dict[str, str]) -> None:
    asked, moved, later = chat(
        environment,
        {"id": 1, "conversation": "a", "text": "biaya konsultasi?"},
        {"id": 2, "conversation": "a", "advance_days": 400},
        {"id": 3, "conversation": "a", "advance_days": 0.5},  # what is not said by night
    )
    assert (asked["state"], moved["state"]) == ("bot", "closed")
    said = [*moved["replies"], *later["replies"]]
    assert ["400 hari" in said[0], "Seberapa puas" in said[1], len(said)] == [True, True, 2]
    petugas = {"id": 3, "conversation": "b", "text": "saya mau bicara dengan petugas"}
    [later] = chat(environment, {"id": 1, "conversation": "a", "advance_days": 400}, petugas)[1:]
    [now] = chat(environment, petugas)
    assert int(later["ticket"].split("-")[1]) == int(now["ticket"].split("-")[1]) + 1


def test_each_run_is_its_own_empty_database_unless_kept(environment: dict[str, str], server_url: str) -> None:
    petugas = {"id": 1, "conversation": "a", "text": "saya mau bicara dengan petugas"}
    [first] = chat(environment, petugas)
    [second] = chat(environment, petugas)
    assert first["ticket"] == second["ticket"]
    [kept] = chat(environment, petugas, keep=True)
    [again] = chat(environment, petugas, keep=True)
    assert kept["ticket"] == again["ticket"]  # the same conversation, still waiting
    assert "sudah menunggu" in again["replies"][0]
    with psycopg.connect(server_url) as server:
        names = [row[0] for row in server.execute("SELECT datname FROM pg_database").fetchall()]
    assert [name for name in names if name.startswith("pst_chat")] == ["pst_chat"]


def test_inspect_prints_a_line_a_file_and_never_crashes(tmp_path: Path) -> None:
    mail = tmp_path / "a.eml"
    mail.write_bytes(
        b"From: Siti <siti@contoh.example>\r\nTo: kantor@example.go.id\r\nSubject: Tanya\r\n"
        b"Message-ID: <1@contoh.example>\r\n\r\nBiaya konsultasi?\r\n\r\n> kutipan\r\n"
    )
    noise = tmp_path / "b.eml"
    noise.write_bytes(bytes(range(256)) * 40)
    ended = subprocess.run(
        [sys.executable, "-m", "bot", "email", "inspect", str(mail), str(noise), str(tmp_path / "none.eml")],
        cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    seen = [json.loads(line) for line in ended.stdout.splitlines()]
    assert [line["file"] for line in seen] == [str(mail), str(noise), str(tmp_path / "none.eml")]
    wanted = {"file", "message_id", "from", "subject", "kind", "text", "quoted", "attachments"}
    assert all(wanted <= set(line) for line in seen)
    assert seen[0]["kind"] == "message"
    assert seen[0]["text"].strip() == "Biaya konsultasi?"
    assert "kutipan" in seen[0]["quoted"]
    assert seen[2]["kind"] == "unparseable"
