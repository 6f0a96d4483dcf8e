"""Access to the event bus, schedules, queues, topics and their key."""

from __future__ import annotations

from bootstrap.permissions.access import (
    GENERATED_ID,
    Access,
    request_tags,
    request_tags_if_untagged,
    resource_tags,
)

CONNECTION = "aws:cloudwatch/eventConnection:EventConnection"
KEY = "aws:kms/key:Key"

BUS = (
    Access(
        ("aws:cloudwatch/eventBus:EventBus",),
        "arn:aws:events:{region}:{account}:event-bus/{names}",
        read=("events:DescribeEventBus", "events:ListTagsForResource"),
        write=(
            "events:CreateEventBus",
            "events:DeleteEventBus",
            "events:TagResource",
            "events:UntagResource",
            "events:UpdateEventBus",
        ),
    ),
    Access(
        ("aws:cloudwatch/eventArchive:EventArchive",),
        "arn:aws:events:{region}:{account}:archive/{names}",
        related=("arn:aws:events:{region}:{account}:event-bus/{names}",),
        read=("events:DescribeArchive",),
        write=("events:CreateArchive", "events:DeleteArchive", "events:UpdateArchive"),
    ),
    Access(
        ("aws:cloudwatch/eventRule:EventRule", "aws:cloudwatch/eventTarget:EventTarget"),
        "arn:aws:events:{region}:{account}:rule/{names}",
        read=("events:DescribeRule", "events:ListTagsForResource", "events:ListTargetsByRule"),
        write=(
            "events:DeleteRule",
            "events:PutRule",
            "events:PutTargets",
            "events:RemoveTargets",
            "events:TagResource",
            "events:UntagResource",
        ),
    ),
    Access(
        (CONNECTION,),
        "arn:aws:events:{region}:{account}:connection/{names}",
        read=("events:DescribeConnection",),
        write=("events:CreateConnection", "events:DeleteConnection", "events:UpdateConnection"),
    ),
    # EventBridge stores a connection's key in a secret, with the permissions of the connection's creator.
    Access(
        (CONNECTION,),
        "arn:aws:secretsmanager:{region}:{account}:secret:events!connection/{names}",
        write=(
            "secretsmanager:CreateSecret",
            "secretsmanager:DeleteSecret",
            "secretsmanager:DescribeSecret",
            "secretsmanager:GetSecretValue",
            "secretsmanager:PutSecretValue",
            "secretsmanager:UpdateSecret",
        ),
    ),
    # The first connection of an account creates the service-linked role that reads the key.
    Access(
        (CONNECTION,),
        "arn:aws:iam::{account}:role/aws-service-role/apidestinations.events.amazonaws.com"
        "/AWSServiceRoleForAmazonEventBridgeApiDestinations",
        write=("iam:CreateServiceLinkedRole",),
    ),
    Access(
        ("aws:cloudwatch/eventApiDestination:EventApiDestination",),
        "arn:aws:events:{region}:{account}:api-destination/{names}",
        related=("arn:aws:events:{region}:{account}:connection/{names}",),
        read=("events:DescribeApiDestination",),
        write=(
            "events:CreateApiDestination",
            "events:DeleteApiDestination",
            "events:UpdateApiDestination",
        ),
    ),
    Access(
        ("aws:scheduler/schedule:Schedule",),
        "arn:aws:scheduler:{region}:{account}:schedule/default/{names}",
        read=("scheduler:GetSchedule",),
        write=("scheduler:CreateSchedule", "scheduler:DeleteSchedule", "scheduler:UpdateSchedule"),
    ),
)

MESSAGES = (
    Access(
        (
            "aws:sqs/queue:Queue",
            "aws:sqs/queuePolicy:QueuePolicy",
            "aws:sqs/redriveAllowPolicy:RedriveAllowPolicy",
        ),
        "arn:aws:sqs:{region}:{account}:{names}",
        read=("sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sqs:ListQueueTags"),
        write=(
            "sqs:CreateQueue",
            "sqs:DeleteQueue",
            "sqs:SetQueueAttributes",
            "sqs:TagQueue",
            "sqs:UntagQueue",
        ),
    ),
    Access(
        (
            "aws:sns/topic:Topic",
            "aws:sns/topicPolicy:TopicPolicy",
            "aws:sns/topicSubscription:TopicSubscription",
        ),
        "arn:aws:sns:{region}:{account}:{names}",
        read=("sns:GetTopicAttributes", "sns:ListSubscriptionsByTopic", "sns:ListTagsForResource"),
        write=(
            "sns:CreateTopic",
            "sns:DeleteTopic",
            "sns:SetTopicAttributes",
            "sns:Subscribe",
            "sns:TagResource",
            "sns:UntagResource",
        ),
    ),
    # A grant on the topic's ARN never matches (service authorization reference).
    Access(
        ("aws:sns/topicSubscription:TopicSubscription",),
        "*",
        read=("sns:GetSubscriptionAttributes",),
        write=("sns:SetSubscriptionAttributes", "sns:Unsubscribe"),
        reason="these actions on subscriptions have no resource-level permissions",
    ),
    Access(
        (KEY, "aws:kms/keyPolicy:KeyPolicy", "aws:kms/alias:Alias"),
        "arn:aws:kms:{region}:{account}:key/*",
        read=(
            "kms:DescribeKey",
            "kms:GetKeyPolicy",
            "kms:GetKeyRotationStatus",
            "kms:ListResourceTags",
        ),
        write=(
            "kms:CreateAlias",
            "kms:DeleteAlias",
            "kms:DisableKeyRotation",
            "kms:EnableKeyRotation",
            "kms:PutKeyPolicy",
            "kms:ScheduleKeyDeletion",
            "kms:TagResource",
            "kms:UntagResource",
            "kms:UpdateAlias",
            "kms:UpdateKeyDescription",
        ),
        reason=GENERATED_ID,
        condition=resource_tags,
    ),
    Access(
        (KEY,),
        "*",
        write=("kms:CreateKey",),
        reason="a key has no ARN before it is created",
        condition=request_tags,
    ),
    Access(
        (KEY,),
        "*",
        write=("kms:TagResource",),
        reason="a key is tagged on creation, before it has an ARN",
        condition=request_tags_if_untagged,
    ),
    Access(
        ("aws:kms/alias:Alias",),
        "arn:aws:kms:{region}:{account}:alias/{names}",
        write=("kms:CreateAlias", "kms:DeleteAlias", "kms:UpdateAlias"),
    ),
    Access(
        ("aws:kms/alias:Alias",),
        "*",
        read=("kms:ListAliases",),
        reason="ListAliases has no resource-level permissions",
    ),
)

EVENTS = (*BUS, *MESSAGES)
