"""Checks each request of this process, and writes what does not fit to a file that all processes share."""

from __future__ import annotations

import os
from pathlib import Path
from types import ModuleType
from typing import Any

from aws_models.constraints import findings

FILE = "AWS_MODEL_FINDINGS"
"""The environment variable with the path of the file."""


def install(validate: ModuleType) -> None:
    """Check every request that the module `botocore.validate` validates."""
    decorator: Any = validate.ParamValidationDecorator
    serialize = decorator.serialize_to_request

    def serialize_to_request(self: Any, parameters: Any, operation: Any) -> Any:
        # First botocore's validation: the checks rely on valid types.
        request = serialize(self, parameters, operation)
        if operation.input_shape is not None:
            _record(operation, parameters)
        return request

    decorator.serialize_to_request = serialize_to_request


def _record(operation: Any, parameters: Any) -> None:
    service: str = operation.service_model.service_name
    found = findings(parameters, operation.input_shape, service)
    lines = [f"{service}.{operation.name}{line}\n" for line in found]
    if lines:
        with Path(os.environ[FILE]).open("a") as file:
            file.write("".join(lines))
