"""Which templates the office has, which it lacks, and what to submit: the account against office.yml. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from channels.whatsapp.buttons import KEYS, QUICK_REPLY, definition
from channels.whatsapp.content import APPROVED, Content
from channels.whatsapp.options import Buttons, Templates
from channels.whatsapp.templates import CATEGORY, LANGUAGE, TEMPLATES

State = Literal["ready", "unset", "unknown", "unapproved", "different"]
"""`unknown`: the account has no such template; `different`: it is not filled as ours."""

STATUS_WORDS: Mapping[str, str] = {
    "unsubmitted": "belum diajukan",
    "received": "sedang diperiksa Meta",
    "pending": "sedang diperiksa Meta",
    "approved": "disetujui",
    "rejected": "ditolak Meta",
    "paused": "dijeda Meta",
    "disabled": "dinonaktifkan Meta",
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is to be said of one key of office.yml, e.g. `templates.closing`; `detail` in Indonesian.

    `content` creates the template (the body of a POST to /v1/Content) and `approval` submits it (a POST to
    its /ApprovalRequests/whatsapp; empty: it needs no approval). Both are empty when there is nothing to do.
    """

    key: str
    sid: str
    state: State
    detail: str
    content: Mapping[str, Any] = field(default_factory=dict)
    approval: Mapping[str, str] = field(default_factory=dict)

    @property
    def holds(self) -> bool:
        """Tell whether messages can go out with it."""
        return self.state == "ready"


def review(account: Sequence[Content], templates: Templates, buttons: Buttons) -> list[Verdict]:
    """Return a verdict on each key; `account` are the templates that Twilio has."""
    known = {content.sid.casefold(): content for content in account}
    verdicts = [_on_template(key, getattr(templates, key), known) for key in TEMPLATES]
    return verdicts + [_on_button(key, getattr(buttons, key), known) for key in KEYS]


def status_in_words(content: Content) -> str:
    """Return WhatsApp's approval as an officer reads it, with Meta's reason when it was rejected."""
    words = STATUS_WORDS.get(content.status, content.status)
    return f"{words}: {content.rejection}" if content.rejection else words


def _on_template(key: str, sid: str, known: Mapping[str, Content]) -> Verdict:
    template, content = TEMPLATES[key], known.get(sid.casefold())
    wanted = frozenset(template.samples())
    state, detail = _found(sid, content)
    if content is not None and content.status != APPROVED:
        state, detail = "unapproved", status_in_words(content)
    elif content is not None and content.variables != wanted:
        state, detail = "different", f"variabelnya {_listed(content.variables)}; yang diisi {_listed(wanted)}"
    elif content is not None:
        detail = f"{content.name}, {status_in_words(content)}"
    is_to_submit = state != "ready" and not (content and content.status in {"received", "pending"})
    return Verdict(
        f"templates.{key}",
        sid,
        state,
        detail,
        content=_text_content(key) if is_to_submit else {},
        approval={"name": template.name, "category": CATEGORY} if is_to_submit else {},
    )


def _on_button(key: str, sid: str, known: Mapping[str, Content]) -> Verdict:
    kind, content, wanted = KEYS[key][0], known.get(sid.casefold()), definition(key)
    state, detail = _found(sid, content)
    if content is not None:
        is_ours = content.variables == frozenset(wanted["variables"]) and _ids(content, kind) == [
            str(n) for n in range(1, KEYS[key][1] + 1)
        ]
        state = "ready" if is_ours else "different"
        words = f"{content.name}, tidak perlu persetujuan"
        detail = words if is_ours else f"bukan {kind} dengan variabel dan id seperti di bawah"
    return Verdict(f"buttons.{key}", sid, state, detail, content={} if state == "ready" else wanted)


def _found(sid: str, content: Content | None) -> tuple[State, str]:
    if not sid:
        return "unset", "belum diisi"
    return ("ready", "") if content else ("unknown", "tidak ada di akun Twilio ini")


def _text_content(key: str) -> dict[str, Any]:
    template = TEMPLATES[key]
    return {
        "friendly_name": template.name,
        "language": LANGUAGE,
        "variables": template.samples(),
        "types": {"twilio/text": {"body": template.body}},
    }


def _ids(content: Content, kind: str) -> list[object]:
    parts = content.types.get(kind)
    taps = parts.get("actions" if kind == QUICK_REPLY else "items") if isinstance(parts, dict) else None
    return [each.get("id") for each in taps if isinstance(each, dict)] if isinstance(taps, list) else []


def _listed(names: frozenset[str]) -> str:
    return ", ".join(sorted(names)) or "tidak ada"
