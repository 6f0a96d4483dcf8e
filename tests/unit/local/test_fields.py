"""Fields: inputs between Pulumi's names and values and AWS's."""

from __future__ import annotations

from typing import Any

import pytest

from provider.base import ProviderError
from provider.fields import Block, Document, Fields, Flag, Number, from_aws, pascal_names, to_aws

FIELDS: Fields = {
    **pascal_names("description"),
    "name": "QueueName",
    "delaySeconds": Number("Delay"),
    "fifoQueue": Flag("Fifo"),
    "pattern": Document("Pattern"),
    "target": Block("Target"),
    "rules": Block("Rules", {"id": "ID", "filter": Block("Filter", {"prefix": "Prefix"})}),
}
INPUTS = {
    "description": "",
    "name": "q",
    "delaySeconds": 5,
    "fifoQueue": True,
    "pattern": '{ "a": 1 }',
    "target": {"arn": "a", "sqsParameters": {"messageGroupId": "g"}},
    "rules": [{"id": "r", "filter": {"prefix": "p"}}],
}
REQUEST = {
    "Description": "",
    "QueueName": "q",
    "Delay": "5",
    "Fifo": "true",
    "Pattern": '{ "a": 1 }',
    "Target": {"Arn": "a", "SqsParameters": {"MessageGroupId": "g"}},
    "Rules": [{"ID": "r", "Filter": {"Prefix": "p"}}],
}


def test_inputs_are_converted_to_a_request_and_back() -> None:
    """Names, numbers, Booleans, nested blocks and lists of blocks convert in both directions."""
    assert to_aws(INPUTS, FIELDS) == REQUEST
    assert from_aws(REQUEST, FIELDS, INPUTS) == INPUTS


def test_missing_and_unlisted_values_are_left_out() -> None:
    """Null is not a value, and only the listed fields are converted."""
    assert to_aws({"name": None, "tags": {}}, FIELDS) == {}
    assert from_aws({"QueueName": None, "Tags": {}}, FIELDS) == {}


def test_document_reads_as_written_while_its_meaning_is_the_same() -> None:
    """Another formatting is not a difference; another meaning is."""
    known = {"pattern": '{ "a": 1 }'}

    assert from_aws({"Pattern": '{"a":1}'}, FIELDS, known) == known
    assert from_aws({"Pattern": '{"a":2}'}, FIELDS, known) == {"pattern": '{"a":2}'}
    assert from_aws({"Pattern": '{"a":1}'}, FIELDS) == {"pattern": '{"a":1}'}


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ({"rules": [{"id": "r", "size": 1}]}, "rules: unknown size; known are filter, id"),
        ({"rules": [{"filter": {"suffix": "s"}}]}, "rules: filter: unknown suffix; known are prefix"),
    ],
)
def test_unknown_key_of_a_block_is_an_error_with_its_path(inputs: Any, message: str) -> None:
    """The error contains the path to the key, the key and the known ones."""
    with pytest.raises(ProviderError) as caught:
        to_aws(inputs, FIELDS)

    assert str(caught.value) == message
