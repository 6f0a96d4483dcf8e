"""Every status that an operation declares is provoked, and each response is as the document declares it."""

from __future__ import annotations

import pytest
from botocore.stub import Stubber

from handlers.http.problem import status_of
from tests.unit.handlers.contract import KEYS, Case, cases, covered_elsewhere, operation
from tests.unit.handlers.declared import Declared

FALLBACK = "$default"
CASES = cases()


def test_every_declared_status_has_one_case() -> None:
    """The cases are exactly the statuses of the contracts."""
    provoked = [(case.handler, case.status) for case in CASES]
    declared = {
        (handler, status)
        for handler in KEYS
        for contract in [operation(handler).contract]
        for status in (contract.status, *map(status_of, contract.refusals))
    }

    assert {*provoked, *covered_elsewhere()} == declared
    assert len(provoked) == len(set(provoked))


@pytest.mark.usefixtures("aws")
@pytest.mark.parametrize(
    "case", [case for case in CASES if not case.busy], ids=lambda case: f"{case.function}-{case.status}"
)
def test_response_is_as_declared(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    """Status, content type, headers and body are those of the document."""
    monkeypatch.setenv("VERSION", "1.2.3")

    reply = case.send()

    assert reply.status == case.status
    if KEYS[case.handler] != FALLBACK:
        Declared(KEYS[case.handler]).check(reply)


@pytest.mark.usefixtures("no_time_for_retries")
@pytest.mark.parametrize("case", [case for case in CASES if case.busy], ids=lambda case: case.function)
def test_throttled_table_is_a_declared_503(case: Case, stubbed: Stubber) -> None:
    """A handler whose first DynamoDB call is throttled to the end responds with the declared 503."""
    stubbed.add_client_error(case.busy, "ThrottlingException")

    assert Declared(KEYS[case.handler]).check(case.send()).status == case.status == 503
