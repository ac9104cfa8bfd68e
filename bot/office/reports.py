"""Complaints and reports: who answers for them, and what they say of the office."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from bot.office.section import Section


class Complaints(Section):
    """Who is responsible for complaints, by name and address, which the office has to announce (decree, Bab V).

    Both, or nothing: then nothing is announced.
    """

    manager_name: str = ""
    manager_contact: str = ""

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if bool(self.manager_name.strip()) != bool(self.manager_contact.strip()):
            raise ValueError("expected manager_name and manager_contact, or neither")
        return self


class Signature(Section):
    """Who signs reports: the function, and the name, which may be left to be written by hand."""

    function: str
    name: str = ""


class EvaluationWords(Section):
    """What the yearly evaluation says besides its figures; decree, Bab VII."""

    aim: str
    target: str
    scope: str
    carried_out_by: tuple[str, ...]
    suggestions: tuple[str, ...] = ()


class Reporting(Section):
    """What reports say of the office (section `reports`); `mail_to` get the monthly one by mail.

    From `review_month` on supervisors are reminded once a year to review the standards. `skd_link` leads to BPS's
    own survey, which is another one than the office's.
    """

    place: str
    basis: str
    signed_by: Signature
    evaluation: EvaluationWords
    review_month: Annotated[int, Field(ge=1, le=12)] | None = None
    skd_link: str = ""
    mail_to: tuple[Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+$")], ...] = ()
