"""Data in every resource that can hold some, as an environment in use has it."""

from __future__ import annotations

from typing import Any

from provider.cloud import Cloud

SECOND = 1_000


def fill(cloud: Cloud) -> None:
    """Put data into every bucket, table, queue, secret, log group, bus and user pool."""
    for name in buckets(cloud):
        _fill_bucket(cloud, name)
    dynamodb = cloud.client("dynamodb")
    for name in dynamodb.list_tables()["TableNames"]:
        keys = [key["AttributeName"] for key in dynamodb.describe_table(TableName=name)["Table"]["KeySchema"]]
        dynamodb.put_item(TableName=name, Item={key: {"S": "kept"} for key in keys})
    for url in cloud.client("sqs").list_queues(MaxResults=1_000)["QueueUrls"]:
        cloud.client("sqs").send_message(QueueUrl=url, MessageBody="{}")
    for secret in cloud.client("secretsmanager").list_secrets()["SecretList"]:
        cloud.client("secretsmanager").put_secret_value(SecretId=secret["ARN"], SecretString="{}")
    _fill_logs(cloud)
    _fill_buses(cloud)
    _fill_pools(cloud)


def buckets(cloud: Cloud) -> list[str]:
    """Return the names of all buckets."""
    return [bucket["Name"] for bucket in cloud.client("s3").list_buckets()["Buckets"]]


def _fill_bucket(cloud: Cloud, name: str) -> None:
    """Add a current version, an old version, a delete marker and an incomplete upload."""
    s3 = cloud.client("s3")
    for key in ("kept", "kept", "deleted"):
        s3.put_object(Bucket=name, Key=key, Body=b"{}")
    s3.delete_object(Bucket=name, Key="deleted")
    s3.create_multipart_upload(Bucket=name, Key="incomplete")


def _fill_logs(cloud: Cloud) -> None:
    logs = cloud.client("logs")
    groups: Any = logs.get_paginator("describe_log_groups").paginate().build_full_result()["logGroups"]
    for group in groups:
        where = {"logGroupName": group["logGroupName"], "logStreamName": "own"}
        logs.create_log_stream(**where)
        logs.put_log_events(**where, logEvents=[{"timestamp": SECOND, "message": "{}"}])


def _fill_buses(cloud: Cloud) -> None:
    events = cloud.client("events")
    for bus in events.list_event_buses()["EventBuses"]:
        entry = {
            "EventBusName": bus["Name"],
            "Source": "test",
            "DetailType": "kept",
            "Detail": "{}",
        }
        assert events.put_events(Entries=[entry])["FailedEntryCount"] == 0


def _fill_pools(cloud: Cloud) -> None:
    cognito = cloud.client("cognito-idp")
    for pool in cognito.list_user_pools(MaxResults=60)["UserPools"]:
        person = {"UserPoolId": pool["Id"], "Username": "ada@example.com"}
        cognito.admin_create_user(**person, MessageAction="SUPPRESS")
        for group in cognito.list_groups(UserPoolId=pool["Id"])["Groups"]:
            cognito.admin_add_user_to_group(**person, GroupName=group["GroupName"])
