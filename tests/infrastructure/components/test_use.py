"""Uses: permissions together with environment variables."""

from __future__ import annotations

import pulumi
import pytest

from components.iam import Grant
from components.use import Use, env_of, grants_of
from tools.graph import built

READ = Grant(("dynamodb:GetItem",), ("arn:aws:dynamodb:::table/a",))
WRITE = Grant(("dynamodb:PutItem",), ("arn:aws:dynamodb:::table/a",))


def test_permissions_keep_their_order() -> None:
    """A function's policy has the permissions of its uses in the order of the uses."""
    assert grants_of([Use((WRITE,)), Use(env={"A": "a"}), Use((READ, WRITE))]) == [WRITE, READ, WRITE]


def test_uses_may_set_a_variable_to_the_same_value() -> None:
    """Two uses of one resource pass its name twice."""
    uses = [Use(env={"A": "a", "B": "b"}), Use(env={"B": "b"})]

    assert env_of("job", uses) == {"A": "a", "B": "b"}


def test_uses_may_set_a_variable_to_the_same_output() -> None:
    """The name of a resource is one output, however many uses pass it."""

    def declare() -> None:
        name = pulumi.Output.from_input("a")
        assert env_of("job", [Use(env={"A": name}), Use(env={"A": name})]) == {"A": name}

    built(declare)


def test_uses_that_set_a_variable_differently_are_rejected() -> None:
    """The error names the function and the variable."""
    with pytest.raises(ValueError, match=r"^function job: two uses set the environment variable A$"):
        env_of("job", [Use(env={"A": "a"}), Use(env={"A": "b"})])


@pytest.mark.parametrize("second", ["a", None])
def test_uses_that_set_a_variable_to_two_outputs_are_rejected(second: str | None) -> None:
    """Values that are unknown when the program runs count as different, even if they turn out equal."""

    def declare() -> None:
        first = pulumi.Output.from_input("a")
        other = second or pulumi.Output.from_input("a")
        with pytest.raises(ValueError, match=r"^function job: two uses set the environment variable A$"):
            env_of("job", [Use(env={"A": first}), Use(env={"A": other})])

    built(declare)
