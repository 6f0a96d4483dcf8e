"""The mail layer.

These tests cannot show that the sender's domain is verified: that needs DNS records and a person.
"""

from __future__ import annotations

from typing import Any

import pytest

from components.function import Function
from components.mail import EVENT_TYPES
from components.queue import Queue
from handlers.notifications.ses import EventType
from handlers.notifications.templates import TEMPLATES
from settings import Settings
from tests.infrastructure.components.build import (
    ACCOUNT,
    HEALTH,
    HELLO,
    ROLE_POLICY,
    SUBSCRIPTION,
    TOPIC,
    TOPIC_POLICY,
    dependencies,
    mail,
    rejected,
    runtime,
    settings,
    tags,
    tls_statement,
)
from tools.graph import Graph, built, statements

CONFIGURATION_SET = "aws:sesv2/configurationSet:ConfigurationSet"
DESTINATION = "aws:sesv2/configurationSetEventDestination:ConfigurationSetEventDestination"
IDENTITY = "aws:sesv2/emailIdentity:EmailIdentity"
TEMPLATE = "aws:ses/template:Template"

FEEDBACK_ARN = f"arn:aws:sns:{ACCOUNT}:mail-feedback"
SES = f"arn:aws:ses:{ACCOUNT}"


def sending(of: Settings | None = None, *, templates: Any = HELLO, sends: str = "hello") -> Graph:
    """Return the graph of a function that sends email."""

    def declare() -> None:
        layer = mail(of, templates)
        Function("job", HEALTH, runtime(of or settings()), uses=[layer.use(sends)])

    return built(declare)


def permission(*templates: str) -> dict[str, Any]:
    """Return the statement that allows sending with these templates."""
    return {
        "Effect": "Allow",
        "Action": ["ses:SendEmail", "ses:SendTemplatedEmail"],
        "Resource": [
            f"{SES}:configuration-set/strata-test-mail",
            f"{SES}:identity/mail.example.com",
            *(f"{SES}:template/mail-{template}" for template in templates),
        ],
        "Condition": {"StringEquals": {"ses:FromAddress": "no-reply@mail.example.com"}},
    }


def test_mail_layer_has_an_identity_templates_and_a_configuration_set() -> None:
    """The identity is the sender's domain, and SES sends only over TLS."""
    graph = built(mail)

    assert graph.of(IDENTITY)["mail"].inputs == {
        "emailIdentity": "mail.example.com",
        "tags": tags("mail"),
    }
    assert {name: item.inputs for name, item in graph.of(TEMPLATE).items()} == {
        "mail-hello": {
            "subject": "Hello",
            "text": "Hello {{name}}",
            "html": "<p>Hello {{nameHtml}}</p>",
        }
    }
    assert graph.of(CONFIGURATION_SET)["mail"].inputs == {
        "configurationSetName": "strata-test-mail",
        "deliveryOptions": {"tlsPolicy": "REQUIRE"},
        "reputationOptions": {"reputationMetricsEnabled": True},
        "tags": tags("mail"),
    }


@pytest.mark.parametrize(("environment", "protect"), [("development", False), ("production", True)])
def test_identity_is_protected_in_production(environment: str, protect: bool) -> None:
    """A new identity sends nothing until its DNS records are set."""
    graph = built(lambda: mail(settings(environment)))

    assert graph.of(IDENTITY)["mail"].protect is protect


def test_ses_publishes_email_events_to_an_encrypted_topic() -> None:
    """SES may publish all six events for this account only, once the topic policy exists."""
    graph = built(mail)

    assert graph.of(DESTINATION)["mail"].inputs == {
        "configurationSetName": "strata-test-mail",
        "eventDestinationName": "mail-feedback",
        "eventDestination": {
            "enabled": True,
            "matchingEventTypes": [
                "SEND",
                "DELIVERY",
                "BOUNCE",
                "COMPLAINT",
                "REJECT",
                "RENDERING_FAILURE",
            ],
            "snsDestination": {"topicArn": FEEDBACK_ARN},
        },
    }
    assert graph.inputs(TOPIC, "mail-feedback") == {
        "kmsMasterKeyId": f"arn:aws:kms:{ACCOUNT}:key/key",
        "tags": tags("mail-feedback"),
    }
    denied, allowed = statements(graph.inputs(TOPIC_POLICY, "mail-feedback")["policy"])
    assert denied == tls_statement(denied["Action"], FEEDBACK_ARN)
    assert allowed == {
        "Effect": "Allow",
        "Principal": {"Service": "ses.amazonaws.com"},
        "Action": "sns:Publish",
        "Resource": FEEDBACK_ARN,
        "Condition": {"StringEquals": {"aws:SourceAccount": "123456789012"}},
    }
    assert f"{TOPIC_POLICY}::mail-feedback" in dependencies(graph, DESTINATION, "mail")


def test_queue_receives_feedback_unchanged() -> None:
    """The filter accepts only the six event types, not SES's validation message to a new topic."""

    def declare() -> None:
        layer = mail()
        layer.topic.subscribe(
            Queue("feedback", runtime(), timeout=20), filter={"eventType": list(EVENT_TYPES)}
        )

    inputs = built(declare).inputs(SUBSCRIPTION, "mail-feedback-feedback")
    assert inputs["rawMessageDelivery"] is True
    assert inputs["filterPolicyScope"] == "MessageBody"
    assert inputs["filterPolicy"] == (
        '{"eventType": ["Send", "Delivery", "Bounce", "Complaint", "Reject", "Rendering Failure"]}'
    )


def test_filter_accepts_the_events_that_the_handler_reads() -> None:
    """The component and the handler name the same six types."""
    assert EventType.__args__ == EVENT_TYPES


def test_permission_to_send_is_exact() -> None:
    """It is for one identity, one configuration set, the named templates and one sender."""
    graph = sending()

    assert permission("hello") in statements(graph.inputs(ROLE_POLICY, "job")["policy"])


def test_permission_to_send_has_no_other_template() -> None:
    """A function that sends one kind of email cannot send another."""
    graph = sending(templates=TEMPLATES, sends="digest")

    assert permission("digest") in statements(graph.inputs(ROLE_POLICY, "job")["policy"])


def test_unknown_template_is_rejected() -> None:
    """The error names the templates that exist."""
    rejected(lambda: mail().use("goodbye"), "mail mail: no template 'goodbye': expected one of hello")


def test_ephemeral_stack_uses_the_identity_of_its_account() -> None:
    """The permission names the shared identity; the embedded cloud has its own."""
    ephemeral = settings("ephemeral")
    embedded = ephemeral.model_copy(update={"endpoint": "http://127.0.0.1:4566"})

    assert sending(ephemeral).of(IDENTITY) == {}
    assert permission("hello") in statements(sending(ephemeral).inputs(ROLE_POLICY, "job")["policy"])
    assert list(sending(embedded).of(IDENTITY)) == ["mail"]
