"""The mail layer."""

from __future__ import annotations

from typing import Any

from components.function import Function
from components.key import Key
from components.mail import EVENT_TYPES, Mail
from components.queue import Queue
from handlers.notifications.ses import EventType
from handlers.notifications.templates import TEMPLATES, Template
from settings import Settings
from tests.infrastructure.components.build import (
    ACCOUNT,
    HEALTH,
    ROLE_POLICY,
    SUBSCRIPTION,
    only_tls,
    refused,
    runtime,
    settings,
    tags,
    wait_for,
)
from tools.graph import Graph, built, statements

CONFIGURATION_SET = "aws:sesv2/configurationSet:ConfigurationSet"

DESTINATION = "aws:sesv2/configurationSetEventDestination:ConfigurationSetEventDestination"

IDENTITY = "aws:sesv2/emailIdentity:EmailIdentity"

TEMPLATE = "aws:ses/template:Template"

TOPIC = f"arn:aws:sns:{ACCOUNT}:mail-feedback"

SES = f"arn:aws:ses:{ACCOUNT}"

HELLO = {"hello": Template("Hello", "Hello {{name}}", "<p>Hello {{nameHtml}}</p>")}


def mail(of: Settings | None = None, templates: Any = HELLO) -> Mail:
    """A mail layer of a stack of these settings."""
    stack = of or settings()
    return Mail("mail", "no-reply@mail.example.com", templates, Key("key", stack), runtime(stack))


def sending(of: Settings | None = None, *, templates: Any = HELLO, sends: str = "hello") -> Graph:
    """The graph of a function that sends mail."""

    def declare() -> None:
        layer = mail(of, templates)
        Function("job", HEALTH, runtime(of or settings()), uses=[layer.use(sends)])

    return built(declare)


def leave(*templates: str) -> dict[str, Any]:
    """The statement that lets a function send in these templates."""
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


def test_a_mail_layer_sends_from_a_domain_in_templates() -> None:
    """The sender's domain is the identity, each template is SES's, and nothing goes out without TLS."""
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


def test_ses_tells_of_every_mail_on_an_encrypted_topic() -> None:
    """All six events go there; SES may publish for this account alone, and the policy stands before."""
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
            "snsDestination": {"topicArn": TOPIC},
        },
    }
    assert graph.inputs("aws:sns/topic:Topic", "mail-feedback") == {
        "kmsMasterKeyId": f"arn:aws:kms:{ACCOUNT}:key/key",
        "tags": tags("mail-feedback"),
    }
    refusal, leave_to_publish = statements(
        graph.inputs("aws:sns/topicPolicy:TopicPolicy", "mail-feedback")["policy"]
    )
    assert refusal == only_tls(refusal["Action"], TOPIC)
    assert leave_to_publish == {
        "Effect": "Allow",
        "Principal": {"Service": "ses.amazonaws.com"},
        "Action": "sns:Publish",
        "Resource": TOPIC,
        "Condition": {"StringEquals": {"aws:SourceAccount": "123456789012"}},
    }
    assert "aws:sns/topicPolicy:TopicPolicy::mail-feedback" in wait_for(graph, DESTINATION, "mail")


def test_feedback_reaches_its_queue_as_ses_wrote_it() -> None:
    """Raw, and only what is JSON with one of the six types: SES's greeting on a new topic is neither."""

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


def test_the_filter_lets_in_what_the_handler_reads() -> None:
    """The component and the handler name the same six types."""
    assert EventType.__args__ == EVENT_TYPES


def test_leave_to_send_is_exact() -> None:
    """One identity, one configuration set, the templates that are named, and one sender."""
    graph = sending()

    assert leave("hello") in statements(graph.inputs(ROLE_POLICY, "job")["policy"])


def test_leave_to_send_names_no_other_template() -> None:
    """A function that sends one mail cannot send another."""
    graph = sending(templates=TEMPLATES, sends="digest")

    assert leave("digest") in statements(graph.inputs(ROLE_POLICY, "job")["policy"])


def test_an_unknown_template_is_rejected() -> None:
    """The error names the templates that exist."""
    refused(lambda: mail().use("goodbye"), "mail mail: no template 'goodbye': expected one of hello")


def test_a_stack_that_comes_and_goes_makes_no_identity() -> None:
    """Several share the account's: the leave names it all the same. The embedded cloud is one's own."""
    passing = settings("ephemeral")
    embedded = passing.model_copy(update={"endpoint": "http://127.0.0.1:4566"})

    assert sending(passing).of(IDENTITY) == {}
    assert leave("hello") in statements(sending(passing).inputs(ROLE_POLICY, "job")["policy"])
    assert list(sending(embedded).of(IDENTITY)) == ["mail"]
