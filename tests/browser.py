"""What tests ask of a page in a real browser: a pytest plugin.

The fixture ``page`` of pytest-playwright drives the machine's own Chromium; ``watched`` is the same
page, and fails the test for anything the console, the policy or the network complained of.
"""

from collections.abc import Iterator

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page, expect

from tests.programs import PATIENCE

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
expect.set_options(timeout=PATIENCE * 1000)


def assert_accessible(page: Page) -> None:
    """Fail with every WCAG 2.2 AA violation that axe finds on the page as it stands."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    # Without preload: axe would copy the style sheets into inline ones, which the policy refuses.
    options = {"runOnly": RULES, "resultTypes": ["violations"], "preload": False}
    violations = page.evaluate("async (options) => (await axe.run(document, options)).violations", options)
    found = [
        f"{violation['id']} ({violation['impact']}): {violation['help']}: {node['html'][:200]}"
        for violation in violations
        for node in violation["nodes"]
    ]
    assert not found, f"{page.url}\n" + "\n".join(found)


def assert_fits(page: Page, width: int = 320) -> None:
    """Fail when a page this many CSS pixels wide (400 % zoom of 1280) must be scrolled sideways."""
    before = page.viewport_size
    page.set_viewport_size({"width": width, "height": 800})
    wide = page.evaluate(
        """() => [...document.querySelectorAll("body *")]
            .filter((one) => one.getBoundingClientRect().right > window.innerWidth + 1
                && getComputedStyle(one).position !== "absolute"
                // Hidden from sight, or a data table that scrolls within itself.
                && !one.closest(".visually-hidden, #changelist .results, .report-table"))
            .map((one) => `${one.tagName.toLowerCase()}.${one.className}`)"""
    )
    scrolls = page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    if before:
        page.set_viewport_size(before)
    assert not scrolls and not wide, f"{page.url} is wider than {width} pixels: {wide[:5]}"


def assert_good_in_browser(page: Page) -> None:
    """Fail unless the page as it stands is accessible and fits the narrowest screen."""
    assert_accessible(page)
    assert_fits(page)


@pytest.fixture
def watched(page: Page) -> Iterator[Page]:
    """A page whose console errors, refused resources and failed requests fail the test at its end."""
    complaints: list[str] = []
    page.on("console", lambda message: message.type == "error" and complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "response", lambda answer: answer.status >= 500 and complaints.append(f"{answer.status} {answer.url}")
    )
    page.add_init_script(
        "addEventListener('securitypolicyviolation',"
        " (event) => console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`))"
    )
    yield page
    assert not complaints, "\n".join(complaints)
