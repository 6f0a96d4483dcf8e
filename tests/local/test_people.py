"""The people of the embedded cloud, signed in for real against a pool of the program's kind."""

from __future__ import annotations

import io
import json
import secrets
import urllib.request
import zipfile
from collections.abc import Iterator

import pytest

from local.commands import people
from local.commands.people import PEOPLE, Outputs
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
    """Give the group admins the scopes, and tell the token what Cognito told the trigger."""
    request = event["request"]
    admin = "admins" in request["groupConfiguration"]["groupsToOverride"]
    event["response"]["claimsAndScopeOverrideDetails"] = {
        "accessTokenGeneration": {
            "claimsToAddOrOverride": {"name": request["userAttributes"]["name"]},
            "scopesToAdd": ["users/read", "users/write"] if admin else [],
        },
        "idTokenGeneration": {"claimsToAddOrOverride": {"told": request["userAttributes"]}},
    }
    return event
'''
MACHINES = {"reader": ["users/read"], "writer": ["users/read", "users/write"]}
BROWSER_SCOPES = ["openid", "email", "profile"]


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
        Runtime="python3.11",
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
        "clientId": make_browser(cloud, pool_id),
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


def make_browser(cloud: Cloud, pool_id: str) -> str:
    browser: Properties = {
        "name": "browser",
        "userPoolId": pool_id,
        "allowedOauthFlows": ["code"],
        "allowedOauthFlowsUserPoolClient": True,
        "allowedOauthScopes": BROWSER_SCOPES,
        "callbackUrls": ["http://localhost:8080/signed-in?from=cognito"],
        "supportedIdentityProviders": ["COGNITO"],
        "accessTokenValidity": 15,
        "tokenValidityUnits": {"accessToken": "minutes"},
    }
    return UserPoolClient().create(cloud, browser)


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
    told = {each["Name"]: each["Value"] for each in user["UserAttributes"] if each["Name"] != "sub"}
    return {**told, "status": user["UserStatus"]}


def groups(cloud: Cloud, pool_id: str, email: str) -> list[str]:
    answer = cloud.client("cognito-idp").admin_list_groups_for_user(UserPoolId=pool_id, Username=email)
    return [group["GroupName"] for group in answer["Groups"]]


def test_seed_of_an_empty_pool(cloud: Cloud, empty: Outputs) -> None:
    """Everyone is made with a verified e-mail, a name, a password of their own and their groups."""
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


def test_seed_of_a_seeded_pool(cloud: Cloud, outputs: Outputs) -> None:
    """A second seeding has nothing to do and says so."""
    assert people.seed(cloud, outputs) == []


def test_seed_after_one_that_was_cut_off(cloud: Cloud, empty: Outputs) -> None:
    """Who was made and got no further gets the group and the password; who is whole is left alone."""
    admin = PEOPLE["admin"]
    people.seed(cloud, empty)
    cognito, who = cloud.client("cognito-idp"), {"UserPoolId": empty["userPoolId"], "Username": admin.email}
    cognito.admin_delete_user(**who)
    cognito.admin_create_user(**who, MessageAction="SUPPRESS")

    made = people.seed(cloud, empty)

    assert made == ["admin"]
    assert attributes(cloud, empty["userPoolId"], admin.email)["status"] == "CONFIRMED"
    assert groups(cloud, empty["userPoolId"], admin.email) == ["admins"]


def test_seed_of_a_pool_without_the_group(cloud: Cloud, empty: Outputs) -> None:
    """A pool without the administrators' group gives an error that names it."""
    pool_id = empty["userPoolId"]
    UserGroup().delete(cloud, f"{pool_id}/admins", {})

    with pytest.raises(LocalError, match=r"no group 'admins', which admin@example\.com is to be in"):
        people.seed(cloud, empty)


def test_administrator_signs_in(cloud: Cloud, outputs: Outputs) -> None:
    """An administrator's access token carries the scopes that the trigger gives the group."""
    access = tokens.claims(people.token(cloud, outputs, user="admin"))

    assert set(access.pop("scope").split()) == {*BROWSER_SCOPES, "users/read", "users/write"}
    assert access["exp"] - access["iat"] == 15 * 60
    own = {"sub", "jti", "origin_jti", "username", "iat", "exp", "auth_time"}
    assert {key: value for key, value in access.items() if key not in own} == {
        "iss": outputs["issuer"],
        "client_id": outputs["clientId"],
        "token_use": "access",
        "cognito:groups": ["admins"],
        "name": "Ada Admin",
    }


def test_plain_person_signs_in(cloud: Cloud, outputs: Outputs) -> None:
    """A person without a group gets no more scopes than the browser's client asks for."""
    access = tokens.claims(people.token(cloud, outputs, user="person"))

    assert set(access["scope"].split()) == set(BROWSER_SCOPES)
    assert "cognito:groups" not in access


def test_id_token(cloud: Cloud, outputs: Outputs) -> None:
    """A sign-in also gives an id token that says who the person is, and how long the tokens live."""
    signed_in = people.sign_in(cloud, outputs, "person")

    said = tokens.claims(signed_in.id)
    assert {key: said[key] for key in ("aud", "token_use", "email", "email_verified", "name")} == {
        "aud": outputs["clientId"],
        "token_use": "id",
        "email": "person@example.com",
        "email_verified": True,
        "name": "Pat Person",
    }
    assert signed_in.expires_in == 15 * 60
    assert signed_in.refresh


def test_what_the_trigger_is_told(cloud: Cloud, outputs: Outputs) -> None:
    """Cognito tells the trigger the person's attributes as text, the verified e-mail among them."""
    told = tokens.claims(people.sign_in(cloud, outputs, "person").id)["told"]

    assert {key: value for key, value in told.items() if key != "sub"} == {
        "email": "person@example.com",
        "email_verified": "true",
        "name": "Pat Person",
    }


@pytest.mark.parametrize("name", MACHINES)
def test_machine_gets_its_token(cloud: Cloud, outputs: Outputs, name: str) -> None:
    """A machine client gets just the scopes that it has."""
    access = tokens.claims(people.token(cloud, outputs, client=name))

    assert set(access["scope"].split()) == set(MACHINES[name])
    assert access["client_id"] == outputs["machineClients"][name]


def test_signature(cloud: Cloud, outputs: Outputs) -> None:
    """The pool's published key verifies an access token, and none that was meddled with."""
    token = people.token(cloud, outputs, user="person")
    key = published_key(cloud, outputs, token)
    meddled = [tokens.forged(token), tokens.tampered(token, scope="users/write"), tokens.unsigned(token)]

    assert tokens.is_signed_by(token, key)
    assert [tokens.is_signed_by(bad, key) for bad in meddled] == [False, False, False]


def test_token_of_another_client(cloud: Cloud, outputs: Outputs) -> None:
    """Another client of the pool signs the same person in, for itself."""
    with tokens.other_client(cloud, outputs) as others:
        access = tokens.claims(people.token(cloud, others, user="admin"))

    assert access["iss"] == outputs["issuer"]
    assert access["client_id"] == others["clientId"] != outputs["clientId"]


def test_token_of_another_pool(cloud: Cloud, outputs: Outputs) -> None:
    """Another pool gives the same scopes in its own name."""
    with tokens.other_pool(cloud) as token:
        access = tokens.claims(token)

    assert set(access["scope"].split()) == {"users/read", "users/write"}
    assert access["iss"] != outputs["issuer"]


def test_two_sign_ins(cloud: Cloud, outputs: Outputs) -> None:
    """Each sign-in is one of its own, with tokens of its own."""
    first, second = (tokens.claims(people.token(cloud, outputs, user="person")) for _ in range(2))

    assert first["sub"] == second["sub"]
    assert first["jti"] != second["jti"]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"user": "nobody"}, "no person is called 'nobody'; known: admin, person"),
        ({"client": "robot"}, "no machine client is called 'robot'; known: reader, writer"),
    ],
)
def test_unknown_name(cloud: Cloud, outputs: Outputs, asked: dict[str, str], expected: str) -> None:
    """A name that nobody has gives an error that lists the names there are."""
    with pytest.raises(LocalError) as error:
        people.token(cloud, outputs, **asked)

    assert str(error.value) == expected


def test_machine_of_a_stack_without_machines(cloud: Cloud, outputs: Outputs) -> None:
    """Where a stack has no machine clients the error says that."""
    without = {key: value for key, value in outputs.items() if key != "machineClients"}

    with pytest.raises(LocalError) as error:
        people.token(cloud, without, client="robot")

    assert str(error.value) == "no machine client is called 'robot'; known: there are none in this stack"


def test_sign_in_with_a_changed_password(cloud: Cloud, empty: Outputs) -> None:
    """A refused password is an error with the hosted login's own words."""
    people.seed(cloud, empty)
    who = {"UserPoolId": empty["userPoolId"], "Username": PEOPLE["admin"].email}
    cognito = cloud.client("cognito-idp")
    cognito.admin_set_user_password(**who, Password="Changed-since-then-1", Permanent=True)

    with pytest.raises(LocalError) as error:
        people.token(cloud, empty, user="admin")

    assert str(error.value) == "the hosted login refuses admin@example.com: Incorrect username or password."


def test_sign_in_with_a_client_without_the_code_flow(cloud: Cloud, outputs: Outputs) -> None:
    """A client that may not use the hosted login is an error with what the login says."""
    callbacks = ["http://localhost:8080/"]
    plain = {"name": "plain", "userPoolId": outputs["userPoolId"], "callbackUrls": callbacks}
    client_id = UserPoolClient().create(cloud, plain)

    with pytest.raises(LocalError, match=r"the hosted login answers 400: .*code flow"):
        people.token(cloud, {**outputs, "clientId": client_id})


def test_pool_that_demands_a_second_factor(cloud: Cloud, trigger: str) -> None:
    """Where the pool demands TOTP the sign-in says that it does none, and signs nobody in."""
    pool_id = make_pool(cloud, trigger, mfa="ON")

    with pytest.raises(LocalError, match=r"second factor .* does not do TOTP"):
        people.sign_in(cloud, {"userPoolId": pool_id, "clientId": "unused"}, "admin")

    UserPool().delete(cloud, pool_id, {})


def published_key(cloud: Cloud, outputs: Outputs, token: str) -> dict[str, str]:
    address = f"{cloud.endpoint}/{outputs['userPoolId']}/.well-known/jwks.json"
    with urllib.request.urlopen(address) as answer:  # noqa: S310 - the emulator's own address
        keys: list[dict[str, str]] = json.load(answer)["keys"]
    (key,) = [key for key in keys if key["kid"] == tokens.header(token)["kid"]]
    return key
