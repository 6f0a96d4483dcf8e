"""AWS's limits on the arguments of components.

The limits are those of AWS's documentation; these tests cannot show what AWS rejects besides.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pulumi
import pytest

from components import limits
from components.audit import Audit
from components.auth import Auth
from components.base import Component
from components.bucket import Bucket, Lifecycle
from components.data import Table
from components.events import EventBus
from components.function import Function
from components.key import Key
from components.mail import Mail
from components.queue import Queue
from components.schedule import Schedule
from components.stream import Stream
from components.table_spec import Index, TableSpec
from components.topic import Topic
from components.use import Use
from handlers.notifications.templates import TEMPLATES
from tests.infrastructure.components.build import (
    ADDRESS,
    FUNCTION,
    HEALTH,
    classes,
    function,
    rejected,
    runtime,
    settings,
)
from tools.graph import built

SPEC = TableSpec(key="id", stream=True)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"memory": 100}, "function job: memory 100: expected 128 to 10,240"),
        ({"memory": 0}, "function job: memory 0: expected 128 to 10,240"),
        ({"memory": 10_241}, "memory 10241: expected 128 to 10,240"),
        ({"timeout": 0}, "function job: timeout 0: expected 1 to 900"),
        ({"timeout": 1_000}, "function job: timeout 1000: expected 1 to 900"),
        ({"reserved_concurrency": -1}, "function job: reserved_concurrency -1: expected 0 or more"),
    ],
)
def test_function_outside_lambda_s_limits_is_rejected(arguments: dict[str, Any], message: str) -> None:
    """Lambda would reject it during the deployment."""
    rejected(lambda: Function("job", HEALTH, runtime(), **arguments), message)


def test_function_at_lambda_s_limits_is_accepted() -> None:
    """The limits are included, and 0 reserved executions stop a function."""
    inputs = function(memory=10_240, timeout=900, reserved_concurrency=0).inputs(FUNCTION, "job")

    assert (inputs["memorySize"], inputs["timeout"], inputs["reservedConcurrentExecutions"]) == (
        10_240,
        900,
        0,
    )


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("AWS_REGION", "function job: environment variable AWS_REGION: reserved: only Lambda sets it"),
        ("_HANDLER", "environment variable _HANDLER: reserved"),
        ("1ST", "function job: environment variable '1ST': expected"),
        ("A", "environment variable 'A': expected"),
        ("TABLE-NAME", "environment variable 'TABLE-NAME': expected"),
        ("", "environment variable '': expected"),
        ("LOG_LEVEL", "function job: two uses set the environment variable LOG_LEVEL"),
    ],
)
def test_environment_variable_that_lambda_rejects_is_rejected(name: str, message: str) -> None:
    """A name is well formed, is not reserved, and is not one that every function has."""
    rejected(lambda: Function("job", HEALTH, runtime(), uses=[Use(env={name: "x"})]), message)


def variables(size: int) -> list[Use]:
    """Return uses with which the environment variables of `job`, as JSON, have so many bytes."""
    own = len('{"LOG_LEVEL":"INFO","AWS_SDK_UA_APP_ID":"job","TEXT":""}')
    return [Use(env={"TEXT": "x" * (size - own)})]


def test_environment_over_4_kb_is_rejected() -> None:
    """Lambda limits all variables together; values that are not known yet do not count."""

    def declare_unknown() -> None:
        unknown = Use(env={"LATER": pulumi.Output.from_input("x" * 5_000)})
        Function("job", HEALTH, runtime(), uses=[unknown])

    built(declare_unknown)
    function(uses=variables(4_096))
    rejected(
        lambda: Function("job", HEALTH, runtime(), uses=variables(4_097)),
        "function job: environment variables of 4,097 bytes: expected at most 4,096; the largest is TEXT",
    )


def mail_of(name: str) -> Mail:
    """Declare the mail layer, and its key by a name of its own."""
    return Mail(name, "a@example.com", TEMPLATES, Key(f"{name}-key", settings()), runtime())


BUILDERS: dict[type[Component], Callable[[str, str], object]] = {
    Audit: lambda name, other: Audit(name, Bucket(other, settings()), runtime()),
    Auth: lambda name, other: Auth(name, {}, HEALTH, mail_of(other), ADDRESS, runtime()),
    Bucket: lambda name, _: Bucket(name, settings()),
    EventBus: lambda name, _: EventBus(name, {}, runtime()),
    Function: lambda name, _: Function(name, HEALTH, runtime()),
    Mail: lambda name, other: Mail(name, "a@example.com", TEMPLATES, Key(other, settings()), runtime()),
    Queue: lambda name, _: Queue(name, runtime()),
    Schedule: lambda name, other: Schedule(
        name, Function(other, HEALTH, runtime(), asynchronous=True), "rate(1 hour)", runtime()
    ),
    Stream: lambda name, other: Stream(name, Table(other, SPEC, settings()), HEALTH, runtime()),
    Table: lambda name, _: Table(name, TableSpec(key="id"), settings()),
    Topic: lambda name, other: Topic(name, Key(other, settings())),
}
"""How to declare each component by name, with a second name for what it needs."""
LONGEST = {
    Audit: 39,
    Auth: 30,
    Bucket: 39,
    EventBus: 24,
    Function: 40,
    Mail: 32,
    Queue: 43,
    Schedule: 35,
    Stream: 40,
    Table: 231,
    Topic: 232,
}
"""The longest names: AWS's limit, less 24 for `strata-pr-12345-` and the suffix, less what a child adds."""


@pytest.mark.parametrize("component", BUILDERS, ids=lambda each: each.__name__)
def test_name_that_aws_rejects_in_the_longest_stack_is_rejected(component: type[Component]) -> None:
    """A name that fits in a stack with a short name must fit in every other stack too."""
    build, longest = BUILDERS[component], LONGEST[component]

    built(lambda: build("a" * longest, "other"))
    rejected(
        lambda: build("a" * (longest + 1), "other"),
        r"name of \d+ characters: expected at most \d+, because strata-pr-",
    )


@pytest.mark.parametrize("component", BUILDERS, ids=lambda each: each.__name__)
def test_name_with_other_characters_is_rejected(component: type[Component]) -> None:
    """No name of AWS has spaces; a bucket's has no capitals and no underscores either."""
    rejected(
        lambda: BUILDERS[component]("no spaces", "other"),
        f"{component.__name__[0].lower()}.*: name 'no spaces': ",
    )
    if component is Bucket:
        rejected(
            lambda: BUILDERS[component]("My_Bucket", "other"), "bucket My_Bucket: name 'My_Bucket': expected"
        )


@pytest.mark.parametrize("component", BUILDERS, ids=lambda each: each.__name__)
def test_two_components_of_one_name_are_rejected(component: type[Component]) -> None:
    """The error names the component and both places."""
    build = BUILDERS[component]

    def declare() -> None:
        build("twice", "one")
        build("twice", "two")

    rejected(declare, r"twice: declared twice: at .*test_limits.py:\d+ .*, and at .*test_limits.py:\d+ ")


def test_name_may_be_used_again_by_another_class_and_another_program() -> None:
    """A resource's identity has its type too, and each run of a program starts without names."""

    def declare() -> None:
        Queue("orders", runtime())
        Topic("orders", Key("orders", settings()))

    built(declare)
    built(declare)


def test_every_class_that_names_a_resource_has_a_limit() -> None:
    """The others name no resource by their own name, or one whose limit no name reaches."""
    without = {each.__name__ for each in classes() if each.name_limit is None}

    assert without == {"Api", "Key", "Realtime", "Runtime", "Secret"}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"timeout": 0}, "queue mails: timeout 0: expected 1 to 900"),
        ({"timeout": 901}, "queue mails: timeout 901: expected 1 to 900"),
        ({"maximum_receives": 0}, "queue mails: maximum_receives 0: expected 1 to 1,000"),
        ({"maximum_receives": 1_001}, "maximum_receives 1001: expected 1 to 1,000"),
        ({"batching_window": -1}, "queue mails: batching_window -1: expected 0 to 300"),
        ({"batching_window": 301}, "batching_window 301: expected 0 to 300"),
    ],
)
def test_queue_outside_aws_s_limits_is_rejected(arguments: dict[str, int], message: str) -> None:
    """SQS or Lambda would reject it during the deployment."""
    rejected(lambda: Queue("mails", runtime(), **arguments), message)


@pytest.mark.parametrize(
    ("declare", "message"),
    [
        (lambda: TableSpec(key="id", sort="id"), "table: sort 'id': expected another attribute than the key"),
        (lambda: Index("a", sort="a"), "index: sort 'a': expected another attribute than the key"),
        (lambda: TableSpec(key=""), "table: attribute '' of bytes 0: expected 1 to 255"),
        (lambda: TableSpec(key="a" * 256), "of bytes 256: expected 1 to 255"),
        (lambda: TableSpec(key="id", indexes={"by": Index("a")}), "index 'by': expected"),
        (lambda: TableSpec(key="id", indexes={"by email": Index("a")}), "index 'by email': expected"),
        (
            lambda: TableSpec(key="id", indexes={f"by-{number}": Index("a") for number in range(21)}),
            "table: indexes 21: expected 0 to 20",
        ),
        (lambda: TableSpec(key="id", ttl="id"), "table: ttl 'id': expected an attribute that is not a key"),
    ],
)
def test_table_that_dynamodb_rejects_is_rejected(declare: Callable[[], object], message: str) -> None:
    """DynamoDB would reject it during the deployment."""
    rejected(declare, message)


def test_stream_of_a_table_without_one_is_rejected() -> None:
    """The event source would have no ARN."""
    table = TableSpec(key="id")

    rejected(
        lambda: Stream("publish", Table("orders", table, settings()), HEALTH, runtime()),
        "stream publish: table orders: expected a table with stream=True",
    )


def test_bucket_has_at_most_1_000_lifecycle_rules() -> None:
    """S3 would reject more; one of them is the rule that every bucket has."""
    rules = {f"r{number}": Lifecycle(f"{number}/", 1, 2) for number in range(1_000)}

    rejected(
        lambda: Bucket("exports", settings(), lifecycle=rules),
        "bucket exports: lifecycle rules 1001: expected 1 to 1,000",
    )


def test_reserved_variables_are_the_only_ones_that_aws_documents() -> None:
    """The list names variables only; each has the form of a name, but for a leading underscore."""
    assert all(limits.VARIABLE.fullmatch(name.removeprefix("_")) for name in limits.RESERVED_VARIABLES)
