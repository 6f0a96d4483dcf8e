"""A request for each status of the health operation."""

from tests.unit.handlers.contract import Case

CASES = [Case("health.read", 200, {})]
