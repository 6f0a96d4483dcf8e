"""The API conforms to its OpenAPI document for valid and invalid requests."""

from __future__ import annotations

from collections import Counter
from http import HTTPStatus
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

from local.front_door.server import URL_BYTES
from tests.local.platform import Platform
from wiring.declared import FALLBACK, every

OPERATIONS = sorted(set(every().routes) - {FALLBACK})
WITHOUT_INPUT = {"GET /health", "GET /openapi.json", "GET /auth/session", "POST /auth/refresh"}
"""Operations without a parameter but a cookie, a body or a token: none of their requests is invalid."""

CASES = [
    *((key, GenerationMode.POSITIVE) for key in OPERATIONS),
    *((key, GenerationMode.NEGATIVE) for key in OPERATIONS if key not in WITHOUT_INPUT),
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
    """The served OpenAPI document."""
    return platform.ask("GET", "/openapi.json").json()


def test_document_has_every_route(document: Any) -> None:
    """The fuzz tests below cover every route."""
    documented = [
        f"{method.upper()} {path}" for path, methods in document["paths"].items() for method in methods
    ]

    assert sorted(documented) == OPERATIONS


@pytest.mark.parametrize(("key", "mode"), CASES, ids=[f"{key} {mode.value}" for key, mode in CASES])
def test_every_response_is_documented(
    platform: Platform, document: Any, key: str, mode: GenerationMode
) -> None:
    """No request causes a server error or an undocumented status, type, header or body."""
    method, _, path = key.partition(" ")
    operation = schemathesis.openapi.from_dict(document)[path][method]
    headers = {"Authorization": f"Bearer {platform.admin}"}
    responses: Counter[int] = Counter()

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def fuzz(case: schemathesis.Case) -> None:
        response = case.call(base_url=f"{platform.url}/api", headers=headers)
        responses[response.status_code] += 1
        if len(response.request.path_url) > URL_BYTES:
            assert response.status_code == HTTPStatus.CONTENT_TOO_LARGE  # By the front door.
            return
        case.validate_response(response, checks=CHECKS)

    fuzz()
    assert responses
