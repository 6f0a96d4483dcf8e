"""Policies of the program in the embedded cloud."""

import json
from typing import Any

import pytest

from provider.shapes import for_loopback, policy_document

ALLOW = {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "*"}
PLAIN = {"Bool": {"aws:SecureTransport": "false"}}
TLS_ONLY = {"Effect": "Deny", "Principal": "*", "Action": "sqs:*", "Resource": "*", "Condition": PLAIN}


def policy(*statements: dict[str, Any]) -> str:
    """Return a policy, formatted over several lines as in a program."""
    return json.dumps({"Version": "2012-10-17", "Statement": statements}, indent=2)


@pytest.mark.parametrize("value", ["false", False, ["false"]])
def test_statement_that_denies_plain_http_is_left_out(value: Any) -> None:
    """Every form of false in the condition counts; the other statements and the rest of the policy stay."""
    deny = {**TLS_ONLY, "Condition": {"Bool": {"aws:SecureTransport": value}}}

    assert json.loads(for_loopback(policy(deny, ALLOW))) == json.loads(policy(ALLOW))


def test_single_statement_without_a_list_is_left_out() -> None:
    """IAM accepts a single statement without a list."""
    text = json.dumps({"Version": "2012-10-17", "Statement": TLS_ONLY})

    assert json.loads(for_loopback(text)) == {"Version": "2012-10-17", "Statement": []}


@pytest.mark.parametrize(
    "statement",
    [
        ALLOW,
        {**ALLOW, "Condition": PLAIN},
        {**TLS_ONLY, "Condition": {"Bool": {"aws:SecureTransport": "true"}}},
        {**TLS_ONLY, "Condition": {**PLAIN, "StringEquals": {"aws:SourceAccount": "1"}}},
        {**TLS_ONLY, "Condition": {"Bool": {**PLAIN["Bool"], "aws:ViaAWSService": "false"}}},
        {key: value for key, value in TLS_ONLY.items() if key != "Condition"},
    ],
    ids=["allow", "allow-plain", "deny-tls", "other-operator", "other-key", "deny-all"],
)
def test_other_statements_are_unchanged(statement: dict[str, Any]) -> None:
    """A policy without such a statement is sent byte for byte."""
    text = policy(statement, ALLOW)

    assert for_loopback(text) == text


def test_malformed_policy_is_unchanged() -> None:
    """A policy without statements, or with one without an effect, is sent byte for byte: AWS rejects it."""
    assert for_loopback("{}") == "{}"
    assert for_loopback(policy({"Condition": PLAIN})) == policy({"Condition": PLAIN})


def test_policy_reads_as_written_until_it_changes() -> None:
    """A statement that the provider left out is not drift; any other difference is."""
    written = policy(ALLOW, TLS_ONLY)
    other = policy({**ALLOW, "Action": "sqs:*"})

    assert policy_document(json.dumps(json.loads(policy(ALLOW))), written) == written
    assert policy_document(other, written) == other
    assert policy_document(other, None) == other
