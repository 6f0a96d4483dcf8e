"""GET /users/{userId}."""

from __future__ import annotations

import pytest

from handlers.kit.ids import new_id
from handlers.users.read import handler
from tests.unit.handlers.lambda_ import Reply, call, request
from tests.unit.handlers.people import create_user


def read(user_id: str) -> Reply:
    return call(handler, request("GET /users/{userId}", path={"userId": user_id}))


@pytest.mark.usefixtures("aws")
def test_user_is_returned_with_its_version_as_etag() -> None:
    """The response is the user as created, with the tag for a later change."""
    user = create_user(phone="+442079460000")

    reply = read(user["id"])

    assert (reply.status, reply.headers["ETag"], reply.body) == (200, '"1"', user)


@pytest.mark.usefixtures("aws")
def test_unknown_id_is_not_found() -> None:
    """A valid id that no user has returns 404."""
    reply = read(new_id())

    assert (reply.status, reply.body) == (
        404,
        {
            "type": "/problems/not-found",
            "title": "Not found",
            "status": 404,
            "detail": "no user has this id",
        },
    )


@pytest.mark.parametrize(
    "user_id",
    [
        "",
        "1",
        "019C1A2B-3C4D-7E5F-8A6B-7C8D9E0F1A2B",
        "019c1a2b-3c4d-4e5f-8a6b-7c8d9e0f1a2b",
        "019c1a2b-3c4d-7e5f-ca6b-7c8d9e0f1a2b",
        "019c1a2b3c4d7e5f8a6b7c8d9e0f1a2b",
        "019c1a2b-3c4d-7e5f-8a6b-7c8d9e0f1a2b\n",
        "{019c1a2b-3c4d-7e5f-8a6b-7c8d9e0f1a2b}",
        "../me",
        "\x00",
        "\ud800",
    ],
)
def test_malformed_id_is_refused(user_id: str) -> None:
    """A malformed id is a fault of its parameter, and storage is not accessed."""
    reply = read(user_id)

    detail = "expected a UUID of version 7 in lower case; newer ids are greater"
    assert (reply.status, reply.body["errors"]) == (400, [{"field": "userId", "detail": detail}])
