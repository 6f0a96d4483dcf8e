"""Widgets end to end."""

from __future__ import annotations

from tests.local.widgets.tour import tour

from tests.local.platform import Platform


def test_new_widget_is_confirmed(platform: Platform) -> None:
    """The stream publishes the new widget, and the consumer confirms it."""
    tour(platform)


def test_widgets_require_their_scopes(platform: Platform) -> None:
    """A request without a token is unauthorized; a token without the scope is forbidden."""
    without = platform.ask("POST", "/widgets", json={"name": "x"})
    person = platform.ask("POST", "/widgets", platform.person("person"), json={"name": "x"})

    assert (without.status_code, person.status_code) == (401, 403)
