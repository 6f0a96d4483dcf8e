"""Event patterns and filter policies.

The rules are those of EventBridge's documentation; these tests cannot show which events AWS delivers.
"""

from __future__ import annotations

import re
from typing import Any

import pytest

from components.catalogue import Catalogue
from components.key import Key
from components.pattern import Pattern, check_syntax
from components.queue import Queue
from components.topic import Topic
from handlers.events.catalogue import CATALOGUE
from tests.infrastructure.components.build import rejected, runtime, settings
from wiring.foundation import details
from wiring.users import ACCESS_CHANGED

USERS: dict[str, Any] = {"source": ["strata.users"]}


def check(pattern: dict[str, Any]) -> None:
    """Check a pattern against the platform's own catalogue."""
    Catalogue(details()).check_pattern("subscription new", pattern)


def of_data(**fields: Any) -> dict[str, Any]:
    """Return a pattern of the data of `user.updated`."""
    return {**USERS, "detail-type": ["user.updated"], "detail": {"data": fields}}


@pytest.mark.parametrize(
    "pattern",
    [
        {**USERS, "account": ["123456789012"], "replay-name": [{"exists": False}]},
        {**USERS, "detail": {"metadata": {"correlationId": [{"prefix": "a"}], "actor": [None]}}},
        {
            "source": [{"prefix": "partner."}],
            "detail": {"data": {"amount": [{"numeric": [">", 0, "<=", 5]}]}},
        },
        of_data(changed=["email", {"suffix": {"equals-ignore-case": "NAME"}}]),
        of_data(user={"preferences": {"sms": [True]}, "createdAt": [{"wildcard": "2030-*"}]}),
        of_data(user={"email": [{"anything-but": {"suffix": ["@a.example", "@b.example"]}}]}),
        of_data(user={"version": [{"anything-but": [1, 2]}, {"exists": True}]}),
        of_data(**{"$or": [{"user": {"status": ["disabled"]}}, {"previous": {"status": ["disabled"]}}]}),
        {**USERS, "$or": [{"detail-type": ["user.created"]}, {"detail": {"data": {"changed": ["email"]}}}]},
    ],
)
def test_pattern_of_the_catalogue_s_fields_is_accepted(pattern: dict[str, Any]) -> None:
    """Fields are those of the catalogue, and operators those of EventBridge."""
    check(pattern)


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        (
            {**USERS, "detail_type": ["user.created"]},
            "no field 'detail_type': expected one of account, detail,",
        ),
        (
            {**USERS, "detailType": ["user.created"]},
            "no field 'detailType': expected one of account, detail,",
        ),
        (
            {**USERS, "detail-type": []},
            "detail-type: []: expected a list of at least one value, or an object",
        ),
        (
            {**USERS, "detail-type": "user.created"},
            "detail-type: 'user.created': expected a list of at least",
        ),
        (
            {**USERS, "detail-type": {"data": ["x"]}},
            "no field 'detail-type.data': detail-type is not an object",
        ),
        ({**USERS, "detail": {}}, "detail: expected at least one field"),
        ({**USERS, "detail": ["x"]}, "detail: expected one of its fields, data, metadata"),
        (
            {**USERS, "detail": {"user": {"id": ["1"]}}},
            "no field 'detail.user': expected one of data, metadata",
        ),
        (of_data(user=["1"]), "detail.data.user: expected one of its fields, createdAt, email, id, name,"),
        (
            of_data(user={"e-mail": ["a"]}),
            "no field 'detail.data.user.e-mail': expected one of createdAt, email",
        ),
        (of_data(user={"created_at": ["a"]}), "no field 'detail.data.user.created_at'"),
        (of_data(user={"email": {"domain": ["a"]}}), "no field 'detail.data.user.email.domain'"),
        (
            {**USERS, "detail-type": ["user.created"], "detail": {"data": {"previous": {"id": ["1"]}}}},
            "no field 'detail.data.previous': expected one of user",
        ),
        (
            of_data(**{"$or": [{"user": {"state": ["x"]}}, {"user": {"status": ["x"]}}]}),
            "no field 'detail.data.user.state'",
        ),
    ],
)
def test_pattern_of_unknown_fields_is_rejected(pattern: dict[str, Any], message: str) -> None:
    """It would match no event; the error names the field and those that there are."""
    with pytest.raises(ValueError, match=re.escape(f"subscription new: {message}")):
        check(pattern)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"prefx": "a"}, "no operator 'prefx': expected one of anything-but, cidr,"),
        ({"prefix": "a", "suffix": "b"}, "expected one operator"),
        ({}, "expected one operator"),
        ({"prefix": 1}, "prefix: unexpected operand 1"),
        ({"prefix": {"equals": "a"}}, "prefix: unexpected operand"),
        ({"exists": "true"}, "exists: unexpected operand 'true'"),
        ({"numeric": [">"]}, "numeric: unexpected operand"),
        ({"numeric": ["!=", 1]}, "numeric: unexpected operand"),
        ({"numeric": [">", "1"]}, "numeric: unexpected operand"),
        ({"numeric": [">", True]}, "numeric: unexpected operand"),
        ({"anything-but": []}, "anything-but: unexpected operand []"),
        ({"anything-but": {"numeric": [1]}}, "anything-but: unexpected operand"),
        ({"wildcard": "a**b"}, "wildcard: unexpected operand"),
        (["a"], "expected a text, a number, a boolean or an operator"),
    ],
)
def test_unknown_operator_or_operand_is_rejected(value: Any, message: str) -> None:
    """The same operators are valid in event patterns and in filter policies."""
    message = re.escape(message)

    with pytest.raises(ValueError, match=f"^rule new: field: .*{message}"):
        check_syntax("rule new", {"field": [value]})
    rejected(
        lambda: Topic("mails", Key("key", settings())).subscribe(
            Queue("all", runtime()), filter={"field": [value]}
        ),
        f"^subscription mails-all: field: .*{message}",
    )


@pytest.mark.parametrize("alternatives", [[], [{"a": ["b"]}], [["a"], ["b"]], {"a": ["b"]}])
def test_or_has_two_alternatives(alternatives: Any) -> None:
    """With fewer, EventBridge treats `$or` as the name of a field."""
    with pytest.raises(ValueError, match=r"rule new: \$or: .*: expected a list of at least two objects"):
        check_syntax("rule new", {"$or": alternatives})


def test_empty_filter_policy_is_rejected() -> None:
    """A subscription without a filter has none, instead of an empty one."""
    rejected(
        lambda: Topic("mails", Key("key", settings())).subscribe(Queue("all", runtime()), filter={}),
        "subscription mails-all: the pattern: expected at least one field",
    )


def test_pattern_over_2_048_characters_is_rejected() -> None:
    """EventBridge would reject it during the deployment."""
    with pytest.raises(
        ValueError, match="rule new: the pattern has 2,049 characters: expected at most 2,048"
    ):
        check_syntax("rule new", {"a": ["x" * (2_049 - len('{"a": [""]}'))]})


def test_details_have_the_fields_of_every_event_type() -> None:
    """Each has the metadata and the data as they are in JSON; an optional object is an object."""
    by_type = {name: detail for types in details().values() for name, detail in types.items()}

    assert set(by_type) == set(CATALOGUE)
    assert by_type["order.placed"] == {
        "metadata": {"id": {}, "correlationId": {}, "occurredAt": {}, "actor": {}},
        "data": {"orderId": {}, "amount": {}, "currency": {}},
    }
    user: Any = by_type["user.updated"]["data"]
    assert set(user) == {"user", "previous", "changed"}
    assert user["changed"] == {}
    assert user["user"]["preferences"] == {"email": {}, "sms": {}}


@pytest.mark.parametrize(
    ("pattern", "types"),
    [
        (USERS, ["user.created", "user.deleted", "user.updated"]),
        ({**USERS, "detail-type": ["user.deleted"]}, ["user.deleted"]),
        ({**USERS, "detail-type": [{"prefix": "user.d"}]}, ["user.deleted"]),
        (ACCESS_CHANGED, ["user.deleted", "user.updated"]),
        (
            {**USERS, "detail-type": ["user.created"], "$or": [{"time": ["a"]}, {"account": ["b"]}]},
            ["user.created"],
        ),
    ],
    ids=["source", "type", "prefix", "types of alternatives", "type besides alternatives"],
)
def test_types_of_a_pattern_are_those_that_it_may_match(pattern: Pattern, types: list[str]) -> None:
    """A trace lists no step that can never follow."""
    assert Catalogue(details()).types_of(pattern) == types
