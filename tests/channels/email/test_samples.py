"""Mails as real programs write them, folder by folder, through `pst email inspect`'s own door.

What each says stands in `expected.yml` of its folder, as a careful reader would say it:

- `kind`: what it is (message, auto_reply, bounce, list, own, unparseable);
- `text`: the citizen's words, all of them and nothing else. Words are compared, not the space between them: where a
  line ends depends on whether a program wrote it as text or as HTML;
- `text_has`, `text_lacks`: pieces, where a reader could not say to the letter what belongs to the words;
- `quoted_has`: pieces that are kept apart from the words; an empty list: nothing was quoted;
- `attachments`: [name, content type] of each, in order; and `subject`, `sender`;
- `replies_to`: mail ids that it answers; `reply_id`: its own, as an answer has to quote it.
"""

from __future__ import annotations

import email
import email.policy
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from channels.email import Email, inspect
from channels.port import Ignored, Inbound, Parcel
from tests.channels.email.building import channel

SAMPLES = Path(__file__).parent / "samples"
OWN = "bps3310@example.go.id"
LARGEST_BYTES = 60_000
FIELDS = {"kind", "text", "text_has", "text_lacks", "quoted_has", "attachments", "subject", "sender"}
THREAD_FIELDS = {"replies_to", "reply_id"}
EXPECTED: dict[str, dict[str, Any]] = {
    f"{path.parent.name}/{name}": expected
    for path in sorted(SAMPLES.glob("*/expected.yml"))
    for name, expected in yaml.safe_load(path.read_text("utf-8")).items()
}


def raw(name: str) -> bytes:
    return (SAMPLES / f"{name}.eml").read_bytes()


def words(text: str) -> str:
    return " ".join(text.split())


def counted(text: str) -> Counter[str]:
    """Count the words; marks of quoting (">", "*bold*") are none."""
    return Counter(word.strip(">*") for word in text.split() if word.strip(">*"))


def plain_body(data: bytes) -> str | None:
    """Return the body of a mail that is nothing but plain text, as the standard library reads it."""
    mail = email.message_from_bytes(data, policy=email.policy.default)
    is_plain = mail.get_content_type() == "text/plain" and mail.get_param("format") is None
    return str(mail.get_content()) if is_plain else None


@pytest.fixture(scope="module")
def office() -> Email:
    return channel(mail_from=f"Layanan PST <{OWN}>")


@pytest.mark.parametrize("name", EXPECTED)
def test_sample(name: str) -> None:
    expected = EXPECTED[name]
    row = inspect(raw(name), name, OWN)
    text, quoted = words(row["text"]), words(row["quoted"])

    assert row["kind"] == expected["kind"]
    if "text" in expected:
        assert text == words(expected["text"])
    assert [piece for piece in expected.get("text_has", []) if words(piece) not in text] == []
    assert [piece for piece in expected.get("text_lacks", []) if words(piece) in text] == []
    if "quoted_has" in expected:
        assert [piece for piece in expected["quoted_has"] if words(piece) not in quoted] == []
        assert bool(quoted) == bool(expected["quoted_has"])
    if "attachments" in expected:
        assert [[one["name"], one["type"]] for one in row["attachments"]] == expected["attachments"]
    assert row["subject"] == expected.get("subject", row["subject"])
    assert row["from"] == expected.get("sender", row["from"])


@pytest.mark.parametrize("name", [name for name, expected in EXPECTED.items() if expected["kind"] != "own"])
def test_only_messages_reach_the_office(name: str, office: Email) -> None:
    """The same through the channel: a message comes in with its thread, everything else is set aside."""
    expected = EXPECTED[name]
    parcel = Parcel(
        "email", "kantor@127.0.0.1/INBOX", 1, 1, raw(name), datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    )
    found = office.read(parcel)

    if expected["kind"] != "message":
        assert isinstance(found, Ignored)
        assert found.kind == expected["kind"]
        return
    assert isinstance(found, Inbound)
    assert found.external_id
    assert found.sender == expected.get("sender", found.sender)
    if "replies_to" in expected:
        assert set(expected["replies_to"]) == set(found.replies_to)
    if "reply_id" in expected:
        assert found.reply_id == expected["reply_id"]


UNREADABLE = {"broken", "encodings"}  # there the standard library is no judge
ARMOURED = {"mime/uuencoded_inline", "mime/pgp_inline_signed"}  # what is dropped there is no words
WHOLE = [
    name
    for name, expected in EXPECTED.items()
    if expected["kind"] == "message"
    and name not in ARMOURED
    and name.split("/")[0] not in UNREADABLE
    and plain_body(raw(name)) is not None
]


@pytest.mark.parametrize("name", WHOLE)
def test_no_word_is_lost(name: str) -> None:
    """What is not the citizen's own is kept apart, never dropped: words and quoted parts make up the mail."""
    row = inspect(raw(name), name, OWN)
    body = plain_body(raw(name))
    assert body
    assert counted(body) - counted(row["text"]) - counted(row["quoted"]) == Counter()


def test_every_sample_has_its_expectation() -> None:
    assert {f"{path.parent.name}/{path.stem}" for path in SAMPLES.glob("*/*.eml")} == set(EXPECTED)
    for name, expected in EXPECTED.items():
        assert set(expected) <= FIELDS | THREAD_FIELDS, name
        is_whole = expected["kind"] == "message" and "text" in expected
        assert not is_whole or {"quoted_has", "attachments"} <= set(expected), name


def test_samples_are_many_and_small() -> None:
    assert len(EXPECTED) >= 200
    assert [name for name in EXPECTED if len(raw(name)) > LARGEST_BYTES] == []
