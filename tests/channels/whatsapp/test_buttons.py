"""Choices fit what Twilio takes, whatever they are, and each tap means the number that could be typed."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.assembly import speech
from bot.settings import load
from channels.markup import plain
from channels.port import Outbound
from channels.simulator.twilio import TwilioStandIn
from channels.simulator.twilio_content import show
from channels.simulator.twilio_webhook import tapped_button, tapped_entry, webhook_form
from channels.whatsapp.buttons import KEYS, LIST_PICKER, QUICK_REPLY, content_for, definition, shortened
from channels.whatsapp.format import units
from channels.whatsapp.options import Buttons
from channels.whatsapp.parse import parse
from channels.whatsapp.templates import variables_of
from handoff.citizen.words import Words
from tests.channels.whatsapp.conftest import CITIZEN, OFFICE, SID, START, Connect, outbound

SIDS = {"two": "HX" + "2" * 32, "three": "HX" + "3" * 32, "five": "HX" + "5" * 32, "list": "HX" + "a" * 32}
BUTTONS = Buttons(**SIDS)
TITLES = ("Syarat konsultasi", "Biaya konsultasi", "Dasar hukum layanan konsultasi")
MENU = tuple(f"Topik yang ke-{n} dari menu" for n in range(1, 11))


def offered(
    *titles: str, before: str = "Salah satu dari ini?", after: str = "\n\nBalas dengan angkanya."
) -> Outbound:
    numbered = "\n".join(f"{n}. {title}" for n, title in enumerate(titles, 1))
    return outbound(f"{before}\n{numbered}{after}", choices=titles, key="suggest")


def shown(sid: str, values: dict[str, str]) -> tuple[str, dict[str, str], dict[str, str]]:
    """Return what a phone shows of the template we propose: the body, and titles and descriptions by id."""
    key = next(key for key, known in SIDS.items() if known == sid)
    (parts,) = definition(key)["types"].values()

    def text(template: str) -> str:
        return re.sub(r"\{\{(\w+)\}\}", lambda found: values[found[1]], template)

    each = parts.get("actions") or parts["items"]
    titles = {one["id"]: text(one.get("title") or one["item"]) for one in each}
    descriptions = {one["id"]: text(one["description"]) for one in each if "description" in one}
    return text(parts["body"]), titles, descriptions


def content(message: Outbound) -> tuple[str, dict[str, str]]:
    found = content_for(message, BUTTONS)
    assert found is not None
    return found


def test_two_choices_are_two_buttons_below_the_whole_titles() -> None:
    sid, values = content(offered(*TITLES[1:]))
    body, titles, _ = shown(sid, values)
    assert sid == SIDS["two"]
    assert body == (
        "Salah satu dari ini?\n\n1. Biaya konsultasi\n2. Dasar hukum layanan konsultasi\n\nBalas dengan angkanya."
    )
    assert titles == {"1": "1. Biaya konsultasi", "2": "2. Dasar hukum…"}


def test_three_choices_are_three_buttons() -> None:
    sid, values = content(offered(*TITLES))
    assert sid == SIDS["three"]
    assert list(shown(sid, values)[1]) == ["1", "2", "3"]


def test_ten_choices_are_a_list_with_the_whole_titles_below_and_not_in_the_body() -> None:
    sid, values = content(offered(*MENU))
    body, titles, descriptions = shown(sid, values)
    assert sid == SIDS["list"]
    assert body == "Salah satu dari ini?\n\nBalas dengan angkanya."
    assert titles["10"] == "10. Topik yang ke-10…"
    assert descriptions == {str(n): title for n, title in enumerate(MENU, 1)}


@pytest.mark.parametrize(("language", "opener"), [("id", "Lihat pilihan"), ("en", "See the choices")])
def test_the_list_opens_in_the_language_of_the_message(language: str, opener: str) -> None:
    message = outbound(
        "Ini:\n" + "\n".join(f"{n}. {t}" for n, t in enumerate(MENU, 1)), choices=MENU, language=language
    )
    assert opener in content(message)[1].values()


def test_every_menu_and_suggestion_of_the_bot_has_its_buttons() -> None:
    """What the bot really says, also right after the introduction."""
    settings = load()
    texts, dialogue = speech.texts(settings), speech.dialogue(settings)
    for language in ("id", "en"):
        menu = tuple(
            filter(None, (dialogue.shelf.title(each, language) for each in dialogue.shelf.menu(language)))
        )
        for key, titles in (("menu", menu), ("suggest", menu[:3]), ("choose_again", menu[:2])):
            numbered = "\n".join(f"{n}. {title}" for n, title in enumerate(titles, 1))
            said = [texts.say("introduction", language, {}), texts.say(key, language, {"choices": numbered})]
            message = outbound("\n\n".join(said), choices=titles, key=key, language=language)
            assert content_for(message, BUTTONS) is not None, (language, key)


@pytest.mark.parametrize("language", ["id", "en"])
def test_the_request_for_a_rating_is_a_list_of_its_five_steps(language: str) -> None:
    scale = Words()
    titles = tuple(scale.say(f"score_{n}", language) for n in range(1, 6))
    given = {
        "choices": "\n".join(f"{n}. {title}" for n, title in enumerate(titles, 1)),
        "link": "https://pst.example",
    }
    said = speech.texts(load()).say("rating", language, given)
    sid, values = content(outbound(said, choices=titles, key="rating", language=language))
    body, shown_titles, descriptions = shown(sid, values)
    assert sid == SIDS["five"]
    assert "https://pst.example" in body
    assert shown_titles["5"] == f"5. {titles[4]}"
    assert descriptions["1"] == titles[0]


@pytest.mark.parametrize(
    ("key", "titles", "tapped"),
    [
        ("two", TITLES[:2], tapped_button),
        ("three", TITLES, tapped_button),
        ("five", MENU[:5], tapped_entry),
        ("list", MENU, tapped_entry),
    ],
)
async def test_what_a_phone_shows_is_tapped_and_comes_back_as_its_number(
    twilio: TwilioStandIn,
    connect: Connect,
    key: str,
    titles: tuple[str, ...],
    tapped: Callable[..., dict[str, str]],
) -> None:
    twilio.contents.keep(definition(key)["types"], sid=SIDS[key], status="unsubmitted")
    channel = await connect(buttons=SIDS)
    await channel.send(offered(*titles))
    (sent,) = twilio.messages
    assert sent.content_sid == SIDS[key]
    phone = show(twilio.contents.known[SIDS[key]], sent.content_variables)
    assert "{{" not in str(phone)
    for number, tap in enumerate(phone.taps, 1):
        form = webhook_form(
            account_sid=SID, sender=CITIZEN, recipient=OFFICE, body=tap.title, extra=tapped(tap.title, tap.id)
        )
        inbound = parse([(name.encode(), value.encode()) for name, value in form.items()], START)
        assert inbound.choice == number
        assert tap.title.startswith(f"{number}. ")


@pytest.mark.parametrize("count", [0, 1, 4, 9, 11])
def test_another_number_of_choices_is_numbered_text(count: int) -> None:
    assert content_for(offered(*(f"Pilihan {n}" for n in range(count))), BUTTONS) is None


def test_without_a_template_it_is_numbered_text() -> None:
    assert content_for(offered(*TITLES), Buttons(two=SIDS["two"])) is None


@pytest.mark.parametrize(
    "message",
    [
        offered(*TITLES, before="Panjang " * 200),
        offered("A" * 73, "B"),
        offered("Satu", " "),
        offered(*TITLES, before="Syaratnya:\n- KTP\n- surat\n\nAtau ini?"),
        offered(*TITLES, before="Satu.\n\nDua.\n\nTiga.\n\nEmpat."),
        outbound("Tanpa baris bernomor.", choices=TITLES),
    ],
    ids=["long body", "long title", "blank title", "list before", "many paragraphs", "no numbered lines"],
)
def test_what_does_not_fit_is_numbered_text(message: Outbound) -> None:
    assert content_for(message, BUTTONS) is None


@pytest.mark.parametrize(
    ("before", "after", "body"),
    [
        ("Satu.\n\nDua\nbaris:", "\n\nTiga.", "Satu. Dua baris:\n\n1. A\n2. B\n\nTiga."),
        ("Satu?", "", "Satu?\n\n1. A\n2. B\n\nSilakan pilih salah satu."),
        ("", "\nPilih.", "Pilih.\n\n1. A\n2. B\n\nSilakan pilih salah satu."),
    ],
)
def test_no_variable_is_empty_or_has_a_line_end(before: str, after: str, body: str) -> None:
    sid, values = content(offered("A", "B", before=before, after=after))
    assert shown(sid, values)[0] == body
    assert all(values.values())


@pytest.mark.parametrize(
    ("text", "most", "short"),
    [
        ("Syarat konsultasi", 17, "Syarat konsultasi"),
        ("Syarat konsultasi online", 20, "Syarat konsultasi…"),
        ("Pengaduan, saran, dan masukan", 22, "Pengaduan, saran…"),
        ("Ketenagakerjaanwan", 10, "Ketenagak…"),
        ("A Ketenagakerjaanwan", 10, "A Ketenag…"),
        ("😀" * 12, 20, "😀" * 9 + "…"),
    ],
)
def test_a_title_is_cut_between_words_where_enough_is_left(text: str, most: int, short: str) -> None:
    assert shortened(text, most) == short


TITLE = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=90)


@given(
    st.one_of(*(st.lists(TITLE, min_size=n, max_size=n) for n in (2, 3, 10))),
    st.text(max_size=1200),
    st.text(max_size=300),
)
def test_it_always_fits_and_every_number_maps_back_to_its_title(
    titles: list[str], before: str, after: str
) -> None:
    message = offered(*titles, before=before, after=f"\n{after}")
    found = content_for(message, BUTTONS)
    assume(found is not None)
    assert found is not None
    sid, values = found
    body, labels, descriptions = shown(sid, values)
    limit = 24 if sid == SIDS["list"] else 20
    assert units(body) <= 1024
    assert all(
        0 < units(value) <= 1600 and not re.search(r"[\n\r\t]| {5}", value) for value in values.values()
    )
    assert len(set(labels.values())) == len(titles)
    for number, label in labels.items():
        title = " ".join(plain(titles[int(number) - 1]).split())
        told = label.removeprefix(f"{number}. ")
        assert units(label) <= limit
        assert told == title or title.startswith(told.removesuffix("…"))
        assert f"{number}. {title}" in body or descriptions[number] == title
    assert all(units(description) <= 72 for description in descriptions.values())


@pytest.mark.parametrize("key", KEYS)
def test_the_template_to_create_has_a_sample_for_each_variable_within_the_limits(key: str) -> None:
    proposed: dict[str, Any] = definition(key)
    kind, count = KEYS[key]
    parts = proposed["types"][kind]
    assert variables_of(str(parts)) == set(proposed["variables"])
    body, labels, _ = shown(SIDS[key], proposed["variables"])
    assert units(body) <= 1024
    assert list(labels) == [str(n) for n in range(1, count + 1)]
    assert kind in (QUICK_REPLY, LIST_PICKER)
    assert set(KEYS) == set(Buttons.model_fields)
