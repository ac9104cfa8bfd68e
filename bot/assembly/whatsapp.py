"""WhatsApp's own questions: its templates (`pst whatsapp templates`), its account (`pst whatsapp check`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from bot.complaints import SettingsError
from bot.settings import ChannelSettings, Settings
from channels.port import Finding


async def templates(settings: Settings) -> dict[str, Any]:
    """Return the account's templates and a verdict on each key of office.yml (`pst whatsapp templates`).

    `problem` says why Twilio could not be asked; then every text is there to submit. Raises `SettingsError`
    when office.yml has no WhatsApp.
    """
    from channels.whatsapp.asking import NotTold, client_for  # noqa: PLC0415  Twilio's library is large
    from channels.whatsapp.content import contents  # noqa: PLC0415  as above
    from channels.whatsapp.review import review, status_in_words  # noqa: PLC0415  as above

    set_here = section(settings)
    options: Any = set_here.options
    client = client_for(options, set_here.environment)
    account, problem = [], "environment: PST_TWILIO_ACCOUNT_SID, PST_TWILIO_AUTH_TOKEN: missing"
    if client is not None:
        try:
            account, problem = await contents(client), ""
        except NotTold as error:
            problem = error.reason
        finally:
            await client.http_client.close()
    verdicts = review(account, options.templates, options.buttons)
    shown = [{**asdict(each), "status_in_words": status_in_words(each)} for each in account]
    return {
        "problem": problem,
        "holds": not problem and all(verdict.holds for verdict in verdicts),
        "templates": shown,
        "keys": [asdict(verdict) for verdict in verdicts],
    }


async def check(settings: Settings, *, to: str | None) -> Sequence[Finding]:
    """Try account, sender and webhooks, and with `to` (+62...) a message (`pst whatsapp check`).

    Raises `SettingsError` when WhatsApp is not set or Twilio cannot be asked.
    """
    from channels.whatsapp.asking import NotTold, client_for  # noqa: PLC0415  Twilio's library is large
    from channels.whatsapp.check import Place, check_account, check_sender, check_sending  # noqa: PLC0415  as above

    set_here = section(settings)
    options: Any = set_here.options
    environment = set_here.environment
    client = client_for(options, environment)
    if client is None or environment.twilio_from is None:
        raise SettingsError(["environment: PST_TWILIO_ACCOUNT_SID: missing; WhatsApp is not set"])
    place = Place(environment.twilio_from, settings.public_url, environment.twilio_api_url is not None)
    try:
        findings = [await check_account(client), *await check_sender(client, place)]
        if to is not None:
            text = f"Pesan percobaan dari {settings.office.office.name}. Tidak perlu dibalas."
            findings.append(await check_sending(client, place, to=to, text=text))
    except NotTold as error:
        raise SettingsError([error.reason]) from error
    finally:
        await client.http_client.close()
    return findings


def template_text(settings: Settings, key: str, arguments: Mapping[str, str]) -> str | None:
    """Return what a WhatsApp template says that carries a message of that key; None where the office has set none.

    It is the text that `pst whatsapp templates` hands out to submit.
    """
    if not _has_template(settings, key):
        return None
    from channels.whatsapp.templates import TEMPLATES, fill  # noqa: PLC0415  not for offices without WhatsApp

    body = TEMPLATES[key].body
    for number, value in fill(key, arguments).items():
        body = body.replace("{{" + number + "}}", value)
    return body


def has_officer_template(settings: Settings) -> bool:
    """Tell whether office.yml has a WhatsApp template for officers."""
    return _has_template(settings, "officer_notice")


def _has_template(settings: Settings, key: str) -> bool:
    set_here = settings.channel("whatsapp")
    named: Any = getattr(set_here.options, "templates", None) if set_here is not None else None
    return bool(getattr(named, key, ""))


def section(settings: Settings) -> ChannelSettings:
    """Return what was set of WhatsApp. Raises `SettingsError` when office.yml has no such section."""
    set_here = settings.channel("whatsapp")
    if set_here is None:
        raise SettingsError(["office.yml: channels.whatsapp: missing"])
    return set_here
