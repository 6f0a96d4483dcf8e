"""The realtime layer: a WebSocket API with one function a route, and permission to post to connections."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

import pulumi
import pulumi_aws as aws

from components.base import Component
from components.function import Function
from components.iam import Grant
from components.runtime import Runtime
from components.stage import access_log, alarm_on_errors, limits
from components.use import Use

STAGE = "ws"
"""The stage's name is the path behind the front door, so that no path is rewritten."""

CONNECT = "$connect"
ACCESS_LOG = {
    "event": "$context.eventType",
    "connectionId": "$context.connectionId",
    "subject": "$context.authorizer.principalId",
}


class Realtime(Component):
    """A WebSocket API that requires a ticket (`?ticket=…`) to connect.

    A message goes to the route that its `action` names, or else to `$default`.

    Example:
        gateway = Realtime("realtime", handler, runtime, uses=[orders.use("DeleteItem")])
        gateway.route("$connect", handler)
        gateway.route("ping", handler, uses=[gateway.use()])
        gateway.deploy()

    Args:
        authorizer: the handler of the ticket authorizer.
        uses: the permissions and environment variables of the authorizer.

    Attributes:
        url: the URL of the stage; set by `deploy`.
    """

    def __init__(
        self,
        name: str,
        authorizer: str,
        runtime: Runtime,
        *,
        uses: Sequence[Use] = (),
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        self.runtime = runtime
        self._routes: dict[str, aws.apigatewayv2.Route] = {}
        self.api = aws.apigatewayv2.Api(
            name,
            protocol_type="WEBSOCKET",
            route_selection_expression="$request.body.action",
            tags=self.tags,
            opts=self.child(),
        )
        self._endpoint = self.api.api_endpoint.apply(_over_http)
        # The metric IntegrationError also counts the clients that a function rejects.
        alarm_on_errors(self, self.api, "ExecutionError", runtime)
        self._authorizer = self._ticket_authorizer(authorizer, uses)

    def use(self, method: Literal["POST", "DELETE"] = "POST") -> Use:
        """Allow posting to every connection, or closing any (`DELETE`), and pass the endpoint."""
        connections = pulumi.Output.concat(self.api.execution_arn, f"/{STAGE}/{method}/@connections/*")
        grant = Grant(("execute-api:ManageConnections",), (connections,), "the gateway names connections")
        return Use((grant,), {"WEBSOCKET_ENDPOINT": self._endpoint})

    def route(
        self,
        key: str,
        handler: str,
        *,
        uses: Sequence[Use] = (),
    ) -> Function:
        """Create the function of a route: `$connect`, `$disconnect`, `$default`, or an action."""
        name = f"{self.name}-{key.removeprefix('$')}"
        function = Function(name, handler, self.runtime, uses=uses, snap_start=True, opts=self.child())
        integration = aws.apigatewayv2.Integration(
            name,
            api_id=self.api.id,
            integration_type="AWS_PROXY",
            integration_uri=function.invoke_arn,
            integration_method="POST",
            opts=self.child(),
        )
        source = pulumi.Output.concat(self.api.execution_arn, f"/{STAGE}/{key}")
        permission = function.allow_service("gateway", "apigateway.amazonaws.com", source)
        opens = key == CONNECT
        self._routes[key] = aws.apigatewayv2.Route(
            name,
            api_id=self.api.id,
            route_key=key,
            target=pulumi.Output.concat("integrations/", integration.id),
            # A WebSocket API authorizes $connect only; later messages belong to that connection.
            authorization_type="CUSTOM" if opens else "NONE",
            authorizer_id=self._authorizer.id if opens else None,
            # A route is live as soon as it exists: its function and authorizer must be callable by then.
            opts=self.child(depends_on=[permission, self._authorizer_permission] if opens else [permission]),
        )
        return function

    def deploy(self) -> None:
        """Create the stage, after every route was created.

        Raises:
            ValueError: if `$connect` has no function, because anyone could connect then.
        """
        if CONNECT not in self._routes:
            raise ValueError(f"realtime {self.name}: no function handles {CONNECT}")
        stage = aws.apigatewayv2.Stage(
            self.name,
            api_id=self.api.id,
            name=STAGE,
            auto_deploy=True,
            access_log_settings=access_log(self, self.runtime.settings, ACCESS_LOG),
            default_route_settings=limits(self.runtime.settings.api.throttle),
            tags=self.tags,
            # API Gateway does not deploy a WebSocket API without routes.
            opts=self.child(depends_on=list(self._routes.values())),
        )
        self.url = stage.invoke_url
        self.register_outputs({"url": self.url})

    def _ticket_authorizer(self, handler: str, uses: Sequence[Use]) -> aws.apigatewayv2.Authorizer:
        name = f"{self.name}-authorizer"
        function = Function(name, handler, self.runtime, uses=uses, snap_start=True, opts=self.child())
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
        self._authorizer_permission = function.allow_service("gateway", "apigateway.amazonaws.com", source)
        return authorizer


def _over_http(endpoint: str) -> str:
    """Return the URL to post to the stage's connections: `https://…` for `wss://…`."""
    return re.sub("^ws", "http", endpoint) + f"/{STAGE}"
