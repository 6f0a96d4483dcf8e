"""What holds for every component and every resource, found by looking, not by listing."""

from __future__ import annotations

import importlib
import pkgutil
from pathlib import Path

import components
from components.base import Component
from provider.naming import Naming
from provider.registry import TYPES
from tests.infrastructure.conftest import STACKS, graph_of
from tests.infrastructure.graph import Graph

URNS = Path(__file__).parent / "urns"
LONGEST_STACK = "pr-12345"

TOKENS = {
    "strata:components:Api",
    "strata:components:Audit",
    "strata:components:Auth",
    "strata:components:Bucket",
    "strata:components:DeadLetterQueue",
    "strata:components:EventBus",
    "strata:components:Function",
    "strata:components:Key",
    "strata:components:Mail",
    "strata:components:Queue",
    "strata:components:Realtime",
    "strata:components:Runtime",
    "strata:components:Schedule",
    "strata:components:Secret",
    "strata:components:ServiceRole",
    "strata:components:Stream",
    "strata:components:Table",
    "strata:components:Topic",
}
"""Every component's type token. A token is part of a URN: to change one is to replace what lies under it."""


def test_every_component_is_on_the_list() -> None:
    """A component that is added, renamed or removed changes the list of tokens above."""
    for module in pkgutil.walk_packages(components.__path__, "components."):
        importlib.import_module(module.name)

    assert {f"strata:components:{kind.__name__}" for kind in Component.__subclasses__()} == TOKENS


def test_every_component_is_used(graph: Graph) -> None:
    """The platform itself uses each of its components."""
    assert {item.type for item in graph.resources.values() if not item.custom} == TOKENS


def test_the_urns_are_those_on_record(graph: Graph, stack: str) -> None:
    """A rename, another parent or a lost resource shows in review as a changed line of a file.

    `python -m tests.infrastructure.record` writes the files anew.
    """
    assert sorted(graph.resources) == (URNS / f"{stack}.txt").read_text().splitlines()


def test_every_resource_has_a_component_for_a_parent(graph: Graph) -> None:
    """No resource of AWS hangs in the air."""
    parents = {urn for urn, item in graph.resources.items() if not item.custom}

    assert {
        urn for urn, item in graph.resources.items() if item.custom and item.parent not in parents
    } == set()


def test_every_child_s_name_derives_from_its_component(graph: Graph) -> None:
    """A child's name begins with its parent's, except for what the API keeps apart by function."""
    strangers = {
        item.name
        for item in graph.resources.values()
        if item.custom and not item.name.startswith(graph.resources[item.parent].name)
    }

    integrations = graph.of("aws:apigatewayv2/integration:Integration")
    assert strangers == {name for name, item in integrations.items() if item.inputs["apiId"] == "api-id"}


def test_every_resource_that_takes_tags_carries_ours(graph: Graph, stack: str) -> None:
    """Project, stack and component stand on everything that AWS lets us tag."""
    wrong = {
        urn: item.inputs.get("tags")
        for urn, item in graph.resources.items()
        if item.custom
        and "tags" in TYPES[item.type].inputs
        and item.inputs.get("tags")
        != {"project": "strata", "stack": stack, "component": graph.resources[item.parent].name}
    }

    assert wrong == {}


def test_every_log_group_forgets_when_its_environment_class_says(graph: Graph, stack: str) -> None:
    """No log is kept for ever."""
    groups = graph.of("aws:cloudwatch/logGroup:LogGroup")

    assert groups
    expected = {"local": 3, "dev": 14, "prod": 365}[stack]
    assert {name: group.inputs["retentionInDays"] for name, group in groups.items()} == dict.fromkeys(
        groups, expected
    )


def test_every_function_has_its_own_role_and_log_group(graph: Graph) -> None:
    """No two functions share leave or logs, and the policy stands before the function does."""
    functions = graph.of("aws:lambda/function:Function")
    roles = graph.of("aws:iam/role:Role")

    assert set(roles) == set(graph.of("aws:iam/rolePolicy:RolePolicy"))
    assert {functions[name].inputs["role"].rpartition("/")[2] for name in functions} == set(functions)
    for name, function in functions.items():
        assert function.inputs["loggingConfig"]["logGroup"] == name
        assert any(f"aws:iam/rolePolicy:RolePolicy::{name}" in urn for urn in function.dependencies)


def test_every_name_fits_aws_with_the_longest_stack_name(graph: Graph) -> None:
    """Generated names stay within each type's limit for pull-request stacks too."""
    naming = Naming("${project}-${stack}-${name}-${hex(7)}", "strata", LONGEST_STACK)
    named = [(item, TYPES[item.type].autoname) for item in graph.resources.values() if item.custom]

    for item, rule in named:
        if rule and rule.property not in item.inputs:
            assert len(naming.propose(item.name, rule)) <= rule.limit


def test_the_embedded_cloud_knows_every_type_and_input(graph: Graph) -> None:
    """What any stack declares, the embedded cloud's provider can make."""
    unknown = {
        (item.type, key)
        for item in graph.resources.values()
        if item.custom
        for key in item.inputs
        if key not in TYPES[item.type].inputs
    }

    assert unknown == set()


def test_the_stacks_declare_the_same_resources() -> None:
    """Stacks differ in config, not in kind, but for one's machine clients and production's aliases."""
    names = {
        stack: {(item.type, item.name) for item in graph_of(stack).resources.values()} for stack in STACKS
    }

    assert names["dev"] - names["prod"] == set()
    assert {kind for kind, _ in names["prod"] - names["dev"]} == {"aws:lambda/alias:Alias"}
    assert names["local"] - names["dev"] == {
        ("aws:cognito/userPoolClient:UserPoolClient", "auth-provisioning"),
        ("aws:cognito/userPoolClient:UserPoolClient", "auth-reporting"),
    }
    assert names["dev"] - names["local"] == set()


def test_only_production_is_protected_by_pulumi() -> None:
    """What holds data is protected in production, and nothing else anywhere."""
    protected = {
        stack: {item.type for item in graph_of(stack).resources.values() if item.protect} for stack in STACKS
    }

    assert protected == {
        "local": set(),
        "dev": set(),
        "prod": {
            "aws:cloudwatch/eventArchive:EventArchive",
            "aws:cognito/userPool:UserPool",
            "aws:dynamodb/table:Table",
            "aws:s3/bucket:Bucket",
        },
    }
