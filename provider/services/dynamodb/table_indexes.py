"""The keys and indexes of a table, between Pulumi and AWS."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from provider.base import Properties, ProviderError, Values
from provider.fields import Block, from_aws
from provider.shapes import camel, pascal

ATTRIBUTE = {"name": "AttributeName", "type": "AttributeType"}
INDEX_INPUTS = {"name", "hashKey", "rangeKey", "keySchemas", "projectionType", "nonKeyAttributes"}


def key_schema(inputs: Properties) -> list[Properties]:
    """Return the keys of a table or index in AWS's form; an index may state them as `keySchemas`."""
    if "keySchemas" in inputs:
        return pascal(inputs["keySchemas"])
    keys = {"HASH": inputs["hashKey"], "RANGE": inputs.get("rangeKey")}
    return [{"AttributeName": name, "KeyType": kind} for kind, name in keys.items() if name]


def definitions(inputs: Properties) -> list[Properties]:
    """Return the definitions of the key attributes in AWS's form."""
    return Block("AttributeDefinitions", ATTRIBUTE).to_aws(inputs["attributes"])


def index_request(index: Properties) -> Properties:
    """Return an index in AWS's form.

    Raises:
        ProviderError: for an unknown key of the index.
    """
    unknown = sorted(index.keys() - INDEX_INPUTS)
    if unknown:
        raise ProviderError(f"globalSecondaryIndexes: unknown {', '.join(unknown)}")
    projection: Properties = {"ProjectionType": index["projectionType"]}
    if index.get("nonKeyAttributes"):
        projection["NonKeyAttributes"] = sorted(index["nonKeyAttributes"])
    return {"IndexName": index["name"], "KeySchema": key_schema(index), "Projection": projection}


def index_changes(old: Properties, new: Properties) -> Iterator[Properties]:
    """Yield the UpdateTable requests, one for each index: a changed index is deleted and created again."""
    before, after = _index_creations(old), _index_creations(new)
    for name, creation in before.items():
        if after.get(name) != creation:
            yield {"GlobalSecondaryIndexUpdates": [{"Delete": {"IndexName": name}}]}
    for name, creation in after.items():
        if before.get(name) != creation:
            yield creation


def check_key_types(old: Properties, new: Properties) -> None:
    """Raise a ProviderError if a table's key changes its type: AWS keeps the old type without an error."""
    before, after = (
        {attribute["name"]: attribute["type"] for attribute in inputs["attributes"]} for inputs in (old, new)
    )
    for key in filter(None, (new["hashKey"], new.get("rangeKey"))):
        if before.get(key) != after.get(key):
            raise ProviderError(
                f"attributes: the key {key} is of type {before.get(key)} and cannot become "
                f"{after.get(key)}; create a table with another name or key"
            )


def attributes_from_aws(table: Values, known: Values) -> list[Properties]:
    """Return the definitions of the key attributes in the order of the inputs."""
    found = [from_aws(each, ATTRIBUTE) for each in table["AttributeDefinitions"]]
    return _in_order(found, known.get("attributes"))


def indexes_from_aws(table: Values, known: Values) -> list[Properties]:
    """Return the indexes in the order and the form of the inputs."""
    stated: list[Properties] = known.get("globalSecondaryIndexes") or []
    by_name = {index["name"]: index for index in stated}
    found = [
        _index_from_aws(description, by_name.get(description["IndexName"], {}))
        for description in table.get("GlobalSecondaryIndexes", [])
    ]
    return _in_order(found, stated)


def _index_creations(inputs: Properties) -> dict[str, Properties]:
    """Return the UpdateTable request that creates each index, by name: keys, their types, projection."""
    creations: dict[str, Properties] = {}
    for index in inputs.get("globalSecondaryIndexes", []):
        request = index_request(index)
        keys = {key["AttributeName"] for key in request["KeySchema"]}
        creations[index["name"]] = {
            "AttributeDefinitions": [each for each in definitions(inputs) if each["AttributeName"] in keys],
            "GlobalSecondaryIndexUpdates": [{"Create": request}],
        }
    return creations


def _index_from_aws(description: Values, known: Properties) -> Properties:
    projection: Any = description["Projection"]
    index = {"name": description["IndexName"], "projectionType": projection["ProjectionType"]}
    others: list[str] = projection.get("NonKeyAttributes", [])
    if others:
        stated = known.get("nonKeyAttributes")
        index["nonKeyAttributes"] = stated if stated and sorted(stated) == sorted(others) else others
    if "hashKey" not in known:
        return {**index, "keySchemas": camel(description["KeySchema"])}
    keys = {key["KeyType"]: key["AttributeName"] for key in description["KeySchema"]}
    return {**index, **from_aws(keys, {"hashKey": "HASH", "rangeKey": "RANGE"})}


def _in_order(found: list[Properties], known: list[Properties] | None) -> list[Properties]:
    """Return the entries in the known order, new ones last: AWS's order has no meaning."""
    places = {each["name"]: place for place, each in enumerate(known or [])}
    return sorted(found, key=lambda each: places.get(each["name"], len(places)))
