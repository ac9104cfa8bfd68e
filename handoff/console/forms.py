"""What forms bring, read with care."""

from __future__ import annotations

from starlette.requests import Request

from handoff.console.frame import BASE, url

LONGEST_LINE = 500


async def typed(request: Request, *names: str, most: int = LONGEST_LINE) -> dict[str, str]:
    """Return fields of a form as one line of text each, trimmed and cut; a missing one is empty."""
    form = await request.form()
    found = {}
    for name in names:
        value = form.get(name, "")
        found[name] = value.replace("\0", "").strip()[:most] if isinstance(value, str) else ""
    return found


async def secret(request: Request, name: str, most: int = 1000) -> str:
    """Return a password or a code as it was typed: no space is taken away."""
    value = (await request.form()).get(name, "")
    return value[:most] if isinstance(value, str) else ""


def back_to(asked: str) -> str:
    """Return where to go on after a login: a page of the console, whatever the address asked for.

    An address of another site, also one that browsers would read as such ("//host", "/\\host"), is none.
    """
    is_ours = asked.startswith(f"{BASE}/") and not any(
        character in "\\" or ord(character) < 33 for character in asked
    )
    is_login = asked.startswith((url("/login"), url("/logout"), url("/welcome")))
    return asked if is_ours and "//" not in asked and not is_login else url("/")
