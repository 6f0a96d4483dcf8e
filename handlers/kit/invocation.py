"""One run of a function: its correlation id, the time that it has, and the one line that it logs."""

from __future__ import annotations

import time
from contextvars import ContextVar
from types import TracebackType
from typing import Protocol, Self

from handlers.kit import log

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
        facts: what the log line says besides.
    """

    _cold = True

    def __init__(self, context: Context, correlation_id: str, **facts: object) -> None:
        self.correlation_id = correlation_id
        self._started = time.monotonic()
        self._deadline = self._started + context.get_remaining_time_in_millis() / 1_000
        self._level: log.Level = "INFO"
        self._facts: dict[str, object] = {
            "correlationId": correlation_id,
            "requestId": context.aws_request_id,
            "function": context.function_name,
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


def remaining_seconds() -> float:
    """Seconds that the running invocation has left."""
    invocation = _current.get()
    return _UNBOUND_SECONDS if invocation is None else invocation.remaining()
