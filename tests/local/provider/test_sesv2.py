"""SES's resource types against the embedded cloud, and the email sent with them."""

import json
from typing import Any

import pytest
import urllib3
from botocore.exceptions import ClientError

from provider.base import ProviderError
from provider.cloud import Cloud
from provider.services.sesv2.configuration_set import ConfigurationSet
from provider.services.sesv2.configuration_set_event_destination import ConfigurationSetEventDestination
from provider.services.sesv2.email_identity import EmailIdentity
from provider.services.sesv2.template import Template
from tests.local.provider.lifecycle import exercise

ARN = "arn:aws:ses:us-east-1:000000000000:"
TOPIC = "arn:aws:sns:us-east-1:000000000000:feedback"


def outbox(cloud: Cloud) -> list[Any]:
    """Return all email that was sent."""
    response = urllib3.request("GET", f"{cloud.endpoint}/_ministack/ses/messages?account={cloud.account}")
    return response.json()["messages"][cloud.account]


@pytest.mark.parametrize(
    ("identity", "kind", "tokens"),
    [("life@example.com", "EMAIL_ADDRESS", 0), ("life.example.com", "DOMAIN", 3)],
)
def test_email_identity_create_read_update_delete(
    cloud: Cloud, identity: str, kind: str, tokens: int
) -> None:
    """An address and a domain are verified at once, and a domain returns the tokens for its DNS."""
    inputs = {
        "emailIdentity": identity,
        "configurationSetName": "mail",
        "tags": {"stack": "local", "component": "mail"},
    }
    changed = {"emailIdentity": identity, "tags": {"stack": "local", "owner": "team"}}

    read = exercise(cloud, EmailIdentity(), inputs, changed)

    assert len(read.pop("dkimSigningAttributes")["tokens"]) == tokens
    assert read == {
        "emailIdentity": identity,
        "identityType": kind,
        "verifiedForSendingStatus": True,
        "arn": f"{ARN}identity/{identity}",
        "tags": inputs["tags"],
    }


def test_configuration_set_create_read_update_delete_with_every_input(cloud: Cloud) -> None:
    """A configuration set reads as it was written, before and after an update of every input."""
    inputs = {
        "configurationSetName": "life",
        "deliveryOptions": {"tlsPolicy": "REQUIRE", "maxDeliverySeconds": 3600},
        "reputationOptions": {"reputationMetricsEnabled": True},
        "sendingOptions": {"sendingEnabled": False},
        "suppressionOptions": {"suppressedReasons": ["BOUNCE", "COMPLAINT"]},
        "trackingOptions": {"customRedirectDomain": "click.example.com", "httpsPolicy": "REQUIRE"},
        "tags": {"stack": "local", "component": "mail"},
    }
    changed = {
        "configurationSetName": "life",
        "deliveryOptions": {"tlsPolicy": "OPTIONAL"},
        "reputationOptions": {"reputationMetricsEnabled": False},
        "sendingOptions": {"sendingEnabled": True},
        "suppressionOptions": {"suppressedReasons": ["COMPLAINT"]},
        "trackingOptions": {"customRedirectDomain": "go.example.com", "httpsPolicy": "OPTIONAL"},
        "tags": {"stack": "local", "owner": "team"},
    }

    read = exercise(cloud, ConfigurationSet(), inputs, changed)

    assert read == {**inputs, "arn": f"{ARN}configuration-set/life"}


def test_configuration_set_with_inputs_removed_reads_as_new(cloud: Cloud) -> None:
    """An update without the optional inputs restores the values that AWS gives a new configuration set."""
    bare = {"configurationSetName": "bare"}
    name = ConfigurationSet().create(cloud, bare)
    before = ConfigurationSet().read(cloud, name, bare)
    full = {
        **bare,
        "deliveryOptions": {"tlsPolicy": "REQUIRE"},
        "reputationOptions": {"reputationMetricsEnabled": False},
        "sendingOptions": {"sendingEnabled": False},
        "suppressionOptions": {"suppressedReasons": ["BOUNCE"]},
        "trackingOptions": {"customRedirectDomain": "click.example.com"},
        "tags": {"a": "b"},
    }

    ConfigurationSet().update(cloud, name, bare, full)
    ConfigurationSet().update(cloud, name, full, bare)

    assert ConfigurationSet().read(cloud, name, bare) == before


def test_event_destination_create_read_update_delete(cloud: Cloud) -> None:
    """The event types read in the order in which they were written, before and after an update."""
    ConfigurationSet().create(cloud, {"configurationSetName": "observed"})
    place = {"configurationSetName": "observed", "eventDestinationName": "feedback"}
    to_topic = {"enabled": True, "snsDestination": {"topicArn": TOPIC}}
    inputs = {
        **place,
        "eventDestination": {**to_topic, "matchingEventTypes": ["SEND", "BOUNCE", "COMPLAINT"]},
    }
    changed = {
        **place,
        "eventDestination": {
            "enabled": False,
            "snsDestination": {"topicArn": TOPIC + "s"},
            "matchingEventTypes": ["REJECT", "DELIVERY"],
        },
    }

    read = exercise(cloud, ConfigurationSetEventDestination(), inputs, changed)

    assert read == inputs


def test_event_destination_that_is_not_a_topic_is_rejected(cloud: Cloud) -> None:
    """The error names the unknown destination."""
    inputs = {
        "configurationSetName": "observed",
        "eventDestinationName": "elsewhere",
        "eventDestination": {"matchingEventTypes": ["SEND"], "eventBridgeDestination": {"eventBusArn": "b"}},
    }

    with pytest.raises(
        ProviderError, match=r"^eventDestination: unknown eventBridgeDestination; known are enabled, "
    ):
        ConfigurationSetEventDestination().create(cloud, inputs)


def test_template_create_read_update_delete(cloud: Cloud) -> None:
    """A template reads as it was written, and an update without a text removes it."""
    inputs = {"name": "life", "subject": "Hello {{name}}", "text": "Hello", "html": "<p>Hello & welcome</p>"}

    read = exercise(
        cloud, Template(), inputs, {"name": "life", "subject": "Bye", "text": "", "html": "<p>Bye"}
    )

    assert read == {**inputs, "arn": f"{ARN}template/life"}


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (EmailIdentity(), "missing@example.com"),
        (ConfigurationSet(), "nothing"),
        (ConfigurationSetEventDestination(), "nothing|nothing"),
        (Template(), "nothing"),
    ],
    ids=["identity", "set", "destination", "template"],
)
def test_missing_resource_reads_as_none_and_delete_succeeds(cloud: Cloud, kind: Any, name: str) -> None:
    """Reading or deleting a resource that does not exist is not an error."""
    kind.delete(cloud, name, {})

    assert kind.read(cloud, name, {}) is None


def test_email_of_a_template_is_sent(cloud: Cloud) -> None:
    """With identity, configuration set and template, one call sends an email with the template filled in."""
    EmailIdentity().create(cloud, {"emailIdentity": "strata@example.com"})
    ConfigurationSet().create(cloud, {"configurationSetName": "sent"})
    Template().create(
        cloud,
        {"name": "welcome", "subject": "Hi {{name}}", "text": "Welcome, {{name}}", "html": "<b>{{name}}</b>"},
    )

    response: Any = cloud.client("sesv2").send_email(
        FromEmailAddress="Strata <strata@example.com>",
        Destination={"ToAddresses": ["ada@example.com"]},
        Content={"Template": {"TemplateName": "welcome", "TemplateData": json.dumps({"name": "Ada"})}},
        ConfigurationSetName="sent",
        EmailTags=[{"Name": "effect", "Value": "welcome-mail_1"}],
    )

    mail = outbox(cloud)[-1]
    assert {key: mail[key] for key in ("MessageId", "Source", "To", "Subject", "BodyText", "BodyHtml")} == {
        "MessageId": response["MessageId"],
        "Source": "Strata <strata@example.com>",
        "To": ["ada@example.com"],
        "Subject": "Hi Ada",
        "BodyText": "Welcome, Ada",
        "BodyHtml": "<b>Ada</b>",
    }


def test_email_from_an_unknown_identity_is_rejected(cloud: Cloud) -> None:
    """AWS's error reports an address or a domain that is not declared."""
    content = {"Simple": {"Subject": {"Data": "x"}, "Body": {"Text": {"Data": "x"}}}}

    with pytest.raises(ClientError, match="MessageRejected"):
        cloud.client("sesv2").send_email(
            FromEmailAddress="strata@unknown.example",
            Destination={"ToAddresses": ["ada@example.com"]},
            Content=content,
        )
