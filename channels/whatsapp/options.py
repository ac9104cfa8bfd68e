"""What an office sets for WhatsApp: its section of `office.yml`, and the secrets in the environment."""

from __future__ import annotations

import re
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
REQUIRED = ("twilio_account_sid", "twilio_auth_token", "twilio_from")


def _account_sid(value: str) -> str:
    if not re.fullmatch(r"AC[0-9a-fA-F]{32}", value):
        raise ValueError("expected AC followed by 32 hexadecimal digits, as in Twilio's console")
    return value


def _auth_token(value: SecretStr) -> SecretStr:
    token = value.get_secret_value()
    if not token.isascii() or any(character.isspace() for character in token):
        raise ValueError("expected Twilio's auth token: ASCII, without spaces or line ends")
    return value


def _sender(value: str) -> str:
    number = value.removeprefix("whatsapp:")
    if not re.fullmatch(r"\+[1-9][0-9]{6,14}", number):
        raise ValueError("expected a number such as +628111111000 (E.164), or whatsapp:+628111111000")
    return f"whatsapp:{number}"


def _api_url(value: str) -> str:
    try:
        parts = urlsplit(value)
        _ = parts.port
    except ValueError as error:
        raise ValueError("expected a URL such as https://twilio.example.org") from error
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise ValueError("expected a URL such as https://twilio.example.org, without query or fragment")
    if parts.scheme == "http" and parts.hostname not in LOOPBACK:
        raise ValueError("http is admitted for localhost, 127.0.0.1 and ::1 only; expected https://")
    return value.rstrip("/")


def _content_sid(value: str) -> str:
    if value and not re.fullmatch(r"HX[0-9a-fA-F]{32}", value):
        raise ValueError("expected HX followed by 32 hexadecimal digits (a ContentSid), or nothing")
    return value


ContentSid = Annotated[str, AfterValidator(_content_sid)]
"""Twilio's name of a Content template; empty: there is none."""


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Media(_Section):
    """Which files are taken in (section `media`)."""

    max_bytes: int = Field(ge=1, le=104_857_600, description="Largest file, in bytes")
    types: tuple[str, ...] = Field(description="Content types that officers can use, e.g. application/pdf")
    timeout_seconds: float = Field(default=60, gt=0, le=600, description="Deadline of fetching one file")


class Templates(_Section):
    """Approved templates by the key of the message they carry outside the window (section `templates`)."""

    closing: ContentSid = ""
    rating: ContentSid = ""
    survey: ContentSid = ""
    officer_replied: ContentSid = ""
    warning: ContentSid = ""
    officer_notice: ContentSid = ""


class Buttons(_Section):
    """Content templates that show choices as buttons or as a list (section `buttons`)."""

    two: ContentSid = ""
    three: ContentSid = ""
    five: ContentSid = ""
    list: ContentSid = ""


class Options(BaseModel):
    """The section `channels.whatsapp` of office.yml. An unknown or missing key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    max_form_bytes: int = Field(ge=1024, le=1_048_576, description="Largest webhook body, in bytes")
    send_timeout_seconds: float = Field(gt=0, le=60, description="Deadline of one request to Twilio")
    retry_hours: float = Field(gt=0, description="How long a reply is tried before it is given up")
    messages_per_second: float = Field(gt=0, le=1000, description="Most messages a second, to all together")
    messages_per_second_to_one: float = Field(
        gt=0, le=100, description="Most messages a second to one person"
    )
    media: Media
    templates: Templates = Templates()
    buttons: Buttons = Buttons()


class Environment(BaseSettings):
    """Twilio's settings, `PST_TWILIO_*`. All unset: the channel is off. An empty value counts as unset."""

    model_config = SettingsConfigDict(
        env_prefix="PST_", extra="ignore", env_ignore_empty=True, frozen=True, hide_input_in_errors=True
    )

    twilio_account_sid: Annotated[str, AfterValidator(_account_sid)] | None = Field(
        default=None, description="Akun Twilio (AC...), dari halaman depan konsol Twilio"
    )
    twilio_auth_token: Annotated[SecretStr, AfterValidator(_auth_token)] | None = Field(
        default=None, description="Rahasia akun Twilio: menandatangani webhook dan membuka API"
    )
    twilio_auth_token_old: Annotated[SecretStr, AfterValidator(_auth_token)] | None = Field(
        default=None,
        description="Rahasia yang sedang diganti: webhook masih diterima dengannya, selain dengan yang baru",
    )
    twilio_from: Annotated[str, AfterValidator(_sender)] | None = Field(
        default=None, description="Nomor WhatsApp kantor di Twilio (+62... atau whatsapp:+62...)"
    )
    twilio_api_url: Annotated[str, AfterValidator(_api_url)] | None = Field(
        default=None,
        description="Pengganti semua alamat Twilio (API dan media), hanya untuk simulasi dan pengujian",
    )

    def missing(self) -> list[str]:
        """Return the variables that are still needed while another one is set; empty when all or none are."""
        unset = [name for name in REQUIRED if getattr(self, name) is None]
        others = (self.twilio_api_url, self.twilio_auth_token_old)
        wanted = len(unset) < len(REQUIRED) or any(other is not None for other in others)
        return [f"PST_{name.upper()}" for name in unset] if wanted else []

    @property
    def is_on(self) -> bool:
        """Tell whether everything the channel needs is set."""
        return all(getattr(self, name) is not None for name in REQUIRED)
