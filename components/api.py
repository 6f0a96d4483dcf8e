"""The API layer: an HTTP API with one function a route and explicit access for each route."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import pulumi
import pulumi_aws as aws

from components.access import Access, Custom, Jwt, Public
from components.auth import Auth
from components.base import Component
from components.function import Function, name_of
from components.runtime import Runtime
from components.stage import access_log, alarm_on_errors, limits
from components.use import Use

STAGE = "api"
"""The stage's name is the path prefix behind the front door, so that no path is rewritten."""

ACCESS_LOG = {
    "method": "$context.httpMethod",
    "path": "$context.path",
    "latencyMs": "$context.responseLatency",
    "responseBytes": "$context.responseLength",
    "subject": "$context.authorizer.claims.sub",
}
"""The fields of the access log, besides those of every stage."""


class Api(Component):
    """An HTTP API whose routes are the keys of `access`.

    Example:
        scopes = {"orders/read": "Read orders"}
        auth = Auth("auth", scopes, handler, mail, "https://example.com", runtime)
        api = Api("api", {"GET /orders": Jwt(("orders/read",))}, auth, runtime)
        api.route("GET /orders", handler, uses=[orders.use("GetItem")])
        api.deploy()

    Args:
        access: who may call each route, by route key, such as `POST /users`.
        auth: the user pool whose access tokens the API accepts.

    Attributes:
        endpoint: the API's URL without a stage.
        url: the URL of the stage; set by `deploy`.
    """

    def __init__(
        self,
        name: str,
        access: Mapping[str, Access],
        auth: Auth,
        runtime: Runtime,
        *,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        _require_scopes(access, auth.scopes)
        self.access = access
        self.runtime = runtime
        self._routes: dict[str, aws.apigatewayv2.Route] = {}
        self._authorizers: dict[str, pulumi.Output[str]] = {}
        self._authorizer_permissions: dict[str, aws.lambda_.Permission] = {}
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
        alarm_on_errors(self, self.api, "5xx", runtime)

    def authorizer(
        self,
        name: str,
        handler: str,
        *,
        header: str = "Authorization",
        cache_seconds: int = 300,
        uses: Sequence[Use] = (),
    ) -> None:
        """Create the Lambda authorizer of the routes whose access is `Custom(name)`.

        Its identity source is `header`: API Gateway caches a result by the header's value for
        `cache_seconds`, and rejects a request without the header.
        """
        function = Function(
            f"{name}-authorizer", handler, self.runtime, uses=uses, snap_start=True, opts=self.child()
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
        permission = function.allow_service("gateway", "apigateway.amazonaws.com", source)
        self._authorizers[name] = authorizer.id
        self._authorizer_permissions[name] = permission

    def route(
        self,
        keys: str | Sequence[str],
        handler: str,
        *,
        uses: Sequence[Use] = (),
        files: Mapping[str, str] | None = None,
    ) -> Function:
        """Create the function that handles one route, or several.

        Raises:
            ValueError: for a route key that `access` does not have.
        """
        keys = [keys] if isinstance(keys, str) else keys
        for key in keys:
            if key not in self.access:
                raise ValueError(f"api {self.name}: {key!r} has no entry in access: declare who may call it")
        name = name_of(handler)
        function = Function(
            name, handler, self.runtime, uses=uses, files=files, snap_start=True, opts=self.child()
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
        return function

    def deploy(self) -> None:
        """Create the stage, after every route was created.

        Raises:
            ValueError: if a route of `access` has no function.
        """
        missing = sorted(set(self.access) - set(self._routes))
        if missing:
            raise ValueError(f"api {self.name}: no function handles {', '.join(missing)}")
        settings = self.runtime.settings
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
        # The source is the route key as it stands, with its braces.
        source = pulumi.Output.concat(self.api.execution_arn, f"/{STAGE}/{method}{path}")
        permissions = [function.allow_service(slug, "apigateway.amazonaws.com", source)]
        if isinstance(access, Custom):
            permissions.append(self._authorizer_permissions[access.authorizer])
        self._routes[key] = aws.apigatewayv2.Route(
            f"{self.name}-{slug}",
            api_id=self.api.id,
            route_key=key,
            target=pulumi.Output.concat("integrations/", integration.id),
            authorization_type=kind,
            authorizer_id=authorizer,
            authorization_scopes=scopes,
            # A route is live as soon as it exists: its function and authorizer must be callable by then.
            opts=self.child(depends_on=permissions),
        )

    def _authorization(self, access: Access) -> tuple[str, pulumi.Output[str] | None, list[str] | None]:
        match access:
            case Jwt(scopes):
                return "JWT", self._jwt.id, list(scopes) or None
            case Custom(authorizer):
                return "CUSTOM", self._authorizers[authorizer], None
            case Public():
                return "NONE", None, None


def _require_scopes(access: Mapping[str, Access], known: Sequence[str]) -> None:
    """Reject a route that requires a scope which no token can have."""
    for key, who in access.items():
        unknown = [scope for scope in (who.scopes if isinstance(who, Jwt) else ()) if scope not in known]
        if unknown:
            raise ValueError(f"{key!r} requires {', '.join(unknown)}: expected some of {', '.join(known)}")


def _slug(key: str) -> str:
    """Return a route key as part of a resource name: `POST /users/{userId}` is `post-users-userId`."""
    method, _, path = key.partition(" ")
    # IAM allows no other characters in a statement id.
    return re.sub(r"[^A-Za-z0-9]+", "-", f"{method.lower()} {path}").strip("-")
