"""The settings of email: what is taken, and what a wrong one says without giving a secret away."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import yaml
from pydantic import ValidationError

from channels.email import Environment, Options
from channels.email.address import imap_server, mail_from, smtp_server

OFFICE = Path(__file__).parents[3] / "office.yml"
SECRET = "sangat-rahasia"


def test_the_office_as_it_stands() -> None:
    Options.model_validate(yaml.safe_load(OFFICE.read_text("utf-8"))["channels"]["email"])


def test_an_unknown_key_is_refused() -> None:
    section = yaml.safe_load(OFFICE.read_text("utf-8"))["channels"]["email"]
    with pytest.raises(ValidationError, match="pol_seconds"):
        Options.model_validate(section | {"pol_seconds": 1})


@pytest.mark.parametrize("value", ["new", "all", date(2025, 1, 31)])
def test_first_start(value: object) -> None:
    section = yaml.safe_load(OFFICE.read_text("utf-8"))["channels"]["email"]
    assert Options.model_validate(section | {"first_start": value}).first_start == value


def test_imap_url_is_taken_apart() -> None:
    server = imap_server("imaps://pst%40example.go.id:s%2Fe%3Ac%40r@mail.example.go.id/Kotak%20Masuk")
    assert (server.user, server.password) == ("pst@example.go.id", "s/e:c@r")
    assert (server.host, server.port, server.security) == ("mail.example.go.id", 993, "tls")
    assert server.folder == "Kotak Masuk"
    assert "s/e:c@r" not in repr(server)


def test_folder_and_port_have_defaults() -> None:
    server = imap_server("imaps://u:p@mail.example.go.id")
    assert (server.port, server.folder) == (993, "INBOX")
    assert smtp_server("smtp+starttls://u:p@mail.example.go.id").port == 587
    assert smtp_server("smtps://u:p@mail.example.go.id").port == 465


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "localhost"])
def test_plain_is_for_this_machine(host: str) -> None:
    assert imap_server(f"imap://u:p@{host}:1143").security == "none"
    assert smtp_server(f"smtp://{host}:1025").user is None


@pytest.mark.parametrize(
    "url",
    [
        f"imap://u:{SECRET}@mail.example.go.id",
        f"https://u:{SECRET}@mail.example.go.id",
        f"imaps://u:{SECRET}@",
        f"imaps://u:{SECRET}@mail.example.go.id:port",
        f"imaps://u:{SECRET}#x@mail.example.go.id",
        f"imaps://u:{SECRET}@mail.example.go.id/INBOX?x=1",
        f"imaps://u:{SECRET}%0d%0aA1 LOGOUT@mail.example.go.id",
        f"imaps://{SECRET}@mail.example.go.id",
        f"imaps://u:{SECRET}@mail.example.go.id/Téléphone",
        f"imaps://u:{SECRET}@[::1/INBOX",
        SECRET,
    ],
)
def test_a_wrong_url_is_explained_without_its_password(url: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Environment(imap_url=url)  # type: ignore[arg-type]
    assert SECRET not in str(caught.value)
    [line] = caught.value.errors(include_input=False)
    assert line["loc"] == ("imap_url",)
    assert SECRET not in str(line)


def test_smtp_user_and_password_belong_together() -> None:
    with pytest.raises(ValueError, match="belong together"):
        smtp_server("smtps://u@mail.example.go.id")


def test_with_a_token_smtp_wants_a_user_and_no_password() -> None:
    assert smtp_server("smtps://u@mail.example.go.id", needs_password=False).user == "u"
    with pytest.raises(ValueError, match="user is missing"):
        smtp_server("smtps://mail.example.go.id", needs_password=False)


def test_mail_from() -> None:
    sender = mail_from("Layanan PST <PST@Example.go.id>")
    assert (sender.name, sender.address, sender.domain) == (
        "Layanan PST",
        "PST@Example.go.id",
        "example.go.id",
    )
    assert mail_from("pst@example.go.id").name == ""


@pytest.mark.parametrize(
    "text", ["PST", "pst@", "@example.org", "a@b@c", "a b@example.org", "x <a@b>\nBcc: c@d"]
)
def test_a_wrong_mail_from(text: str) -> None:
    with pytest.raises(ValueError, match="expected an address"):
        mail_from(text)


def test_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PST_IMAP_URL", "imaps://u:p@mail.example.go.id")
    monkeypatch.setenv("PST_SMTP_URL", "")
    environment = Environment()
    assert environment.missing() == ["PST_SMTP_URL", "PST_MAIL_FROM"]
    assert not environment.is_on
    monkeypatch.setenv("PST_SMTP_URL", "smtps://u:p@mail.example.go.id")
    monkeypatch.setenv("PST_MAIL_FROM", "pst@example.go.id")
    assert Environment().is_on
