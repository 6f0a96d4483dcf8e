"""The auth layer: a Cognito user pool, its clients, and the scopes of groups."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pulumi
import pulumi_aws as aws

from components.base import Component
from components.function import Function
from components.iam import Grant
from components.mail import Mail
from components.runtime import Runtime
from components.use import Use
from settings import GoogleProvider

COGNITO_MAIL: aws.cognito.UserPoolEmailConfigurationArgsDict = {"email_sending_account": "COGNITO_DEFAULT"}
MFA = {"off": "OFF", "optional": "OPTIONAL", "required": "ON"}
GOOGLE = {
    "attributes_url": "https://people.googleapis.com/v1/people/me?personFields=",
    "attributes_url_add_attributes": "true",
    "authorize_scopes": "openid email profile",
    "authorize_url": "https://accounts.google.com/o/oauth2/v2/auth",
    "oidc_issuer": "https://accounts.google.com",
    "token_request_method": "POST",
    "token_url": "https://www.googleapis.com/oauth2/v4/token",
}
"""The details that Cognito adds for Google; without them every update would remove them."""

ACCOUNT_ACTIONS = (
    "cognito-idp:AdminDeleteUser",
    "cognito-idp:AdminDisableUser",
    "cognito-idp:AdminEnableUser",
    "cognito-idp:AdminUserGlobalSignOut",
    "cognito-idp:ListUsers",
)
BROWSER_SCOPES = ("openid", "email", "profile")
UNITS: Any = {"access_token": "minutes", "id_token": "minutes", "refresh_token": "hours"}


class Auth(Component):
    """A user pool: people sign in with email and password or an identity provider, machines with a secret.

    A trigger adds the scopes of a person's groups to the access token, and API Gateway enforces them.

    Example:
        scopes = {"orders/read": "Read orders"}
        Auth("auth", scopes, "handlers.auth.pre_token:handler", mail, "https://example.com", runtime)

    Args:
        scopes: every scope of the API, as `resource/verb`, with its description.
        trigger: the handler of Cognito's pre-token-generation trigger.
        mail: the sender of the mails to people who sign up, if the settings choose SES.
        address: the public address of the site, without a slash at its end.

    Attributes:
        pool_id: the user pool's id.
        issuer: the `iss` of every token.
        client_id: the id of the browser's public client.
        machine_clients: the ids of the machine clients, by name.
        audience: the ids of the clients whose tokens the API accepts.
        login_url: the URL of the hosted login.
        scopes: every scope that a token may have.
    """

    name_limit = 128

    def __init__(
        self,
        name: str,
        scopes: Mapping[str, str],
        trigger: str,
        mail: Mail,
        address: pulumi.Input[str],
        runtime: Runtime,
        *,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        self.settings = settings = runtime.settings
        self.scopes = tuple(scopes)
        groups = json.dumps(settings.auth.groups, sort_keys=True)
        function = Function(
            f"{name}-pre-token",
            trigger,
            runtime,
            uses=[Use(env={"GROUP_SCOPES": groups})],
            snap_start=True,
            opts=self.child(),
        )
        self.pool = self._pool(function, mail)
        function.allow_service("cognito", "cognito-idp.amazonaws.com", self.pool.arn)
        self._groups()
        servers = self._resource_servers(scopes)
        providers = self._identity_providers()
        browser = self._browser_client(providers, pulumi.Output.concat(address, "/"))
        machines = self._machine_clients(servers)
        domain = self._domain()
        self.pool_id = self.pool.id
        self.issuer = pulumi.Output.concat("https://", self.pool.endpoint)
        self.client_id = browser.id
        self.machine_clients = {name: client.id for name, client in machines.items()}
        self.audience = [self.client_id, *self.machine_clients.values()]
        self.login_url = pulumi.Output.from_input(settings.endpoint) if settings.endpoint else domain
        self.register_outputs({"poolId": self.pool_id, "issuer": self.issuer, "clientId": self.client_id})

    def use_group(self, group: str, variable: str) -> Use:
        """Allow listing a group's users, and pass the pool's id and the group's name in `variable`.

        Raises:
            ValueError: for a group that the settings do not define.
        """
        if group not in self.settings.auth.groups:
            known = ", ".join(sorted(self.settings.auth.groups))
            raise ValueError(f"auth {self.name}: no group {group!r}: expected one of {known}")
        grant = Grant(("cognito-idp:ListUsersInGroup",), (self.pool.arn,))
        return Use((grant,), {"USER_POOL_ID": self.pool_id, variable: group})

    def use_accounts(self) -> Use:
        """Allow finding, enabling, disabling, signing out and deleting people, and pass the pool's id."""
        grant = Grant(ACCOUNT_ACTIONS, (self.pool.arn,))
        return Use((grant,), {"USER_POOL_ID": self.pool_id})

    def _pool(self, trigger: Function, mail: Mail) -> aws.cognito.UserPool:
        auth = self.settings.auth
        return aws.cognito.UserPool(
            self.name,
            username_attributes=["email"],
            username_configuration={"case_sensitive": False},
            auto_verified_attributes=["email"],
            user_attribute_update_settings={"attributes_require_verification_before_updates": ["email"]},
            account_recovery_setting={
                "recovery_mechanisms": [{"name": "verified_email", "priority": 1}],
            },
            password_policy={
                "minimum_length": 12,
                "require_lowercase": True,
                "require_uppercase": True,
                "require_numbers": True,
                "require_symbols": False,
                "temporary_password_validity_days": 3,
            },
            email_configuration=mail.for_cognito() if auth.mail == "ses" else COGNITO_MAIL,
            mfa_configuration=MFA[auth.mfa],
            software_token_mfa_configuration={"enabled": True} if auth.mfa != "off" else None,
            # Custom scopes in access tokens need the Essentials plan or higher.
            user_pool_tier="ESSENTIALS",
            lambda_config={
                "pre_token_generation_config": {"lambda_arn": trigger.arn, "lambda_version": "V2_0"},
            },
            deletion_protection="ACTIVE" if auth.deletion_protection else "INACTIVE",
            tags=self.tags,
            opts=self.child(protect=self.settings.production),
        )

    def _groups(self) -> None:
        for group, scopes in self.settings.auth.groups.items():
            aws.cognito.UserGroup(
                f"{self.name}-{group}",
                name=group,
                user_pool_id=self.pool.id,
                description=f"May do {' '.join(scopes)}",
                opts=self.child(),
            )

    def _resource_servers(self, scopes: Mapping[str, str]) -> list[aws.cognito.ResourceServer]:
        servers: dict[str, list[aws.cognito.ResourceServerScopeArgsDict]] = {}
        for scope, description in scopes.items():
            identifier, _, verb = scope.partition("/")
            servers.setdefault(identifier, []).append({"scope_name": verb, "scope_description": description})
        return [
            aws.cognito.ResourceServer(
                f"{self.name}-{identifier}",
                identifier=identifier,
                name=identifier,
                user_pool_id=self.pool.id,
                scopes=offered,
                opts=self.child(),
            )
            for identifier, offered in servers.items()
        ]

    def _identity_providers(self) -> list[aws.cognito.IdentityProvider]:
        google = self.settings.auth.identity_providers.google
        return [self._google(google)] if google else []

    def _google(self, provider: GoogleProvider) -> aws.cognito.IdentityProvider:
        return aws.cognito.IdentityProvider(
            f"{self.name}-google",
            user_pool_id=self.pool.id,
            provider_name="Google",
            provider_type="Google",
            provider_details={
                **GOOGLE,
                "client_id": provider.client_id,
                "client_secret": pulumi.Output.secret(provider.client_secret),
            },
            # Without `email_verified` Cognito treats every address as unverified, and `GET /me` refuses it.
            attribute_mapping={
                "username": "sub",
                "email": "email",
                "email_verified": "email_verified",
                "name": "name",
            },
            opts=self.child(),
        )

    def _browser_client(
        self, providers: list[aws.cognito.IdentityProvider], address: pulumi.Output[str]
    ) -> aws.cognito.UserPoolClient:
        return aws.cognito.UserPoolClient(
            f"{self.name}-browser",
            user_pool_id=self.pool.id,
            # A browser cannot keep a secret; the code flow with PKCE needs none.
            generate_secret=False,
            allowed_oauth_flows_user_pool_client=True,
            allowed_oauth_flows=["code"],
            allowed_oauth_scopes=list(BROWSER_SCOPES),
            callback_urls=[address],
            logout_urls=[address],
            # A public client must get a new refresh token at each use (RFC 9700, 2.2.2). Cognito then refuses
            # the flow ALLOW_REFRESH_TOKEN_AUTH; the token endpoint needs none. A new token expires with the
            # first one. The grace period lets a client repeat a request whose response it lost.
            explicit_auth_flows=["ALLOW_USER_SRP_AUTH"],
            refresh_token_rotation={"feature": "ENABLED", "retry_grace_period_seconds": 10},
            supported_identity_providers=["COGNITO", *(provider.provider_name for provider in providers)],
            prevent_user_existence_errors="ENABLED",
            enable_token_revocation=True,
            **self._lifetimes(),
            opts=self.child(),
        )

    def _lifetimes(self) -> Any:
        return {
            "access_token_validity": 60,
            "id_token_validity": 60,
            "refresh_token_validity": self.settings.auth.session_hours,
            "token_validity_units": UNITS,
        }

    def _machine_clients(
        self, servers: list[aws.cognito.ResourceServer]
    ) -> dict[str, aws.cognito.UserPoolClient]:
        return {
            client: aws.cognito.UserPoolClient(
                f"{self.name}-{client}",
                user_pool_id=self.pool.id,
                generate_secret=True,
                allowed_oauth_flows_user_pool_client=True,
                allowed_oauth_flows=["client_credentials"],
                allowed_oauth_scopes=list(scopes),
                # A machine signs in as itself only: its secret must not allow signing people in.
                explicit_auth_flows=["ALLOW_REFRESH_TOKEN_AUTH"],
                prevent_user_existence_errors="ENABLED",
                **self._lifetimes(),
                # Cognito rejects a scope that no resource server offers yet.
                opts=self.child(depends_on=servers),
            )
            for client, scopes in self.settings.auth.machine_clients.items()
        }

    def _domain(self) -> pulumi.Output[str]:
        """Return the hosted login's URL; the pool's id makes its prefix unique in the region."""
        prefix = f"{pulumi.get_project()}-{pulumi.get_stack()}"
        domain = aws.cognito.UserPoolDomain(
            self.name,
            domain=self.pool.id.apply(lambda pool_id: f"{prefix}-{pool_id.rpartition('_')[2].lower()}"),
            user_pool_id=self.pool.id,
            opts=self.child(),
        )
        return pulumi.Output.concat(
            "https://", domain.domain, ".auth.", self.settings.region, ".amazoncognito.com"
        )
