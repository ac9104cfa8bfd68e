"""The templates of a simulated account: our own texts, as if they were made at Twilio and approved by Meta."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from channels.whatsapp.buttons import KEYS, definition
from channels.whatsapp.options import Options
from channels.whatsapp.templates import LANGUAGE, TEMPLATES


def with_templates(options: Options) -> Options:
    """Return the options with a ContentSid for each template and button that office.yml leaves empty."""
    templates = {key: getattr(options.templates, key) or sid_of(key) for key in TEMPLATES}
    buttons = {key: getattr(options.buttons, key) or sid_of(key) for key in KEYS}
    return options.model_copy(
        update={
            "templates": options.templates.model_copy(update=templates),
            "buttons": options.buttons.model_copy(update=buttons),
        }
    )


def contents(options: Options) -> list[dict[str, Any]]:
    """Return what the account has: `sid`, `name`, `language`, `types` and `variables` of each template."""
    furnished = with_templates(options)
    texts = [
        {
            "sid": getattr(furnished.templates, key),
            "name": template.name,
            "language": LANGUAGE,
            "types": {"twilio/text": {"body": template.body}},
            "variables": template.samples(),
        }
        for key, template in TEMPLATES.items()
    ]
    return texts + [_button(key, getattr(furnished.buttons, key)) for key in KEYS]


def sid_of(key: str) -> str:
    """Return the made-up ContentSid of a key of `templates` or `buttons`: always the same."""
    return f"HX{sha256(f'simulation:{key}'.encode()).hexdigest()[:32]}"


def _button(key: str, sid: str) -> dict[str, Any]:
    told = definition(key)
    return {
        "sid": sid,
        "name": told["friendly_name"],
        "language": told["language"],
        "types": told["types"],
        "variables": told["variables"],
    }
