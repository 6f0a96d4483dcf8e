"""Each page in light, dark and at phone width: for screen readers, with zoom, and from right to left."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.conftest import Visit
from tests.browser.pages import DESKTOP, LOOKS, PAGES, AppPage
from tests.browser.visitor import Visitor

OVERFLOW = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
NARROW = {"width": 320, "height": 640}
"""The width at which WCAG 1.4.10 asks for a page without scrolling sideways."""


def serious(visitor: Visitor) -> list[tuple[str, list[str]]]:
    """Return the rules that the page violates seriously, with the elements."""
    violations = Axe().run(visitor.page).response["violations"]
    return [
        (each["id"], [node["html"] for node in each["nodes"]])
        for each in violations
        if each["impact"] in ("serious", "critical")
    ]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_axe_finds_nothing_serious(visit: Visit, page: AppPage) -> None:
    """Contrast, names, roles, order of headings, in each look."""
    visitor = visit(reduced_motion="reduce")
    page.show(visitor)

    found: dict[str, list[tuple[str, list[str]]]] = {}
    for name, look in LOOKS.items():
        visitor.page.emulate_media(color_scheme=look.scheme)
        visitor.page.set_viewport_size(look.size)
        found[name] = serious(visitor)

    assert found == {name: [] for name in LOOKS}


def test_axe_finds_a_fault_that_is_there(visit: Visit) -> None:
    """The check works under the content security policy, too."""
    visitor = visit()
    visitor.open("/signed-out")
    visitor.page.wait_for_selector("h1")

    visitor.page.evaluate("document.querySelector('main').append(document.createElement('button'))")

    assert [rule for rule, _ in serious(visitor)] == ["button-name"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_layout_fits_a_narrow_screen_in_both_directions(visit: Visit, page: AppPage) -> None:
    """Nothing makes the page scroll sideways."""
    visitor = visit(viewport=NARROW, reduced_motion="reduce")
    page.show(visitor)

    overflow: dict[str, int] = {}
    for direction in ("ltr", "rtl"):
        visitor.page.evaluate("(direction) => (document.dir = direction)", direction)
        overflow[direction] = visitor.page.evaluate(OVERFLOW)

    assert overflow == {"ltr": 0, "rtl": 0}


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
