"""Firewalls: the web ACL (AWS WAF) that inspects the requests to a distribution."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pulumi
import pulumi_aws as aws

from components.base import Component
from settings import CLOUDFRONT_REGION, Settings

REPUTATION = "AWSManagedRulesAmazonIpReputationList"
COMMON = "AWSManagedRulesCommonRuleSet"
KNOWN_BAD_INPUTS = "AWSManagedRulesKnownBadInputsRuleSet"
COUNTED = {COMMON: ("SizeRestrictions_BODY",)}
"""Rules of a group that never block. The group limits a body to 8 KB, and Stripe's and partners' events may
have more; API Gateway and the handlers limit bodies themselves.
https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-baseline.html"""

RATE_SECONDS = 300
"""The period in which WAF counts the requests of an address, and for which a client has to wait at most."""
TOO_MANY = {"type": "about:blank", "title": "Too Many Requests", "status": 429}
"""The body of a response to an address over the limit: problem details, as the API returns them."""


class Firewall(Component):
    """A web ACL for CloudFront, which blocks or counts requests, by `strata:firewall.mode`.

    Together the rules need 927 of the 1,500 capacity units that a web ACL has without a surcharge; their
    prices are in docs/operations.md. WAF keeps samples of matching requests for three hours. There is no log,
    because WAF bills it by volume.

    Example:
        Firewall("firewall", settings)

    Attributes:
        arn: the web ACL's ARN, which a distribution takes as its web ACL.
    """

    name_limit = 128

    def __init__(
        self,
        name: str,
        settings: Settings,
        *,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        self._counts_only = settings.firewall.mode == "count"
        acl = aws.wafv2.WebAcl(
            name,
            region=CLOUDFRONT_REGION,
            scope="CLOUDFRONT",
            default_action={"allow": {}},
            custom_response_bodies=[
                {"key": "too-many", "content": json.dumps(TOO_MANY), "content_type": "APPLICATION_JSON"}
            ],
            # The cheap rules are first: a request that they block is not inspected further.
            rules=[
                self._managed(0, REPUTATION),
                self._rate(1, settings.firewall.rate_limit),
                self._managed(2, KNOWN_BAD_INPUTS),
                self._managed(3, COMMON),
            ],
            visibility_config=_visibility(name),
            tags=self.tags,
            opts=self.child(),
        )
        self.arn = acl.arn
        self.register_outputs({"arn": self.arn})

    def _managed(self, priority: int, group: str) -> aws.wafv2.WebAclRuleArgsDict:
        """Return the rule that applies a rule group of AWS."""
        return {
            "name": group,
            "priority": priority,
            "override_action": {"count": {}} if self._counts_only else {"none": {}},
            "statement": {
                "managed_rule_group_statement": {
                    "vendor_name": "AWS",
                    "name": group,
                    "rule_action_overrides": _counted(COUNTED.get(group, ())),
                }
            },
            "visibility_config": _visibility(group),
        }

    def _rate(self, priority: int, limit: int) -> aws.wafv2.WebAclRuleArgsDict:
        """Return the rule that limits the requests of each IP address."""
        response: aws.wafv2.WebAclRuleActionBlockCustomResponseArgsDict = {
            "response_code": 429,
            "custom_response_body_key": "too-many",
            "response_headers": [{"name": "Retry-After", "value": str(RATE_SECONDS)}],
        }
        return {
            "name": "rate",
            "priority": priority,
            "action": {"count": {}} if self._counts_only else {"block": {"custom_response": response}},
            "statement": {
                "rate_based_statement": {
                    "aggregate_key_type": "IP",
                    "evaluation_window_sec": RATE_SECONDS,
                    "limit": limit,
                }
            },
            "visibility_config": _visibility("rate"),
        }


def _counted(
    rules: Sequence[str],
) -> list[aws.wafv2.WebAclRuleStatementManagedRuleGroupStatementRuleActionOverrideArgsDict]:
    return [{"name": rule, "action_to_use": {"count": {}}} for rule in rules]


def _visibility(metric: str) -> aws.wafv2.WebAclVisibilityConfigArgsDict:
    """Return the settings that count requests in CloudWatch, and keep samples of them."""
    return {"cloudwatch_metrics_enabled": True, "metric_name": metric, "sampled_requests_enabled": True}
