"""SNS's resource types against the embedded cloud, and their delivery of messages."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from provider.cloud import Cloud
from provider.services.kms.key import Key
from provider.services.sns.topic import Topic
from provider.services.sns.topic_policy import TopicPolicy
from provider.services.sns.topic_subscription import TopicSubscription
from provider.services.sqs.queue import Queue
from provider.services.sqs.queue_policy import QueuePolicy
from tests.local.provider.lifecycle import exercise, expect_reads

ACCOUNT = "000000000000"
ARN = f"arn:aws:sns:us-east-1:{ACCOUNT}:"
QUEUE_ARN = f"arn:aws:sqs:us-east-1:{ACCOUNT}:"
KEY = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/k"


def policy(*statements: dict[str, Any]) -> str:
    """Return a policy of these statements, formatted over several lines as in a program."""
    return json.dumps({"Version": "2012-10-17", "Statement": statements}, indent=2)


def may_publish(topic: str, service: str) -> dict[str, Any]:
    """Return a statement that allows a service to publish to a topic."""
    principal = {"Service": f"{service}.amazonaws.com"}
    return {"Effect": "Allow", "Principal": principal, "Action": "sns:Publish", "Resource": ARN + topic}


def tls_only(topic: str) -> dict[str, Any]:
    """Return a statement that denies plain HTTP."""
    plain = {"Bool": {"aws:SecureTransport": "false"}}
    return {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "sns:Publish",
        "Resource": ARN + topic,
        "Condition": plain,
    }


def subscribed_queue(cloud: Cloud, topic: str, name: str, **inputs: Any) -> str:
    """Create a queue that is subscribed to the topic and accepts only its messages; return its URL."""
    url = Queue().create(cloud, {"name": name})
    send = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": QUEUE_ARN + name,
        "Condition": {"ArnEquals": {"aws:SourceArn": topic}},
    }
    QueuePolicy().create(cloud, {"queueUrl": url, "policy": policy(send)})
    subscription = {"topic": topic, "protocol": "sqs", "endpoint": QUEUE_ARN + name, **inputs}
    TopicSubscription().create(cloud, subscription)
    return url


def bodies(cloud: Cloud, url: str) -> list[str]:
    """Receive the queue's messages and return their bodies."""
    response: Any = cloud.client("sqs").receive_message(
        QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=2
    )
    return [message["Body"] for message in response.get("Messages", [])]


def test_topic_create_read_update_delete_with_every_input(cloud: Cloud) -> None:
    """A topic reads as it was written, before and after an update of every input that can change."""
    inputs = {
        "name": "life",
        "displayName": "Life",
        "kmsMasterKeyId": KEY,
        "deliveryPolicy": json.dumps({"http": {"disableSubscriptionOverrides": True}}, indent=2),
        "tracingConfig": "Active",
        "signatureVersion": 2,
        "policy": policy(may_publish("life", "events"), tls_only("life")),
        "fifoTopic": False,
        "contentBasedDeduplication": False,
        "tags": {"stack": "local", "component": "mail"},
    }
    changed = {
        "name": "life",
        "displayName": "Afterlife",
        "kmsMasterKeyId": "alias/aws/sns",
        "deliveryPolicy": json.dumps({"http": {"disableSubscriptionOverrides": False}}),
        "tracingConfig": "PassThrough",
        "signatureVersion": 1,
        "policy": policy(may_publish("life", "ses"), tls_only("life")),
        "fifoTopic": False,
        "contentBasedDeduplication": False,
        "tags": {"stack": "local", "owner": "team"},
    }

    read = exercise(cloud, Topic(), inputs, changed)

    assert read == {**inputs, "arn": ARN + "life", "owner": ACCOUNT}


def test_topic_with_inputs_removed_reads_as_new(cloud: Cloud) -> None:
    """An update without the optional inputs restores the values that AWS gives a new topic."""
    bare = {"name": "bare"}
    arn = Topic().create(cloud, bare)
    before = Topic().read(cloud, arn, bare)
    full = {**bare, "displayName": "Bare", "kmsMasterKeyId": KEY, "signatureVersion": 2, "tags": {"a": "b"}}

    Topic().update(cloud, arn, bare, full)
    Topic().update(cloud, arn, full, bare)

    assert Topic().read(cloud, arn, bare) == before


def test_fifo_topic_create_read_update_delete(cloud: Cloud) -> None:
    """A FIFO topic is created as one, and its deduplication can change."""
    inputs = {"name": "life.fifo", "fifoTopic": True, "contentBasedDeduplication": True}

    read = exercise(cloud, Topic(), inputs, {**inputs, "contentBasedDeduplication": False})

    assert (read["fifoTopic"], read["contentBasedDeduplication"]) == (True, True)


def test_topic_policy_create_read_update_delete(cloud: Cloud) -> None:
    """A topic policy is created, updated and deleted, and reads with its TLS statement."""
    topic = Topic().create(cloud, {"name": "policed"})
    inputs = {"arn": topic, "policy": policy(may_publish("policed", "events"), tls_only("policed"))}
    changed = {"arn": topic, "policy": policy(may_publish("policed", "ses"), tls_only("policed"))}

    read = exercise(cloud, TopicPolicy(), inputs, changed)

    assert read == {**inputs, "owner": ACCOUNT}
    assert Topic().find(cloud, {"name": "policed"}) == topic


def test_topic_policy_changed_outside_pulumi_reads_as_changed(cloud: Cloud) -> None:
    """A policy that was overwritten outside Pulumi reads as it is, with or without the TLS statement."""
    topic = Topic().create(cloud, {"name": "tampered"})
    inputs = {"arn": topic, "policy": policy(may_publish("tampered", "events"), tls_only("tampered"))}
    TopicPolicy().create(cloud, inputs)
    theirs = policy(may_publish("tampered", "ses"))

    cloud.client("sns").set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=theirs)

    assert TopicPolicy().read(cloud, topic, inputs) == {"arn": topic, "policy": theirs, "owner": ACCOUNT}


def test_topic_without_a_policy_input_does_not_read_its_topic_policy(cloud: Cloud) -> None:
    """A topic policy is not drift of its topic."""
    inputs = {"name": "apart"}
    topic = Topic().create(cloud, inputs)
    before = Topic().read(cloud, topic, inputs)

    TopicPolicy().create(cloud, {"arn": topic, "policy": policy(may_publish("apart", "events"))})

    assert Topic().read(cloud, topic, inputs) == before


def test_policy_of_a_missing_topic_is_rejected(cloud: Cloud) -> None:
    """AWS's error reports that the topic must exist first."""
    with pytest.raises(ClientError, match="NotFound"):
        TopicPolicy().create(cloud, {"arn": ARN + "nothing", "policy": policy()})


def test_subscription_create_read_update_delete_with_every_input(cloud: Cloud) -> None:
    """A queue's subscription reads as it was written, before and after an update of every input."""
    topic = Topic().create(cloud, {"name": "subscribed"})
    inputs = {
        "topic": topic,
        "protocol": "sqs",
        "endpoint": QUEUE_ARN + "subscriber",
        "rawMessageDelivery": True,
        "filterPolicyScope": "MessageBody",
        "filterPolicy": json.dumps({"kind": ["bounce"]}, indent=2),
        "redrivePolicy": json.dumps({"deadLetterTargetArn": QUEUE_ARN + "dead"}, indent=2),
    }
    changed = {
        **inputs,
        "rawMessageDelivery": False,
        "filterPolicyScope": "MessageAttributes",
        "filterPolicy": json.dumps({"kind": ["complaint"]}),
        "redrivePolicy": json.dumps({"deadLetterTargetArn": QUEUE_ARN + "dead"}),
    }

    read = exercise(cloud, TopicSubscription(), inputs, changed)

    confirmed = {"pendingConfirmation": False, "confirmationWasAuthenticated": True}
    assert read == {**inputs, **confirmed, "arn": read["arn"], "ownerId": ACCOUNT}
    assert read["arn"].startswith(f"{topic}:")


def test_subscription_with_inputs_removed_reads_as_new(cloud: Cloud) -> None:
    """Without filter, redrive and raw delivery, a subscription has AWS's defaults."""
    topic = Topic().create(cloud, {"name": "bare-subscribed"})
    bare = {"topic": topic, "protocol": "sqs", "endpoint": QUEUE_ARN + "bare"}
    arn = TopicSubscription().create(cloud, bare)
    before = TopicSubscription().read(cloud, arn, bare)
    full = {**bare, "rawMessageDelivery": True, "filterPolicy": '{"kind": ["a"]}', "redrivePolicy": "{}"}

    TopicSubscription().update(cloud, arn, bare, full)
    TopicSubscription().update(cloud, arn, full, bare)

    assert TopicSubscription().read(cloud, arn, bare) == before


@pytest.mark.parametrize(
    ("protocol", "endpoint", "pending"),
    [
        # The embedded cloud confirms an email address at once.
        ("email", "operator@example.com", False),
        # No server runs there to confirm.
        ("http", "http://127.0.0.1:9/hook", True),
    ],
)
def test_unconfirmed_subscription_create_read_update_delete(
    cloud: Cloud, protocol: str, endpoint: str, pending: bool
) -> None:
    """A subscription returns whether it is confirmed, and has its ID before that."""
    topic = Topic().create(cloud, {"name": f"confirmed-by-{protocol}"})
    inputs = {"topic": topic, "protocol": protocol, "endpoint": endpoint}

    read = exercise(cloud, TopicSubscription(), inputs, inputs)

    assert (read["pendingConfirmation"], read["arn"].startswith(f"{topic}:")) == (pending, True)


@pytest.mark.parametrize("kind", [Topic(), TopicPolicy()], ids=["topic", "policy"])
def test_missing_topic_reads_as_none_and_delete_succeeds(cloud: Cloud, kind: Any) -> None:
    """Reading or deleting a resource that does not exist is not an error."""
    kind.delete(cloud, ARN + "nothing", {})

    assert kind.read(cloud, ARN + "nothing", {}) is None


def test_subscription_to_a_missing_topic_is_not_found(cloud: Cloud) -> None:
    """Reading, finding or deleting a subscription of a deleted topic is not an error."""
    arn = f"{ARN}nothing:6b0e71bd-7e97-4d97-80ce-4a0994e55286"
    inputs = {"topic": ARN + "nothing", "protocol": "sqs", "endpoint": QUEUE_ARN + "nothing"}
    TopicSubscription().delete(cloud, arn, inputs)

    assert TopicSubscription().read(cloud, arn, inputs) is None
    assert TopicSubscription().find(cloud, inputs) is None


def test_message_is_delivered_to_queues_whose_filter_matches(cloud: Cloud) -> None:
    """Each queue receives the raw messages that match its filter, once."""
    topic = Topic().create(cloud, {"name": "filtered"})
    raw = {"rawMessageDelivery": True, "filterPolicyScope": "MessageBody"}
    bounces = subscribed_queue(
        cloud, topic, "bounces", **raw, filterPolicy=json.dumps({"eventType": ["Bounce"]})
    )
    everything = subscribed_queue(cloud, topic, "everything", **raw)
    bounce, sent = json.dumps({"eventType": "Bounce"}), json.dumps({"eventType": "Send"})

    for message in (bounce, sent):
        cloud.client("sns").publish(TopicArn=topic, Message=message)

    assert bodies(cloud, bounces) == [bounce]
    assert sorted(bodies(cloud, everything)) == [bounce, sent]


def test_encrypted_topic_that_denies_plain_http_delivers(cloud: Cloud) -> None:
    """With a KMS key and a TLS-only policy, only principals with permission can publish."""
    key = Key().create(cloud, {"description": "topics"})
    topic = Topic().create(cloud, {"name": "sealed", "kmsMasterKeyId": key})
    inputs = {"arn": topic, "policy": policy(may_publish("sealed", "events"), tls_only("sealed"))}
    expect_reads(cloud, TopicPolicy(), TopicPolicy().create(cloud, inputs), inputs)
    url = subscribed_queue(cloud, topic, "unsealed", rawMessageDelivery=True)

    publisher(cloud, "may-publish", "sns:Publish", topic).publish(TopicArn=topic, Message="sealed")

    with pytest.raises(ClientError, match="not authorized"):
        publisher(cloud, "may-not", "sns:Subscribe", topic).publish(TopicArn=topic, Message="never")
    assert bodies(cloud, url) == ["sealed"]


def publisher(cloud: Cloud, name: str, action: str, resource: str) -> Any:
    """Yield the SNS client of a user with permission for this action only."""
    import boto3

    iam = cloud.client("iam")
    iam.create_user(UserName=name)
    allowed = policy({"Effect": "Allow", "Action": action, "Resource": resource})
    iam.put_user_policy(UserName=name, PolicyName="one", PolicyDocument=allowed)
    key: Any = iam.create_access_key(UserName=name)["AccessKey"]
    return boto3.client(
        "sns",
        endpoint_url=cloud.endpoint,
        region_name=cloud.region,
        aws_access_key_id=key["AccessKeyId"],
        aws_secret_access_key=key["SecretAccessKey"],
    )
