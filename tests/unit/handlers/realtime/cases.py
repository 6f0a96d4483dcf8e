"""A request for each status of the ticket operation."""

from tests.unit.handlers.contract import Case
from tests.unit.handlers.people import claims

CASES = [
    Case("realtime.ticket", 201, {"claims": claims()}),
    Case("realtime.ticket", 403, {"claims": claims(token_use="id")}),
    Case("realtime.ticket", 503, {"claims": claims(username="")}, busy="put_item"),
]
