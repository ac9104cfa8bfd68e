"""What the office decides about email (`office.yml`) and what only the machine may know (environment)."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    FilePath,
    SecretStr,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, SettingsConfigDict

from channels.email import address


class Media(BaseModel):
    """Which files of mails are kept for officers (section `media`); every mail is kept raw with all of them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    max_bytes: int = Field(
        default=26_214_400, ge=1, le=104_857_600, description="Largest file of a mail, in bytes"
    )
    types: tuple[str, ...] = Field(
        default=(), description="Content types that officers can use, e.g. application/pdf"
    )


class Options(BaseModel):
    """The section `channels.email` of office.yml. An unknown key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    max_message_bytes: int = Field(
        ge=65_536, le=104_857_600, description="Larger mails are not fetched whole, in bytes"
    )
    send_timeout_seconds: float = Field(gt=0, le=300, description="Deadline of one step of SMTP")
    idle_seconds: float = Field(gt=0, le=1_740, description="IDLE is renewed (RFC 2177: within 29 minutes)")
    poll_seconds: float = Field(gt=0, le=900, description="The mailbox is looked at, IDLE or not")
    retry_hours: float = Field(gt=0, le=240, description="How long a reply is tried before it is given up")
    messages_per_second: float = Field(default=2, gt=0, le=100, description="Mails sent a second, at most")
    messages_per_second_to_one: float = Field(
        default=1, gt=0, le=100, description="Mails sent to one person a second, at most"
    )
    smtp_connections: int = Field(default=2, ge=1, le=10, description="Connections for sending at once")
    smtp_idle_seconds: float = Field(
        default=10, ge=0, le=120, description="How long one is kept for the next mail; 0 for one mail each"
    )
    smtp_login_pause_seconds: float = Field(
        default=60, ge=0, le=3_600, description="After a refused login none is tried for so long"
    )
    max_file_bytes: int = Field(
        default=15_728_640,
        ge=0,
        le=52_428_800,
        description="Files that officers attach to one mail, in bytes",
    )
    first_start: Literal["new", "all"] | date = Field(
        default="new",
        description="Which mails of the mailbox count at the very first start: those that arrive from"
        " now on (new), those since a day (2025-01-31), or all of them",
    )
    reread_days: int = Field(
        default=30, ge=1, le=3_650, description="How far back to look after the server renumbered its mails"
    )
    imap_timeout_seconds: float = Field(
        default=30, gt=0, le=300, description="How long the mailbox's server may owe an answer"
    )
    undelivered_tries: int = Field(
        default=6,
        ge=2,
        le=100,
        description="A mail that the server does not hand over is set aside after so many fresh connections",
    )
    warn_after_minutes: int = Field(
        default=15,
        ge=1,
        le=1_440,
        description="Officers are warned when the mailbox is unreached for so long",
    )
    after_read: Literal["nothing", "seen", "move"] = Field(
        default="nothing", description="What becomes of a mail on the server once it is kept"
    )
    processed_folder: str = Field(
        default="", pattern=r"^[ -~]*$", description="Where mails are moved to (after_read: move)"
    )

    media: Media = Field(default=Media(), description="Files of mails that are kept for officers")
    answers_per_day: int = Field(
        default=20, ge=1, le=10_000, description="Automatic replies to one person within 24 hours"
    )
    answers_per_thread: int = Field(
        default=10, ge=1, le=10_000, description="Automatic replies within one conversation"
    )
    authserv_id: str = Field(
        default="",
        pattern=r"^[^\s;]*$",
        max_length=255,
        description="The name by which the office's own mail server signs Authentication-Results (RFC 8601)",
    )

    @model_validator(mode="after")
    def _has_a_folder_to_move_to(self) -> Options:
        if self.after_read == "move" and not self.processed_folder.strip():
            raise ValueError("after_read: move needs processed_folder")
        return self


class Environment(BaseSettings):
    """PST_IMAP_URL, PST_SMTP_URL, PST_MAIL_FROM: with all three the channel is on.

    With PST_MAIL_OAUTH_TOKEN_FILE both servers are logged in to by XOAUTH2 instead of a password.
    """

    model_config = SettingsConfigDict(
        env_prefix="PST_", extra="ignore", frozen=True, hide_input_in_errors=True, env_ignore_empty=True
    )

    # Before the addresses, which need a password only without it.
    mail_oauth_token_file: Path | None = Field(
        default=None,
        description="Berkas berisi token OAuth2 yang diperbarui program lain; dibaca setiap kali masuk (XOAUTH2)",
    )
    imap_url: SecretStr | None = Field(
        default=None,
        description="Kotak surat: imaps://pengguna:sandi@host:993/INBOX (karakter khusus: persen)",
    )
    smtp_url: SecretStr | None = Field(
        default=None, description="Server kirim: smtps://pengguna:sandi@host:465 atau smtp+starttls://...:587"
    )
    mail_from: str | None = Field(
        default=None, description="Pengirim jawaban, misalnya 'Layanan PST <pst@example.go.id>'"
    )
    mail_ca_file: FilePath | None = Field(
        default=None,
        description="Berkas sertifikat PEM yang dipercaya, bila server surat memakai CA kantor sendiri",
    )

    @field_validator("imap_url")
    @classmethod
    def _imap_url_has_its_shape(cls, value: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        if value is not None:
            needs_password = info.data.get("mail_oauth_token_file") is None
            address.imap_server(value.get_secret_value(), needs_password=needs_password)
        return value

    @field_validator("smtp_url")
    @classmethod
    def _smtp_url_has_its_shape(cls, value: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        if value is not None:
            needs_password = info.data.get("mail_oauth_token_file") is None
            address.smtp_server(value.get_secret_value(), needs_password=needs_password)
        return value

    @field_validator("mail_from")
    @classmethod
    def _mail_from_has_its_shape(cls, value: str | None) -> str | None:
        if value is not None:
            address.mail_from(value)
        return value

    def missing(self) -> list[str]:
        """Return the names of the variables that are still needed for email to work."""
        needed = {
            "PST_IMAP_URL": self.imap_url,
            "PST_SMTP_URL": self.smtp_url,
            "PST_MAIL_FROM": self.mail_from,
        }
        return [name for name, value in needed.items() if value is None]

    @property
    def is_on(self) -> bool:
        """True when everything that email needs is set."""
        return not self.missing()
