"""Sample mails in the shapes of real mail programs, and what each of them says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from channels.email.address import Sender
from channels.email.parse import parse

SAMPLES = Path(__file__).parent / "samples"
EXPECTED: dict[str, dict[str, Any]] = yaml.safe_load((SAMPLES / "expected.yml").read_text("utf-8"))
OWN = Sender("Layanan PST", "bps3310@example.go.id")


@pytest.mark.parametrize("name", EXPECTED)
def test_sample(name: str) -> None:
    expected = EXPECTED[name]
    mail = parse((SAMPLES / f"{name}.eml").read_bytes(), OWN)

    assert (mail.kind, mail.reason if mail.kind == "message" else "") == (expected["kind"], "")
    assert mail.text == expected["text"]
    missing = [piece for piece in expected.get("quoted_has", []) if piece not in mail.quoted]
    assert not missing, mail.quoted
    attachments = [[one.name, one.content_type, one.size] for one in mail.attachments]
    if mail.kind == "message":
        wanted = expected.get("attachments", [])
        assert [one[:2] for one in attachments] == [one[:2] for one in wanted]
        for found, (_, _, size) in zip(attachments, wanted, strict=True):
            assert size in {None, found[2]}
    assert mail.subject == expected.get("subject", mail.subject)
    assert mail.from_address == expected.get("sender", mail.from_address)
    assert len(mail.in_reply_to) == expected.get("in_reply_to", len(mail.in_reply_to))
    assert len(mail.references) == expected.get("references", len(mail.references))


def test_every_sample_has_its_expectation() -> None:
    assert {path.stem for path in SAMPLES.glob("*.eml")} == set(EXPECTED)
