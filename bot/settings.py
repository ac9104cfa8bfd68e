"""office.yml and the environment, read once into frozen values, or a clear refusal to start."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from ipaddress import ip_address
from pathlib import Path
from secrets import token_hex
from typing import Any, TypeVar
from urllib.parse import urlsplit

from dotenv import load_dotenv
from pydantic import BaseModel, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.complaints import SettingsError, describe, did_you_mean, in_words
from bot.office import Office, load_office

ROOT = Path(__file__).resolve().parent.parent
PREFIX = "PST_"

_Model = TypeVar("_Model", bound=BaseSettings)


class Environment(BaseSettings):
    """The variables that belong to no channel. Secrets stand here and nowhere else."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore", frozen=True, env_ignore_empty=True)

    database_url: SecretStr | None = Field(
        None, description="Server PostgreSQL; kosong: yang tertanam di PST_HOME"
    )
    home: Path = Field(Path("var"), description="Folder semua yang disimpan program di mesin ini")
    files: Path | None = Field(
        None,
        description="Folder berkas kiriman warga, di luar folder web; kosong: files di PST_HOME."
        " Satu folder untuk satu basis data; bila mesinnya beberapa, foldernya sama",
    )
    host: str = Field("127.0.0.1", description="Alamat tempat web mendengarkan")
    port: int = Field(8000, ge=1, le=65535, description="Porta web")
    public_url: str | None = Field(
        None,
        description="Alamat web dari luar, dipakai Twilio dan warga, misalnya https://pst.example.go.id",
    )
    nlu_url: str | None = Field(None, description="Alamat server model Rasa; kosong: dijalankan `pst run`")
    nlu_token: SecretStr | None = Field(None, description="Token server model Rasa")
    bps_token: SecretStr | None = Field(
        None, description="Token WebAPI BPS, untuk katalog publikasi dan tabel; kosong: tanpa katalog"
    )
    bps_api_url: str | None = Field(None, description="Pengganti alamat WebAPI BPS; hanya untuk pengujian")
    secret_key: SecretStr | None = Field(
        None,
        description="Kunci meja petugas (/console), sedikitnya 32 karakter acak, sama di semua mesin;"
        " kosong: meja petugas mati, kecuali dalam simulasi",
    )
    model_cache: Path = Field(
        Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "pst" / "models",
        description="Folder model yang sudah dilatih",
    )
    office: Path | None = Field(None, description="Letak office.yml, bila bukan di folder proyek")
    simulation: bool = Field(
        False, description="Diisi `pst run` untuk prosesnya sendiri; jangan diisi sendiri"
    )

    @field_validator("public_url", "nlu_url")
    @classmethod
    def _is_url(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith(("http://", "https://")):
            raise ValueError("expected an address that starts with https:// (or http://)")
        return value.rstrip("/") if value else value

    @field_validator("bps_api_url")
    @classmethod
    def _keeps_the_token(cls, value: str | None) -> str | None:
        """The token is part of every address asked for, so it travels encrypted or not at all."""
        parts = urlsplit(value or "")
        is_safe = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname or ""))
        if value is not None and not is_safe:
            raise ValueError("expected https://..., or http:// on this machine")
        return value

    @field_validator("bps_token")
    @classmethod
    def _is_token(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not value.get_secret_value().isalnum():
            raise ValueError("expected letters and digits only, without spaces")
        return value

    @field_validator("database_url")
    @classmethod
    def _is_postgres(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not value.get_secret_value().startswith(("postgresql://", "postgres://")):
            raise ValueError("expected postgresql://user:password@host/database")
        return value

    @field_validator("secret_key")
    @classmethod
    def _is_long(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and len(value.get_secret_value()) < 32:
            raise ValueError("expected at least 32 characters")
        return value


@dataclass(frozen=True, slots=True)
class ChannelSettings:
    """One channel's section of office.yml and its variables, read by the channel's own models."""

    name: str
    options: BaseModel
    environment: Any


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that was set."""

    office: Office
    environment: Environment
    channels: tuple[ChannelSettings, ...]

    def channel(self, name: str) -> ChannelSettings | None:
        """Return what was set of a channel; None where office.yml has no section for it."""
        return next((each for each in self.channels if each.name == name), None)

    @property
    def home(self) -> Path:
        """Return the folder of everything kept on this machine, absolute."""
        return self.environment.home.resolve()

    @property
    def files(self) -> Path:
        """Return the folder of what citizens sent, absolute; several machines share it."""
        return (self.environment.files or self.home / "files").resolve()

    @property
    def public_url(self) -> str:
        """Return the address the outside reaches the web under, without a trailing slash."""
        return self.environment.public_url or f"http://{self.environment.host}:{self.environment.port}"

    @property
    def is_simulation(self) -> bool:
        """Tell whether no channel has any setting, so that the simulator takes their place."""
        return self.environment.simulation or not any(channel.environment.is_on for channel in self.channels)

    @property
    def has_console(self) -> bool:
        """Tell whether officers can log in: in real use only with PST_SECRET_KEY, which several machines share."""
        return self.environment.secret_key is not None or self.is_simulation

    def signing_key(self) -> bytes | None:
        """Return what signs and seals for the console; None where it is off.

        In simulation it is made once and stays in PST_HOME, readable for this user alone.
        """
        if self.environment.secret_key is not None:
            return self.environment.secret_key.get_secret_value().encode()
        return _kept_key(self.home / "secret-key") if self.is_simulation else None


def _kept_key(file: Path) -> bytes:
    """Return the key in a file, made when there is none; of two processes at once the first one's is taken."""
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        new = file.with_name(f"{file.name}.{token_hex(8)}")
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as writing:
            writing.write(token_hex(32).encode())
        with suppress(FileExistsError):
            os.link(new, file)
        new.unlink()
    return file.read_bytes()


def load(env_file: Path = Path(".env")) -> Settings:
    """Read everything. Raises `SettingsError` listing all that is wrong at once."""
    load_dotenv(env_file)
    environment = _validated(Environment, "environment")
    office = load_office(_office_file(environment))
    channels, problems = [], []
    for name, section in office.channels.items():
        try:
            channels.append(_channel(name, section, office_file=_office_file(environment)))
        except SettingsError as error:
            problems += error.problems
    problems += unknown_variables(os.environ, channels)
    problems += _contradictions(environment, channels)
    if problems:
        raise SettingsError(problems)
    return Settings(office, environment, tuple(channels))


def unknown_variables(variables: Mapping[str, str], channels: list[ChannelSettings]) -> list[str]:
    """Return a line for each PST_ variable that nothing reads: a typing mistake must not pass silently."""
    known = {PREFIX + field.upper() for field in Environment.model_fields}
    for channel in channels:
        known |= {PREFIX + field.upper() for field in type(channel.environment).model_fields}
    return [
        f"environment: {name}: unknown variable{did_you_mean(name, known)}"
        for name in sorted(variables)
        if name.startswith(PREFIX) and name not in known
    ]


def is_loopback(host: str) -> bool:
    """Tell whether a host name or address never leaves this machine."""
    if host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _office_file(environment: Environment) -> Path:
    return environment.office or ROOT / "office.yml"


def _channel(name: str, section: dict[str, Any], *, office_file: Path) -> ChannelSettings:
    if not name.isidentifier() or find_spec(f"channels.{name}") is None:
        raise SettingsError(
            [f"{office_file}: channels.{name}: no such channel{did_you_mean(name, _rooms())}"]
        )
    module = import_module(f"channels.{name}.options")
    try:
        options = module.Options.model_validate(section or {})
    except ValidationError as error:
        place = f"{office_file}: channels.{name}"
        raise SettingsError(describe(error, place=place, model=module.Options)) from error
    return ChannelSettings(name, options, _validated(module.Environment, "environment"))


def _rooms() -> list[str]:
    return [path.parent.name for path in (ROOT / "channels").glob("*/options.py")]


def _validated(model: type[_Model], place: str) -> _Model:
    try:
        return model()
    except ValidationError as error:
        raise SettingsError(_named(error, place)) from error


def _named(error: ValidationError, place: str) -> list[str]:
    lines = []
    for item in error.errors(include_input=False, include_url=False):
        name = PREFIX + str(item["loc"][0]).upper().removeprefix(PREFIX) if item["loc"] else place
        lines.append(f"{place}: {name}: {in_words(item['msg'])}")
    return lines


def _contradictions(environment: Environment, channels: list[ChannelSettings]) -> list[str]:
    problems = []
    for channel in channels:
        problems += [
            f"environment: {name}: missing; the channel {channel.name} is only half set"
            for name in channel.environment.missing()
            if channel.environment.model_fields_set
        ]
    simulated = environment.simulation or not any(channel.environment.is_on for channel in channels)
    if not simulated and environment.public_url is None:
        problems.append(
            "environment: PST_PUBLIC_URL: missing; Twilio calls that address, and links to citizens (ratings, surveys)"
            " and officers begin with it"
        )
    if simulated and not is_loopback(environment.host):
        problems.append(
            "environment: PST_HOST: simulation listens on loopback only; "
            "use 127.0.0.1, or set the variables of a channel (README tells which)"
        )
    return problems
