"""Rules for every component class and every resource, which the tests discover."""

from __future__ import annotations

import inspect
import re

import pytest

from components.base import Component
from provider.naming import Naming
from provider.registry import TYPES
from tests.infrastructure.components.build import classes
from tests.infrastructure.conftest import STACKS, graph_of
from tools.graph import ROOT, Graph

LONGEST_STACK = "pr-12345"
QUEUE = "aws:sqs/queue:Queue"
OPTIONS = {
    r".*aws:cloudwatch/metricAlarm:MetricAlarm::.*": "environment",
    r".*aws:cognito/userPoolClient:UserPoolClient::auth-(provisioning|reporting)": "auth.machineClients",
    r".*aws:lambda/alias:Alias::.*": "functions.snapStart",
    r".*strata:components:Domain(\$aws:(acm|route53)/.*)?::domain(-.*)?": "domain.name",
    r".*strata:components:Firewall(\$aws:wafv2/webAcl:WebAcl)?::firewall": "firewall.enabled",
    r".*KeyvaluestoreKey::site-redirect:.*": "domain.redirects",
    r".*aws:sns/topicSubscription:TopicSubscription::alarms-[^@]+@[^@]+": "alarms.emails",
}
"""The resources that a stack has only if a setting asks for them: URN without project and stack, setting."""


@pytest.mark.slow
def test_every_component_is_used_by_some_stack() -> None:
    """A component that no stack uses is dead code."""
    used = {item.type for stack in STACKS for item in graph_of(stack).resources.values() if not item.custom}

    assert used == {f"strata:components:{each.__name__}" for each in classes()}


@pytest.mark.parametrize("component", classes(), ids=lambda each: each.__name__)
def test_constructors_have_one_shape(component: type[Component]) -> None:
    """The name, the required arguments, `settings` or `runtime`; then keyword options, `opts` last."""
    parameters = list(inspect.signature(component).parameters.values())
    positional = [each.name for each in parameters if each.kind is each.POSITIONAL_OR_KEYWORD]
    options = [each for each in parameters if each.kind is each.KEYWORD_ONLY]

    assert positional[0] == "name"
    context = {"settings", "runtime"} & {each.name for each in parameters}
    assert len(context) <= 1
    assert not context or positional[-1] in context
    assert options[-1].name == "opts"
    assert all(each.default is not each.empty or each.name == "grants" for each in options)


def test_resources_that_only_some_stacks_have_are_optional() -> None:
    """All stacks have the same resources, except those that a setting in `OPTIONS` adds."""
    found = {stack: {urn.split("::", 2)[2] for urn in graph_of(stack).resources} for stack in STACKS}
    partial = set.union(*found.values()) - set.intersection(*found.values())

    assert {urn for urn in partial if not any(re.fullmatch(option, urn) for option in OPTIONS)} == set()
    assert {option for option in OPTIONS if not any(re.fullmatch(option, urn) for urn in partial)} == set()


def test_every_resource_has_a_component_as_its_parent(graph: Graph) -> None:
    """Every AWS resource is a child of a component."""
    parents = {urn for urn, item in graph.resources.items() if not item.custom}

    assert {
        urn for urn, item in graph.resources.items() if item.custom and item.parent not in parents
    } == set()


def test_names_of_children_derive_from_their_component(graph: Graph) -> None:
    """A child's name starts with its parent's name, except the API's integrations, named by function."""
    exceptions = {
        item.name
        for item in graph.resources.values()
        if item.custom and not item.name.startswith(graph.resources[item.parent].name)
    }

    integrations = graph.of("aws:apigatewayv2/integration:Integration")
    assert exceptions == {name for name, item in integrations.items() if item.inputs["apiId"] == "api-id"}


def test_every_resource_that_supports_tags_has_them(graph: Graph, stack: str) -> None:
    """The tags are project, stack and component."""
    wrong = {
        urn: item.inputs.get("tags")
        for urn, item in graph.resources.items()
        if item.custom
        and "tags" in TYPES[item.type].inputs
        and item.inputs.get("tags")
        != {"project": "strata", "stack": stack, "component": graph.resources[item.parent].name}
    }

    assert wrong == {}


def test_retention_of_log_groups_follows_the_environment_class(graph: Graph, stack: str) -> None:
    """No log group keeps its events forever."""
    groups = graph.of("aws:cloudwatch/logGroup:LogGroup")

    assert groups
    expected = {"local": 3, "dev": 14, "prod": 365}[stack]
    assert {name: group.inputs["retentionInDays"] for name, group in groups.items()} == dict.fromkeys(
        groups, expected
    )


def test_every_function_has_its_own_role_and_log_group(graph: Graph) -> None:
    """Functions share neither permissions nor logs, and each depends on its role's policy."""
    functions = graph.of("aws:lambda/function:Function")
    roles = graph.of("aws:iam/role:Role")

    assert set(roles) == set(graph.of("aws:iam/rolePolicy:RolePolicy"))
    assert {functions[name].inputs["role"].rpartition("/")[2] for name in functions} == set(functions)
    for name, function in functions.items():
        assert function.inputs["loggingConfig"]["logGroup"] == name
        assert any(f"aws:iam/rolePolicy:RolePolicy::{name}" in urn for urn in function.dependencies)


def test_generated_names_fit_aws_with_the_longest_stack_name(graph: Graph) -> None:
    """They stay within the limit of each type for pull-request stacks too."""
    naming = Naming("${project}-${stack}-${name}-${hex(7)}", "strata", LONGEST_STACK)
    named = [(item, TYPES[item.type].autoname) for item in graph.resources.values() if item.custom]

    for item, rule in named:
        if rule and rule.property not in item.inputs:
            assert len(naming.propose(item.name, rule)) <= rule.limit


def test_provider_supports_every_type_and_input(graph: Graph) -> None:
    """The embedded cloud can create every resource of every stack."""
    unknown = {
        (item.type, key)
        for item in graph.resources.values()
        if item.custom
        for key in item.inputs
        if key not in TYPES[item.type].inputs
    }

    assert unknown == set()


def test_only_production_s_data_is_protected_by_pulumi() -> None:
    """Production protects its data and its email identity; no other resource is protected."""
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
            "aws:sesv2/emailIdentity:EmailIdentity",
        },
    }


def test_every_bucket_has_versions_and_an_access_log(graph: Graph) -> None:
    """Only the bucket that receives the access logs has none of its own."""
    buckets, logs = graph.of("aws:s3/bucket:Bucket"), graph.of("aws:s3/bucketLogging:BucketLogging")

    assert set(graph.of("aws:s3/bucketVersioning:BucketVersioning")) == set(buckets)
    assert set(buckets) - set(logs) == {"access-logs"}
    assert {item.inputs["targetBucket"] for item in logs.values()} == {"access-logs-id"}


def test_every_alarm_names_a_section_of_the_incidents_page(prod: Graph) -> None:
    """An operator who receives an alarm finds what to do."""
    page = (ROOT / "docs/incidents.md").read_text()
    headings = re.findall(r"^##+ (.+)$", page, re.MULTILINE)
    anchors = {heading.lower().replace(" ", "-") for heading in headings}
    alarms = prod.of("aws:cloudwatch/metricAlarm:MetricAlarm").values()
    sections = {each.inputs["alarmDescription"].partition("docs/incidents.md#")[2] for each in alarms}

    assert sections == {
        "dead-letter-queues",
        "late-audit-trail",
        "late-streams",
        "server-errors",
        "throttled-functions",
    }
    assert sections - anchors == set()


def test_names_that_aws_reserves_after_deletion_are_generated(graph: Graph) -> None:
    """A stack can be deployed again at once: a secret keeps its name for days, a queue for a minute."""
    named = {"aws:s3/bucket:Bucket": "bucket", "aws:secretsmanager/secret:Secret": "name", QUEUE: "name"}

    for kind, key in named.items():
        assert graph.of(kind)
        assert {name for name, item in graph.of(kind).items() if key in item.inputs} == set()
