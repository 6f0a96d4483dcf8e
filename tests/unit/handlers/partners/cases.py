"""The partners' operation is tested in `test_accept.py`, behind its authorizer."""

from handlers.http.problem import status_of
from tests.unit.handlers.contract import Case, operation

CONTRACT = operation("handlers.partners.accept:handler").contract
CASES: list[Case] = []
ELSEWHERE = {"partners.accept": (CONTRACT.status, *map(status_of, CONTRACT.refusals))}
