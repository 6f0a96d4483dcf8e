"""Navigation of models by annotations."""

from __future__ import annotations

from typing import Any

import pytest

from settings import Settings
from settings.annotations import member, section_of
from settings.sections import Auth, Delivery, GoogleProvider, Throttle


@pytest.mark.parametrize(
    ("annotation", "expected"),
    [
        (Throttle, Throttle),
        (GoogleProvider | None, GoogleProvider),
        (dict[str, Delivery], None),
        (tuple[Delivery, ...], None),
        (str, None),
    ],
)
def test_section_of_an_annotation(annotation: Any, expected: Any) -> None:
    """A section is found in itself and in an optional, not in a dict or a tuple of sections."""
    assert section_of(annotation) is expected


def test_member_follows_keys_as_a_stack_file_spells_them() -> None:
    """A member is a field by its camelCase name, or the value of a dict by any name."""
    assert member(Settings, "auth") is Auth
    assert member(Auth, "identityProviders") is Auth.model_fields["identity_providers"].annotation
    assert member(dict[str, Delivery], "any name") is Delivery
    assert member(Auth, "identity_providers") is None
    assert member(str, "x") is None
