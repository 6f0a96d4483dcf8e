"""Entity tags."""

from __future__ import annotations

from collections.abc import Collection

import pytest

from handlers.http.etag import etag, versions


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, None),
        ("*", None),
        ('"3"', {3}),
        ('"3", "4" ,"5"', {3, 4, 5}),
        ('W/"3"', set()),
        ('W/"3", "4"', {4}),
        ('"03"', set()),
        ('"x3"', set()),
        ('"3","x","7"', {3, 7}),
        ('""', set()),
    ],
)
def test_versions_of_if_match(header: str | None, expected: Collection[int] | None) -> None:
    """A star allows any version; a list allows the versions of its valid strong tags."""
    assert versions(header) == expected


def test_etag_allows_its_own_version() -> None:
    """The ETag of a response matches its version in `If-Match`."""
    assert versions(etag(12)) == {12}
