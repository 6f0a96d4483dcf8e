"""Ids encoded as SES message tags."""

from __future__ import annotations

import re

import pytest

from handlers.notifications.tags import decoded, encoded

IDS = [
    "welcome-mail:01a1fe60-d2ca-7f93-a9ee-f0ab47dd44d5",
    "digest-mail:2026-11-20:0123456789abcdef0123456789abcdef",
    "a.b_c-d",
    "_._:_u_d_c",
    "__u..d::c_",
    "A-1",
]


@pytest.mark.parametrize("text", IDS)
def test_decoding_reverses_encoding(text: str) -> None:
    """A tag decodes to its id, and contains only characters that SES allows."""
    tag = encoded(text)

    assert decoded(tag) == text
    assert re.fullmatch(r"[A-Za-z0-9_-]+", tag)


def test_longest_correlation_id_fits_into_a_tag() -> None:
    """Escaping 128 characters yields 256, the maximum length of a tag."""
    assert len(encoded("_" * 128)) == 256


def test_different_ids_have_different_tags() -> None:
    """Ids that consist of escape characters do not collide."""
    alike = ["_", ".", ":", "_u", "_d", "_c", "__", "..", "_.", "._"]

    assert len({encoded(text) for text in alike}) == len(alike)
