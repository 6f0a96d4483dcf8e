"""SQS's resource types against the embedded cloud."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from provider.cloud import Cloud
from provider.services.sqs.queue import Queue
from provider.services.sqs.queue_policy import QueuePolicy
from provider.services.sqs.redrive_allow_policy import RedriveAllowPolicy
from tests.local.provider.lifecycle import exercise

KEY = "arn:aws:kms:us-east-1:000000000000:key/k"
ARN = "arn:aws:sqs:us-east-1:000000000000:"


def redrive(queue: str) -> str:
    """Return a redrive policy, formatted over several lines as in a program."""
    return json.dumps({"deadLetterTargetArn": ARN + queue, "maxReceiveCount": 3}, indent=2)


def may_send(queue: str, service: str) -> str:
    """Return a policy that allows a service to send to a queue, and denies plain HTTP."""
    statement = {"Principal": {"Service": f"{service}.amazonaws.com"}, "Resource": ARN + queue}
    send = {"Effect": "Allow", **statement, "Action": "sqs:SendMessage"}
    plain = {"Bool": {"aws:SecureTransport": "false"}}
    deny = {"Effect": "Deny", "Principal": "*", "Action": "sqs:*", "Resource": "*", "Condition": plain}
    return json.dumps({"Version": "2012-10-17", "Statement": [send, deny]}, indent=2)


def test_queue_create_read_update_delete_with_every_input(cloud: Cloud) -> None:
    """A queue reads as it was written, before and after an update of every input that can change."""
    for name in ("life-dead", "life-other"):
        Queue().create(cloud, {"name": name})
    allow_all = json.dumps({"redrivePermission": "allowAll"})
    inputs = {
        "name": "life",
        "messageRetentionSeconds": 86400,
        "visibilityTimeoutSeconds": 90,
        "receiveWaitTimeSeconds": 20,
        "delaySeconds": 5,
        "maxMessageSize": 65536,
        "kmsMasterKeyId": KEY,
        "kmsDataKeyReusePeriodSeconds": 600,
        "sqsManagedSseEnabled": False,
        "redrivePolicy": redrive("life-dead"),
        "redriveAllowPolicy": allow_all,
        "policy": may_send("life", "events"),
        "fifoQueue": False,
        "contentBasedDeduplication": False,
        "tags": {"stack": "local", "component": "users"},
    }
    changed = {
        "name": "life",
        "messageRetentionSeconds": 1209600,
        "visibilityTimeoutSeconds": 30,
        "receiveWaitTimeSeconds": 0,
        "delaySeconds": 0,
        "maxMessageSize": 262144,
        "kmsMasterKeyId": "alias/other",
        "kmsDataKeyReusePeriodSeconds": 300,
        "sqsManagedSseEnabled": True,
        "redrivePolicy": redrive("life-other"),
        "redriveAllowPolicy": json.dumps({"redrivePermission": "denyAll"}),
        "policy": may_send("life", "sns"),
        "fifoQueue": False,
        "contentBasedDeduplication": False,
        "tags": {"stack": "local", "owner": "team"},
    }

    read = exercise(cloud, Queue(), inputs, changed)

    url = f"{cloud.endpoint}/000000000000/life"
    assert read == {**inputs, "arn": ARN + "life", "url": url}


def test_queue_with_inputs_removed_reads_as_new(cloud: Cloud) -> None:
    """An update without the optional inputs restores the values that AWS gives a new queue."""
    Queue().create(cloud, {"name": "bare-dead"})
    bare = {"name": "bare"}
    url = Queue().create(cloud, bare)
    before = Queue().read(cloud, url, bare)
    full = {
        **bare,
        "messageRetentionSeconds": 86400,
        "visibilityTimeoutSeconds": 90,
        "receiveWaitTimeSeconds": 20,
        "delaySeconds": 5,
        "kmsMasterKeyId": KEY,
        "kmsDataKeyReusePeriodSeconds": 600,
        "redrivePolicy": redrive("bare-dead"),
        "redriveAllowPolicy": json.dumps({"redrivePermission": "denyAll"}),
        "policy": may_send("bare", "events"),
        "tags": {"a": "b"},
    }

    Queue().update(cloud, url, bare, full)
    Queue().update(cloud, url, full, bare)

    assert Queue().read(cloud, url, bare) == before


def test_fifo_queue_create_read_update_delete(cloud: Cloud) -> None:
    """A FIFO queue is created as one, and its deduplication can change."""
    inputs = {"name": "life.fifo", "fifoQueue": True, "contentBasedDeduplication": True}

    read = exercise(cloud, Queue(), inputs, {**inputs, "contentBasedDeduplication": False})

    assert (read["fifoQueue"], read["contentBasedDeduplication"]) == (True, True)


def test_queue_with_a_missing_dead_letter_queue_is_rejected(cloud: Cloud) -> None:
    """AWS's error reports that the dead-letter queue must exist first."""
    with pytest.raises(ClientError, match=r"InvalidAttributeValue.*RedrivePolicy"):
        Queue().create(cloud, {"name": "refused", "redrivePolicy": redrive("nowhere")})


def test_queue_policy_create_read_update_delete(cloud: Cloud) -> None:
    """A queue policy is created, updated and deleted, and its queue stays."""
    url = Queue().create(cloud, {"name": "policed"})
    inputs = {"queueUrl": url, "policy": may_send("policed", "events")}

    read = exercise(cloud, QueuePolicy(), inputs, {**inputs, "policy": may_send("policed", "sns")})

    assert read == inputs
    assert Queue().find(cloud, {"name": "policed"}) == url


def test_queue_policy_of_a_missing_queue_is_rejected(cloud: Cloud) -> None:
    """AWS's error reports that the queue must exist first."""
    url = f"{cloud.endpoint}/000000000000/nothing"

    with pytest.raises(ClientError, match="NonExistentQueue"):
        QueuePolicy().create(cloud, {"queueUrl": url, "policy": may_send("nothing", "events")})


def test_redrive_allow_policy_create_read_update_delete(cloud: Cloud) -> None:
    """A redrive allow policy is created, updated and deleted, and its queue stays."""
    url = Queue().create(cloud, {"name": "grave"})
    by_queue = {"redrivePermission": "byQueue", "sourceQueueArns": [ARN + "living"]}
    inputs = {"queueUrl": url, "redriveAllowPolicy": json.dumps(by_queue, indent=2)}
    changed = {"queueUrl": url, "redriveAllowPolicy": json.dumps({"redrivePermission": "denyAll"})}

    read = exercise(cloud, RedriveAllowPolicy(), inputs, changed)

    assert read == inputs


def test_queue_without_policy_inputs_does_not_read_its_policy_resources(cloud: Cloud) -> None:
    """The attributes of policy resources are not drift of the queue."""
    inputs = {"name": "apart"}
    url = Queue().create(cloud, inputs)
    before = Queue().read(cloud, url, inputs)
    deny_all = json.dumps({"redrivePermission": "denyAll"})

    QueuePolicy().create(cloud, {"queueUrl": url, "policy": may_send("apart", "events")})
    RedriveAllowPolicy().create(cloud, {"queueUrl": url, "redriveAllowPolicy": deny_all})

    assert Queue().read(cloud, url, inputs) == before


def test_queue_that_denies_plain_http_works_on_loopback(cloud: Cloud) -> None:
    """The provider leaves out the statement that denies plain HTTP, in a queue and in a queue policy."""
    text = may_send("shut", "events")
    url = Queue().create(cloud, {"name": "shut", "policy": text})
    send(cloud, url, "by the queue")
    QueuePolicy().create(cloud, {"queueUrl": url, "policy": text})
    send(cloud, url, "by its policy")

    assert cloud.client("sqs").receive_message(QueueUrl=url)["Messages"][0]["Body"] == "by the queue"

    cloud.client("sqs").set_queue_attributes(QueueUrl=url, Attributes={"Policy": text})
    with pytest.raises(ClientError, match="AccessDenied"):
        send(cloud, url, "over plain HTTP")


def send(cloud: Cloud, url: str, body: str) -> None:
    """Send a message to the queue."""
    cloud.client("sqs").send_message(QueueUrl=url, MessageBody=body)


@pytest.mark.parametrize("kind", [Queue(), QueuePolicy(), RedriveAllowPolicy()])
def test_missing_resource_reads_as_none_and_delete_succeeds(cloud: Cloud, kind: Any) -> None:
    """Reading or deleting a resource that does not exist is not an error."""
    url = f"{cloud.endpoint}/000000000000/nothing"
    kind.delete(cloud, url, {})

    assert kind.read(cloud, url, {}) is None
