"""Axe finds nothing serious on any page, in light and dark and at phone width; the layout fits in both directions."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.conftest import Visit
from tests.browser.pages import DESKTOP, PAGES, PHONE, AppPage

LOOKS = {
    "light": {"color_scheme": "light", "viewport": DESKTOP},
    "dark": {"color_scheme": "dark", "viewport": DESKTOP},
    "phone": {"color_scheme": "light", "viewport": PHONE, "has_touch": True},
}

OVERFLOW = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
NARROW = {"width": 320, "height": 640}
"""The width at which WCAG 1.4.10 asks for a page without scrolling sideways."""


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_axe_finds_nothing_serious(visit: Visit, page: AppPage, look: str) -> None:
    """Contrast, names, roles, order of headings: each with the element and the rule."""
    visitor = visit(**LOOKS[look], reduced_motion="reduce")
    page.show(visitor)

    violations = Axe().run(visitor.page).response["violations"]

    serious = [each for each in violations if each["impact"] in ("serious", "critical")]
    assert [(each["id"], [node["html"] for node in each["nodes"]]) for each in serious] == []


def test_axe_finds_a_fault_that_is_there(visit: Visit) -> None:
    """The check works under the content security policy, too."""
    visitor = visit()
    visitor.open("/signed-out")
    visitor.page.wait_for_selector("h1")
    visitor.page.evaluate("document.querySelector('main').append(document.createElement('button'))")

    assert "button-name" in {each["id"] for each in Axe().run(visitor.page).response["violations"]}


@pytest.mark.parametrize("direction", ["ltr", "rtl"])
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_layout_fits_a_narrow_screen_in_both_directions(visit: Visit, page: AppPage, direction: str) -> None:
    """Nothing makes the page scroll sideways, and nothing sticks out."""
    visitor = visit(viewport=NARROW, reduced_motion="reduce")
    visitor.page.add_init_script(f"document.addEventListener('DOMContentLoaded', () => (document.dir = '{direction}'))")
    page.show(visitor)

    assert visitor.page.evaluate("document.dir") == direction
    assert visitor.page.evaluate(OVERFLOW) <= 0


def test_the_layout_mirrors(visit: Visit) -> None:
    """From right to left, the links are at the right of the page."""
    visitor = visit(viewport=DESKTOP)
    visitor.sign_in("admin", "/profile")
    visitor.page.wait_for_selector("form")
    places = "() => ['nav', 'main'].map((name) => document.querySelector(name).getBoundingClientRect().x)"

    links, content = visitor.page.evaluate(places)
    visitor.page.evaluate("document.dir = 'rtl'")
    mirrored_links, mirrored_content = visitor.page.evaluate(places)

    assert links < content
    assert mirrored_links > mirrored_content
