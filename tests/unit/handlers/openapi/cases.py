"""The document's operation is tested in `test_read.py`, with a document in its bundle."""

from tests.unit.handlers.contract import Case

CASES: list[Case] = []
ELSEWHERE = {"openapi.read": (200,)}
