from __future__ import annotations

import re

from channels.whatsapp.options import Buttons, Templates
from channels.whatsapp.simulated import contents, with_templates
from channels.whatsapp.templates import variables_of
from tests.channels.whatsapp.conftest import options

SET = "HX" + "1" * 32


def test_every_template_is_there_and_what_the_office_set_stays() -> None:
    furnished = with_templates(options(templates={"closing": SET}, buttons={"two": SET}))
    sids = [*furnished.templates.model_dump().values(), *furnished.buttons.model_dump().values()]
    assert len(sids) == len(Templates.model_fields) + len(Buttons.model_fields)
    assert all(re.fullmatch(r"HX[0-9a-f]{32}", sid) for sid in sids)
    assert furnished.templates.closing == furnished.buttons.two == SET
    assert with_templates(options()) == with_templates(options())


def test_the_account_has_each_of_them_with_a_sample_for_each_variable() -> None:
    furnished = with_templates(options())
    account = {each["sid"]: each for each in contents(options())}
    assert set(account) == {
        *furnished.templates.model_dump().values(),
        *furnished.buttons.model_dump().values(),
    }
    for each in account.values():
        assert variables_of(str(each["types"])) == set(each["variables"])
