"""Looking at pages as everybody sees them: light and dark, on a desk, a tablet and a phone."""

from __future__ import annotations

from axe_playwright_python.base import AXE_SCRIPT
from playwright.async_api import Page

LOOKS = [(1440, False), (1440, True), (1024, False), (390, False), (390, True)]
"""Width in pixels, and whether the browser prefers dark."""

_VIOLATIONS = """
() => axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]})
    .then(result => result.violations.map(each => each.id + ": " + each.nodes.map(node => node.html).join(" | ")))
"""
_SMALL = """
() => [...document.querySelectorAll("a, button, summary, select, input:not([type=hidden])")]
    .filter(each => each.checkVisibility() && !each.closest("p, dd, td, th, li, .sr, .skip"))
    .map(each => [Math.max(...[each, ...each.labels ?? []].map(one => one.getBoundingClientRect().height)), each])
    .filter(([height]) => height > 1 && height < 43.5)
    .map(([, each]) => each.outerHTML.slice(0, 120))
"""


async def violations(page: Page) -> list[str]:
    """Return what axe has to say against a page."""
    await page.wait_for_load_state("load")  # before its style has come a page has other colours
    await page.evaluate(AXE_SCRIPT)
    found: list[str] = await page.evaluate(_VIOLATIONS)
    return found


async def is_too_wide(page: Page) -> bool:
    """Tell whether a page has to be moved sideways."""
    wide: bool = await page.evaluate("document.documentElement.scrollWidth > innerWidth")
    return wide


async def small_targets(page: Page) -> list[str]:
    """Return what a finger would miss: lower than 44 px, outside of running text."""
    found: list[str] = await page.evaluate(_SMALL)
    return found
