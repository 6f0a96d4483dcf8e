"""Stages of an API."""

from __future__ import annotations

from typing import Any, ClassVar, override

from provider.base import Properties, Values
from provider.cloud import Cloud
from provider.fields import Block, Field, Fields, Names, pascal_names
from provider.resource import Resource
from provider.services.apigatewayv2 import SERVICE
from provider.services.apigatewayv2.api import api_endpoint, execution_arn
from provider.shapes import camel, pascal


class ByRouteKey(Field):
    """The settings of single routes: a list in Pulumi, a map by route key in AWS."""

    @override
    def to_aws(self, value: Any) -> Any:
        return {
            each["routeKey"]: pascal({key: each[key] for key in each if key != "routeKey"}) for each in value
        }

    @override
    def from_aws(self, value: Any, known: Any) -> Any:
        return [{"routeKey": key, **camel(settings)} for key, settings in value.items()]


class Stage(Resource):
    """A stage of an API; its ID is its name."""

    token = "aws:apigatewayv2/stage:Stage"
    service = SERVICE
    noun = "stage"
    key: ClassVar[Names] = {"apiId": "ApiId", "name": "StageName"}
    id_format = "{name}"
    fields: ClassVar[Fields] = {
        **pascal_names("autoDeploy", "description", "stageVariables"),
        "accessLogSettings": Block("AccessLogSettings"),
        "defaultRouteSettings": Block("DefaultRouteSettings"),
        "routeSettings": ByRouteKey("RouteSettings"),
    }
    inputs = frozenset({"apiId", "name", *fields, "tags"})
    replace_on = frozenset({"apiId", "name"})
    arn = "arn:aws:apigateway:{region}::/apis/{apiId}/stages/{name}"
    defaults: ClassVar[Properties] = {
        "accessLogSettings": {},
        "autoDeploy": False,
        "defaultRouteSettings": {},
        "description": "",
        "routeSettings": [],
        "stageVariables": {},
    }
    read_defaults: ClassVar[Properties] = {"routeSettings": []}
    updates_changes_only = True

    @override
    def computed(self, cloud: Cloud, resource_id: str, found: Values, known: Values) -> Properties:
        api_id: str = known["apiId"]
        api = self.call(cloud, "get_api", ApiId=api_id)
        path = "" if resource_id == "$default" else resource_id
        return {
            "executionArn": f"{execution_arn(cloud, api_id)}/{resource_id}",
            "invokeUrl": f"{api_endpoint(cloud, api_id, api['ProtocolType'])}/{path}",
        }
