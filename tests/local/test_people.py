"""The people of the embedded cloud: accounts and sign-in, with a user pool like the program's."""

from __future__ import annotations

import io
import json
import secrets
import urllib.request
import zipfile
from collections.abc import Iterator

import pytest

from local.deployment import people
from local.deployment.people import PEOPLE, Outputs
from local.machine.errors import LocalError
from provider.base import Properties
from provider.cloud import Cloud
from provider.services.cognito_idp.resource_server import ResourceServer
from provider.services.cognito_idp.user_group import UserGroup
from provider.services.cognito_idp.user_pool import UserPool
from provider.services.cognito_idp.user_pool_client import UserPoolClient
from tests.local import tokens

TRIGGER = '''
def handler(event, context):
    """Add scopes for the group admins, and copy the received attributes to the id token."""
    request = event["request"]
    admin = "admins" in request["groupConfiguration"]["groupsToOverride"]
    event["response"]["claimsAndScopeOverrideDetails"] = {
        "accessTokenGeneration": {
            "claimsToAddOrOverride": {"name": request["userAttributes"]["name"]},
            "scopesToAdd": ["users/read", "users/write"] if admin else [],
        },
        "idTokenGeneration": {"claimsToAddOrOverride": {"received": request["userAttributes"]}},
    }
    return event
'''
MACHINES = {"reader": ["users/read"], "writer": ["users/read", "users/write"]}
PERSON_SCOPES = ["openid", "email", "profile"]


def unique(prefix: str) -> str:
    return f"{prefix}-{secrets.token_hex(4)}"


@pytest.fixture(scope="module")
def trigger(cloud: Cloud) -> str:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as bundle:
        bundle.writestr("trigger.py", TRIGGER)
    role = cloud.client("iam").create_role(
        RoleName=unique("trigger"),
        AssumeRolePolicyDocument=json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Principal": {"Service": "lambda.amazonaws.com"},
                        "Action": "sts:AssumeRole",
                    }
                ],
            }
        ),
    )
    made = cloud.client("lambda").create_function(
        FunctionName=unique("trigger"),
        Runtime="python3.13",
        Handler="trigger.handler",
        Role=role["Role"]["Arn"],
        Code={"ZipFile": archive.getvalue()},
    )
    return made["FunctionArn"]


@pytest.fixture(scope="module")
def outputs(cloud: Cloud, trigger: str) -> Iterator[Outputs]:
    made = make_stack(cloud, trigger)
    people.seed(cloud, made)
    yield made
    UserPool().delete(cloud, made["userPoolId"], {})


@pytest.fixture
def empty(cloud: Cloud, trigger: str) -> Iterator[Outputs]:
    made = make_stack(cloud, trigger)
    yield made
    UserPool().delete(cloud, made["userPoolId"], {})


def make_stack(cloud: Cloud, trigger: str) -> Outputs:
    pool_id = make_pool(cloud, trigger)
    return {
        "userPoolId": pool_id,
        "clientId": make_app(cloud, pool_id),
        "issuer": f"https://cognito-idp.{cloud.region}.amazonaws.com/{pool_id}",
        "machineClients": {name: make_machine(cloud, pool_id, name) for name in MACHINES},
    }


def make_pool(cloud: Cloud, trigger: str, mfa: str = "OFF") -> str:
    pool_id = UserPool().create(
        cloud,
        {
            "name": unique("people"),
            "usernameAttributes": ["email"],
            "passwordPolicy": {
                "minimumLength": 12,
                "requireLowercase": True,
                "requireUppercase": True,
                "requireNumbers": True,
                "requireSymbols": True,
            },
            "mfaConfiguration": mfa,
            "softwareTokenMfaConfiguration": {"enabled": mfa != "OFF"},
            "lambdaConfig": {"preTokenGenerationConfig": {"lambdaArn": trigger, "lambdaVersion": "V2_0"}},
        },
    )
    scopes = [{"scopeName": verb, "scopeDescription": verb} for verb in ("read", "write")]
    server = {"identifier": "users", "name": "users", "userPoolId": pool_id, "scopes": scopes}
    ResourceServer().create(cloud, server)
    UserGroup().create(cloud, {"name": "admins", "userPoolId": pool_id})
    return pool_id


def make_app(cloud: Cloud, pool_id: str) -> str:
    app: Properties = {
        "name": "app",
        "userPoolId": pool_id,
        "generateSecret": True,
        "allowedOauthFlows": ["code"],
        "allowedOauthFlowsUserPoolClient": True,
        "allowedOauthScopes": PERSON_SCOPES,
        "callbackUrls": ["http://localhost:8080/signed-in?from=cognito"],
        "supportedIdentityProviders": ["COGNITO"],
        "accessTokenValidity": 15,
        "tokenValidityUnits": {"accessToken": "minutes"},
    }
    return UserPoolClient().create(cloud, app)


def make_machine(cloud: Cloud, pool_id: str, name: str) -> str:
    machine: Properties = {
        "name": name,
        "userPoolId": pool_id,
        "generateSecret": True,
        "allowedOauthFlows": ["client_credentials"],
        "allowedOauthFlowsUserPoolClient": True,
        "allowedOauthScopes": MACHINES[name],
    }
    return UserPoolClient().create(cloud, machine)


def attributes(cloud: Cloud, pool_id: str, email: str) -> dict[str, str]:
    user = cloud.client("cognito-idp").admin_get_user(UserPoolId=pool_id, Username=email)
    found = {each["Name"]: each["Value"] for each in user["UserAttributes"] if each["Name"] != "sub"}
    return {**found, "status": user["UserStatus"]}


def groups(cloud: Cloud, pool_id: str, email: str) -> list[str]:
    listed = cloud.client("cognito-idp").admin_list_groups_for_user(UserPoolId=pool_id, Username=email)
    return [group["GroupName"] for group in listed["Groups"]]


def test_seed_creates_everyone(cloud: Cloud, empty: Outputs) -> None:
    """Each person has a verified email address, a name, a permanent password and their groups."""
    made = people.seed(cloud, empty)

    assert made == list(PEOPLE)
    for person in PEOPLE.values():
        assert attributes(cloud, empty["userPoolId"], person.email) == {
            "email": person.email,
            "email_verified": "true",
            "name": person.name,
            "status": "CONFIRMED",
        }
        assert groups(cloud, empty["userPoolId"], person.email) == list(person.groups)


def test_second_seed_changes_nothing(cloud: Cloud, outputs: Outputs) -> None:
    """A second seed returns no names."""
    assert people.seed(cloud, outputs) == []


def test_seed_completes_an_interrupted_one(cloud: Cloud, empty: Outputs) -> None:
    """An incomplete account gets its groups and password; a complete one is unchanged."""
    admin = PEOPLE["admin"]
    people.seed(cloud, empty)
    cognito, key = cloud.client("cognito-idp"), {"UserPoolId": empty["userPoolId"], "Username": admin.email}
    cognito.admin_delete_user(**key)
    cognito.admin_create_user(**key, MessageAction="SUPPRESS")

    made = people.seed(cloud, empty)

    assert made == ["admin"]
    assert attributes(cloud, empty["userPoolId"], admin.email)["status"] == "CONFIRMED"
    assert groups(cloud, empty["userPoolId"], admin.email) == ["admins"]


def test_seed_without_the_group_is_an_error(cloud: Cloud, empty: Outputs) -> None:
    """If the user pool has no administrators' group, the error names it."""
    pool_id = empty["userPoolId"]
    UserGroup().delete(cloud, f"{pool_id}/admins", {})

    with pytest.raises(LocalError, match=r"no group 'admins', a group of admin@example\.com"):
        people.seed(cloud, empty)


def test_administrator_signs_in(cloud: Cloud, outputs: Outputs) -> None:
    """An administrator's access token has the scopes that the trigger adds for the group."""
    access = tokens.claims(people.token(cloud, outputs, user="admin"))

    assert set(access.pop("scope").split()) == {*PERSON_SCOPES, "users/read", "users/write"}
    assert access["exp"] - access["iat"] == 15 * 60
    own = {"sub", "jti", "origin_jti", "username", "iat", "exp", "auth_time"}
    assert {key: value for key, value in access.items() if key not in own} == {
        "iss": outputs["issuer"],
        "client_id": outputs["clientId"],
        "token_use": "access",
        "cognito:groups": ["admins"],
        "name": "Ada Admin",
    }


def test_person_without_groups_signs_in(cloud: Cloud, outputs: Outputs) -> None:
    """The access token of a person without groups has only the scopes of the app's client."""
    access = tokens.claims(people.token(cloud, outputs, user="person"))

    assert set(access["scope"].split()) == set(PERSON_SCOPES)
    assert "cognito:groups" not in access


def test_sign_in_returns_an_id_token(cloud: Cloud, outputs: Outputs) -> None:
    """A sign-in returns an id token with the person's attributes, a refresh token, and the validity."""
    signed_in = people.sign_in(cloud, outputs, "person")

    claims = tokens.claims(signed_in.id)
    assert {key: claims[key] for key in ("aud", "token_use", "email", "email_verified", "name")} == {
        "aud": outputs["clientId"],
        "token_use": "id",
        "email": "person@example.com",
        "email_verified": True,
        "name": "Pat Person",
    }
    assert signed_in.expires_in == 15 * 60
    assert signed_in.refresh


def test_trigger_receives_attributes_as_text(cloud: Cloud, outputs: Outputs) -> None:
    """Cognito sends all attributes to the trigger as text, including email_verified."""
    received = tokens.claims(people.sign_in(cloud, outputs, "person").id)["received"]

    assert {key: value for key, value in received.items() if key != "sub"} == {
        "email": "person@example.com",
        "email_verified": "true",
        "name": "Pat Person",
    }


@pytest.mark.parametrize("name", MACHINES)
def test_machine_client_receives_its_scopes(cloud: Cloud, outputs: Outputs, name: str) -> None:
    """The token of a machine client has exactly the client's scopes."""
    access = tokens.claims(people.token(cloud, outputs, client=name))

    assert set(access["scope"].split()) == set(MACHINES[name])
    assert access["client_id"] == outputs["machineClients"][name]


def test_published_key_verifies_signatures(cloud: Cloud, outputs: Outputs) -> None:
    """The pool's published key verifies an access token, but no manipulated one."""
    token = people.token(cloud, outputs, user="person")
    key = published_key(cloud, outputs, token)
    manipulated = [tokens.forged(token), tokens.tampered(token, scope="users/write"), tokens.unsigned(token)]

    assert tokens.is_signed_by(token, key)
    assert [tokens.is_signed_by(bad, key) for bad in manipulated] == [False, False, False]


def test_token_of_another_client_contains_its_id(cloud: Cloud, outputs: Outputs) -> None:
    """A sign-in with another client of the pool returns a token with that client's id."""
    with tokens.other_client(cloud, outputs) as others:
        access = tokens.claims(people.token(cloud, others, user="admin"))

    assert access["iss"] == outputs["issuer"]
    assert access["client_id"] == others["clientId"] != outputs["clientId"]


def test_token_of_another_pool_has_another_issuer(cloud: Cloud, outputs: Outputs) -> None:
    """A token of another pool has the same scopes and another issuer."""
    with tokens.other_pool(cloud) as token:
        access = tokens.claims(token)

    assert set(access["scope"].split()) == {"users/read", "users/write"}
    assert access["iss"] != outputs["issuer"]


def test_each_sign_in_returns_new_tokens(cloud: Cloud, outputs: Outputs) -> None:
    """Two sign-ins of a person return the same subject in different tokens."""
    first, second = (tokens.claims(people.token(cloud, outputs, user="person")) for _ in range(2))

    assert first["sub"] == second["sub"]
    assert first["jti"] != second["jti"]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"user": "ghost"}, "unknown person 'ghost': expected one of: admin, person"),
        ({"client": "robot"}, "unknown machine client 'robot': expected one of: reader, writer"),
    ],
)
def test_unknown_name_is_an_error(
    cloud: Cloud, outputs: Outputs, asked: dict[str, str], expected: str
) -> None:
    """The error lists the existing names."""
    with pytest.raises(LocalError) as error:
        people.token(cloud, outputs, **asked)

    assert str(error.value) == expected


def test_machine_token_without_machine_clients_is_an_error(cloud: Cloud, outputs: Outputs) -> None:
    """If the stack has no machine clients, the error states that."""
    without = {key: value for key, value in outputs.items() if key != "machineClients"}

    with pytest.raises(LocalError) as error:
        people.token(cloud, without, client="robot")

    assert str(error.value) == "unknown machine client 'robot': this stack has none"


def test_rejected_password_is_an_error(cloud: Cloud, empty: Outputs) -> None:
    """The error contains the message of the hosted login."""
    people.seed(cloud, empty)
    key = {"UserPoolId": empty["userPoolId"], "Username": PEOPLE["admin"].email}
    cognito = cloud.client("cognito-idp")
    cognito.admin_set_user_password(**key, Password="Changed-since-then-1", Permanent=True)

    with pytest.raises(LocalError) as error:
        people.token(cloud, empty, user="admin")

    assert str(error.value) == "the hosted login rejected admin@example.com: Incorrect username or password."


def test_client_without_the_code_flow_is_an_error(cloud: Cloud, outputs: Outputs) -> None:
    """The error contains the message of the hosted login."""
    callbacks = ["http://localhost:8080/"]
    plain = {"name": "plain", "userPoolId": outputs["userPoolId"], "callbackUrls": callbacks}
    client_id = UserPoolClient().create(cloud, plain)

    with pytest.raises(LocalError, match=r"the hosted login returned 400: .*code flow"):
        people.token(cloud, {**outputs, "clientId": client_id})


def test_required_second_factor_is_an_error(cloud: Cloud, trigger: str) -> None:
    """If the pool requires a second factor, the sign-in fails with the setting to change."""
    pool_id = make_pool(cloud, trigger, mfa="ON")

    with pytest.raises(LocalError, match=r"requires a second factor .* supports none"):
        people.sign_in(cloud, {"userPoolId": pool_id, "clientId": "unused"}, "admin")

    UserPool().delete(cloud, pool_id, {})


def published_key(cloud: Cloud, outputs: Outputs, token: str) -> dict[str, str]:
    address = f"{cloud.endpoint}/{outputs['userPoolId']}/.well-known/jwks.json"
    with urllib.request.urlopen(address) as response:  # noqa: S310 - the emulator's own address
        keys: list[dict[str, str]] = json.load(response)["keys"]
    (key,) = [key for key in keys if key["kid"] == tokens.header(token)["kid"]]
    return key
