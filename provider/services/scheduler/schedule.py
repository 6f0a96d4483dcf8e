"""Schedules."""

from __future__ import annotations

from typing import ClassVar

from provider.base import AutoName, Properties
from provider.fields import Block, Fields, Names, pascal_names
from provider.resource import Resource
from provider.services.scheduler import SERVICE


class Schedule(Resource):
    """A schedule that invokes one target; its ID is `group/name`."""

    token = "aws:scheduler/schedule:Schedule"
    service = SERVICE
    noun = "schedule"
    key: ClassVar[Names] = {"groupName": "GroupName", "name": "Name"}
    id_format = "{groupName}/{name}"
    fields: ClassVar[Fields] = {
        **pascal_names(
            "actionAfterCompletion",
            "description",
            "kmsKeyArn",
            "scheduleExpression",
            "scheduleExpressionTimezone",
            "state",
        ),
        "flexibleTimeWindow": Block("FlexibleTimeWindow"),
        "target": Block("Target"),
    }
    inputs = frozenset({*key, *fields})
    replace_on = frozenset(key)
    autoname = AutoName("name", 64)
    arn = "arn:aws:scheduler:{region}:{account}:schedule/{groupName}/{name}"
    defaults: ClassVar[Properties] = {
        "actionAfterCompletion": "NONE",
        "description": "",
        "groupName": "default",
        "scheduleExpressionTimezone": "UTC",
        "state": "ENABLED",
    }
    read_defaults = defaults
