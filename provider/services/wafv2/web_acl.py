"""Web ACLs."""

from __future__ import annotations

from typing import Any, ClassVar, cast, override

from provider.base import AutoName, Properties, Values
from provider.cloud import Cloud
from provider.fields import Block, Field, Fields, Names, pascal_names
from provider.resource import Resource
from provider.services.wafv2 import SERVICE, TAGS

VISIBILITY = Block(
    "VisibilityConfig",
    {
        "cloudwatchMetricsEnabled": "CloudWatchMetricsEnabled",
        "metricName": "MetricName",
        "sampledRequestsEnabled": "SampledRequestsEnabled",
    },
)


class ResponseBodies(Field):
    """Response bodies: a list with keys in Pulumi, a map in AWS."""

    @override
    def to_aws(self, value: Any) -> Any:
        return {
            each["key"]: {"Content": each["content"], "ContentType": each["contentType"]} for each in value
        }

    @override
    def from_aws(self, value: Any, known: Any) -> Any:
        bodies = cast("dict[str, dict[str, str]]", value)
        return [
            {"key": key, "content": body["Content"], "contentType": body["ContentType"]}
            for key, body in bodies.items()
        ]


class WebAcl(Resource):
    """A web ACL with its rules; AWS chooses its ID."""

    token = "aws:wafv2/webAcl:WebAcl"
    service = SERVICE
    noun = "web_acl"
    member = "WebACL"
    key: ClassVar[Names] = {"name": "Name", "scope": "Scope", "id": "Id"}
    fields: ClassVar[Fields] = {
        "defaultAction": Block("DefaultAction"),
        "customResponseBodies": ResponseBodies("CustomResponseBodies"),
        "rules": Block(
            "Rules",
            {
                **pascal_names("name", "priority"),
                "action": Block("Action"),
                "overrideAction": Block("OverrideAction"),
                "statement": Block("Statement"),
                "visibilityConfig": VISIBILITY,
            },
        ),
        "visibilityConfig": VISIBILITY,
    }
    outputs: ClassVar[Fields] = {"arn": "ARN", "capacity": "Capacity"}
    inputs = frozenset({"name", "scope", "region", *fields, "tags"})
    replace_on = frozenset({"name", "scope", "region"})
    autoname = AutoName("name", 128)
    arn = "arn:aws:wafv2:{region}:{account}:global/webacl/{name}/{id}"
    defaults: ClassVar[Properties] = {"rules": []}

    @override
    def create(self, cloud: Cloud, inputs: Properties) -> str:
        return self.call(cloud, self.create_call, **self.create_request(inputs))["Summary"]["Id"]

    @override
    def update_request(self, old: Properties, new: Properties) -> Properties:
        """Return every setting; none when only tags change."""
        changed = any(old.get(key) != new.get(key) for key in self.fields)
        return super().update_request(old, new) if changed else {}

    @override
    def identify(self, resource_id: str, known: Values) -> Properties:
        return {"Name": known["name"], "Scope": known["scope"], "Id": resource_id}

    @override
    def call(self, cloud: Cloud, operation: str, **parameters: Any) -> Any:
        """Call an operation; a change needs the token that the latest read returned."""
        if operation in (self.update_call, self.delete_call):
            parameters["LockToken"] = self._lock_token(cloud, parameters)
        return super().call(cloud, operation, **parameters)

    def _lock_token(self, cloud: Cloud, parameters: Values) -> str:
        place = {name: parameters[name] for name in self.key.values()}
        return super().call(cloud, self.read_call, **place)["LockToken"]

    @override
    def delete(self, cloud: Cloud, resource_id: str, known: Values) -> None:
        if self.describe(cloud, resource_id, known) is not None:
            self.call(cloud, self.delete_call, **self.identify(resource_id, known))

    @override
    def read_tags(self, cloud: Cloud, resource_id: str, found: Values, known: Values) -> Properties:
        response = self.call(cloud, TAGS.read, ResourceARN=found["ARN"])
        return {"tags": TAGS.from_aws(response["TagInfoForResource"][TAGS.member])}

    @override
    def find(self, cloud: Cloud, inputs: Properties) -> str | None:
        """Return the web ACL with the name, which is unique in a scope; an account has at most 100."""
        found = self.call(cloud, "list_web_acls", Scope=inputs["scope"], Limit=100)["WebACLs"]
        return next((each["Id"] for each in found if each["Name"] == inputs["name"]), None)
