"""The argument of every `wire`: the shared layers, and a method for each way to invoke a function."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import pulumi

from components.api import Api
from components.auth import Auth
from components.bucket import Bucket
from components.data import Table, Verb
from components.events import EventBus
from components.function import Function, name_of
from components.key import Key
from components.mail import Mail
from components.pattern import Pattern
from components.queue import Queue
from components.runtime import Runtime
from components.schedule import Schedule
from components.stream import Stream
from components.topic import Topic
from components.use import Use
from handlers.events.catalogue import CATALOGUE
from settings import Settings
from wiring.declared import Declared, entry_point

EFFECTS_MARGIN_DAYS = 14
"""How much longer than the archive keeps an event its effects are recorded: a queue can hold it that long."""


@dataclass(frozen=True)
class Platform:
    """The layers that domains share, and the steps that follow after all domains.

    Attributes:
        settings: the stack's settings.
        declared: what all domains declare.
        key: the key that encrypts topics.
        alarms: the topic that every alarm notifies.
        runtime: the Python version and the packages that functions share.
        bus: the event bus.
        mail: the sender of emails and their templates.
        address: the public address of the site, without a slash at its end.
        set_address: sets it, once its domain name is known.
        auth: the user pool, its clients and groups.
        api: the HTTP API.
        access_logs: the bucket that receives the access log of every other bucket.
        idempotency: the results of requests that carried an idempotency key.
        effects: the records of effects that must happen only once.
        outputs: the stack outputs that were added.
    """

    settings: Settings
    declared: Declared
    key: Key
    alarms: Topic
    runtime: Runtime
    bus: EventBus
    mail: Mail
    address: pulumi.Output[str]
    set_address: Callable[[pulumi.Input[str]], None]
    auth: Auth
    api: Api
    access_logs: Bucket
    idempotency: Table
    effects: Table
    outputs: dict[str, object] = field(default_factory=dict[str, object])
    _closing: list[Callable[[], None]] = field(default_factory=list["Callable[[], None]"])

    def tables(self, declared: Declared) -> tuple[Table, ...]:
        """Create a domain's tables, in their order."""
        return tuple(Table(name, spec, self.settings) for name, spec in declared.tables.items())

    def route(self, function: str, *uses: Use, files: Mapping[str, str] | None = None) -> Function:
        """Create the function that handles every route declared for `function`, such as `users.create`.

        Raises:
            ValueError: if no route is declared for it.
        """
        keys = [key for key, route in self.declared.routes.items() if route.function == function]
        if not keys:
            raise ValueError(f"no route is declared for {function}: add one to its domain's DECLARED")
        return self.api.route(keys, entry_point(function), uses=uses, files=files)

    def consume(
        self,
        name: str,
        function: str,
        pattern: Pattern,
        *uses: Use,
        queue: str | None = None,
        divides: bool = False,
    ) -> Function:
        """Subscribe a function to the events that match `pattern`, through its own queue.

        The queue is named `name` unless `queue` gives another name. With `divides`, the function may send
        messages to its queue, which divide the work of an event that is too much for one invocation.
        """
        buffer = Queue(queue or name, self.runtime)
        consumer = buffer.consumer(entry_point(function), uses=[*uses, *([buffer.use()] if divides else [])])
        self.bus.subscribe(name, pattern, buffer)
        return consumer

    def stream(self, table: Table, function: str, *uses: Use) -> Stream:
        """Invoke a function with a table's changes."""
        handler = entry_point(function)
        return Stream(name_of(handler), table, handler, self.runtime, uses=uses)

    def schedule(
        self,
        name: str,
        expression: str,
        function: str,
        *uses: Use,
        time_zone: str = "UTC",
        flexible_minutes: int | None = None,
        timeout: int | None = None,
    ) -> Function:
        """Invoke a function on a schedule, such as `rate(1 hour)`; `timeout` is in seconds."""
        handler = entry_point(function)
        scheduled = Function(
            name_of(handler), handler, self.runtime, uses=uses, asynchronous=True, timeout=timeout
        )
        Schedule(
            name,
            scheduled,
            expression,
            self.runtime,
            time_zone=time_zone,
            flexible_minutes=flexible_minutes,
        )
        return scheduled

    def publish(self, declared: Declared) -> Use:
        """Allow publishing the event types that a domain declares."""
        return self.bus.use(*dict.fromkeys(CATALOGUE[event].source for event in declared.events))

    def once(self, *verbs: Verb) -> Use:
        """Allow recording effects, so that each happens only once even if its event is delivered repeatedly.

        `verbs` are by default those that `handlers.events.effect.effect` needs.
        """
        days = self.settings.events.archive_days + EFFECTS_MARGIN_DAYS
        ledger = self.effects.use(*(verbs or ("PutItem", "UpdateItem")))
        return Use(ledger.grants, {**ledger.env, "EFFECTS_DAYS": str(days)})

    def export(self, **outputs: object) -> None:
        """Add stack outputs."""
        self.outputs.update(outputs)

    def at_close(self, step: Callable[[], None]) -> None:
        """Run `step` in `close`, after the `wire` of every domain."""
        self._closing.append(step)

    def close(self) -> Mapping[str, object]:
        """Run the steps that need every domain, deploy the API, and return the stack outputs."""
        for step in self._closing:
            step()
        self.api.deploy()
        self.export(
            url=self.address,
            apiUrl=self.api.url,
            **self.runtime.inventory.outputs(),
        )
        return self.outputs


def env(**variables: pulumi.Input[str]) -> Use:
    """Return a use that sets environment variables and adds no permission."""
    return Use(env=variables)
