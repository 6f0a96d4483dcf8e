"""Archives of event buses."""

from __future__ import annotations

from typing import ClassVar

from provider.base import AutoName, Properties
from provider.fields import Document, Fields, Names, pascal_names
from provider.resource import Resource
from provider.services.events import SERVICE


class EventArchive(Resource):
    """An archive of a bus's events for some days, where zero is forever; its ID is its name."""

    token = "aws:cloudwatch/eventArchive:EventArchive"
    service = SERVICE
    noun = "archive"
    read_call = "describe_{noun}"
    key: ClassVar[Names] = {"name": "ArchiveName"}
    id_format = "{name}"
    fields: ClassVar[Fields] = {
        **pascal_names("description", "eventSourceArn", "kmsKeyIdentifier", "retentionDays"),
        "eventPattern": Document("EventPattern"),
    }
    outputs: ClassVar[Fields] = {"arn": "ArchiveArn"}
    inputs = frozenset({*key, *fields})
    replace_on = frozenset({"name", "eventSourceArn"})
    autoname = AutoName("name", 48)
    arn = "arn:aws:events:{region}:{account}:archive/{name}"
    defaults: ClassVar[Properties] = {
        "description": "",
        "eventPattern": "",
        "retentionDays": 0,
        "kmsKeyIdentifier": "",
    }
    read_defaults = defaults
