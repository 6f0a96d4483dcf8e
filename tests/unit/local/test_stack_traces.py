"""The driver's runs send no stack trace."""

from typing import Any, override

import pulumi
import pytest
from pulumi.runtime.resource import source_pb2

from local.driver import program
from local.driver.stack import Stack
from tools.graph import Recorder


class Traces(Recorder):
    """Monitor that keeps the stack trace of each registration."""

    def __init__(self) -> None:
        super().__init__()
        self.traces: dict[str, source_pb2.StackTrace] = {}

    @override
    def RegisterResource(self, request: Any) -> Any:
        """Keep the stack trace."""
        self.traces[request.name] = request.stackTrace
        return super().RegisterResource(request)


class Thing(pulumi.ComponentResource):
    """The SDK sends the frames that lead to the constructor of a class such as this."""

    def __init__(self) -> None:
        super().__init__("test:index:Thing", "thing")


def frames(monitor: Traces) -> int:
    """Declare a component and return the number of frames that the SDK sent."""
    program.register(Thing, Stack("p", "s", {}, ""), monitor)
    return len(monitor.traces["thing"].frames)


def test_runs_send_no_stack_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the SDK's own function the same run sends frames."""
    assert frames(Traces()) == 0
    monkeypatch.setattr(program, "StackTrace", getattr(program.resource, program.STACK_TRACE))
    assert frames(Traces()) > 0
