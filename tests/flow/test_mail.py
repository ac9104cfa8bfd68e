"""A mail to the office and its answer, with the servers an office has: Dovecot over IMAPS, SMTP over TLS."""

from __future__ import annotations

import email.message
import email.utils
import os
from email.message import EmailMessage
from pathlib import Path

import psycopg

from tests.channels.email.servers import Dovecot, SmtpSink, start_dovecot, start_smtp_sink, tls_context
from tests.flow.processes import Parts, parts, until
from tests.nlu.rasa import RunningRasa

OFFICE = "bps3310@example.go.id"
CITIZEN = "Siti Warga <siti@contoh.example>"
ANSWER_SECONDS = 60.0


def _mail(
    text: str, *, subject: str = "Tanya layanan", sender: str = CITIZEN, **headers: str
) -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, OFFICE, subject
    mail["Message-ID"] = email.utils.make_msgid(domain="contoh.example")
    mail["Date"] = email.utils.formatdate()
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(text)
    return mail


def _environment(
    dovecot: Dovecot, sink: SmtpSink, rasa: RunningRasa, database_url: str, home: Path
) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PST_")}
    return {
        **kept,
        "PST_HOME": str(home),
        "PST_DATABASE_URL": database_url,
        "PST_NLU_URL": rasa.url,
        "PST_NLU_TOKEN": rasa.token,
        "PST_IMAP_URL": dovecot.imap_url,
        "PST_SMTP_URL": f"smtps://127.0.0.1:{sink.port}",
        "PST_MAIL_FROM": f"PST Klaten <{OFFICE}>",
        "PST_PUBLIC_URL": "https://pst.contoh.example",
        "PST_MAIL_CA_FILE": str(dovecot.ca_file),
    }


async def _office(running: Parts, database_url: str) -> None:
    """Start the parts that mail needs; what arrives after the mailbox's first look is answered."""
    running.start("mailbox")
    running.start("worker")

    def has_looked() -> bool:
        with psycopg.connect(database_url) as connection:
            found = connection.execute("SELECT checked_at FROM mailbox").fetchone()
        return found is not None and found[0] is not None

    await until(has_looked, within=60)


async def test_a_mail_is_answered_over_real_servers_and_a_machine_is_not(
    rasa_server: RunningRasa, database_url: str, tmp_path: Path
) -> None:
    with start_dovecot() as dovecot:
        certificate = dovecot.ca_file.parent
        async with start_smtp_sink(
            tls=tls_context(certificate / "server.pem", certificate / "server.key")
        ) as sink:
            environment = _environment(dovecot, sink, rasa_server, database_url, tmp_path / "home")
            logs = tmp_path / "logs"
            logs.mkdir()
            async with parts(logs, environment) as running:
                await _office(running, database_url)
                first = _mail(
                    "Selamat pagi,\n\nberapa lama konsultasi online dilayani?\n\nTerima kasih\nSiti"
                )
                dovecot.deliver(first.as_bytes())
                dovecot.deliver(_mail("Saya cuti.", Auto_Submitted="auto-replied").as_bytes())
                dovecot.deliver(_mail("biaya konsultasi?", sender="Lain <lain@contoh.example>").as_bytes())
                await until(lambda: len(sink.mails) == 2, within=ANSWER_SECONDS)
                replies = {str(mail["To"]): mail for mail in sink.mails}
                reply = next(mail for to, mail in replies.items() if "siti@" in to)
                _is_a_proper_answer(reply, first)
                again = _mail(
                    f"bayar ga?\n\nPada Min, 22 Nov 2026 pukul 10.00 PST Klaten <{OFFICE}> menulis:\n"
                    + "\n".join(f"> {line}" for line in _text(reply).splitlines()),
                    subject=f"Re: {first['Subject']}",
                    In_Reply_To=str(reply["Message-ID"]),
                    References=f"{first['Message-ID']} {reply['Message-ID']}",
                )
                dovecot.deliver(again.as_bytes())
                await until(lambda: len(sink.mails) == 3, within=ANSWER_SECONDS)
                last = sink.mails[-1]
                assert "tidak dipungut biaya" in _text(last)
                assert "asisten otomatis" not in _text(last)
                assert str(first["Message-ID"]) in str(last["References"])
                assert str(reply["Message-ID"]) in str(last["References"])
                for private in ("siti@contoh.example", "berapa lama", "lain@contoh.example"):
                    assert private not in running.written()


def _is_a_proper_answer(reply: email.message.EmailMessage, asked: EmailMessage) -> None:
    assert "3 hari kerja" in _text(reply)
    assert "Sumber: Keputusan 16.2/2024, Konsultasi Statistik, Jangka Waktu" in _text(reply)
    assert reply["In-Reply-To"] == asked["Message-ID"]
    assert reply["Auto-Submitted"] == "auto-replied"
    assert str(reply["Subject"]) == f"Re: {asked['Subject']}"
    assert reply.get_body(("html",)) is not None


def _text(mail: email.message.EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())
