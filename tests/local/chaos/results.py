"""The results of an experiment: the effects in each consumer, and its dead-lettered messages."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from operate.dead_letter_queues import peek, read_depth
from operate.target import Target
from tests.local.chaos.environment import Ses
from tests.local.chaos.load import Accepted
from tests.local.platform import Platform
from tests.local.realtime.browser import table

READERS = 4
MOST_MESSAGES = 5_000


@dataclass(frozen=True)
class ConsumerResult:
    """The result in one consumer.

    Attributes:
        events: the ids of the events that must have an effect.
        effects: the number of effects by event.
        copies: the number of deliveries by event, where its receiver can recognize a repeated one by its id.
        dead: the ids of the dead-lettered events.
    """

    name: str
    events: frozenset[str]
    effects: Counter[str]
    copies: Counter[str]
    dead: frozenset[str]

    @property
    def done(self) -> set[str]:
        """The events with an effect."""
        return self.events & self.effects.keys()

    @property
    def lost(self) -> set[str]:
        """The events without an effect that are not dead-lettered."""
        return self.events - self.effects.keys() - self.dead

    @property
    def twice(self) -> dict[str, int]:
        """The number of effects of each event with more than one."""
        return {event: count for event, count in self.effects.items() if count > 1}


@dataclass
class Results:
    """Counts the results on one platform."""

    platform: Platform
    target: Target
    accepted: Accepted
    ses: Ses
    _lines: dict[str, str] = field(default_factory=dict)

    def collect(self) -> list[ConsumerResult]:
        """Return the current result in every consumer."""
        done, copies, audited = self._pushed(), self._feed(), self._audited()
        everything = frozenset(self.accepted.events)
        return [
            ConsumerResult(
                "email", self._welcomed(), emails := self._emails(), emails, self._dead("notifications")
            ),
            ConsumerResult("push", everything, done, copies, self._dead("realtime-events")),
            ConsumerResult("audit", everything, Counter(set(audited)), audited, self._dead("audit-events")),
        ]

    def dead_letters(self) -> dict[str, int]:
        """Return the number of messages of each dead-letter queue that is not empty."""
        depths = [read_depth(self.target, name, queue) for name, queue in self.target.dead_letters.items()]
        return {each.name: each.messages for each in depths if each.messages}

    def _welcomed(self) -> frozenset[str]:
        """Return the creations of users who were not deleted: a deleted user may receive no email."""
        kept = self.accepted.users.keys() - self.accepted.deleted
        return frozenset(self._creation(address) for address in kept)

    def _creation(self, address: str) -> str:
        return f"user.created:{self.accepted.users[address]}:1"

    def _emails(self) -> Counter[str]:
        return Counter(self._creation(address) for mail in self.ses.outbox for address in mail["To"])

    def _pushed(self) -> Counter[str]:
        ids = (item["id"]["S"] for item in self._items("effects") if item["state"]["S"] == "done")
        return Counter(name.removeprefix("push:") for name in ids if name.startswith("push:"))

    def _feed(self) -> Counter[str]:
        return Counter(json.loads(item["message"]["S"])["event"]["id"] for item in self._items("feed"))

    def _audited(self) -> Counter[str]:
        s3, bucket = self.platform.cloud.client("s3"), self.platform.outputs["auditBucket"]
        pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix="events/")
        keys = {found["Key"] for page in pages for found in page.get("Contents", [])}

        def read(key: str) -> str:
            return s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode()

        new = sorted(keys - self._lines.keys())
        with ThreadPoolExecutor(READERS) as pool:
            self._lines |= dict(zip(new, pool.map(read, new), strict=True))
        lines = (line for text in self._lines.values() for line in text.splitlines())
        return Counter(json.loads(line)["detail"]["metadata"]["id"] for line in lines)

    def _dead(self, queue: str) -> frozenset[str]:
        found = peek(self.target, self.target.dead_letters[f"{queue}-dead-letters"], MOST_MESSAGES)
        return frozenset(message.event_id for message in found if message.event_id)

    def _items(self, name: str) -> Iterator[Mapping[str, Any]]:
        pages = self.platform.cloud.client("dynamodb").get_paginator("scan")
        for page in pages.paginate(TableName=table(self.platform, name)):
            yield from page["Items"]
