"""Fault injection, which a copy of the handlers has as `handlers/kit/chaos.py`.

SHA-256 of a seed, the place, the message and the number of its earlier attempts there decides whether an
attempt fails. So a message fails and succeeds in the same order in every run, whichever process handles it,
and no message fails forever.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import wraps
from hashlib import sha256
from pathlib import Path
from typing import Any, get_args, get_type_hints

SEED = 5
FOLDER = Path("FOLDER")
"""The folder of the records; the copy of this file names a folder of the test."""

MESSAGE = {"fail before": 0.148, "fail after": 0.148, "crash before": 0.002, "crash after": 0.002}
"""The shares of the attempts at a message with a fault; `crash` ends the process and so the whole batch."""

EFFECT = {"fail": 0.01}
STREAM = {"fail here": 0.28, "crash here": 0.02}

_current = "none"
"""The correlation id of the message in progress."""


class ChaosError(Exception):
    """An injected fault."""


def inject[T](function: Callable[[Any], T]) -> Callable[[Any], T]:
    """Wrap a consumer's function: it fails before a message, after it, or not at all."""

    @wraps(function)
    def injected(message: Any) -> T:
        global _current  # noqa: PLW0603 - a function handles one message at a time
        _current = message.correlation_id
        fault = _fault(function.__module__, _current, MESSAGE)
        _fail(fault, "before")
        done = function(message)
        _fail(fault, "after")
        return done

    return injected


def inject_batch[T](function: Callable[[Sequence[str]], list[T]]) -> Callable[[Sequence[str]], list[T]]:
    """Wrap a function that handles a batch of events: its result is a failure for an event with a fault."""
    failed = get_args(get_type_hints(function)["return"])[0]("failed", "chaos")

    @wraps(function)
    def injected(bodies: Sequence[str]) -> list[T]:
        faults = [_fault(function.__module__, _correlation(body), MESSAGE) for body in bodies]
        _crash(faults, "crash before")
        handled = [body for body, fault in zip(bodies, faults, strict=True) if fault != "fail before"]
        done = iter(function(handled))
        _crash(faults, "crash after")
        results = [failed if fault == "fail before" else next(done) for fault in faults]
        return [
            failed if fault == "fail after" else each for each, fault in zip(results, faults, strict=True)
        ]

    return injected


def interrupt_effects(effect: Callable[..., Any]) -> Callable[..., Any]:
    """Wrap the context manager of effects: it fails rarely, so that the outcome of an effect is unknown."""

    @contextmanager
    def interrupted(*arguments: Any, **options: Any) -> Iterator[bool]:
        with effect(*arguments, **options) as is_wanted:
            if is_wanted:
                _interrupt("begun")
            yield is_wanted
            if is_wanted:
                _interrupt("happened")

    return interrupted


def interrupt_batches(batches: Callable[..., Iterator[list[Any]]]) -> Callable[..., Iterator[list[Any]]]:
    """Wrap the batches of one invocation: it fails before the first, between two, or after the last."""

    @wraps(batches)
    def interrupted(*arguments: Any) -> Iterator[list[Any]]:
        whole = list(batches(*arguments))
        of = whole[0][0].correlation_id if whole else "nothing"
        fault = _fault("stream", of, STREAM)
        place = int(_drawn("place", of) * (len(whole) + 1))
        yield from whole[:place]
        _fail(fault, "here")
        yield from whole[place:]

    return interrupted


def _interrupt(when: str) -> None:
    if _fault(f"effect {when}", _current, EFFECT):
        raise ChaosError(f"the effect has {when}")


def _fail(fault: str | None, when: str) -> None:
    if fault == f"fail {when}":
        raise ChaosError(fault)
    if fault == f"crash {when}":
        os._exit(1)


def _crash(faults: Sequence[str | None], fault: str) -> None:
    if fault in faults:
        os._exit(1)


def _fault(where: str, of: str, shares: Mapping[str, float]) -> str | None:
    """Return the fault of this attempt, None for most, and record it."""
    drawn = _drawn(where, of)
    found = None
    for fault, share in shares.items():
        if 0 <= drawn < share:
            found = fault
        drawn -= share
    _append(FOLDER / "faults", f"{json.dumps([where, found])}\n")
    return found


def _drawn(where: str, of: str) -> float:
    """Return the next number, from 0 to 1, of a place and a message."""
    name = sha256(f"{where} {of}".encode()).hexdigest()
    times = _append(FOLDER / name, ".")
    digest = sha256(f"{SEED} {where} {of} {times}".encode()).digest()
    return int.from_bytes(digest[:6], "big") / 2**48


def _append(path: Path, text: str) -> int:
    """Append to a file, to which other processes append too, and return its length."""
    file = os.open(path, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600)
    try:
        os.write(file, text.encode())
        return os.lseek(file, 0, os.SEEK_CUR)
    finally:
        os.close(file)


def _correlation(body: str) -> str:
    return json.loads(body)["detail"]["metadata"]["correlationId"]
