"""Ids as message tags."""

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
def test_id_survives_the_way_through_a_tag(text: str) -> None:
    """What comes back is what was sent, and SES takes every character of it."""
    tag = encoded(text)

    assert decoded(tag) == text
    assert re.fullmatch(r"[A-Za-z0-9_-]+", tag)


def test_longest_correlation_id_fits_into_a_tag() -> None:
    """128 characters of the worst kind make the 256 that a tag may have."""
    assert len(encoded("_" * 128)) == 256


def test_no_two_ids_share_a_tag() -> None:
    """The ids that look most alike stay apart."""
    alike = ["_", ".", ":", "_u", "_d", "_c", "__", "..", "_.", "._"]

    assert len({encoded(text) for text in alike}) == len(alike)
