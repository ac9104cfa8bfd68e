"""What the office decides about email (`office.yml`) and what only the machine may know (environment)."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, FilePath, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from channels.email import address


class Options(BaseModel):
    """`channels.email` of office.yml."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    max_message_bytes: int = Field(default=26_214_400, ge=65_536, le=104_857_600)
    send_timeout_seconds: float = Field(default=30, gt=0, le=300)
    idle_seconds: float = Field(default=240, gt=0, le=1_740)  # RFC 2177: below 29 minutes
    poll_seconds: float = Field(default=60, gt=0, le=900)
    retry_hours: float = Field(default=48, gt=0, le=240)
    first_start: Literal["new", "all"] | date = "new"
    reread_days: int = Field(default=30, ge=1, le=3_650)
    imap_timeout_seconds: float = Field(default=30, gt=0, le=300)


class Environment(BaseSettings):
    """PST_IMAP_URL, PST_SMTP_URL, PST_MAIL_FROM: with all three the channel is on."""

    model_config = SettingsConfigDict(
        env_prefix="PST_", extra="ignore", frozen=True, hide_input_in_errors=True
    )

    imap_url: SecretStr | None = Field(default=None, description=f"The mailbox: {address.IMAP_SHAPE}")
    smtp_url: SecretStr | None = Field(default=None, description=f"The outgoing server: {address.SMTP_SHAPE}")
    mail_from: str | None = Field(
        default=None, description=f"Whom answers are from: {address.MAIL_FROM_SHAPE}"
    )
    mail_ca_file: FilePath | None = Field(
        default=None,
        description="A file of PEM certificates to trust instead of the system's, for an office's own CA",
    )

    @field_validator("imap_url", "smtp_url", "mail_from", "mail_ca_file", mode="before")
    @classmethod
    def _empty_is_unset(cls, value: object) -> object:
        """`PST_IMAP_URL=` in a .env file means: not set."""
        return None if isinstance(value, str) and not value.strip() else value

    @field_validator("imap_url")
    @classmethod
    def _imap_url_has_its_shape(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            address.imap_server(value.get_secret_value())
        return value

    @field_validator("smtp_url")
    @classmethod
    def _smtp_url_has_its_shape(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            address.smtp_server(value.get_secret_value())
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
