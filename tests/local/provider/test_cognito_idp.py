"""Cognito's resource types against the embedded cloud."""

from __future__ import annotations

import secrets
from collections.abc import Iterator

import pytest

from provider.base import Properties, ProviderError
from provider.cloud import Cloud
from provider.registry import types_of
from provider.services.cognito_idp.identity_provider import IdentityProvider
from provider.services.cognito_idp.resource_server import ResourceServer
from provider.services.cognito_idp.user_group import UserGroup
from provider.services.cognito_idp.user_pool import UserPool
from provider.services.cognito_idp.user_pool_client import UserPoolClient
from provider.services.cognito_idp.user_pool_domain import UserPoolDomain
from tests.local.provider.lifecycle import exercise, expect_reads

TRIGGER = "arn:aws:lambda:us-east-1:000000000000:function:trigger"
POOL: Properties = {
    "usernameAttributes": ["email"],
    "usernameConfiguration": {"caseSensitive": False},
    "autoVerifiedAttributes": ["email"],
    "userAttributeUpdateSettings": {"attributesRequireVerificationBeforeUpdates": ["email"]},
    "accountRecoverySetting": {"recoveryMechanisms": [{"name": "verified_email", "priority": 1}]},
    "passwordPolicy": {
        "minimumLength": 12,
        "requireLowercase": True,
        "requireUppercase": True,
        "requireNumbers": True,
        "requireSymbols": False,
        "temporaryPasswordValidityDays": 3,
    },
    "mfaConfiguration": "OPTIONAL",
    "softwareTokenMfaConfiguration": {"enabled": True},
    "userPoolTier": "ESSENTIALS",
    "lambdaConfig": {
        "preSignUp": TRIGGER,
        "preTokenGenerationConfig": {"lambdaArn": TRIGGER, "lambdaVersion": "V2_0"},
    },
    "emailConfiguration": {"fromEmailAddress": "people@example.com"},
    "deviceConfiguration": {"deviceOnlyRememberedOnUserPrompt": True},
    "schemas": [{"name": "team", "attributeDataType": "String", "mutable": True}],
    "deletionProtection": "INACTIVE",
    "tags": {"component": "auth"},
}


def unique(prefix: str) -> str:
    """Return a name that no other test uses."""
    return f"{prefix}-{secrets.token_hex(4)}"


@pytest.fixture(scope="module")
def pool_id(cloud: Cloud) -> Iterator[str]:
    """Yield the ID of a user pool that is deleted after the module's tests."""
    kind = UserPool()
    pool_id = kind.create(cloud, {**POOL, "name": unique("shared")})
    yield pool_id
    kind.delete(cloud, pool_id, {})


def test_pool_create_read_update_delete(cloud: Cloud) -> None:
    """A user pool is created, found, read, updated and deleted with every input."""
    name = unique("people")
    changed = {
        **POOL,
        "name": name,
        "passwordPolicy": {**POOL["passwordPolicy"], "minimumLength": 16},
        "mfaConfiguration": "ON",
        "adminCreateUserConfig": {"allowAdminCreateUserOnly": True},
        "userPoolAddOns": {"advancedSecurityMode": "AUDIT"},
        "userPoolTier": "PLUS",
        "verificationMessageTemplate": {"defaultEmailOption": "CONFIRM_WITH_LINK"},
        "schemas": [*POOL["schemas"], {"name": "floor", "attributeDataType": "Number", "mutable": True}],
        "tags": {"component": "people"},
    }

    first = exercise(cloud, UserPool(), {**POOL, "name": name}, changed)

    pool_id = first["arn"].rpartition("/")[2]
    assert first["arn"] == cloud.arn("cognito-idp", f"userpool/{pool_id}")
    assert first["endpoint"] == f"cognito-idp.{cloud.region}.amazonaws.com/{pool_id}"


def test_pool_with_inputs_removed_reads_as_new(cloud: Cloud) -> None:
    """A setting that the program no longer states has the value of a new pool."""
    kind, fixed = UserPool(), {"name": unique("bare"), "usernameAttributes": ["email"]}
    full = {
        key: value for key, value in POOL.items() if key not in ("schemas", "usernameConfiguration")
    } | fixed
    pool_id, fresh_id = kind.create(cloud, full), kind.create(cloud, fixed)

    kind.update(cloud, pool_id, full, fixed)

    reset, fresh = kind.read(cloud, pool_id, fixed), kind.read(cloud, fresh_id, fixed)
    assert reset is not None
    assert fresh is not None
    own = ("arn", "endpoint", "creationDate", "lastModifiedDate")
    assert reset == fresh | {key: reset[key] for key in own}
    kind.delete(cloud, pool_id, full)
    kind.delete(cloud, fresh_id, fixed)


def test_protected_pool_is_not_deleted(cloud: Cloud) -> None:
    """A protected pool is deleted only after an update removes the protection."""
    kind = UserPool()
    inputs: Properties = {"name": unique("kept"), "deletionProtection": "ACTIVE"}
    pool_id = kind.create(cloud, inputs)

    with pytest.raises(ProviderError, match=f"{inputs['name']} .* is protected"):
        kind.delete(cloud, pool_id, inputs)

    expect_reads(cloud, kind, pool_id, inputs)
    lifted = {**inputs, "deletionProtection": "INACTIVE"}
    kind.update(cloud, pool_id, inputs, lifted)
    kind.delete(cloud, pool_id, lifted)
    assert kind.read(cloud, pool_id, lifted) is None


def test_pool_attribute_cannot_change(cloud: Cloud) -> None:
    """A custom attribute cannot be changed or removed; the error names it."""
    kind = UserPool()
    inputs: Properties = {**POOL, "name": unique("schema")}
    pool_id = kind.create(cloud, inputs)

    with pytest.raises(ProviderError, match="schemas: team: "):
        kind.update(cloud, pool_id, inputs, {**inputs, "schemas": []})

    expect_reads(cloud, kind, pool_id, inputs)
    kind.delete(cloud, pool_id, inputs)


def test_public_client_create_read_update_delete(cloud: Cloud, pool_id: str) -> None:
    """A public client is created, found, read, updated and deleted, and has no secret."""
    inputs: Properties = {
        "name": unique("browser"),
        "userPoolId": pool_id,
        "generateSecret": False,
        "allowedOauthFlows": ["code"],
        "allowedOauthFlowsUserPoolClient": True,
        "allowedOauthScopes": ["openid", "email", "profile"],
        "callbackUrls": ["http://localhost:8080/signed-in"],
        "logoutUrls": ["http://localhost:8080/"],
        "defaultRedirectUri": "http://localhost:8080/signed-in",
        "explicitAuthFlows": ["ALLOW_USER_SRP_AUTH"],
        "supportedIdentityProviders": ["COGNITO"],
        "preventUserExistenceErrors": "ENABLED",
        "enableTokenRevocation": True,
        "accessTokenValidity": 15,
        "tokenValidityUnits": {"accessToken": "minutes"},
        "readAttributes": ["email", "name"],
        "writeAttributes": ["name"],
        "authSessionValidity": 5,
        "refreshTokenRotation": {"feature": "ENABLED", "retryGracePeriodSeconds": 10},
    }
    changed = {
        **{key: inputs[key] for key in ("name", "userPoolId", "generateSecret", "defaultRedirectUri")},
        "callbackUrls": ["http://localhost:8080/signed-in"],
        "idTokenValidity": 2,
    }

    first = exercise(cloud, UserPoolClient(), inputs, changed)

    assert first["clientSecret"] == ""


def test_rotation_with_the_flow_that_lacks_it_is_refused(cloud: Cloud, pool_id: str) -> None:
    """Cognito refuses the pair; the emulator stores it."""
    inputs: Properties = {
        "name": unique("rotating"),
        "userPoolId": pool_id,
        "explicitAuthFlows": ["ALLOW_REFRESH_TOKEN_AUTH"],
        "refreshTokenRotation": {"feature": "ENABLED"},
    }

    with pytest.raises(ProviderError, match="explicitAuthFlows: ALLOW_REFRESH_TOKEN_AUTH: Cognito refuses"):
        UserPoolClient().create(cloud, inputs)

    UserPoolClient().create(cloud, {**inputs, "refreshTokenRotation": {"feature": "DISABLED"}})


def test_client_with_inputs_removed_reads_as_new(cloud: Cloud, pool_id: str) -> None:
    """A setting that the program no longer states has the value of a new client."""
    kind, bare = UserPoolClient(), {"name": unique("bare"), "userPoolId": pool_id}
    full = {
        **bare,
        "allowedOauthFlows": ["code"],
        "callbackUrls": ["http://localhost/"],
        "idTokenValidity": 2,
    }
    client_id, fresh_id = kind.create(cloud, full), kind.create(cloud, bare)

    kind.update(cloud, client_id, full, bare)

    assert kind.read(cloud, client_id, bare) == kind.read(cloud, fresh_id, bare)


def test_token_units_keep_the_default_lifetimes(cloud: Cloud, pool_id: str) -> None:
    """A unit without a validity keeps AWS's lifetimes: one hour, one hour and 30 days."""
    units = {"accessToken": "minutes", "idToken": "seconds", "refreshToken": "hours"}
    inputs: Properties = {"name": unique("units"), "userPoolId": pool_id, "tokenValidityUnits": units}
    kind = UserPoolClient()

    read = kind.read(cloud, kind.create(cloud, inputs), inputs)

    assert read is not None
    assert {key: value for key, value in read.items() if key.startswith(("access", "id", "refresh"))} == {
        "accessTokenValidity": 60,
        "idTokenValidity": 3_600,
        "refreshTokenValidity": 720,
    }


def test_confidential_client_create_read_update_delete(cloud: Cloud, pool_id: str) -> None:
    """A machine client has a secret, which is one of its outputs."""
    inputs: Properties = {
        "name": unique("machine"),
        "userPoolId": pool_id,
        "generateSecret": True,
        "allowedOauthFlows": ["client_credentials"],
        "allowedOauthFlowsUserPoolClient": True,
        "allowedOauthScopes": ["users/read"],
    }

    first = exercise(cloud, UserPoolClient(), inputs, {**inputs, "allowedOauthScopes": ["users/write"]})

    assert len(first["clientSecret"]) > 20


def test_prefix_domain_create_read_update_delete(cloud: Cloud, pool_id: str) -> None:
    """A prefix domain is created, found, read, updated to the other login version and deleted."""
    inputs: Properties = {"domain": unique("strata"), "userPoolId": pool_id, "managedLoginVersion": 2}

    first = exercise(cloud, UserPoolDomain(), inputs, {**inputs, "managedLoginVersion": 1})

    assert first["awsAccountId"] == cloud.account


def test_custom_domain_create_read_update_delete(cloud: Cloud, pool_id: str) -> None:
    """A custom domain is created with a certificate, which an update can replace."""
    arn = "arn:aws:acm:us-east-1:000000000000:certificate/"
    inputs: Properties = {
        "domain": f"{unique('login')}.example.com",
        "userPoolId": pool_id,
        "certificateArn": f"{arn}one",
    }

    first = exercise(cloud, UserPoolDomain(), inputs, {**inputs, "certificateArn": f"{arn}two"})

    assert first["cloudfrontDistribution"].endswith(".cloudfront.net")


def test_domain_of_another_pool_is_not_found(cloud: Cloud, pool_id: str) -> None:
    """A domain of another pool is not found as this pool's."""
    kind = UserPoolDomain()
    inputs: Properties = {"domain": unique("taken"), "userPoolId": pool_id}
    kind.create(cloud, inputs)

    assert kind.find(cloud, {**inputs, "userPoolId": "us-east-1_elsewhere"}) is None

    kind.delete(cloud, inputs["domain"], inputs)


def test_resource_server_create_read_update_delete(cloud: Cloud, pool_id: str) -> None:
    """A resource server is created, found, read, updated and deleted, and returns its full scope names."""
    read = {"scopeName": "read", "scopeDescription": "See users"}
    write = {"scopeName": "write", "scopeDescription": "Change users"}
    inputs: Properties = {
        "identifier": unique("users"),
        "name": "Users",
        "userPoolId": pool_id,
        "scopes": [read],
    }

    first = exercise(cloud, ResourceServer(), inputs, {**inputs, "name": "People", "scopes": [read, write]})

    assert first["scopeIdentifiers"] == [f"{inputs['identifier']}/read"]


def test_group_create_read_update_delete(cloud: Cloud, pool_id: str) -> None:
    """A group is created, found, read, updated and deleted."""
    inputs: Properties = {
        "name": unique("admins"),
        "userPoolId": pool_id,
        "description": "All",
        "precedence": 1,
    }

    exercise(cloud, UserGroup(), inputs, {**inputs, "description": "Everything", "precedence": 5})


def test_updated_group_keeps_its_users(cloud: Cloud, pool_id: str) -> None:
    """An update of a group keeps its users."""
    kind, cognito = UserGroup(), cloud.client("cognito-idp")
    inputs: Properties = {"name": unique("team"), "userPoolId": pool_id}
    email = f"{unique('member')}@example.com"
    person = cognito.admin_create_user(UserPoolId=pool_id, Username=email)["User"]
    group_id = kind.create(cloud, inputs)
    cognito.admin_add_user_to_group(UserPoolId=pool_id, GroupName=inputs["name"], Username=email)

    kind.update(cloud, group_id, inputs, {**inputs, "description": "Changed"})

    members = cognito.list_users_in_group(UserPoolId=pool_id, GroupName=inputs["name"])["Users"]
    assert [member["Username"] for member in members] == [person["Username"]]


def test_identity_provider_create_read_update_delete(cloud: Cloud, pool_id: str) -> None:
    """An identity provider is created, found, read, updated and deleted."""
    details = {"client_id": "id", "client_secret": "secret", "authorize_scopes": "openid email"}
    inputs: Properties = {
        "userPoolId": pool_id,
        "providerName": "Google",
        "providerType": "Google",
        "providerDetails": details,
        "attributeMapping": {"username": "sub", "email": "email"},
        "idpIdentifiers": ["google"],
    }
    changed = {
        **inputs,
        "providerDetails": {**details, "client_secret": "newer"},
        "attributeMapping": {"username": "sub"},
        "idpIdentifiers": [],
    }

    exercise(cloud, IdentityProvider(), inputs, changed)


def test_children_of_a_deleted_pool_are_gone(cloud: Cloud) -> None:
    """AWS deletes the resources of a pool with it; they are not found and can be deleted."""
    pool = UserPool()
    pool_id = pool.create(cloud, {"name": unique("brief")})
    inputs: dict[type, Properties] = {
        UserPoolClient: {"name": "browser"},
        UserPoolDomain: {"domain": unique("brief")},
        ResourceServer: {"identifier": "users", "name": "users"},
        UserGroup: {"name": "admins"},
        IdentityProvider: {
            "providerName": "Google",
            "providerType": "Google",
            "providerDetails": {"client_id": "id", "client_secret": "secret", "authorize_scopes": "openid"},
        },
    }
    held = [kind for kind in types_of("cognito-idp") if type(kind) in inputs]
    whole = {kind: {**inputs[type(kind)], "userPoolId": pool_id} for kind in held}
    ids = {kind: kind.create(cloud, whole[kind]) for kind in held}

    pool.delete(cloud, pool_id, {})

    assert len(held) == len(inputs)
    for kind, resource_id in ids.items():
        kind.delete(cloud, resource_id, whole[kind])
        assert kind.read(cloud, resource_id, whole[kind]) is None
        assert kind.find(cloud, whole[kind]) is None
