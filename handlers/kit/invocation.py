"""One run of a function: its correlation id, the time that it has, and the one line that it logs."""

from __future__ import annotations

import time
from contextvars import ContextVar
from types import TracebackType
from typing import Protocol, Self

from handlers.kit import correlation, log

_UNBOUND_SECONDS = 10.0
"""The time of what runs outside of an invocation."""

_current: ContextVar[Invocation | None] = ContextVar("invocation", default=None)


class Context(Protocol):
    """The part of Lambda's context object that is used."""

    function_name: str
    aws_request_id: str

    def get_remaining_time_in_millis(self) -> int:
        """How long until Lambda stops the function."""
        ...


class Invocation:
    """A context manager around one run; on leaving it writes the log line, whatever happened.

    Args:
        context: what Lambda passes as the second argument.
        correlation_id: the id that the run belongs to.
        actor: the subject of the token behind it; it goes into events, and never into the log.
        facts: what the log line says besides.
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
        """Add to the log line."""
        self._facts.update(facts)

    def failed(self, error: BaseException) -> None:
        """Make the log line an error's, with its traceback."""
        import traceback

        self._level = "ERROR"
        self.note(error=type(error).__name__, traceback="".join(traceback.format_exception(error)))

    def remaining(self) -> float:
        """Seconds until Lambda stops the function."""
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
    """The running invocation; None outside of any."""
    return _current.get()


def remaining_seconds() -> float:
    """Seconds that the running invocation has left."""
    invocation = _current.get()
    return _UNBOUND_SECONDS if invocation is None else invocation.remaining()


def correlation_id() -> str:
    """The running invocation's; a new one outside of any."""
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
