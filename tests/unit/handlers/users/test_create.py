"""POST /users."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.stub import Stubber

from handlers.kit import dynamodb
from handlers.users.create import handler
from tests.unit.handlers.lambda_ import CORRELATION_ID, Context, Reply, call, request

ADA = {"email": "Ada@Example.org", "name": "Ada Lovelace", "phone": "+442079460000", "status": "disabled"}
Items = Callable[[str], list[dict[str, Any]]]


def create(body: Any, *, caller: str = "caller-1", key: str | None = None) -> Reply:
    headers = {} if key is None else {"Idempotency-Key": key}
    return call(handler, request("POST /users", claims={"sub": caller}, headers=headers, body=body))


@pytest.mark.usefixtures("aws")
def test_new_user_is_returned() -> None:
    """The response is the requested user with its id, times and first version."""
    reply = create(ADA)

    user = reply.body
    assert reply.status == 201
    assert user == {
        **ADA,
        "id": user["id"],
        "phoneVerified": False,
        "createdAt": user["createdAt"],
        "updatedAt": user["createdAt"],
        "version": 1,
    }
    assert reply.headers == {
        "Content-Type": "application/json",
        "Cache-Control": "no-store",
        "ETag": '"1"',
        "Location": f"/api/users/{user['id']}",
        "X-Correlation-Id": CORRELATION_ID,
    }


@pytest.mark.usefixtures("aws")
def test_optional_fields_have_their_defaults() -> None:
    """A user without phone and status is active and has no phone."""
    user = create({"email": "ada@example.org", "name": "Ada"}).body

    assert (user["phone"], user["status"]) == (None, "active")


def test_new_user_is_stored_with_its_identity(items: Items) -> None:
    """The transaction writes one user and one identity with the address in lower case."""
    user = create(ADA).body

    assert items("USERS_TABLE") == [
        {
            "id": {"S": user["id"]},
            "email": {"S": "Ada@Example.org"},
            "emailKey": {"S": "ada@example.org"},
            "name": {"S": "Ada Lovelace"},
            "phone": {"S": "+442079460000"},
            "phoneVerified": {"BOOL": False},
            "status": {"S": "disabled"},
            "createdAt": {"S": user["createdAt"]},
            "updatedAt": {"S": user["createdAt"]},
            "version": {"N": "1"},
            "listing": {"S": "users"},
            "cause": {"M": {"correlationId": {"S": CORRELATION_ID}, "actor": {"S": "caller-1"}}},
        }
    ]
    assert items("IDENTITIES_TABLE") == [
        {"identity": {"S": "email#ada@example.org"}, "userId": {"S": user["id"]}}
    ]
    assert items("IDEMPOTENCY_TABLE") == []


def test_address_of_another_user_is_refused(items: Items) -> None:
    """Addresses are compared case-insensitively, and a refused request writes nothing."""
    first = create(ADA).body

    reply = create({"email": "aDA@eXAMPLE.ORG", "name": "Not Ada"})

    assert (reply.status, reply.body) == (
        409,
        {
            "type": "/problems/email-taken",
            "title": "The email address is already in use",
            "status": 409,
            "detail": "another user has this email address",
        },
    )
    assert [item["id"]["S"] for item in items("USERS_TABLE")] == [first["id"]]


def test_same_key_and_body_returns_the_first_response(items: Items) -> None:
    """A repeated request, in any field order, creates no user."""
    first = create(ADA, key="key-1")

    again = create(dict(reversed(ADA.items())), key="key-1")

    assert again == first
    assert len(items("USERS_TABLE")) == 1


@pytest.mark.usefixtures("aws")
def test_same_key_returns_the_first_response_after_deletion() -> None:
    """The first response does not depend on the user's current state."""
    from handlers.users.delete import handler as delete

    first = create(ADA, key="key-1")
    call(delete, request(path={"userId": first.body["id"]}))

    assert create(ADA, key="key-1") == first


@pytest.mark.usefixtures("aws")
def test_same_key_with_another_body_is_refused() -> None:
    """A key identifies one request."""
    create(ADA, key="key-1")

    reply = create({**ADA, "email": "grace@example.org"}, key="key-1")

    assert (reply.status, reply.body["type"]) == (422, "/problems/idempotency-key-reused")


@pytest.mark.usefixtures("aws")
def test_same_key_of_another_caller_is_another_key() -> None:
    """Keys of different callers are independent."""
    create(ADA, key="key-1")

    reply = create({**ADA, "email": "grace@example.org"}, caller="caller-2", key="key-1")

    assert reply.status == 201


@pytest.mark.usefixtures("aws")
def test_key_of_a_refused_request_is_unused() -> None:
    """A refusal is not stored, so the corrected request may have the same key."""
    create(ADA)
    refused = create({**ADA, "name": "Twin"}, key="key-1")
    repaired = create({**ADA, "name": "Twin", "email": "twin@example.org"}, key="key-1")

    assert (refused.status, repaired.status) == (409, 201)


def test_expired_key_is_unused(aws: Any) -> None:
    """A key expires on time, even before DynamoDB deletes its record."""
    create(ADA, key="key-1")
    aws.update_item(
        TableName="idempotency-1a2b3c",
        Key={"key": {"S": "caller-1#key-1"}},
        UpdateExpression="SET expiresAt = :past",
        ExpressionAttributeValues={":past": {"N": "1"}},
    )

    reply = create({**ADA, "email": "grace@example.org"}, key="key-1")

    assert reply.status == 201


def test_idempotency_record_expires_after_a_day(items: Items, monkeypatch: pytest.MonkeyPatch) -> None:
    """The record has its expiry in the table's TTL attribute."""
    monkeypatch.setattr("time.time", lambda: 1_800_000_000.5)
    create(ADA, key="key-1")

    (record,) = items("IDEMPOTENCY_TABLE")
    assert record["expiresAt"] == {"N": str(1_800_000_000 + 24 * 3600)}


def test_transaction_conflict_is_retried(stubbed: Stubber) -> None:
    """A conflict does not concern the conditions, so the transaction is repeated."""
    reasons = [{"Code": "None"}, {"Code": "TransactionConflict"}]
    stubbed.add_client_error(
        "transact_write_items",
        "TransactionCanceledException",
        modeled_fields={"CancellationReasons": reasons},
    )
    stubbed.add_response("transact_write_items", {})

    assert create(ADA).status == 201


def test_conflict_beside_a_failed_condition_is_retried(stubbed: Stubber) -> None:
    """It is unknown whether a key was used while its record is being written."""
    user = {"id": {"S": "x"}, "email": {"S": "a@b.org"}, "name": {"S": "A"}, "version": {"N": "1"}}
    user |= {"createdAt": {"S": "then"}, "updatedAt": {"S": "then"}}

    record = {
        "key": {"S": "caller-1#key-1"},
        "digest": {"S": "of another body"},
        "user": {"M": user},
        "expiresAt": {"N": "1"},
    }
    refused = {"Code": "ConditionalCheckFailed"}
    for reason in ({"Code": "TransactionConflict"}, {**refused, "Item": record}):
        stubbed.add_client_error(
            "transact_write_items",
            "TransactionCanceledException",
            modeled_fields={"CancellationReasons": [{"Code": "None"}, refused, reason]},
        )

    assert create(ADA, key="key-1").status == 422


def test_repeated_conflicts_end_with_503(stubbed: Stubber) -> None:
    """After repeated conflicts the response is 503, before Lambda stops the function."""
    stubbed.add_client_error(
        "transact_write_items",
        "TransactionCanceledException",
        modeled_fields={"CancellationReasons": [{"Code": "TransactionConflict"}, {"Code": "None"}]},
    )

    reply = call(
        handler, request(claims={"sub": "caller-1"}, body=ADA), Context(remaining_milliseconds=4_900)
    )

    assert (reply.status, reply.headers["Retry-After"]) == (503, "1")


@pytest.mark.usefixtures("no_time_for_retries")
@pytest.mark.parametrize("code", ["ThrottlingException", "InternalServerError", "RequestLimitExceeded"])
def test_busy_store_is_unavailable(stubbed: Stubber, code: str) -> None:
    """A temporary failure is a 503 with `Retry-After`."""
    stubbed.add_client_error("transact_write_items", code)

    reply = create(ADA)

    assert (reply.status, reply.body["type"], reply.headers["Retry-After"]) == (
        503,
        "/problems/unavailable",
        "1",
    )


def test_denied_call_is_an_internal_error(stubbed: Stubber, log: Callable[[], list[dict[str, Any]]]) -> None:
    """A missing permission is a 500 without details; its traceback is logged."""
    stubbed.add_client_error("transact_write_items", "AccessDeniedException", "not authorized: role/secret")

    reply = create(ADA)

    (line,) = log()
    assert reply.body == {
        "type": "about:blank",
        "title": "Internal Server Error",
        "status": 500,
        "detail": f"something went wrong on our side; it is logged under {CORRELATION_ID}",
    }
    assert (line["level"], line["error"], "role/secret" in line["traceback"]) == (
        "ERROR",
        "ClientError",
        True,
    )


LONGEST_EMAIL = f"{'a' * 64}@{'.'.join(['b' * 63] * 2)}.{'c' * 57}.org"


@pytest.mark.usefixtures("aws")
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", LONGEST_EMAIL),
        ("email", "o'hara+tag@mail.example.co.uk"),
        ("name", "é" * 100),
        ("name", "  Ada "),
        ("name", "山田 太郎"),
        ("name", "🧮"),
        ("name", "می\u200cشود"),  # Persian, with a zero width non-joiner
        ("name", "क्\u200dष"),  # Hindi, with a zero width joiner
        ("name", "辻\U000e0100 ❤\ufe0f"),  # variation selectors
        ("name", "⠁⠙⠁\u2800⠇"),  # Braille, with a blank pattern
        ("email", "a.1@2.example.o1"),
        ("phone", "+1234567"),
        ("phone", "+123456789012345"),
        ("phone", None),
    ],
)
def test_value_at_the_limit_is_accepted(field: str, value: str | None) -> None:
    """Values up to the limits of the document are returned unchanged."""
    reply = create({"email": "ada@example.org", "name": "Ada", field: value})

    assert (reply.status, reply.body[field]) == (201, value)


EMAIL = "expected an email address in ASCII, such as ada@example.org; compared case-insensitively"
NAME = "expected a non-blank line of text without control or invisible characters"
PHONE = "expected a phone number in E.164 format, such as +442079460000"


INVISIBLE = [
    *("\u2800", "\u200d", "\ufe0f", "\u034f", "\U000e0100", " \u200c\u180b "),
    *(
        f"{before}{character}{after}"
        for character in "\u200b\u3164\uffa0\u115f\xad\ufeff\u2060\u202e\u2066\u061c\u200e\u206f\ufff9\uffff"
        "\U000e0041\U0001d173"
        for before, after in (("", ""), ("Ada", "Lovelace"))
    ),
]


@pytest.mark.parametrize(
    ("change", "field", "detail"),
    [
        ({"email": LONGEST_EMAIL + "x"}, "/email", "expected str of length <= 254"),
        ({"email": "ada"}, "/email", EMAIL),
        ({"email": "ada@example"}, "/email", EMAIL),
        ({"email": "ada@example.org\n"}, "/email", EMAIL),
        ({"email": "ada @example.org"}, "/email", EMAIL),
        ({"email": ".ada@example.org"}, "/email", EMAIL),
        ({"email": "ada@-example.org"}, "/email", EMAIL),
        ({"email": "ädä@example.org"}, "/email", EMAIL),
        ({"email": "\u0130@example.org"}, "/email", EMAIL),
        ({"email": f"{'a' * 65}@example.org"}, "/email", EMAIL),
        ({"email": f"{'a' * 32}.{'b' * 32}@example.org"}, "/email", EMAIL),
        ({"email": "ada@1.2.3.4"}, "/email", EMAIL),
        ({"email": "ada@1.2.3.4\n"}, "/email", EMAIL),
        ({"email": "ada@example.0"}, "/email", EMAIL),
        ({"email": None}, "/email", "expected str, got null"),
        ({"email": 3}, "/email", "expected str, got int"),
        ({"name": ""}, "/name", "expected str of length >= 1"),
        ({"name": "x" * 101}, "/name", "expected str of length <= 100"),
        ({"name": " \u00a0\u3000"}, "/name", NAME),
        ({"name": "a\nb"}, "/name", NAME),
        ({"name": "ab\n"}, "/name", NAME),
        ({"name": "a\x00b"}, "/name", NAME),
        ({"name": "a\x7fb"}, "/name", NAME),
        ({"name": "a\x9bb"}, "/name", NAME),
        ({"name": "a\u2028b"}, "/name", NAME),
        *(({"name": name}, "/name", NAME) for name in INVISIBLE),
        ({"name": ["Ada"]}, "/name", "expected str, got array"),
        ({"name": {"first": "Ada"}}, "/name", "expected str, got object"),
        ({"phone": "442079460000"}, "/phone", PHONE),
        ({"phone": "+0123456789"}, "/phone", PHONE),
        ({"phone": "+123456"}, "/phone", PHONE),
        ({"phone": "+1234567890123456"}, "/phone", PHONE),
        ({"phone": "+٤٤٢٠٧٩٤٦٠"}, "/phone", PHONE),
        ({"phone": "+442079460000\n"}, "/phone", PHONE),
        ({"phone": True}, "/phone", "expected str | null, got bool"),
        ({"status": "gone"}, "/status", "invalid enum value 'gone'"),
        ({"id": "x"}, "/id", "unknown; expected one of email, name, phone, status"),
        ({"a/b~c": 1}, "/a~1b~0c", "unknown; expected one of email, name, phone, status"),
    ],
)
def test_invalid_field_is_reported(change: dict[str, Any], field: str, detail: str) -> None:
    """Each fault has a JSON pointer and the expected value, and storage is not accessed."""
    reply = create({"email": "ada@example.org", "name": "Ada", **change})

    assert (reply.status, reply.headers["Content-Type"]) == (400, "application/problem+json")
    assert reply.body == {
        "type": "/problems/invalid-request",
        "title": "The request is not valid",
        "status": 400,
        "detail": f"{field}: {detail}",
        "errors": [{"field": field, "detail": detail}],
    }


def test_all_faults_are_reported_at_once() -> None:
    """One response reports the faults of headers and body."""
    reply = create({"email": 1, "nme": "Ada"}, key="two words")

    assert reply.body["errors"] == [
        {
            "field": "Idempotency-Key",
            "detail": "expected 1 to 128 printable ASCII characters without spaces, unique per request",
        },
        {"field": "/nme", "detail": "unknown; expected one of email, name, phone, status"},
        {"field": "/email", "detail": "expected str, got int"},
        {"field": "/name", "detail": "missing"},
    ]


@pytest.mark.parametrize("key", ["", "x" * 129, "tab\there", "ünique", "new\n"])
def test_invalid_idempotency_key_is_refused(key: str) -> None:
    """The fault has the header's name."""
    reply = create(ADA, key=key)

    assert (reply.status, [error["field"] for error in reply.body["errors"]]) == (400, ["Idempotency-Key"])


def test_refused_request_creates_no_client() -> None:
    """An invalid request is refused before the SDK is imported."""
    dynamodb.client.cache_clear()

    reply = create({})

    assert (reply.status, dynamodb.client.cache_info().misses) == (400, 0)
