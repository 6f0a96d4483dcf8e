"""The user pool and its clients.

These tests cannot show that Cognito accepts the sender, which needs a domain that SES has verified.
"""

from __future__ import annotations

from typing import Any

import pytest

from components.auth import Auth
from handlers.auth.storage import LEASE_SECONDS
from handlers.kit.retry import ATTEMPT_SECONDS
from tests.infrastructure.components.build import ACCOUNT, ADDRESS, dependencies, mail, runtime, settings
from tools.graph import Graph, Secret, built

CLIENT = "aws:cognito/userPoolClient:UserPoolClient"
IDENTITY = "aws:sesv2/emailIdentity:EmailIdentity"
POOL = "aws:cognito/userPool:UserPool"


def auth(environment: str = "development", **section: Any) -> Graph:
    """Return the graph of a user pool with these settings."""
    of = settings(environment, auth=section)
    return built(lambda: Auth("auth", {}, "handlers.auth.pre_token:handler", mail(of), ADDRESS, runtime(of)))


@pytest.mark.parametrize(("environment", "sender"), [("development", "cognito"), ("production", "ses")])
def test_production_sends_the_mails_of_sign_up_through_ses(environment: str, sender: str) -> None:
    """Cognito's own sender is limited to about 50 mails a day."""
    assert auth(environment).inputs(POOL, "auth") == auth(environment, mail=sender).inputs(POOL, "auth")


def test_pool_sends_through_ses_from_the_senders_address() -> None:
    """Its mails get the events and the TLS of the configuration set; the identity exists before the pool."""
    graph = auth(mail="ses")

    assert graph.inputs(POOL, "auth")["emailConfiguration"] == {
        "emailSendingAccount": "DEVELOPER",
        "sourceArn": f"arn:aws:ses:{ACCOUNT}:identity/mail.example.com",
        "fromEmailAddress": "no-reply@mail.example.com",
        "configurationSet": "strata-test-mail",
    }
    assert f"{IDENTITY}::mail" in dependencies(graph, POOL, "auth")


def test_pool_can_send_before_the_domain_is_verified() -> None:
    """The pool then has Cognito's own sender, and does not depend on the identity."""
    graph = auth(mail="cognito")

    assert graph.inputs(POOL, "auth")["emailConfiguration"] == {"emailSendingAccount": "COGNITO_DEFAULT"}
    assert f"{IDENTITY}::mail" not in dependencies(graph, POOL, "auth")


def test_client_of_people_is_confidential_and_rotates_refresh_tokens() -> None:
    """Cognito refuses the rotation together with the flow ALLOW_REFRESH_TOKEN_AUTH."""
    inputs = auth().inputs(CLIENT, "auth-app")

    assert inputs["generateSecret"]
    assert inputs["refreshTokenRotation"] == {"feature": "ENABLED", "retryGracePeriodSeconds": 60}
    assert inputs["explicitAuthFlows"] == ["ALLOW_USER_SRP_AUTH"]
    assert inputs["allowedOauthFlows"] == ["code"]
    assert inputs["enableTokenRevocation"]
    assert inputs["callbackUrls"] == [f"{ADDRESS}/api/auth/callback"]
    assert inputs["logoutUrls"] == [f"{ADDRESS}/signed-out"]


def test_grace_of_a_used_refresh_token_is_longer_than_the_lease_of_a_session() -> None:
    """After an invocation that stopped in between, the next one can still use the token."""
    rotation = auth().inputs(CLIENT, "auth-app")["refreshTokenRotation"]

    assert rotation["retryGracePeriodSeconds"] > LEASE_SECONDS + 2 * ATTEMPT_SECONDS


def test_token_of_a_person_is_valid_for_five_minutes() -> None:
    """Nothing ends an access token before it expires; machines keep theirs for an hour."""
    graph = auth(machineClients={"reporting": ["orders/read"]})

    clients = {name: graph.inputs(CLIENT, name) for name in ("auth-app", "auth-reporting")}
    assert {name: inputs["accessTokenValidity"] for name, inputs in clients.items()} == {
        "auth-app": 5,
        "auth-reporting": 60,
    }
    assert {inputs["tokenValidityUnits"]["accessToken"] for inputs in clients.values()} == {"minutes"}


def test_secret_of_the_client_is_in_secrets_manager_only() -> None:
    """Its value is a secret of the graph, and no function has it in its environment."""
    graph = auth()

    version = graph.inputs("aws:secretsmanager/secretVersion:SecretVersion", "auth-client")
    assert isinstance(version["secretString"], Secret)


@pytest.mark.parametrize(
    ("environment", "hours"), [("ephemeral", 24), ("development", 24), ("production", 12)]
)
def test_refresh_token_lives_as_long_as_a_session(environment: str, hours: int) -> None:
    """The class gives a default, and a stack file may override it."""
    for section, expected in (({}, hours), ({"sessionHours": 2}, 2)):
        inputs = auth(environment, **section).inputs(CLIENT, "auth-app")
        assert inputs["refreshTokenValidity"] == expected
        assert inputs["tokenValidityUnits"]["refreshToken"] == "hours"
