"""GET /users."""

from __future__ import annotations

import base64
from uuid import UUID, uuid4

import pytest

from handlers.users.list import handler
from tests.unit.handlers.lambda_ import Reply, call, request
from tests.unit.handlers.people import create_user


def list_users(**query: str) -> Reply:
    return call(handler, request("GET /users", query=query or None))


def encoded(position: UUID) -> str:
    return base64.urlsafe_b64encode(position.bytes).rstrip(b"=").decode()


@pytest.mark.usefixtures("aws")
def test_empty_list_has_no_next_page() -> None:
    """Without users there is one empty page."""
    assert list_users()[::2] == (200, {"items": [], "next": None})


@pytest.mark.usefixtures("aws")
def test_pages_contain_every_user_once_newest_first() -> None:
    """The cursors lead through all pages to the last."""
    users = [create_user(f"u{number}@example.org") for number in range(7)]

    pages = [list_users(limit="3").body]
    while pages[-1]["next"] is not None:
        pages.append(list_users(limit="3", cursor=pages[-1]["next"]).body)

    assert [page["items"] for page in pages] == [users[:3:-1], users[3:0:-1], users[:1]]


@pytest.mark.usefixtures("aws")
def test_full_last_page_has_no_next() -> None:
    """`next` is null on the last page, even if it is full."""
    users = [create_user(f"u{number}@example.org") for number in range(2)]

    assert list_users(limit="2").body == {"items": users[::-1], "next": None}


@pytest.mark.usefixtures("aws")
def test_default_limit_is_20() -> None:
    """A page has at most 20 users without a limit."""
    for number in range(21):
        create_user(f"u{number}@example.org")

    page = list_users().body

    assert (len(page["items"]), page["next"] is None) == (20, False)


@pytest.mark.usefixtures("aws")
def test_cursor_of_a_deleted_user_is_valid() -> None:
    """A cursor is a position; the user at that position need not exist."""
    from handlers.users.delete import handler as delete

    users = [create_user(f"u{number}@example.org") for number in range(3)]
    cursor = list_users(limit="2").body["next"]
    call(delete, request(path={"userId": users[1]["id"]}))

    assert list_users(cursor=cursor).body == {"items": users[:1], "next": None}


@pytest.mark.usefixtures("aws")
def test_email_is_compared_case_insensitively() -> None:
    """The query by email address returns one page with the user."""
    create_user("grace@example.org")
    ada = create_user("Ada@example.org")

    assert list_users(email="aDA@EXAMPLE.org", limit="1").body == {"items": [ada], "next": None}


@pytest.mark.usefixtures("aws")
def test_unknown_email_returns_an_empty_page() -> None:
    """An address that no user has is not an error."""
    assert list_users(email="unknown@example.org")[::2] == (200, {"items": [], "next": None})


CURSOR = "expected the `next` value of an earlier page, unchanged"
EMAIL = "expected an email address in ASCII, such as ada@example.org; compared case-insensitively"
VALID = encoded(UUID("019c1a2b-3c4d-7e5f-8a6b-7c8d9e0f1a2b"))


@pytest.mark.parametrize(
    ("query", "field", "detail"),
    [
        ({"limit": "0"}, "limit", "expected a whole number >= 1"),
        ({"limit": "101"}, "limit", "expected a whole number <= 100"),
        ({"limit": "-1"}, "limit", "expected a whole number >= 1"),
        ({"limit": ""}, "limit", "expected a whole number"),
        ({"limit": "ten"}, "limit", "expected a whole number"),
        ({"limit": "1,2"}, "limit", "expected a whole number"),
        ({"limit": "٣"}, "limit", "expected a whole number"),
        ({"limit": "9" * 5000}, "limit", "integer value out of range"),
        ({"cursor": ""}, "cursor", CURSOR),
        ({"cursor": VALID + "="}, "cursor", CURSOR),
        ({"cursor": VALID + "\n"}, "cursor", CURSOR),
        ({"cursor": f"{VALID},{VALID}"}, "cursor", CURSOR),
        ({"cursor": VALID[:-1] + "B"}, "cursor", CURSOR),
        ({"cursor": encoded(uuid4())}, "cursor", CURSOR),
        (
            {"cursor": VALID, "email": "a@b.org"},
            "cursor",
            "not allowed with email: the result has only one page",
        ),
        ({"limit": "1.5"}, "limit", "expected a whole number"),
        ({"email": "unknown"}, "email", EMAIL),
        ({"email": "a@b.org,c@d.org"}, "email", EMAIL),
        ({"emial": "a@b.org"}, "emial", "unknown; expected one of limit, cursor, email"),
        ({"x" * 100: "1"}, "x" * 64, "unknown; expected one of limit, cursor, email"),
        ({"\ud800": "1"}, "?", "unknown; expected one of limit, cursor, email"),
    ],
)
def test_invalid_parameter_is_reported(query: dict[str, str], field: str, detail: str) -> None:
    """Each fault has the parameter's name and the expected value, and storage is not accessed."""
    reply = list_users(**query)

    assert (reply.status, reply.body["errors"]) == (400, [{"field": field, "detail": detail}])
