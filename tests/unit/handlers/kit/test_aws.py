"""AWS calls: what every call of a restored environment must not share with another one."""

from __future__ import annotations

import gc
import random
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from handlers.kit import aws
from handlers.kit.errors import Unavailable
from handlers.kit.invocation import Invocation
from tests.unit.handlers.lambda_ import Context


@pytest.fixture
def snapshot() -> Iterator[object]:
    """The state of `random` that every environment is restored with, before its first AWS call."""
    before = random.getstate()
    aws._seed.cache_clear()
    yield before
    aws._seed.cache_clear()
    random.setstate(before)


def test_environments_restored_from_one_snapshot_draw_different_delays(snapshot: tuple[int, ...]) -> None:
    """The first AWS call seeds `random`, which is in the snapshot, from the operating system."""
    draws: list[float] = []
    for _environment in range(2):
        random.setstate(snapshot)
        aws._seed.cache_clear()
        with Invocation(Context(10_000), "test-0123456789"), aws.calling("the service"):
            draws.append(random.random())  # noqa: S311 - a retry delay is no secret

    assert draws[0] != draws[1]


def test_random_is_seeded_once(snapshot: tuple[int, ...]) -> None:
    """Later calls do not change the state: seeding reads 2.5 KB from the operating system."""
    states: list[object] = []
    for _call in range(2):
        with Invocation(Context(10_000), "test-0123456789"), aws.calling("the service"):
            states.append(random.getstate())

    assert states[0] == states[1] != snapshot


@pytest.mark.parametrize(
    ("code", "status", "temporary"),
    [
        ("ThrottlingException", 400, True),
        ("InternalFailure", 0, True),
        ("TooManyRequestsException", 400, True),
        ("InternalErrorException", 400, True),
        ("TransactionInProgressException", 400, True),
        ("LimitExceededException", 429, True),
        ("AnyOther", 503, True),
        ("AccessDeniedException", 400, False),
        ("ValidationException", 400, False),
        ("PayloadTooLargeException", 413, False),
    ],
)
def test_only_a_temporary_error_asks_for_another_attempt(code: str, status: int, temporary: bool) -> None:
    """It becomes `Unavailable`; any other error reaches the caller as it is."""
    response: Any = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}
    expected = Unavailable if temporary else ClientError

    with pytest.raises(expected), Invocation(Context(10_000), "test-0123456789"), aws.calling("the service"):
        raise ClientError(response, "Call")


@pytest.mark.parametrize("enabled", [True, False])
def test_objects_of_the_sdk_are_exempt_from_garbage_collection(
    monkeypatch: pytest.MonkeyPatch, *, enabled: bool
) -> None:
    """A client's objects are frozen; the collector is on afterwards if it was on before."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    frozen, was_enabled = gc.get_freeze_count(), gc.isenabled()
    try:
        (gc.enable if enabled else gc.disable)()
        aws.client.__wrapped__("sqs")
        assert (gc.isenabled(), gc.get_freeze_count() > frozen) == (enabled, True)
    finally:
        (gc.enable if was_enabled else gc.disable)()
        gc.unfreeze()
