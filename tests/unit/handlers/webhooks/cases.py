"""The webhooks' operation is tested in `test_receive.py`, with signed deliveries."""

from handlers.http.problem import status_of
from tests.unit.handlers.contract import Case, operation

CONTRACT = operation("handlers.webhooks.receive:handler").contract
CASES: list[Case] = []
ELSEWHERE = {"webhooks.receive": (CONTRACT.status, *map(status_of, CONTRACT.refusals))}
