"""Lambda functions for tests: small archives, and a role without permissions."""

from __future__ import annotations

import hashlib
import json
import uuid
import zipfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from provider.base import Properties
from provider.cloud import Cloud
from provider.services.lambda_.function import Function

ECHO = "def handler(event, context):\n    return event\n"


def returning(word: str) -> str:
    """Return the source of a handler that returns this word."""
    return f"def handler(event, context):\n    return {word!r}\n"


def archive(directory: Path, sources: dict[str, str]) -> Properties:
    """Return a zip of these files (path in it → text) as the input `code`."""
    path = directory / f"{uuid.uuid4().hex}.zip"
    with zipfile.ZipFile(path, "w") as bundle:
        for name, text in sources.items():
            bundle.writestr(name, text)
    return {"archive": {"path": str(path), "hash": hashlib.sha256(path.read_bytes()).hexdigest()}}


def role(cloud: Cloud, name: str) -> str:
    """Return the ARN of a role without permissions that Lambda may assume; create it if it is missing."""
    iam: Any = cloud.client("iam")
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "lambda.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }
    trust = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    try:
        return iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    except iam.exceptions.EntityAlreadyExistsException:
        return iam.get_role(RoleName=name)["Role"]["Arn"]


def function(cloud: Cloud, directory: Path, name: str, source: str = ECHO, **inputs: Any) -> Properties:
    """Return the inputs of a function with the handler `main.handler` of this source."""
    return {
        "name": name,
        "role": role(cloud, "functions"),
        "runtime": "python3.13",
        "handler": "main.handler",
        "code": archive(directory, {"main.py": source}),
        **inputs,
    }


@contextmanager
def running(cloud: Cloud, inputs: Properties) -> Generator[Properties]:
    """Create a function, yield its inputs and outputs, and delete it."""
    name = Function().create(cloud, inputs)
    outputs = Function().read(cloud, name, inputs)
    assert outputs is not None
    try:
        yield {**inputs, **outputs}
    finally:
        Function().delete(cloud, name, inputs)


def invoke(cloud: Cloud, name: str, event: Any = None) -> Any:
    """Invoke the function with the event and return its response."""
    response = cloud.client("lambda").invoke(FunctionName=name, Payload=json.dumps(event))
    return json.loads(response["Payload"].read())
