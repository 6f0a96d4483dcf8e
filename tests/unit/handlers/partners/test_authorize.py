"""The authorizer for partners."""

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
def keep(aws: Any) -> Callable[..., None]:
    """Keep a key as the operator's tool does."""

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
    """An authorizer's event as the gateway sends it."""
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
    """The partner that the gateway is told of."""
    answer = handler(event(authorization), Context())
    assert answer == {"isAuthorized": True, "context": {"partner": answer["context"]["partner"]}}
    return answer["context"]["partner"]


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER "])
def test_key_that_counts_is_its_partner_s(keep: Callable[..., None], scheme: str) -> None:
    """The scheme's case says nothing, nor does a space more."""
    keep(ACME)

    assert identified(f"{scheme} {ACME.text}") == "acme"


def test_two_keys_count_at_once(keep: Callable[..., None]) -> None:
    """One takes over from the other: both are good until the first is taken back."""
    keep(ACME)
    keep(SECOND)
    before = [identified(f"Bearer {key.text}") for key in (ACME, SECOND)]
    keep(ACME, revoked={"BOOL": True})

    assert before == ["acme", "acme"]
    assert [identified(f"Bearer {key.text}") for key in (ACME, SECOND)] == ["", "acme"]


@pytest.mark.parametrize(("seconds", "partner"), [(60, "acme"), (0, ""), (-60, "")])
def test_key_counts_until_it_expires(
    keep: Callable[..., None], monkeypatch: pytest.MonkeyPatch, seconds: int, partner: str
) -> None:
    """From its moment on an expired key is none."""
    monkeypatch.setattr(time, "time", lambda: 1_900_000_000.0)
    keep(ACME, expiresAt={"N": str(1_900_000_000 + seconds)})

    assert identified(f"Bearer {ACME.text}") == partner


@pytest.mark.parametrize(
    "authorization",
    [
        f"Bearer acme.{ACME.key_id}.{OTHER.text[-43:]}",
        f"Bearer other.{OTHER.key_id}.{ACME.text[-43:]}",
        f"Bearer other.{ACME.key_id}.{ACME.text[-43:]}",
        f"Bearer {SECOND.text}",
        f"Bearer {keys.new('nobody').text}",
    ],
)
def test_wrong_key_is_nobody_s(keep: Callable[..., None], authorization: str) -> None:
    """Neither an id without its secret nor a secret under another name says who one is."""
    keep(ACME)
    keep(OTHER)

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
)
def test_what_is_no_key_is_not_looked_for(authorization: str) -> None:
    """Nothing reaches the table that could not stand there."""
    assert identified(authorization) == ""


def test_table_out_of_reach_is_an_error_and_no_verdict(stubbed: Stubber) -> None:
    """The gateway holds on to an answer; an error it asks about again."""
    stubbed.add_client_error("get_item", "ThrottlingException")

    with pytest.raises(Unavailable):
        handler(event(f"Bearer {ACME.text}"), Context())


def test_log_tells_whether_and_not_who(
    keep: Callable[..., None], log: Callable[[], list[dict[str, Any]]]
) -> None:
    """One line, under the caller's correlation id, without key or name."""
    keep(ACME)
    identified(f"Bearer {ACME.text}")

    (line,) = log()
    assert (line["message"], line["correlationId"], line["route"], line["identified"]) == (
        "invocation",
        CORRELATION_ID,
        "POST /partners/{partner}/events",
        True,
    )
    assert "acme" not in json.dumps(line)
