"""Every sentence that is said exists, in both languages."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import jinja2
import pytest
from jinja2 import nodes

from handoff.console import words
from handoff.console.frame import HERE
from handoff.console.words import LANGUAGES

WORDS = words.load()
TEMPLATES = sorted((HERE / "templates").glob("*.html"))
MODULES = sorted(HERE.glob("*.py"))
_GAP = re.compile(r"\{([a-z_]+)\}")
_KEY = re.compile(r"[a-z]+\.[a-z0-9_]+")


def said_in(template: Path) -> list[tuple[set[str], str]]:
    """Return what each `t(...)` of a template names: whole keys, and how put together ones begin."""
    tree = jinja2.Environment(autoescape=True).parse(template.read_text(encoding="utf-8"))
    calls = [
        call.args[0]
        for call in tree.find_all(nodes.Call)
        if isinstance(call.node, nodes.Name) and call.node.name == "t" and call.args
    ]
    return [_named(argument) for argument in calls]


def _named(argument: nodes.Node) -> tuple[set[str], str]:
    if isinstance(argument, nodes.Const):
        return {str(argument.value)}, ""
    if isinstance(argument, nodes.CondExpr):
        first, second = _named(argument.expr1), _named(argument.expr2 or argument.expr1)
        return first[0] | second[0], first[1] or second[1]
    parts = list(argument.find_all(nodes.Const))
    return set(), str(parts[0].value) if parts else ""


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_a_template_says_only_what_there_is(template: Path) -> None:
    for keys, beginning in said_in(template):
        assert keys <= WORDS.keys
        assert not beginning or any(key.startswith(beginning) for key in WORDS.keys), beginning


def test_the_code_says_only_what_there_is() -> None:
    rooms = {key.split(".")[0] for key in WORDS.keys}
    for module in MODULES:
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in {"say", "notice"}:
                keys = {each.value for each in node.args if isinstance(each, ast.Constant)}
                named = {key for key in keys if isinstance(key, str) and _KEY.fullmatch(key)}
                assert {key for key in named if key.split(".")[0] in rooms} <= WORDS.keys, module.name


def test_both_languages_have_the_same_gaps() -> None:
    for key in WORDS.keys:
        versions = {language: WORDS.versions(key)[language] for language in LANGUAGES}
        gaps = {
            language: set(_GAP.findall(text if isinstance(text, str) else text["other"]))
            for language, text in versions.items()
        }
        assert gaps["id"] == gaps["en"], key


def test_no_template_says_that_something_is_safe() -> None:
    """What comes from outside is always escaped; markup of ours is made by a function that says so."""
    for template in TEMPLATES:
        text = template.read_text(encoding="utf-8")
        assert not re.search(r"\|\s*safe\b|autoescape\s+false", text), template.name
        assert not re.search(r"<style|\sstyle=|<script(?![^>]+src=)|\son[a-z]+=\"", text), template.name


def test_one_of_something_is_said_as_one() -> None:
    assert WORDS.say("frame.minutes_ago", "en", n=1) == "1 minute ago"
    assert WORDS.say("frame.minutes_ago", "en", n=2) == "2 minutes ago"
    assert WORDS.say("frame.minutes_ago", "id", n=1) == "1 menit lalu"


def test_a_key_without_one_of_the_languages_is_refused(tmp_path: Path) -> None:
    (tmp_path / "room.yml").write_text('title: {id: "Judul"}\n', encoding="utf-8")
    with pytest.raises(ValueError, match="title"):
        words.load(tmp_path)


def test_every_act_that_is_noted_has_its_words() -> None:
    rooms = {key.removeprefix("audit.room_") for key in WORDS.keys if key.startswith("audit.room_")}
    bot = HERE.parent.parent / "bot"
    noted = {
        node.value
        for folder in ("desk", "privacy", "commands")
        for module in sorted((bot / folder).glob("*.py"))
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and _KEY.fullmatch(node.value)
    }
    acts = {each for each in noted if each.split(".")[0] in rooms}
    assert "login.entered" in acts
    assert {f"audit.{each.replace('.', '_')}" for each in acts} <= WORDS.keys
