"""The realtime layer: a WebSocket API with one Lambda a route, and the leave to post to who is connected."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import pulumi
import pulumi_aws as aws

from components.base import Component
from components.function import Function
from components.iam import Grant
from components.runtime import Runtime
from components.stage import access_log, limits
from settings import Settings

STAGE = "ws"
"""The stage's name is the path behind the front door, so that no path is rewritten."""

CONNECT = "$connect"
ACCESS_LOG = {
    "event": "$context.eventType",
    "connectionId": "$context.connectionId",
    "subject": "$context.authorizer.principalId",
}


class Realtime(Component):
    """A WebSocket API that lets in who shows a ticket (`?ticket=…`) that its authorizer takes.

    A message goes to the route that its `action` names, else to `$default`.

    Args:
        authorizer: the function that decides on a ticket, with its `env` and `grants`.

    Attributes:
        env: where to post, for functions that have `grant_post`.
        url: the address of the stage; there once it is deployed.
    """

    def __init__(
        self,
        name: str,
        settings: Settings,
        *,
        runtime: Runtime,
        authorizer: str,
        env: Mapping[str, pulumi.Input[str]] | None = None,
        grants: Sequence[Grant] = (),
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        self.runtime = runtime
        self._settings = settings
        self._routes: dict[str, aws.apigatewayv2.Route] = {}
        self.api = aws.apigatewayv2.Api(
            name,
            protocol_type="WEBSOCKET",
            route_selection_expression="$request.body.action",
            tags=self.tags,
            opts=self.child(),
        )
        self.env = {"WEBSOCKET_ENDPOINT": self.api.api_endpoint.apply(_over_http)}
        self._authorizer = self._ticket_authorizer(authorizer, env, grants)

    def grant_post(self) -> Grant:
        """Leave to post to every connection."""
        connections = pulumi.Output.concat(self.api.execution_arn, f"/{STAGE}/POST/@connections/*")
        return Grant(("execute-api:ManageConnections",), (connections,), "the gateway names connections")

    def route(
        self,
        key: str,
        handler: str,
        *,
        env: Mapping[str, pulumi.Input[str]] | None = None,
        grants: Sequence[Grant] = (),
    ) -> Function:
        """Have a function do what comes by a route: `$connect`, `$disconnect`, `$default`, or an action."""
        name = f"{self.name}-{key.removeprefix('$')}"
        function = self._function(name, handler, env, grants)
        integration = aws.apigatewayv2.Integration(
            name,
            api_id=self.api.id,
            integration_type="AWS_PROXY",
            integration_uri=function.invoke_arn,
            integration_method="POST",
            opts=self.child(),
        )
        source = pulumi.Output.concat(self.api.execution_arn, f"/{STAGE}/{key}")
        permission = function.allow_invoke("gateway", "apigateway.amazonaws.com", source)
        opens = key == CONNECT
        self._routes[key] = aws.apigatewayv2.Route(
            name,
            api_id=self.api.id,
            route_key=key,
            target=pulumi.Output.concat("integrations/", integration.id),
            # Who opens a connection is asked for a ticket; what comes over it after comes from the same one.
            authorization_type="CUSTOM" if opens else "NONE",
            authorizer_id=self._authorizer.id if opens else None,
            # A route is live at once, and its function must be callable by then; and who decides on it too.
            opts=self.child(depends_on=[permission, self._deciding] if opens else [permission]),
        )
        return function

    def deploy(self) -> None:
        """Put the routes on the stage, once all are there.

        Raises:
            ValueError: when nothing answers `$connect`: then anybody would be let in.
        """
        if CONNECT not in self._routes:
            raise ValueError(f"realtime {self.name}: no function answers {CONNECT}")
        stage = aws.apigatewayv2.Stage(
            self.name,
            api_id=self.api.id,
            name=STAGE,
            auto_deploy=True,
            access_log_settings=access_log(self, self._settings, ACCESS_LOG),
            default_route_settings=limits(self._settings.api.throttle),
            tags=self.tags,
            # API Gateway deploys no WebSocket API that has no route.
            opts=self.child(depends_on=list(self._routes.values())),
        )
        self.url = stage.invoke_url
        self.register_outputs({"url": self.url})

    def _function(
        self, name: str, handler: str, env: Mapping[str, pulumi.Input[str]] | None, grants: Sequence[Grant]
    ) -> Function:
        return Function(
            name,
            handler,
            runtime=self.runtime,
            env=env,
            grants=grants,
            snap_start=True,
            opts=self.child(),
        )

    def _ticket_authorizer(
        self, handler: str, env: Mapping[str, pulumi.Input[str]] | None, grants: Sequence[Grant]
    ) -> aws.apigatewayv2.Authorizer:
        name = f"{self.name}-authorizer"
        function = self._function(name, handler, env, grants)
        authorizer = aws.apigatewayv2.Authorizer(
            name,
            api_id=self.api.id,
            name="ticket",
            authorizer_type="REQUEST",
            authorizer_uri=function.invoke_arn,
            identity_sources=["route.request.querystring.ticket"],
            opts=self.child(),
        )
        source = pulumi.Output.concat(self.api.execution_arn, "/authorizers/", authorizer.id)
        self._deciding = function.allow_invoke("gateway", "apigateway.amazonaws.com", source)
        return authorizer


def _over_http(endpoint: str) -> str:
    """Where the stage's connections are posted to: `wss://…` is spoken to by `https://…`."""
    return re.sub("^ws", "http", endpoint) + f"/{STAGE}"
