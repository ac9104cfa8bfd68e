"""A survey's figures as its page shows them: words in the visitor's language, widths of bars in percent. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from handoff.ikm import Element, Result, rounded
from handoff.ports.surveys import Campaign
from handoff.reports.outcome import FEW, Outcome
from handoff.reports.wording import figure, share


def shown(campaign: Campaign, outcome: Outcome, language: str) -> dict[str, Any]:
    """Return the values of the template `survey.html`."""
    whole, names = outcome.whole, outcome.instrument.names(language)
    return {
        "index": None if whole.index is None else figure(whole.index, language),
        "grade": whole.grade,
        "respondents": whole.respondents,
        "missing": outcome.misses(campaign.target),
        "is_small": outcome.is_small,
        "few": FEW,
        "reached": _percent(whole.respondents, campaign.target or 0),
        "elements": [_element(names[each.code], each, language) for each in whole.elements],
        "services": _groups(outcome.services, language),
        "channels": _groups(outcome.channels, language),
        "traits": [
            {
                "name": trait.name.of(language),
                "rows": [
                    _counted(name, outcome.profile[trait.key][key], whole.respondents, language)
                    for key, name in (
                        *((key, name.of(language)) for key, name in trait.options),
                        ("", ""),
                    )
                ],
            }
            for trait in outcome.instrument.traits
        ],
    }


def _element(name: str, found: Element, language: str) -> dict[str, Any]:
    return {
        "code": found.code,
        "name": name,
        "answers": found.answers,
        "mean": None if found.mean is None else figure(rounded(found.mean), language),
        "index": None if found.index is None else figure(found.index, language),
        "width": found.index or 0,
        "is_few": found.answers < FEW,
    }


def _groups(groups: Mapping[str, Result], language: str) -> list[dict[str, Any]]:
    return [
        {
            "key": key,
            "respondents": each.respondents,
            "index": None if each.index is None else figure(each.index, language),
            "grade": each.grade,
            "is_few": each.respondents < FEW,
        }
        for key, each in groups.items()
    ]


def _counted(name: str, count: int, whole: int, language: str) -> dict[str, Any]:
    part = share(count, whole)
    return {
        "name": name,
        "count": count,
        "share": None if part is None else figure(part, language),
        "width": part or 0,
    }


def _percent(part: int, whole: int) -> int:
    """Return how much of a target is reached, in whole percent, at most 100."""
    return min(100, 100 * part // whole) if whole else 0
