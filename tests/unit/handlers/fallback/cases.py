"""The statuses of the fallback are tested in `test_not_found.py`, with route keys in its bundle."""

from tests.unit.handlers.contract import Case

CASES: list[Case] = []
ELSEWHERE = {"fallback.not_found": (404, 405)}
