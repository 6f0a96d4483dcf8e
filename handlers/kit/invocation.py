"""One invocation of a function: its correlation id, its remaining time and its log line."""

from __future__ import annotations

import time
from contextvars import ContextVar
from types import TracebackType
from typing import Protocol, Self

from handlers.kit import correlation, log

_UNBOUND_SECONDS = 10.0
"""The remaining time of code that runs outside of an invocation."""

_current: ContextVar[Invocation | None] = ContextVar("invocation", default=None)


class Context(Protocol):
    """The part of Lambda's context object that handlers use."""

    function_name: str
    aws_request_id: str

    def get_remaining_time_in_millis(self) -> int:
        """Return the milliseconds until Lambda stops the function."""
        ...


class Invocation:
    """A context manager around one invocation; on exit it writes the log line, also after an exception.

    Args:
        context: the second argument that Lambda passes to a handler.
        correlation_id: the id of the request that caused the invocation.
        actor: the subject of the request's token; it is part of events and never logged.
        facts: further fields of the log line.
    """

    _cold = True

    def __init__(
        self, context: Context, correlation_id: str, *, actor: str | None = None, **facts: object
    ) -> None:
        self.correlation_id = correlation_id
        self.actor = actor
        self.where: dict[str, object] = {
            "function": context.function_name,
            "requestId": context.aws_request_id,
        }
        self._started = time.monotonic()
        self._deadline = self._started + context.get_remaining_time_in_millis() / 1_000
        self._level: log.Level = "INFO"
        self._facts: dict[str, object] = {
            "correlationId": correlation_id,
            **self.where,
            "coldStart": Invocation._cold,
            **facts,
        }
        Invocation._cold = False

    def note(self, **facts: object) -> None:
        """Add fields to the log line."""
        self._facts.update(facts)

    def failed(self, error: BaseException) -> None:
        """Set the log line's level to ERROR and add the error's type and traceback."""
        import traceback

        self._level = "ERROR"
        self.note(error=type(error).__name__, traceback="".join(traceback.format_exception(error)))

    def remaining(self) -> float:
        """Return the seconds until Lambda stops the function."""
        return self._deadline - time.monotonic()

    def __enter__(self) -> Self:
        self._token = _current.set(self)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        _current.reset(self._token)
        if error is not None:
            self.failed(error)
        duration = round((time.monotonic() - self._started) * 1_000, 1)
        log.write(self._level, "invocation", {**self._facts, "durationMs": duration})


def current() -> Invocation | None:
    """Return the running invocation; None outside of one."""
    return _current.get()


def note(**facts: object) -> None:
    """Add fields to the running invocation's log line."""
    if invocation := _current.get():
        invocation.note(**facts)


def remaining_seconds() -> float:
    """Return the running invocation's remaining seconds."""
    invocation = _current.get()
    return _UNBOUND_SECONDS if invocation is None else invocation.remaining()


def correlation_id() -> str:
    """Return the running invocation's correlation id; a new one outside of an invocation."""
    invocation = _current.get()
    return invocation.correlation_id if invocation else correlation.new_id()


def event_facts(correlation_id: str | None, **facts: object) -> dict[str, object]:
    """Return the fields of a log line about one event, with the running invocation's function and request id.

    Args:
        correlation_id: the event's, which may differ from the invocation's; None if it is unknown.
        facts: further fields, such as `eventId`, `eventType`, `source` and `outcome`.
    """
    invocation = current()
    return {"correlationId": correlation_id, **(invocation.where if invocation else {}), **facts}
