"""POST /partners/{partner}/events."""

from handlers.http.operation import operation
from handlers.http.request import Request
from handlers.http.response import Response
from handlers.kit.errors import Unavailable
from handlers.partners import logic
from handlers.partners.errors import AnotherPartner, PartnerKeyInvalid
from handlers.partners.models import Accepted, PartnerEvent, PartnerPath


def require_own_path(request: Request) -> None:
    """Require a valid key of the partner in the path, before the rest of the request is parsed."""
    partner = request.authorizer.get("partner")
    if not partner:
        raise PartnerKeyInvalid("expected `Authorization: Bearer` with a valid partner key")
    if request.path.get("partner") != partner:
        raise AnotherPartner("a key is valid only for the events of its own partner")


@operation(202, raises=(PartnerKeyInvalid, AnotherPartner, Unavailable), authorize=require_own_path)
def handler(path: PartnerPath, body: PartnerEvent) -> Response[Accepted]:
    """Publish an event.

    The event is published under the partner's source. The request is idempotent: if no response arrives, send
    the event again with the same `id`; consumers handle it once.
    """
    return Response(Accepted(logic.accept(path.partner, body)))
