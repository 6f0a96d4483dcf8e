"""The user pool and its clients.

These tests cannot show that Cognito accepts the sender, which needs a domain that SES has verified.
"""

from __future__ import annotations

from typing import Any

import pytest

from components.auth import Auth
from tests.infrastructure.components.build import ACCOUNT, ADDRESS, dependencies, mail, runtime, settings
from tools.graph import Graph, built

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


def test_browser_gets_a_new_refresh_token_at_each_use() -> None:
    """Cognito refuses the rotation together with the flow ALLOW_REFRESH_TOKEN_AUTH."""
    inputs = auth().inputs(CLIENT, "auth-browser")

    assert inputs["refreshTokenRotation"] == {"feature": "ENABLED", "retryGracePeriodSeconds": 10}
    assert inputs["explicitAuthFlows"] == ["ALLOW_USER_SRP_AUTH"]


@pytest.mark.parametrize(
    ("environment", "hours"), [("ephemeral", 24), ("development", 24), ("production", 12)]
)
def test_refresh_token_lives_as_long_as_a_session(environment: str, hours: int) -> None:
    """The class gives a default, and a stack file may override it."""
    for section, expected in (({}, hours), ({"sessionHours": 2}, 2)):
        inputs = auth(environment, **section).inputs(CLIENT, "auth-browser")
        assert inputs["refreshTokenValidity"] == expected
        assert inputs["tokenValidityUnits"]["refreshToken"] == "hours"
