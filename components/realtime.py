"""The realtime layer: a WebSocket API with one Lambda a route, and the leave to post to who is connected."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pulumi
import pulumi_aws as aws

from components.base import Component
from components.function import Function
from components.iam import Grant
from components.runtime import Runtime
from components.stage import access_log, limits
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
    """A WebSocket API that lets in who shows a ticket (`?ticket=…`) that its authorizer takes.

    A message goes to the route that its `action` names, else to `$default`.

    Args:
        authorizer: the handler of the ticket authorizer.
        uses: the permissions and environment variables of the authorizer.

    Attributes:
        url: the address of the stage; there once it is deployed.
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
        self._authorizer = self._ticket_authorizer(authorizer, uses)

    def use(self) -> Use:
        """Allow posting to every connection, and pass the endpoint to post to."""
        connections = pulumi.Output.concat(self.api.execution_arn, f"/{STAGE}/POST/@connections/*")
        grant = Grant(("execute-api:ManageConnections",), (connections,), "the gateway names connections")
        return Use((grant,), {"WEBSOCKET_ENDPOINT": self._endpoint})

    def route(
        self,
        key: str,
        handler: str,
        *,
        uses: Sequence[Use] = (),
    ) -> Function:
        """Have a function do what comes by a route: `$connect`, `$disconnect`, `$default`, or an action."""
        name = f"{self.name}-{key.removeprefix('$')}"
        function = Function(name, handler, self.runtime, uses=uses, opts=self.child())
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
            access_log_settings=access_log(self, self.runtime.settings, ACCESS_LOG),
            default_route_settings=limits(self.runtime.settings.api.throttle),
            tags=self.tags,
            # API Gateway deploys no WebSocket API that has no route.
            opts=self.child(depends_on=list(self._routes.values())),
        )
        self.url = stage.invoke_url
        self.register_outputs({"url": self.url})

    def _ticket_authorizer(self, handler: str, uses: Sequence[Use]) -> aws.apigatewayv2.Authorizer:
        name = f"{self.name}-authorizer"
        function = Function(name, handler, self.runtime, uses=uses, opts=self.child())
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
        self._deciding = function.allow_service("gateway", "apigateway.amazonaws.com", source)
        return authorizer


def _over_http(endpoint: str) -> str:
    """Where the stage's connections are posted to: `wss://…` is spoken to by `https://…`."""
    return re.sub("^ws", "http", endpoint) + f"/{STAGE}"
