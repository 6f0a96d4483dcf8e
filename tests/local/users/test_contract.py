"""The API keeps to the document that it serves, whatever is thrown at it."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.infrastructure.test_routes import ROUTES
from tests.local.platform import Platform

OPERATIONS = sorted(set(ROUTES) - {"$default"})
NOTHING_TO_GET_WRONG = {"GET /health", "GET /openapi.json"}
"""Operations without a parameter, a body or a token: no request for them is invalid."""

CASES = [
    *((key, GenerationMode.POSITIVE) for key in OPERATIONS),
    *((key, GenerationMode.NEGATIVE) for key in OPERATIONS if key not in NOTHING_TO_GET_WRONG),
]
EXAMPLES = 50
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


@pytest.fixture(scope="module")
def document(platform: Platform) -> Any:
    """The document as it is served."""
    return platform.ask("GET", "/openapi.json").json()


def test_the_document_has_every_route(document: Any) -> None:
    """What the fuzzing below goes through is all there is."""
    told = [f"{method.upper()} {path}" for path, methods in document["paths"].items() for method in methods]

    assert sorted(told) == OPERATIONS


@pytest.mark.parametrize(("key", "mode"), CASES, ids=[f"{key} {mode.value}" for key, mode in CASES])
def test_no_request_brings_an_answer_that_is_not_declared(
    platform: Platform, document: Any, key: str, mode: GenerationMode
) -> None:
    """Valid and invalid requests alike: no server error, no undeclared status, type, header or body."""
    method, _, path = key.partition(" ")
    operation = schemathesis.openapi.from_dict(document)[path][method]
    headers = {"Authorization": f"Bearer {platform.admin}"}
    answers: Counter[int] = Counter()

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def fuzz(case: schemathesis.Case) -> None:
        answer = case.call(base_url=f"{platform.url}/api", headers=headers)
        answers[answer.status_code] += 1
        case.validate_response(answer, checks=CHECKS)

    fuzz()
    assert answers
