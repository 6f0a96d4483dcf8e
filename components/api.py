"""The API layer: an HTTP API with one Lambda a route, and who may call each said out loud."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import pulumi
import pulumi_aws as aws

from components.access import Access, Custom, Iam, Jwt, Public
from components.auth import Auth
from components.base import Component
from components.function import Function
from components.iam import Grant
from components.runtime import Runtime
from components.stage import access_log, limits
from settings import Settings

STAGE = "api"
"""The stage's name is the path prefix behind the front door, so that no path is rewritten."""

ACCESS_LOG = {
    "method": "$context.httpMethod",
    "path": "$context.path",
    "latencyMs": "$context.responseLatency",
    "responseBytes": "$context.responseLength",
    "subject": "$context.authorizer.claims.sub",
}
"""What is logged of a request, besides what every stage logs."""


class Api(Component):
    """An HTTP API whose routes are the keys of `access`.

    Args:
        access: who may call each route, by route key, such as `POST /users`.
        auth: whose tokens the API takes.

    Attributes:
        endpoint: the API's address without a stage.
        url: the address of the stage; there once it is deployed.
        handlers: what answers each route that has a function so far.
    """

    def __init__(
        self,
        name: str,
        settings: Settings,
        *,
        access: Mapping[str, Access],
        auth: Auth,
        runtime: Runtime,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        _require_scopes(access, auth.scopes)
        self.access = access
        self.runtime = runtime
        self._settings = settings
        self.handlers: dict[str, str] = {}
        self._routes: dict[str, aws.apigatewayv2.Route] = {}
        self._authorizers: dict[str, pulumi.Output[str]] = {}
        self._deciding: dict[str, aws.lambda_.Permission] = {}
        self.api = aws.apigatewayv2.Api(name, protocol_type="HTTP", tags=self.tags, opts=self.child())
        self._jwt = aws.apigatewayv2.Authorizer(
            f"{name}-jwt",
            api_id=self.api.id,
            name="jwt",
            authorizer_type="JWT",
            identity_sources=["$request.header.Authorization"],
            jwt_configuration={"issuer": auth.issuer, "audiences": auth.audience},
            opts=self.child(),
        )
        self.endpoint = self.api.api_endpoint

    def authorizer(
        self,
        name: str,
        handler: str,
        *,
        header: str = "Authorization",
        cache_seconds: int = 300,
        env: Mapping[str, pulumi.Input[str]] | None = None,
        grants: Sequence[Grant] = (),
    ) -> None:
        """Let a function decide on the routes whose access is `Custom(name)`.

        It decides by the value of `header`, and the gateway holds on to that for `cache_seconds`; a
        request without the header is refused unasked.
        """
        function = Function(
            f"{name}-authorizer",
            handler,
            runtime=self.runtime,
            env=env,
            grants=grants,
            snap_start=True,
            opts=self.child(),
        )
        authorizer = aws.apigatewayv2.Authorizer(
            f"{self.name}-{name}",
            api_id=self.api.id,
            name=name,
            authorizer_type="REQUEST",
            authorizer_uri=function.invoke_arn,
            authorizer_payload_format_version="2.0",
            enable_simple_responses=True,
            identity_sources=[f"$request.header.{header}"],
            authorizer_result_ttl_in_seconds=cache_seconds,
            opts=self.child(),
        )
        source = pulumi.Output.concat(self.api.execution_arn, "/authorizers/", authorizer.id)
        permission = function.allow_invoke("gateway", "apigateway.amazonaws.com", source)
        self._authorizers[name] = authorizer.id
        self._deciding[name] = permission

    def route(
        self,
        keys: str | Sequence[str],
        handler: str,
        *,
        env: Mapping[str, pulumi.Input[str]] | None = None,
        grants: Sequence[Grant] = (),
        files: Mapping[str, str] | None = None,
    ) -> Function:
        """Answer one route, or several alike, with one function.

        Raises:
            ValueError: for a route key that `access` does not have.
        """
        keys = [keys] if isinstance(keys, str) else keys
        for key in keys:
            if key not in self.access:
                raise ValueError(f"api {self.name}: {key!r} has no entry in access: say who may call it")
        name = handler.removeprefix("handlers.").partition(":")[0].replace(".", "-").replace("_", "-")
        function = Function(
            name,
            handler,
            runtime=self.runtime,
            env=env,
            grants=grants,
            files=files,
            snap_start=True,
            opts=self.child(),
        )
        integration = aws.apigatewayv2.Integration(
            name,
            api_id=self.api.id,
            integration_type="AWS_PROXY",
            integration_uri=function.invoke_arn,
            integration_method="POST",
            payload_format_version="2.0",
            opts=self.child(),
        )
        for key in keys:
            self._route(key, integration, function)
            self.handlers[key] = handler
        return function

    def deploy(self) -> None:
        """Put the routes on the stage, once all are there.

        Raises:
            ValueError: when a route of `access` has no function.
        """
        unanswered = sorted(set(self.access) - set(self._routes))
        if unanswered:
            raise ValueError(f"api {self.name}: no function answers {', '.join(unanswered)}")
        settings = self._settings
        stage = aws.apigatewayv2.Stage(
            self.name,
            api_id=self.api.id,
            name=STAGE,
            auto_deploy=True,
            access_log_settings=access_log(self, settings, ACCESS_LOG),
            default_route_settings=limits(settings.api.throttle),
            route_settings=[
                {"route_key": key, **limits(throttle)}
                for key, throttle in sorted(settings.api.routes.items())
            ],
            tags=self.tags,
            # Route settings may name only routes that exist.
            opts=self.child(depends_on=[self._routes[key] for key in settings.api.routes]),
        )
        self.url = stage.invoke_url
        self.register_outputs({"endpoint": self.endpoint, "url": self.url})

    def _route(self, key: str, integration: aws.apigatewayv2.Integration, function: Function) -> None:
        method, _, path = key.partition(" ")
        slug = _slug(key)
        access = self.access[key]
        kind, authorizer, scopes = self._authorization(access)
        # The gateway calls under its route key, braces and all.
        source = pulumi.Output.concat(self.api.execution_arn, f"/{STAGE}/{method}{path}")
        deciding = [self._deciding[access.authorizer]] if isinstance(access, Custom) else []
        permission = function.allow_invoke(slug, "apigateway.amazonaws.com", source)
        self._routes[key] = aws.apigatewayv2.Route(
            f"{self.name}-{slug}",
            api_id=self.api.id,
            route_key=key,
            target=pulumi.Output.concat("integrations/", integration.id),
            authorization_type=kind,
            authorizer_id=authorizer,
            authorization_scopes=scopes,
            # A route is live at once, and its function must be callable by then; and who decides on it too.
            opts=self.child(depends_on=[permission, *deciding]),
        )

    def _authorization(self, access: Access) -> tuple[str, pulumi.Output[str] | None, list[str] | None]:
        match access:
            case Jwt(scopes):
                return "JWT", self._jwt.id, list(scopes) or None
            case Custom(authorizer):
                return "CUSTOM", self._authorizers[authorizer], None
            case Iam():
                return "AWS_IAM", None, None
            case Public():
                return "NONE", None, None


def _require_scopes(access: Mapping[str, Access], known: Sequence[str]) -> None:
    """Refuse a route that asks for a scope which no token can carry."""
    for key, who in access.items():
        strangers = [scope for scope in (who.scopes if isinstance(who, Jwt) else ()) if scope not in known]
        if strangers:
            raise ValueError(f"{key!r} asks for {', '.join(strangers)}: expected some of {', '.join(known)}")


def _slug(key: str) -> str:
    """A route key as part of a resource name: `POST /users/{userId}` is `post-users-userId`."""
    method, _, path = key.partition(" ")
    # IAM takes no other characters in the id of a statement.
    return re.sub(r"[^A-Za-z0-9]+", "-", f"{method.lower()} {path}").strip("-")
