"""Applies the Pulumi program to the embedded cloud."""

from __future__ import annotations

import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pulumi

from local.driver import options, program, short_way
from local.driver.changes import Change, Report, Result
from local.driver.location import located
from local.driver.monitor import Monitor
from local.driver.stack import Stack, StackError
from local.driver.state import State, StateError
from local.driver.steps import Steps
from local.machine.errors import LocalError, system_error
from provider.base import ProviderError
from provider.cloud import Cloud
from provider.provider import Provider

STACK = "local"


class DriverError(LocalError):
    """The program could not be applied."""


def apply(root: Path, cloud: Cloud, state: Path, overrides: Mapping[str, Any], report: Report) -> Result:
    """Run the program in `root` and change the cloud to what it declares.

    Args:
        root: the folder of the Pulumi program.
        cloud: the embedded cloud.
        state: the file of the driver's state.
        overrides: config that replaces the stack file's.
        report: receives the change of each resource.

    Raises:
        DriverError: if a config file, the program or a resource is invalid. The state holds what was done
            until then, and the next call continues from it.
    """
    started = time.monotonic()
    with _errors(root, state):
        stack = Stack.load(root, STACK, overrides).with_endpoint(cloud.endpoint, cloud.region)
        steps = Steps(Provider.of(cloud, stack.naming), State(state), report)
        steps.recover()
        outputs = program.run(root, stack, Monitor(steps), options.check)
        steps.delete_undeclared()
    return Result(outputs, steps.changes, time.monotonic() - started)


def update_functions(
    root: Path, cloud: Cloud, state: Path, changed: Sequence[str], report: Report
) -> list[Change] | None:
    """Update the functions that contain changed files, as `short_way.update` does.

    Raises:
        DriverError: if a config file, the state or a module of the program that this imports is invalid, or
            the cloud refuses an update.
    """
    with _errors(root, state):
        naming = Stack.load(root, STACK).naming
        return short_way.update(root, cloud, naming, state, changed, report)


@contextmanager
def _errors(root: Path, state: Path) -> Generator[None]:
    """Raise each error as the `LocalError` that names the program's line or the file of the deployment."""
    try:
        yield
    except (StackError, StateError, ProviderError, pulumi.RunError) as error:
        raise DriverError(str(error)) from error
    except OSError as error:
        if Path(str(error.filename)).is_relative_to(state.parent):
            raise system_error(error, state.parent) from error
        raise DriverError(located(error, root)) from error
    except Exception as error:
        raise DriverError(located(error, root)) from error
