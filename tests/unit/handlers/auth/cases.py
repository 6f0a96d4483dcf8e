"""The operations of the sign-in are tested beside this file, with a fake of Cognito."""

from handlers.http.problem import status_of
from tests.unit.handlers.contract import Case, operation

FUNCTIONS = ("auth.login", "auth.callback", "auth.refresh", "auth.logout", "auth.session")
CONTRACTS = {function: operation(f"handlers.{function}:handler").contract for function in FUNCTIONS}
CASES: list[Case] = []
ELSEWHERE = {
    function: (contract.status, *map(status_of, contract.refusals))
    for function, contract in CONTRACTS.items()
}
