"""WAF's resource type against the embedded cloud, which applies no rule."""

from typing import Any

import pytest
from botocore.exceptions import ClientError, ParamValidationError

from provider.base import ProviderError
from provider.cloud import Cloud
from provider.services.wafv2.web_acl import WebAcl
from tests.local.provider.lifecycle import exercise

MISSING = "11111111-2222-3333-4444-555555555555"
PLACE = {"scope": "CLOUDFRONT", "region": "us-east-1"}


def visibility(metric: str, *, counted: bool = True) -> dict[str, Any]:
    """Return the settings of a metric."""
    return {"cloudwatchMetricsEnabled": counted, "metricName": metric, "sampledRequestsEnabled": counted}


def group(priority: int, name: str, **override: Any) -> dict[str, Any]:
    """Return a rule that applies a rule group of AWS."""
    counted = [{"name": "SizeRestrictions_BODY", "actionToUse": {"count": {}}}]
    statement = {"vendorName": "AWS", "name": name, "ruleActionOverrides": counted}
    return {
        "name": name,
        "priority": priority,
        "overrideAction": override,
        "statement": {"managedRuleGroupStatement": statement},
        "visibilityConfig": visibility(name),
    }


RATE = {
    "name": "rate",
    "priority": 1,
    "action": {
        "block": {
            "customResponse": {
                "responseCode": 429,
                "customResponseBodyKey": "too-many",
                "responseHeaders": [{"name": "Retry-After", "value": "300"}],
            }
        }
    },
    "statement": {
        "rateBasedStatement": {"limit": 2000, "aggregateKeyType": "IP", "evaluationWindowSec": 300}
    },
    "visibilityConfig": visibility("rate"),
}
ACL = {
    **PLACE,
    "name": "acl-life",
    "defaultAction": {"allow": {}},
    "customResponseBodies": [{"key": "too-many", "content": "{}", "contentType": "APPLICATION_JSON"}],
    "rules": [group(0, "AWSManagedRulesCommonRuleSet", none={}), RATE],
    "visibilityConfig": visibility("acl"),
    "tags": {"stack": "local", "component": "firewall"},
}
BARE = {**PLACE, "defaultAction": {"allow": {}}, "visibilityConfig": visibility("acl")}


def test_web_acl_create_read_update_delete_with_every_input(cloud: Cloud) -> None:
    """A web ACL reads as it was written, before and after an update of every input."""
    changed = {
        **ACL,
        "defaultAction": {"block": {}},
        "rules": [group(0, "AWSManagedRulesKnownBadInputsRuleSet", count={})],
        "visibilityConfig": visibility("acl", counted=False),
        "tags": {"stack": "local", "owner": "team"},
    }

    read = exercise(cloud, WebAcl(), ACL, changed)

    web_acl = read.pop("arn").split("/")
    assert web_acl[:3] == ["arn:aws:wafv2:us-east-1:000000000000:global", "webacl", "acl-life"]
    # The embedded cloud keeps no response bodies and computes no capacity.
    not_returned = {"customResponseBodies", "region"}
    assert read == {**{key: value for key, value in ACL.items() if key not in not_returned}, "capacity": 0}


def test_response_bodies_are_a_list_in_pulumi_and_a_map_in_aws() -> None:
    """The conversion loses nothing in either direction."""
    request = WebAcl().create_request(ACL)

    assert request["CustomResponseBodies"] == {
        "too-many": {"Content": "{}", "ContentType": "APPLICATION_JSON"}
    }
    assert WebAcl().from_aws(request, {})["customResponseBodies"] == ACL["customResponseBodies"]


def test_web_acl_with_inputs_removed_reads_as_new(cloud: Cloud) -> None:
    """An update without rules and tags removes them."""
    bare = {**BARE, "name": "acl-bare"}
    acl = WebAcl().create(cloud, bare)
    before = WebAcl().read(cloud, acl, bare)
    full = {**ACL, "name": "acl-bare"}

    WebAcl().update(cloud, acl, bare, full)
    assert (WebAcl().read(cloud, acl, full) or {})["rules"] == ACL["rules"]
    WebAcl().update(cloud, acl, full, bare)

    assert WebAcl().read(cloud, acl, bare) == before


def test_update_of_tags_does_not_change_the_rules(cloud: Cloud) -> None:
    """AWS takes seconds to apply a change of rules; a change of tags makes none."""
    inputs = {**ACL, "name": "acl-tags"}
    acl = WebAcl().create(cloud, inputs)
    place = {"Name": "acl-tags", "Scope": "CLOUDFRONT", "Id": acl}
    before = cloud.client("wafv2").get_web_acl(**place)["LockToken"]

    WebAcl().update(cloud, acl, inputs, {**inputs, "tags": {"owner": "team"}})

    assert cloud.client("wafv2").get_web_acl(**place)["LockToken"] == before
    assert (WebAcl().read(cloud, acl, inputs) or {})["tags"] == {"owner": "team"}


def test_change_with_an_old_lock_token_is_rejected(cloud: Cloud) -> None:
    """The embedded cloud requires the token of the latest read, which every change of this type sends."""
    bare = {**BARE, "name": "acl-lock"}
    acl = WebAcl().create(cloud, bare)
    place = {"Name": "acl-lock", "Scope": "CLOUDFRONT", "Id": acl}
    old = cloud.client("wafv2").get_web_acl(**place)["LockToken"]
    WebAcl().update(cloud, acl, bare, {**bare, "defaultAction": {"block": {}}})

    with pytest.raises(ClientError, match="WAFOptimisticLockException"):
        cloud.client("wafv2").delete_web_acl(**place, LockToken=old)
    WebAcl().delete(cloud, acl, bare)
    assert WebAcl().read(cloud, acl, bare) is None


def test_unknown_member_of_a_rule_is_rejected(cloud: Cloud) -> None:
    """The error names the member: of a rule by this type, of a statement by boto3."""
    rule = {**RATE, "challengeConfig": {}}
    with pytest.raises(ProviderError, match=r"^rules: unknown challengeConfig; known are action, "):
        WebAcl().create(cloud, {**BARE, "name": "acl-unknown", "rules": [rule]})

    rule = {**RATE, "statement": {"rateBasedStatements": {}}}
    with pytest.raises(ParamValidationError, match="RateBasedStatements"):
        WebAcl().create(cloud, {**BARE, "name": "acl-unknown", "rules": [rule]})


def test_missing_web_acl_reads_as_none_and_delete_succeeds(cloud: Cloud) -> None:
    """Reading or deleting a resource that does not exist is not an error."""
    known = {**BARE, "name": "acl-missing"}
    WebAcl().delete(cloud, MISSING, known)

    assert WebAcl().read(cloud, MISSING, known) is None
