"""The Lambda authorizer for partners."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from botocore.stub import Stubber

from handlers.kit.errors import Unavailable
from handlers.partners import keys
from handlers.partners.authorize import handler
from tests.unit.handlers.lambda_ import CORRELATION_ID, Context
from tests.unit.handlers.tables import TABLES

ACME, SECOND, OTHER = keys.new("acme"), keys.new("acme"), keys.new("other")


@pytest.fixture
def store(aws: Any) -> Callable[..., None]:
    """Store a key as the operators' tool does."""

    def put(key: keys.Key, **more: Any) -> None:
        item = {
            "partner": {"S": key.partner},
            "keyId": {"S": key.key_id},
            "hash": {"S": keys.digest(key.text)},
            "createdAt": {"S": "2026-01-31T09:30:00.000Z"},
            **more,
        }
        aws.put_item(TableName=TABLES["PARTNERS_TABLE"]["TableName"], Item=item)

    return put


def event(authorization: str) -> dict[str, Any]:
    """Return the authorizer's event as API Gateway sends it."""
    return {
        "version": "2.0",
        "type": "REQUEST",
        "routeArn": "arn:aws:execute-api:us-east-1:000000000000:a1b2c3d4e5/api/POST/partners/acme/events",
        "identitySource": [authorization],
        "routeKey": "POST /partners/{partner}/events",
        "headers": {"Authorization": authorization, "X-Correlation-Id": CORRELATION_ID},
        "pathParameters": {"partner": "acme"},
    }


def identified(authorization: str) -> str:
    """Return the partner in the authorizer's response."""
    response = handler(event(authorization), Context())
    assert response == {"isAuthorized": True, "context": {"partner": response["context"]["partner"]}}
    return response["context"]["partner"]


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER "])
def test_valid_key_identifies_its_partner(store: Callable[..., None], scheme: str) -> None:
    """The scheme is case-insensitive, and extra spaces are allowed."""
    store(ACME)

    assert identified(f"{scheme} {ACME.text}") == "acme"


def test_two_keys_are_valid_at_once(store: Callable[..., None]) -> None:
    """During a rotation both keys are valid until the first is revoked."""
    store(ACME)
    store(SECOND)
    before = [identified(f"Bearer {key.text}") for key in (ACME, SECOND)]
    store(ACME, revoked={"BOOL": True})

    assert before == ["acme", "acme"]
    assert [identified(f"Bearer {key.text}") for key in (ACME, SECOND)] == ["", "acme"]


@pytest.mark.parametrize(("seconds", "partner"), [(60, "acme"), (0, ""), (-60, "")])
def test_key_is_valid_until_it_expires(
    store: Callable[..., None], monkeypatch: pytest.MonkeyPatch, seconds: int, partner: str
) -> None:
    """A key is invalid from its expiry on."""
    monkeypatch.setattr(time, "time", lambda: 1_900_000_000.0)
    store(ACME, expiresAt={"N": str(1_900_000_000 + seconds)})

    assert identified(f"Bearer {ACME.text}") == partner


@pytest.mark.parametrize(
    "authorization",
    [
        f"Bearer acme.{ACME.key_id}.{OTHER.text[-43:]}",
        f"Bearer other.{OTHER.key_id}.{ACME.text[-43:]}",
        f"Bearer other.{ACME.key_id}.{ACME.text[-43:]}",
        f"Bearer {SECOND.text}",
        f"Bearer {keys.new('unknown').text}",
    ],
    ids=["other secret", "other partner", "other partner and key", "not stored", "unknown partner"],
)
def test_wrong_key_identifies_no_partner(store: Callable[..., None], authorization: str) -> None:
    """Partner, key id and secret must belong together."""
    store(ACME)
    store(OTHER)

    assert identified(authorization) == ""


@pytest.mark.usefixtures("stubbed")
@pytest.mark.parametrize(
    "authorization",
    [
        "",
        "Bearer",
        "Bearer x",
        ACME.text,
        f"Basic {ACME.text}",
        f"Bearer {ACME.text} {ACME.text}",
        "Bearer é.é.é",
    ],
    ids=["empty", "no key", "short", "no scheme", "other scheme", "two keys", "not ASCII"],
)
def test_malformed_key_is_not_looked_up(authorization: str) -> None:
    """A text that cannot be a key causes no request to DynamoDB."""
    assert identified(authorization) == ""


@pytest.mark.usefixtures("no_time_for_retries")
def test_unreachable_table_is_an_error(stubbed: Stubber) -> None:
    """API Gateway caches a response, but not an error."""
    stubbed.add_client_error("get_item", "ThrottlingException")

    with pytest.raises(Unavailable):
        handler(event(f"Bearer {ACME.text}"), Context())


def test_log_contains_neither_key_nor_partner(
    store: Callable[..., None], log: Callable[[], list[dict[str, Any]]]
) -> None:
    """The log line contains the caller's correlation id, and whether a partner was identified."""
    store(ACME)
    identified(f"Bearer {ACME.text}")

    (line,) = log()
    assert (line["message"], line["correlationId"], line["route"], line["identified"]) == (
        "invocation",
        CORRELATION_ID,
        "POST /partners/{partner}/events",
        True,
    )
    assert "acme" not in json.dumps(line)
