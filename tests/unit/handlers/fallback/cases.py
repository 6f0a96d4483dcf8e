"""A request for each status of the fallback."""

from tests.unit.handlers.contract import Case

CASES = [Case("fallback.not_found", 404, {})]
