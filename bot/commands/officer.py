"""`pst officer`: accounts of officers from the command line, for the first one and for an emergency."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated, NoReturn, TypeVar

import typer

if TYPE_CHECKING:
    from bot.desk.people import People
    from bot.settings import Settings

app = typer.Typer(help="Akun petugas (officers' accounts).", no_args_is_help=True)
T = TypeVar("T")

Login = Annotated[str, typer.Argument(help="nama masuk, misalnya sari.p")]


@app.callback()
def _group() -> None:
    """Akun petugas (officers' accounts)."""


@app.command("add")
def add(
    login: Login,
    name: Annotated[str, typer.Option("--name", help="nama lengkap")],
    email: Annotated[str, typer.Option("--email", help="alamat untuk pemberitahuan")],
    role: Annotated[str, typer.Option("--role", help="officer, supervisor, atau admin")] = "officer",
) -> None:
    """Tambah petugas dan cetak tautan sekali pakai (add an officer, print a one-time link)."""
    from handoff.ports.accounts import Invalid
    from handoff.ports.values import RANK

    if role not in RANK:
        _refuse(f"--role: {', '.join(RANK)}")

    async def do(people: People) -> str:
        try:
            _, link = await people.add(login=login, name=name, email=email, role=role, by=None)
        except Invalid as refusal:
            _refuse(_FAULTS[refusal.fault])
        return link

    _print_link(*_with_people(do))


@app.command("reset")
def reset(
    login: Login,
    factor: Annotated[bool, typer.Option("--factor", help="hapus juga faktor kedua (ponsel hilang)")] = False,
) -> None:
    """Cetak tautan untuk kata sandi baru; sesi lama berakhir (print a link for a new password)."""

    async def do(people: People) -> str:
        account = await people.named(login)
        return await people.reset(account.officer.id, by=None, factor=factor)

    _print_link(*_with_people(do))


@app.command("disable")
def disable(login: Login) -> None:
    """Nonaktifkan akun; ia langsung keluar (disable an account)."""

    async def do(people: People) -> None:
        await people.disable((await people.named(login)).officer.id, by=None)

    _with_people(do)
    typer.echo(f"{login}: nonaktif")


@app.command("enable")
def enable(login: Login) -> None:
    """Aktifkan kembali akun (enable an account again)."""

    async def do(people: People) -> None:
        await people.enable((await people.named(login)).officer.id, by=None)

    _with_people(do)
    typer.echo(f"{login}: aktif")


@app.command("list")
def list_() -> None:
    """Daftar akun (list the accounts)."""

    async def do(people: People) -> list[str]:
        return [
            f"{account.officer.login:<16} {account.officer.role:<10} "
            f"{_state(account.disabled_at is not None, has_password=account.has_password):<9} "
            f"{'2 faktor' if account.has_factor else '-':<8} {account.officer.name}"
            for account in await people.all()
        ]

    lines, _ = _with_people(do)
    for line in lines:
        typer.echo(line)


@app.command("first")
def first() -> None:
    """Cetak tautan untuk admin pertama selama belum ada petugas (print the first admin's link, on stderr)."""

    async def do(people: People) -> str | None:
        return await people.first()

    link, settings = _with_people(do)
    if link is not None:
        sys.stderr.write(first_words(settings.public_url, link, settings.office.console.link_hours) + "\n")


def first_words(public_url: str, link: str, hours: int) -> str:
    """Return how the first admin gets in, in one line."""
    return f"admin pertama (sekali pakai, {hours} jam): {public_url}/console/welcome/{link}"


def _with_people(do: Callable[[People], Awaitable[T]]) -> tuple[T, Settings]:
    """Run something on the accounts of this office's database. Ends with exit code 1 where it cannot be."""
    from bot.assembly import counter
    from bot.commands.database import opened
    from bot.settings import load
    from handoff.ports.values import NotAllowed, NotFound

    settings = load()

    async def run() -> T:
        async with opened(settings) as core:
            return await do(counter.people(core))

    try:
        return asyncio.run(run()), settings
    except NotFound:
        _refuse("tidak ada petugas dengan nama masuk itu (pst officer list)")
    except NotAllowed as refusal:
        _refuse(refusal.reason)


def _print_link(link: str, settings: Settings) -> None:
    typer.echo(f"Tautan sekali pakai, berlaku {settings.office.console.link_hours} jam:")
    typer.echo(f"{settings.public_url}/console/welcome/{link}")


def _state(is_disabled: bool, *, has_password: bool) -> str:
    return "nonaktif" if is_disabled else "aktif" if has_password else "menunggu"


def _refuse(reason: str) -> NoReturn:
    sys.stderr.write(f"pst officer: {reason}\n")
    raise typer.Exit(1)


_FAULTS = {
    "login": "nama masuk: 2 sampai 32 huruf kecil, angka, titik, atau tanda hubung; diawali huruf",
    "login_taken": "nama masuk ini sudah dipakai",
    "name": "--name: isi nama, paling panjang 80 karakter",
    "email": "--email: tulis satu alamat email",
}
