"""What every page of the console has in common: who looks at it, and how it is rendered.

A page module is a class made with the `Frame` and its doors, and hands out `pages()`; `app.Console` lists it.
In templates stand at hand: `t("room.key", n=3)`, `url("/inbox")`, `asset("inbox.css")`, `moment(at)`,
`day(at)`, `ago(at)`, `short(at)`, and `visitor` (`.officer`, `.language`, `.csrf`, `.path`); in macros all but
`visitor`, which is handed to them.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import jinja2
from starlette.convertors import Convertor, register_url_convertor
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from handoff.address import ID_DIGITS
from handoff.console.almanac import Almanac
from handoff.console.visible import address
from handoff.console.words import LANGUAGES, Words
from handoff.ports.values import Officer, Role

BASE = "/console"
HERE = Path(__file__).parent
MEGABYTE = 1_048_576


@dataclass(frozen=True, slots=True)
class Visitor:
    """An officer who is logged in, for one request.

    `session` is the digest of their session, `csrf` what each of their forms brings along, `path` what they
    look at, `source` the address they come from.
    """

    officer: Officer
    csrf: str
    session: bytes
    path: str
    source: str = ""

    @property
    def language(self) -> str:
        """Return "id" or "en"."""
        return self.officer.language


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody who is not logged in, on the few pages that are open to them."""

    csrf: str
    path: str
    language: str = "id"
    source: str = ""
    officer: None = None


class IdConvertor(Convertor[int]):
    """Reads the id of a row in a path; what has more digits than any id has no page."""

    regex = f"[0-9]{{1,{ID_DIGITS}}}"

    def convert(self, value: str) -> int:
        """Return the number."""
        return int(value)

    def to_string(self, value: int) -> str:
        """Return what stands in the path."""
        return str(value)


register_url_convertor("id", IdConvertor())


@dataclass(frozen=True, slots=True)
class Page:
    """A page for officers. `path` stands below /console, ids in it as `{conversation:id}`.

    `role` is the least that may see it.

    POST, PUT and DELETE are refused without the visitor's CSRF token before `endpoint` is asked.
    `most_bytes` bounds the body of a request. A fragment or a file is a page, too.
    """

    path: str
    endpoint: Callable[[Request, Visitor], Awaitable[Response]]
    methods: Sequence[str] = ("GET",)
    role: Role = "officer"
    name: str | None = None
    most_bytes: int = MEGABYTE


@dataclass(frozen=True, slots=True)
class OpenPage:
    """A page that needs no login: the login itself and what leads to it. The same holds of CSRF and size."""

    path: str
    endpoint: Callable[[Request, Guest], Awaitable[Response]]
    methods: Sequence[str] = ("GET",)
    name: str | None = None
    most_bytes: int = 65_536


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the navigation: where it leads, its word, the least role that sees it."""

    path: str
    word: str
    role: Role = "officer"


NAVIGATION = (
    Entry("/", "frame.nav_home"),
    Entry("/inbox", "frame.nav_inbox"),
    Entry("/attention", "frame.nav_attention"),
    Entry("/canned", "frame.nav_canned"),
    Entry("/person", "frame.nav_persons"),
    Entry("/figures", "frame.nav_figures", "supervisor"),
    Entry("/complaints", "frame.nav_complaints", "supervisor"),
    Entry("/reports", "frame.nav_reports", "supervisor"),
    Entry("/surveys", "frame.nav_surveys", "supervisor"),
    Entry("/people", "frame.nav_people", "admin"),
    Entry("/audit", "frame.nav_audit", "supervisor"),
)


class Frame:
    """Renders pages in the visitor's language. `timezone` is the office's, an IANA name."""

    def __init__(
        self,
        words: Words,
        *,
        office_name: str,
        timezone: str,
        now: Callable[[], datetime],
        is_simulation: bool = False,
        folder: Path = HERE,
    ) -> None:
        self.words = words
        self.now = now
        self.timezone = timezone
        self._common = {
            "url": url,
            "asset": partial(asset, _versions(folder / "static")),
            "office_name": office_name,
            "is_simulation": is_simulation,
            "navigation": NAVIGATION,
        }
        self.almanacs = {language: Almanac(self.words, language, timezone, now) for language in LANGUAGES}
        self._rooms = {language: self._room(folder / "templates", language) for language in LANGUAGES}

    def page(self, visitor: Visitor | Guest, template: str, status: int = 200, **values: Any) -> HTMLResponse:
        """Render a whole page; its template extends `base.html`."""
        return HTMLResponse(self.render(visitor, template, **values), status)

    def fragment(
        self, visitor: Visitor | Guest, template: str, status: int = 200, **values: Any
    ) -> HTMLResponse:
        """Render a part of a page, for htmx or a stream."""
        return HTMLResponse(self.render(visitor, template, **values), status)

    def render(self, visitor: Visitor | Guest, template: str, **values: Any) -> str:
        """Return a template's HTML."""
        room = self._rooms[visitor.language]
        return room.get_template(template).render(visitor=visitor, **values)

    def say(self, visitor: Visitor | Guest, key: str, **given: object) -> str:
        """Return a sentence in the visitor's language."""
        return self.words.say(key, visitor.language, **given)

    def notice(self, visitor: Visitor | Guest, key: str, status: int, **given: object) -> HTMLResponse:
        """Render a page that says one thing: the words `<key>_title` and `<key>`."""
        title, text = self.say(visitor, f"{key}_title"), self.say(visitor, key, **given)
        return self.page(visitor, "notice.html", status, title=title, text=text)

    def _room(self, folder: Path, language: str) -> jinja2.Environment:
        room = jinja2.Environment(
            loader=jinja2.FileSystemLoader(folder),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        room.filters["address"] = address
        almanac = self.almanacs[language]
        room.globals |= self._common | {
            "t": partial(_say, self.words, language),
            "language": language,
            "moment": almanac.moment,
            "day": almanac.day,
            "ago": almanac.ago,
            "short": almanac.short,
            "clock": almanac.clock,
            "zone_name": almanac.zone_name,
        }
        return room


def url(path: str) -> str:
    """Return where a page of the console is: "/inbox" is at "/console/inbox"."""
    return BASE + path


def asset(versions: Mapping[str, str], name: str) -> str:
    """Return where a file of `static/` is, with its version, so that browsers may keep it for long."""
    return f"{BASE}/static/{name}?v={versions[name]}"


def vendor_folder() -> Path:
    """Return the folder of htmx and its extensions, from the wheel they come in."""
    found = find_spec("django_htmx")  # its files only; the package itself needs Django
    if found is None or found.origin is None:
        raise FileNotFoundError("django-htmx is not installed")
    return Path(found.origin).parent / "static" / "django_htmx"


VENDOR = {"htmx.js": "htmx-2.min.js", "sse.js": "ext/hx-sse-2.min.js"}


def _versions(folder: Path) -> dict[str, str]:
    files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    files |= {f"vendor/{name}": vendor_folder() / file for name, file in VENDOR.items()}
    return {name: sha256(path.read_bytes()).hexdigest()[:12] for name, path in files.items()}


def _say(words: Words, language: str, key: str, **given: object) -> str:
    return words.say(key, language, **given)
