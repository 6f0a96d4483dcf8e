"""What came of the events: what each consumer has done, and what waits among its dead letters."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from operate.dead_letter_queues import peek, read_depth
from operate.target import Target
from tests.local.chaos.changes import Accepted
from tests.local.chaos.surroundings import Ses
from tests.local.platform import Platform
from tests.local.realtime.browser import table

READERS = 4
MOST_LETTERS = 5_000


@dataclass(frozen=True)
class Consumer:
    """One consumer of the events.

    Attributes:
        events: the ids of the events that must have an effect in it.
        effects: how often each event has had one.
        copies: how often each was told, where it may be told twice and says so by its id.
        letters: the ids of the events in its dead letters.
    """

    name: str
    events: frozenset[str]
    effects: Counter[str]
    copies: Counter[str]
    letters: frozenset[str]

    @property
    def done(self) -> set[str]:
        """Events with their effect."""
        return self.events & self.effects.keys()

    @property
    def lost(self) -> set[str]:
        """Events without an effect that no dead letter accounts for."""
        return self.events - self.effects.keys() - self.letters

    @property
    def twice(self) -> dict[str, int]:
        """Events with more than one effect."""
        return {event: count for event, count in self.effects.items() if count > 1}


@dataclass
class Census:
    """Counts, of one platform."""

    platform: Platform
    target: Target
    accepted: Accepted
    ses: Ses
    _lines: dict[str, str] = field(default_factory=dict)

    def take(self) -> list[Consumer]:
        """Every consumer, as it is now."""
        done, told, audited = self._pushed(), self._told(), self._audited()
        everything = frozenset(self.accepted.events)
        return [
            Consumer("mail", self._welcomed(), mails := self._mails(), mails, self._letters("notifications")),
            Consumer("push", everything, done, told, self._letters("realtime-events")),
            Consumer("audit", everything, Counter(set(audited)), audited, self._letters("audit-events")),
        ]

    def dead_letters(self) -> dict[str, int]:
        """How many messages each dead-letter queue has; those without any are left out."""
        depths = [read_depth(self.target, name, queue) for name, queue in self.target.dead_letters.items()]
        return {depth.name: depth.messages for depth in depths if depth.messages}

    def _welcomed(self) -> frozenset[str]:
        """The events of users who are still there: whoever is gone already gets no mail."""
        kept = self.accepted.users.keys() - self.accepted.deleted
        return frozenset(self._creation(address) for address in kept)

    def _creation(self, address: str) -> str:
        return f"user.created:{self.accepted.users[address]}:1"

    def _mails(self) -> Counter[str]:
        return Counter(self._creation(address) for mail in self.ses.outbox for address in mail["To"])

    def _pushed(self) -> Counter[str]:
        ids = (item["id"]["S"] for item in self._items("effects") if item["state"]["S"] == "done")
        return Counter(name.removeprefix("push:") for name in ids if name.startswith("push:"))

    def _told(self) -> Counter[str]:
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

    def _letters(self, queue: str) -> frozenset[str]:
        found = peek(self.target, self.target.dead_letters[f"{queue}-dead-letters"], MOST_LETTERS)
        return frozenset(letter.event_id for letter in found if letter.event_id)

    def _items(self, name: str) -> Iterator[Mapping[str, Any]]:
        pages = self.platform.cloud.client("dynamodb").get_paginator("scan")
        for page in pages.paginate(TableName=table(self.platform, name)):
            yield from page["Items"]
