"""What happens, and whom it reaches: the bus, schedules, queues, topics and their key."""

from __future__ import annotations

from bootstrap.permissions.access import NUMBERED, Access, tagged, tagging, tagging_unclaimed

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
        beside=("arn:aws:events:{region}:{account}:event-bus/{names}",),
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
    # EventBridge keeps a connection's key there itself, in the name of whoever makes the connection.
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
    # The first connection of an account brings along the role that EventBridge reads the key by.
    Access(
        (CONNECTION,),
        "arn:aws:iam::{account}:role/aws-service-role/apidestinations.events.amazonaws.com"
        "/AWSServiceRoleForAmazonEventBridgeApiDestinations",
        write=("iam:CreateServiceLinkedRole",),
    ),
    Access(
        ("aws:cloudwatch/eventApiDestination:EventApiDestination",),
        "arn:aws:events:{region}:{account}:api-destination/{names}",
        beside=("arn:aws:events:{region}:{account}:connection/{names}",),
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
        read=(
            "sns:GetSubscriptionAttributes",
            "sns:GetTopicAttributes",
            "sns:ListSubscriptionsByTopic",
            "sns:ListTagsForResource",
        ),
        write=(
            "sns:CreateTopic",
            "sns:DeleteTopic",
            "sns:SetSubscriptionAttributes",
            "sns:SetTopicAttributes",
            "sns:Subscribe",
            "sns:TagResource",
            "sns:Unsubscribe",
            "sns:UntagResource",
        ),
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
        reason=NUMBERED,
        held_by=tagged,
    ),
    Access(
        (KEY,),
        "*",
        write=("kms:CreateKey",),
        reason="a key has no ARN before it is made",
        held_by=tagging,
    ),
    Access(
        (KEY,),
        "*",
        write=("kms:TagResource",),
        reason="a key is tagged as it is made, and has no ARN yet",
        held_by=tagging_unclaimed,
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
        reason="aliases are listed, all or none",
    ),
)

EVENTS = (*BUS, *MESSAGES)
