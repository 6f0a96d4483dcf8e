"""Statements of a function's resource policy: who may invoke it, and on whose behalf."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, override

from provider.base import AutoName, Properties, ResourceType
from provider.cloud import Cloud
from provider.shapes import pascal, unless_gone


class Permission(ResourceType):
    """One statement; its id is the statement's, unique within the function."""

    token = "aws:lambda/permission:Permission"
    inputs = frozenset(
        {"statementId", "action", "function", "principal", "sourceArn", "sourceAccount", "qualifier"}
    )
    replace_on = inputs
    autoname = AutoName("statementId", 100)

    @override
    def create(self, cloud: Cloud, inputs: Properties) -> str:
        """Add the statement to the function's policy."""
        stated = {key: value for key, value in inputs.items() if key != "function"}
        cloud.client("lambda").add_permission(FunctionName=inputs["function"], **pascal(stated))
        return inputs["statementId"]

    @override
    def read(self, cloud: Cloud, resource_id: str, known: Mapping[str, Any]) -> Properties | None:
        """All inputs but the function, which AWS tells as an ARN whatever it was given as."""
        client: Any = cloud.client("lambda")
        answer = unless_gone(client.get_policy, "ResourceNotFoundException", **_policy_of(known))
        statements: list[Any] = json.loads(answer["Policy"])["Statement"] if answer else []
        return next((_properties(each, known) for each in statements if each["Sid"] == resource_id), None)

    @override
    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> None:
        """Nothing: every change replaces the statement."""

    @override
    def delete(self, cloud: Cloud, resource_id: str, known: Mapping[str, Any]) -> None:
        """Take the statement out of the policy; a function that is gone took it along."""
        client: Any = cloud.client("lambda")
        unless_gone(
            client.remove_permission,
            "ResourceNotFoundException",
            StatementId=resource_id,
            **_policy_of(known),
        )

    @override
    def find(self, cloud: Cloud, inputs: Properties) -> str | None:
        """By the statement's id."""
        return inputs["statementId"] if self.read(cloud, inputs["statementId"], inputs) else None


def _policy_of(known: Mapping[str, Any]) -> dict[str, str]:
    qualifier = {"Qualifier": known["qualifier"]} if known.get("qualifier") else {}
    return {"FunctionName": known["function"], **qualifier}


def _properties(statement: Mapping[str, Any], known: Mapping[str, Any]) -> Properties:
    conditions: dict[str, dict[str, str]] = statement.get("Condition", {})
    told: Properties = {
        "statementId": statement["Sid"],
        "action": statement["Action"],
        "principal": _principal(statement["Principal"]),
        "qualifier": known.get("qualifier"),
        "sourceArn": conditions.get("ArnLike", {}).get("AWS:SourceArn"),
        "sourceAccount": conditions.get("StringEquals", {}).get("AWS:SourceAccount"),
    }
    return {key: value for key, value in told.items() if value is not None}


def _principal(principal: str | dict[str, str]) -> str:
    """A service's or an account's name; everybody is a bare star."""
    return principal if isinstance(principal, str) else next(iter(principal.values()))
