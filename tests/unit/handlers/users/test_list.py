"""GET /users."""

from __future__ import annotations

import base64
from uuid import UUID, uuid4

import pytest

from handlers.users.list import handler
from tests.unit.handlers.lambda_ import Reply, call, request
from tests.unit.handlers.people import create_user


def listed(**query: str) -> Reply:
    return call(handler, request("GET /users", query=query or None))


def cursor_of(position: UUID) -> str:
    return base64.urlsafe_b64encode(position.bytes).rstrip(b"=").decode()


@pytest.mark.usefixtures("aws")
def test_empty_list_has_no_next_page() -> None:
    """Where there are no users there is one page, and nothing on it."""
    assert listed()[::2] == (200, {"items": [], "next": None})


@pytest.mark.usefixtures("aws")
def test_pages_hold_every_user_once_newest_first() -> None:
    """Following the cursors gives all users, each as it was created, and ends."""
    users = [create_user(f"u{number}@example.org") for number in range(7)]

    pages = [listed(limit="3").body]
    while pages[-1]["next"] is not None:
        pages.append(listed(limit="3", cursor=pages[-1]["next"]).body)

    assert [page["items"] for page in pages] == [users[:3:-1], users[3:0:-1], users[:1]]


@pytest.mark.usefixtures("aws")
def test_full_last_page_has_no_next() -> None:
    """A page that holds the last user says so, even where it is full."""
    users = [create_user(f"u{number}@example.org") for number in range(2)]

    assert listed(limit="2").body == {"items": users[::-1], "next": None}


@pytest.mark.usefixtures("aws")
def test_page_has_20_users_unless_told() -> None:
    """The default of the limit is the one in the document."""
    for number in range(21):
        create_user(f"u{number}@example.org")

    page = listed().body

    assert (len(page["items"]), page["next"] is None) == (20, False)


@pytest.mark.usefixtures("aws")
def test_cursor_of_a_deleted_user_still_leads_on() -> None:
    """A cursor is a position: what stood there need not be there any more."""
    from handlers.users.delete import handler as delete

    users = [create_user(f"u{number}@example.org") for number in range(3)]
    cursor = listed(limit="2").body["next"]
    call(delete, request(path={"userId": users[1]["id"]}))

    assert listed(cursor=cursor).body == {"items": users[:1], "next": None}


@pytest.mark.usefixtures("aws")
def test_email_finds_its_user_without_regard_to_case() -> None:
    """By address there is the one user that has it, and no other page."""
    create_user("grace@example.org")
    ada = create_user("Ada@example.org")

    assert listed(email="aDA@EXAMPLE.org", limit="1").body == {"items": [ada], "next": None}


@pytest.mark.usefixtures("aws")
def test_email_of_nobody_finds_nobody() -> None:
    """An address that is free is an empty page, not an error."""
    assert listed(email="nobody@example.org")[::2] == (200, {"items": [], "next": None})


CURSOR = "expected the `next` value of an earlier page, unchanged"
NOT_MADE_HERE = "expected the `next` value of an earlier page, unchanged"
EMAIL = "expected an email address in ASCII, such as ada@example.org; compared case-insensitively"
VALID = cursor_of(UUID("019c1a2b-3c4d-7e5f-8a6b-7c8d9e0f1a2b"))


@pytest.mark.parametrize(
    ("query", "field", "detail"),
    [
        ({"limit": "0"}, "limit", "expected int >= 1"),
        ({"limit": "101"}, "limit", "expected int <= 100"),
        ({"limit": "-1"}, "limit", "expected int >= 1"),
        ({"limit": ""}, "limit", "expected int, got str"),
        ({"limit": "ten"}, "limit", "expected int, got str"),
        ({"limit": "1,2"}, "limit", "expected int, got str"),
        ({"limit": "٣"}, "limit", "expected int, got str"),
        ({"limit": "9" * 5000}, "limit", "integer value out of range"),
        ({"cursor": ""}, "cursor", CURSOR),
        ({"cursor": VALID + "="}, "cursor", CURSOR),
        ({"cursor": VALID + "\n"}, "cursor", CURSOR),
        ({"cursor": f"{VALID},{VALID}"}, "cursor", CURSOR),
        ({"cursor": VALID[:-1] + "B"}, "cursor", NOT_MADE_HERE),
        ({"cursor": cursor_of(uuid4())}, "cursor", NOT_MADE_HERE),
        (
            {"cursor": VALID, "email": "a@b.org"},
            "cursor",
            "not allowed with email: the result has only one page",
        ),
        ({"email": "nobody"}, "email", EMAIL),
        ({"email": "a@b.org,c@d.org"}, "email", EMAIL),
        ({"emial": "a@b.org"}, "emial", "unknown; expected one of limit, cursor, email"),
        ({"x" * 100: "1"}, "x" * 64, "unknown; expected one of limit, cursor, email"),
        ({"\ud800": "1"}, "?", "unknown; expected one of limit, cursor, email"),
    ],
)
def test_bad_query_is_named(query: dict[str, str], field: str, detail: str) -> None:
    """Each thing wrong with the query is named with what was expected, before any storage."""
    reply = listed(**query)

    assert (reply.status, reply.body["errors"]) == (400, [{"field": field, "detail": detail}])
