"""The documents tell the truth: what they name exists, and what exists is named."""

from __future__ import annotations

import ast
import re
import subprocess
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path

import pytest
import typer
import yaml
from typer.core import TyperCommand, TyperGroup

from bot.__main__ import app
from bot.settings import PREFIX, Environment
from channels.whatsapp.webhook import MESSAGE_PATH
from handoff.citizen.pages import CitizenPages
from handoff.citizen.survey import SurveyPages

ROOT = Path(__file__).resolve().parent.parent
READMES = ("README.md", "README.id.md")
DOCUMENTS = (
    *READMES,
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "SECURITY.md",
    *sorted(str(path.relative_to(ROOT)) for path in (ROOT / "docs").rglob("*.md")),
)
# Set by the product for its own processes, never by people.
INTERNAL = {"PST_SIMULATION", "PST_RASA_TOKEN"}
VARIABLE = re.compile(r"\bPST_[A-Z]+(?:_[A-Z]+)*\b(?!_)")
LINK = re.compile(r"\]\(([^)\s]+)\)")
FENCE = re.compile(r"^ *```[^\n]*\n(.*?)^ *```", re.DOTALL | re.MULTILINE)
SPAN = re.compile(r"`([^`\n]+)`")
FILE = re.compile(r"\.?[\w.-]+(?:/[\w.-]+)*/?(?:\.(?:py|md|yml|toml|lock|mako|conf|service))?")
ROOMS = ("bot", "channels", "nlu", "handoff", "tests", "docs", "deploy", "bench", ".ci")


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def spans(document: str) -> list[str]:
    """Return what a document writes as code, in a line or in a block (line by line)."""
    text = read(document)
    blocks = [line.strip() for block in FENCE.findall(text) for line in block.splitlines()]
    return SPAN.findall(FENCE.sub("", text)) + blocks


@cache
def tracked() -> tuple[str, ...]:
    """Return the files of the repository, those included that are about to be committed."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return tuple(name for name in listed.split("\0") if name and (ROOT / name).is_file())


def is_tracked(path: str) -> bool:
    """Tell whether a file, or a folder with anything in it, is part of the repository."""
    return any(name == path or name.startswith(path.rstrip("/") + "/") for name in tracked())


def variables_of_the_code() -> set[str]:
    """Return every variable that a person may set: of the program and of each channel."""
    models = [Environment]
    models += [
        import_module(f"channels.{path.parent.name}.options").Environment
        for path in (ROOT / "channels").glob("*/options.py")
    ]
    return {PREFIX + name.upper() for model in models for name in model.model_fields} - INTERNAL


def table_of_variables(readme: str) -> list[str]:
    rows = [line for line in read(readme).splitlines() if line.startswith("| `PST_")]
    return [name for row in rows for name in VARIABLE.findall(row.split("|")[1])]


def make_targets() -> set[str]:
    return set(re.findall(r"^([a-z]+):", read("Makefile"), re.MULTILINE))


def commands(document: str) -> set[str]:
    """Return the commands a document names, from `pst` or `make` on: "pst chat --jsonl", "make run"."""
    found = set()
    for span in spans(document):
        for piece in span.split("#")[0].split("|"):
            words = piece.strip().removeprefix(".venv/bin/").split()
            if len(words) > 1 and words[0] in ("pst", "make"):
                found.add(" ".join(words))
    return found


def program() -> TyperGroup:
    """Return the command `pst` as the program itself builds it."""
    group = typer.main.get_command(app)
    assert isinstance(group, TyperGroup)
    return group


def unknown_words(group: TyperGroup, words: list[str]) -> list[str]:
    """Return the words of a `pst` command line that the program does not know."""
    word, *rest = words
    command = group.commands.get(word)
    if isinstance(command, TyperGroup):
        return unknown_words(command, rest) if rest else []
    if not isinstance(command, TyperCommand):
        return [word]
    known = {name for parameter in command.params for name in parameter.opts}
    takes_more = any(parameter.param_type_name == "argument" for parameter in command.params)
    return [each for each in rest if each not in known and (each.startswith("--") or not takes_more)]


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_link_leads_somewhere(document: str) -> None:
    links = [link.split("#")[0] for link in LINK.findall(FENCE.sub("", read(document)))]
    here = [link for link in links if link and "://" not in link]
    missing = [link for link in here if not ((ROOT / document).parent / link).resolve().exists()]
    assert not missing


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_file_that_is_named_exists(document: str) -> None:
    named = [
        span
        for span in spans(document)
        if FILE.fullmatch(span)
        and (span.split("/")[0] in ROOMS if "/" in span else span.endswith((".md", ".yml", ".toml", ".lock")))
    ]
    assert not [span for span in named if not is_tracked(span)]


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_address_that_is_named_is_served(document: str) -> None:
    code = "\n".join(read(name) for name in tracked() if name.startswith(("bot/", "channels/", "handoff/")))
    places = ("/etc", "/var", "/opt", "/srv")  # folders of the machine
    routes = [
        span
        for span in spans(document)
        if re.fullmatch(r"(/[a-z]+)+/?", span) and not span.startswith(places)
    ]
    # The console's pages are named from its own address on.
    inner = [route.rstrip("/").removeprefix("/console") or "/console" for route in routes]
    assert not [route for route in inner if f'"{route}' not in code]


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_command_that_is_named_exists(document: str) -> None:
    for line in sorted(commands(document)):
        name, *words = line.split()
        if name == "make":
            assert words[0] in make_targets(), line
        else:
            assert not unknown_words(program(), words), line


def test_the_readmes_name_the_two_commands_and_every_other_one() -> None:
    named = commands("README.md")
    assert {"make run", "make test"} <= named
    for name, command in program().commands.items():
        parts = list(command.commands) if isinstance(command, TyperGroup) else [""]
        for part in parts:
            whole = f"pst {name} {part}".strip()
            assert any(f"{line} ".startswith(f"{whole} ") for line in named), whole


def test_both_readmes_name_the_same_things() -> None:
    english, indonesian = (
        (
            commands(name),
            set(VARIABLE.findall(read(name))),
            table_of_variables(name),
            set(LINK.findall(read(name))) - set(READMES),
            {span for span in spans(name) if "/" in span or span.endswith(".yml")},
        )
        for name in READMES
    )
    assert english == indonesian


@pytest.mark.parametrize("readme", READMES)
def test_the_table_has_every_variable_once_and_no_other(readme: str) -> None:
    assert sorted(table_of_variables(readme)) == sorted(variables_of_the_code())


def test_the_example_has_every_variable_once_and_no_other_and_sets_none() -> None:
    lines = read(".env.example").splitlines()
    assert all(not line or line.startswith("# ") for line in lines)
    given = [match[1] for line in lines if (match := re.match(r"# (PST_\w+)=.", line))]
    assert sorted(given) == sorted(variables_of_the_code())


def test_the_example_is_accepted_as_it_stands() -> None:
    """Whoever takes the "# " away from an example meets no complaint about its shape."""
    given = dict(
        line.removeprefix("# ").split("=", 1)
        for line in read(".env.example").splitlines()
        if line.startswith("# PST_") and "PST_MAIL_CA_FILE" not in line
    )
    names = {name.removeprefix(PREFIX).lower(): value for name, value in given.items()}
    seen: set[str] = set()
    for model in [
        Environment,
        *(import_module(f"channels.{name}.options").Environment for name in ("whatsapp", "email")),
    ]:
        mine = {name: value for name, value in names.items() if name in model.model_fields}
        model(**mine)
        seen |= set(mine)
    assert seen == set(names)


def test_no_variable_is_read_that_nobody_can_set() -> None:
    rooms = ("bot/", "channels/", "nlu/", "handoff/", "deploy/", "Makefile", ".ci/")
    files = [name for name in tracked() if name.startswith(rooms) and not name.endswith(".lock")]
    named = {variable for name in files for variable in VARIABLE.findall(read(name))}
    assert named - INTERNAL <= variables_of_the_code()


def test_the_proxies_pass_on_what_the_outside_has_to_reach() -> None:
    nginx, caddy = read("deploy/nginx.conf"), read("deploy/Caddyfile")
    citizens = (CitizenPages.base, SurveyPages.base)
    assert f"location ~ ^/({'|'.join(each.strip('/') for each in citizens)})/ {{" in nginx
    assert "location /webhooks/ {" in nginx
    assert all(f" {base}/* " in caddy for base in (*citizens, "/" + MESSAGE_PATH.split("/")[1]))
    for document in ("README.md", "README.id.md", "SECURITY.md", "docs/memasang.md"):
        assert all(f"`{base}/`" in read(document) for base in citizens)


def test_the_model_runs_on_the_rasa_that_was_measured() -> None:
    packages = tomllib.loads(read("nlu/model/uv.lock"))["package"]
    assert [package["version"] for package in packages if package["name"] == "rasa"] == ["3.6.21"]


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_test_that_is_named_exists(document: str) -> None:
    tests = "\n".join(read(name) for name in tracked() if re.fullmatch(r"tests/.*\.py", name))
    named = [span for span in spans(document) if re.fullmatch(r"test_\w+", span)]
    assert not [name for name in named if f"def {name}(" not in tests]


def test_the_licence_is_the_gpl() -> None:
    words = " ".join(read("LICENSE").split())
    assert words.startswith("GNU GENERAL PUBLIC LICENSE Version 3, 29 June 2007")
    assert "END OF TERMS AND CONDITIONS" in words
    assert tomllib.loads(read("pyproject.toml"))["project"]["license"] == "GPL-3.0-or-later"


# Folders of people and machines. What tests make up (a home in a sentence, a sample mail) names nobody's.
SOMEBODYS_PLACE = re.compile(r"(?<![\w.{])/(?:root|home|Users|work|tmp)/[\w.]+")
ELSEWHERE = re.compile(r"\b(?:pypi\.org|pythonhosted\.org|registry\.npmjs\.org)\b")


def texts_of_the_repository() -> Iterator[tuple[str, str]]:
    for name in tracked():
        if name.endswith((".png", ".pdf", ".xlsx", ".eml", ".lock")) or name == "tests/test_house.py":
            continue
        yield name, (ROOT / name).read_text(encoding="utf-8")


def test_no_file_names_a_place_on_somebodys_machine() -> None:
    found = {
        f"{name}: {match[0]}"
        for name, text in texts_of_the_repository()
        for match in SOMEBODYS_PLACE.finditer(text)
    }
    assert not found


def test_no_file_names_a_package_registry() -> None:
    """Locks do, which is theirs; everything else leaves the choice of an index to the machine."""
    assert not {name for name, text in texts_of_the_repository() if ELSEWHERE.search(text)}


def said_keys(keys: set[str]) -> set[str]:
    """Return what `Say(...)`, `_offer(...)` and `texts.say(...)` name in the bot's code.

    A key that is put together ("ticket_" and a reason) counts when the code has such a reason.
    """
    trees = [
        ast.parse(read(name)) for name in tracked() if re.fullmatch(r"bot/(dialogue/|desk/)?\w+\.py", name)
    ]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    words = {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    said: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.Call) and node.args and _name(node.func) in ("Say", "say", "_offer"):
            said |= _named(node.args[0], keys, words)
    # Notices are named by their key all the way: from these rules to the text.
    notices = ast.walk(ast.parse(read("bot/notices.py")))
    return said | (keys & {node.value for node in notices if isinstance(node, ast.Constant)})


def _name(function: ast.expr) -> str:
    return function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")


def _named(value: ast.expr, keys: set[str], words: set[str]) -> set[str]:
    if isinstance(value, ast.Constant):
        return {str(value.value)}
    if isinstance(value, ast.IfExp):
        return _named(value.body, keys, words) | _named(value.orelse, keys, words)
    if isinstance(value, ast.JoinedStr):
        parts = [
            re.escape(str(part.value)) if isinstance(part, ast.Constant) else r"(\w+)"
            for part in value.values
        ]
        shape = re.compile("".join(parts))
        return {key for key in keys if (match := shape.fullmatch(key)) and set(match.groups()) <= words}
    return set()


def test_every_sentence_is_said_and_none_is_missing() -> None:
    keys = set(yaml.safe_load(read("bot/texts.yml")))
    assert said_keys(keys) == keys


def test_the_screenshot_is_small() -> None:
    picture = ROOT / "docs" / "img" / "simulator.png"
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert picture.stat().st_size < 300_000
