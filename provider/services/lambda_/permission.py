"""Statements of functions' resource policies."""

from __future__ import annotations

import json
from typing import Any, ClassVar, override

from provider.base import AutoName, Properties, Values
from provider.cloud import Cloud
from provider.fields import Fields, Names, pascal_names
from provider.resource import Resource
from provider.services.lambda_ import SERVICE


class Permission(Resource):
    """A statement that allows a principal to invoke a function; its ID is unique within the function."""

    token = "aws:lambda/permission:Permission"
    service = SERVICE
    noun = "permission"
    create_call = "add_{noun}"
    read_call = "get_policy"
    delete_call = "remove_{noun}"
    key: ClassVar[Names] = {
        "function": "FunctionName",
        "qualifier": "Qualifier",
        "statementId": "StatementId",
    }
    id_format = "{statementId}"
    fields: ClassVar[Fields] = pascal_names("action", "principal", "sourceArn", "sourceAccount")
    inputs = frozenset({*key, *fields})
    replace_on = inputs
    autoname = AutoName("statementId", 100)

    @override
    def describe(self, cloud: Cloud, resource_id: str, known: Values) -> Any:
        function = self.identify(resource_id, known)
        del function["StatementId"]
        response = self.call_unless_gone(cloud, self.read_call, **function)
        statements: list[Any] = json.loads(response["Policy"])["Statement"] if response else []
        return next((each for each in statements if each["Sid"] == resource_id), None)

    @override
    def from_aws(self, found: Values, known: Values) -> Properties:
        conditions: dict[str, dict[str, str]] = found.get("Condition", {})
        read: Properties = {
            "action": found["Action"],
            "principal": _principal(found["Principal"]),
            "sourceArn": conditions.get("ArnLike", {}).get("AWS:SourceArn"),
            "sourceAccount": conditions.get("StringEquals", {}).get("AWS:SourceAccount"),
        }
        return {key: value for key, value in read.items() if value is not None}


def _principal(principal: str | dict[str, str]) -> str:
    """Return the name of a service or an account, or `*` for everyone."""
    return principal if isinstance(principal, str) else next(iter(principal.values()))
