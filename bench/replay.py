"""The program for the stack `dev`, run against recorded registrations: `python -m bench.replay FILE`.

FILE is what `save` writes. The process does only what the program itself does: nothing is created.
"""

from __future__ import annotations

import base64
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from google.protobuf import empty_pb2
from pulumi.runtime.mocks import MockMonitor
from pulumi.runtime.proto import resource_pb2

from local.driver import program
from local.driver.stack import Stack
from local.machine.garbage import no_collection

ROOT = Path(__file__).parents[1]
STACK = "dev"

Responses = Mapping[str, bytes]
"""The serialized response to each registration, by the resource's URN."""


class Replay(MockMonitor):
    """Monitor that returns recorded responses.

    Args:
        responses: the recorded responses.
    """

    def __init__(self, responses: Responses) -> None:
        super().__init__(program.NoMocks())
        self._responses = responses

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802 - gRPC's name
        """Return the response that is recorded for the resource."""
        urn = self.make_urn(request.parent, request.type, request.name)
        return resource_pb2.RegisterResourceResponse.FromString(self._responses[urn])

    def RegisterResourceOutputs(self, request: Any) -> Any:  # noqa: N802 - gRPC's name
        """Ignore the outputs of a component."""
        del request
        return empty_pb2.Empty()


def build(responses: Responses) -> None:
    """Run the program, which declares the whole stack."""
    program.run(ROOT, Stack.load(ROOT, STACK), Replay(responses))


def save(file: Path, responses: Responses) -> None:
    """Write recorded responses to a file."""
    file.write_text(json.dumps({urn: base64.b64encode(each).decode() for urn, each in responses.items()}))


def load(file: Path) -> Responses:
    """Read recorded responses from a file."""
    return {urn: base64.b64decode(each) for urn, each in json.loads(file.read_bytes()).items()}


if __name__ == "__main__":
    with no_collection():
        build(load(Path(sys.argv[1])))
