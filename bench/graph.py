"""How long the program takes to declare the whole stack `dev`, beside what it cannot do without."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

from google.protobuf import empty_pb2
from pulumi.runtime.mocks import MockMonitor
from pulumi.runtime.proto import resource_pb2

from bench.table import figure, show
from local.driver import program
from local.driver.stack import Stack

ROOT = Path(__file__).parents[1]
ROUNDS = 5

WHOLE = "from bench.graph import build; build()"
IMPORTS = """
import pulumi, pydantic, msgspec, pulumi_aws as aws
aws.apigatewayv2.Api, aws.cloudwatch.LogGroup, aws.cognito.UserPool, aws.dynamodb.Table
aws.iam.Role, aws.lambda_.Function, aws.sqs.Queue
from bench import graph
from components import api, auth, data, runtime
from handlers.openapi import document, read
from handlers import auth, fallback, health, me, users
from handlers.users import create, list, read, change, delete
from handlers.me import read, change
"""


class Counting(MockMonitor):
    """Takes every registration and answers with no more than a name."""

    def __init__(self) -> None:
        super().__init__(program.NoMocks())
        self.count = 0

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802 - gRPC's name
        """Count it."""
        self.count += 1
        urn = self.make_urn(request.parent, request.type, request.name)
        found = {"arn": f"arn:aws:x:us-east-1:0:{request.name}", "name": request.name, "endpoint": "x/y"}
        answer = resource_pb2.RegisterResourceResponse(urn=urn, id=f"{request.name}_id")
        answer.object.update({**found, "executionArn": "arn:aws:execute-api:us-east-1:0:x"})
        return answer

    def RegisterResourceOutputs(self, request: Any) -> Any:  # noqa: N802 - gRPC's name
        """Take no notice."""
        del request
        return empty_pb2.Empty()


def build() -> int:
    """Run the program for the stack `dev`; answer how many resources it declares."""
    monitor = Counting()
    program.run(ROOT, Stack.load(ROOT, "dev"), monitor)
    return monitor.count


def plain(count: int) -> None:
    """Declare as many bare roles as the stack has resources: what the SDK takes by itself."""
    import pulumi_aws as aws

    def declare() -> None:
        for number in range(count):
            aws.iam.Role(f"role-{number}", assume_role_policy="{}", tags={"component": "bench"})

    program.register(declare, Stack("bench", "bench", {}, ""), Counting())


def main() -> None:
    """Measure whole processes, and the graph inside one."""
    count = build()  # The bundles are built once; what is measured is a program that has not changed.
    whole = [_process(WHOLE) for _ in range(ROUNDS)]
    imports = [_process(IMPORTS) for _ in range(ROUNDS)]
    inside = [_timed(build) for _ in range(ROUNDS)]
    floor = [_timed(lambda: plain(count)) for _ in range(ROUNDS)]
    show(
        f"program to graph, {count} resources of the stack dev",
        [
            figure("whole process", whole, imports, "its imports alone"),
            figure("graph again in one process", inside, floor, "the SDK with as many bare roles"),
            figure(
                "each resource beyond the imports",
                [(median(whole) - median(imports)) / count],
                [median(floor) / count],
                "the SDK with a bare role",
            ),
        ],
    )


def _timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _process(code: str) -> float:
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)  # noqa: S603 - our own code
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
