"""The command `pst`."""

from __future__ import annotations

import sys

import typer

from bot.commands import (
    chat,
    config,
    db,
    email,
    kbli,
    nlu,
    officer,
    person,
    report,
    run,
    serve,
    sync,
    whatsapp,
)
from bot.complaints import SettingsError

app = typer.Typer(
    name="pst",
    help="Asisten konsultasi statistik: WhatsApp dan email, dengan petugas di belakangnya.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("run")(run.run)
app.command("web")(serve.web)
app.command("worker")(serve.worker)
app.command("mailbox")(serve.mailbox)
app.command("scheduler")(serve.scheduler)
app.command("chat")(chat.chat)
app.add_typer(nlu.app, name="nlu")
app.add_typer(db.app, name="db")
app.add_typer(config.app, name="config")
app.add_typer(email.app, name="email")
app.add_typer(whatsapp.app, name="whatsapp")
app.add_typer(kbli.app, name="kbli")
app.add_typer(sync.app, name="sync")
app.add_typer(officer.app, name="officer")
app.add_typer(person.app, name="person")
app.add_typer(report.app, name="report")


def main() -> None:
    """Run the command; settings that are wrong end it with one line each and exit code 2."""
    try:
        app()
    except SettingsError as error:
        for problem in error.problems:
            sys.stderr.write(f"pst: {problem}\n")
        sys.exit(2)


if __name__ == "__main__":
    main()
