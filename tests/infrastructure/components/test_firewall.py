"""The firewall.

These tests cannot show which requests AWS's rule groups match.
"""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from components.firewall import Firewall
from tests.infrastructure.components.build import settings, tags
from tools.graph import ROOT, Graph, built
from tools.tables.cost import WEB_ACL, WEB_ACL_RULE

ACL = "aws:wafv2/webAcl:WebAcl"
GROUPS = {
    "AWSManagedRulesAmazonIpReputationList",
    "AWSManagedRulesCommonRuleSet",
    "AWSManagedRulesKnownBadInputsRuleSet",
}


def firewall(**options: Any) -> Graph:
    """Return the graph of a firewall with these settings."""
    stack = settings("production", firewall={"enabled": True, **options})
    return built(lambda: Firewall("firewall", stack))


def rules(graph: Graph) -> dict[str, Any]:
    """Return the rules of the web ACL by name."""
    return {rule["name"]: rule for rule in graph.inputs(ACL, "firewall")["rules"]}


def test_web_acl_is_for_cloudfront_and_in_its_region() -> None:
    """CloudFront accepts only a web ACL of its own scope, in us-east-1; requests pass by default."""
    inputs = firewall().inputs(ACL, "firewall")

    assert (inputs["scope"], inputs["region"]) == ("CLOUDFRONT", "us-east-1")
    assert inputs["defaultAction"] == {"allow": {}}
    assert inputs["tags"] == tags("firewall")


def test_rules_are_three_groups_of_aws_and_a_rate() -> None:
    """The order is that of the priorities, and the two cheap rules are first."""
    found = rules(firewall())

    assert list(found) == [
        "AWSManagedRulesAmazonIpReputationList",
        "rate",
        "AWSManagedRulesKnownBadInputsRuleSet",
        "AWSManagedRulesCommonRuleSet",
    ]
    assert [rule["priority"] for rule in found.values()] == [0, 1, 2, 3]
    groups = {name: found[name]["statement"]["managedRuleGroupStatement"] for name in GROUPS}
    assert {(name, each["vendorName"], each["name"]) for name, each in groups.items()} == {
        (name, "AWS", name) for name in GROUPS
    }


def test_only_the_limit_of_bodies_never_blocks() -> None:
    """Bodies of the API may have more than the 8 KB that the common rules allow."""
    found = rules(firewall())
    overrides = {
        name: found[name]["statement"]["managedRuleGroupStatement"].get("ruleActionOverrides", [])
        for name in GROUPS
    }

    assert [each for rule in overrides.values() for each in rule] == [
        {"name": "SizeRestrictions_BODY", "actionToUse": {"count": {}}}
    ]
    assert overrides["AWSManagedRulesCommonRuleSet"]


@pytest.mark.parametrize(
    ("mode", "override", "action"), [("block", {"none": {}}, "block"), ("count", {"count": {}}, "count")]
)
def test_mode_determines_whether_rules_block(mode: str, override: dict[str, Any], action: str) -> None:
    """It applies to every rule."""
    found = rules(firewall(mode=mode))

    assert [found[name]["overrideAction"] for name in sorted(GROUPS)] == [override] * 3
    assert list(found["rate"]["action"]) == [action]


def test_address_over_the_limit_gets_429_and_the_time_to_wait() -> None:
    """The response is a problem as the API returns it, though WAF sets its own content type."""
    graph = firewall(rateLimit=500)
    rate = rules(graph)["rate"]

    assert rate["statement"] == {
        "rateBasedStatement": {"aggregateKeyType": "IP", "evaluationWindowSec": 300, "limit": 500}
    }
    response = rate["action"]["block"]["customResponse"]
    assert response["responseCode"] == 429
    assert response["responseHeaders"] == [{"name": "Retry-After", "value": "300"}]
    (body,) = graph.inputs(ACL, "firewall")["customResponseBodies"]
    assert (body["key"], body["contentType"]) == (response["customResponseBodyKey"], "APPLICATION_JSON")
    assert json.loads(body["content"])["status"] == 429


def test_docs_have_the_price_of_every_rule() -> None:
    """The table has a row for each rule, in the order in which WAF applies them."""
    page = (ROOT / "docs" / "operations.md").read_text()
    rows = re.findall(r"^\| `([\w]+)` \| .+ \| (\d\.\d\d) \|$", page, re.MULTILINE)

    assert rows == [(name, f"{WEB_ACL_RULE:.2f}") for name in rules(firewall())]
    assert f"| the web ACL | everything else, which passes | {WEB_ACL:.2f} |" in page


def test_every_rule_and_the_web_acl_have_a_metric() -> None:
    """Each metric has its own name, which alarms and the console show."""
    graph = firewall()
    acl = graph.inputs(ACL, "firewall")
    visible = [acl["visibilityConfig"], *(rule["visibilityConfig"] for rule in rules(graph).values())]

    assert all(each["cloudwatchMetricsEnabled"] and each["sampledRequestsEnabled"] for each in visible)
    assert [each["metricName"] for each in visible] == ["firewall", *rules(graph)]
