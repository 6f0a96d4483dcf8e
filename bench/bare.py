"""Bare IAM roles, declared with the SDK as it is: `python -m bench.bare COUNT`."""

from __future__ import annotations

import asyncio
import sys
from functools import partial
from typing import Any

from pulumi.runtime import set_mocks
from pulumi.runtime.mocks import Mocks
from pulumi.runtime.stack import run_pulumi_func


class Echo(Mocks):
    """Mocks that return the inputs of every resource."""

    def call(self, args: Any) -> Any:
        """Reject a provider function."""
        raise NotImplementedError(args.token)

    def new_resource(self, args: Any) -> tuple[str, dict[str, Any]]:
        """Return an id and the inputs."""
        return f"{args.name}-id", dict(args.inputs)


def declare_roles(count: int) -> None:
    """Declare bare IAM roles."""
    import pulumi_aws as aws

    for number in range(count):
        aws.iam.Role(f"role-{number}", assume_role_policy="{}", tags={"component": "bench"})


def main(count: int) -> None:
    """Declare roles as a test with Pulumi's mocks does."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    set_mocks(Echo())
    loop.run_until_complete(run_pulumi_func(partial(declare_roles, count)))


if __name__ == "__main__":
    main(int(sys.argv[1]))
